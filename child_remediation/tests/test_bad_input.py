import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestBadInput(RemediationCommon, HttpCase):
    """What cannot be is refused in a sentence that names the field, as the web client
    shows it, and nothing is saved."""

    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(identified_on=cls.today - timedelta(days=200))
        cls.plan = cls._active_plan(cls.case)
        cls.school = cls.env["remediation.institution"].create({"name": "EP Kapata"})
        cls.enrolment = cls.env["remediation.education.enrolment"].create(
            {
                "case_id": cls.case.id,
                "institution_id": cls.school.id,
                "date_start": cls.today - timedelta(days=100),
                "date_end": cls.today - timedelta(days=10),
                "state": "completed",
            }
        )

    def _day(self, days):
        return fields.Date.to_string(self.today + timedelta(days=days))

    def _bad(self):
        """Rows of: model, values, what the sentence says."""
        case = {"case_id": self.case.id}
        action = {"plan_action_id": self.plan.action_ids.id}
        child = {"sex": "female"}
        enrolled = {**case, "institution_id": self.school.id}
        month = {
            "enrolment_id": self.enrolment.id,
            "month": self._day(-60),
            "days_open": 20,
        }
        return [
            # Impossible dates
            (
                "remediation.beneficiary",
                {**child, "birth_date": self._day(2)},
                "birth date",
            ),
            (
                "remediation.beneficiary",
                {**child, "birth_date": "1850-01-01"},
                "birth date",
            ),
            ("remediation.visit", {**case, "date_done": self._day(2)}, "Date Done"),
            ("remediation.visit", {**case, "date_done": self._day(-201)}, "Date Done"),
            (
                "remediation.assessment",
                {**case, "done_on": self._day(2)},
                "Assessed On",
            ),
            (
                "remediation.plan",
                {**case, "date_start": self._day(0), "target_date": self._day(-1)},
                "target date",
            ),
            (
                "remediation.work.situation",
                {**case, "works": "yes", "date": self._day(2)},
                "The work situation is dated",
            ),
            (
                "remediation.service.delivery",
                {**action, "date": self._day(2)},
                "Date lies in the future",
            ),
            (
                "remediation.education.enrolment",
                {**enrolled, "date_start": self._day(0), "date_end": self._day(-1)},
                "end of an enrolment",
            ),
            ("remediation.attendance", {**month, "month": self._day(40)}, "Month"),
            # Age against the birth date
            (
                "remediation.beneficiary",
                {
                    **child,
                    "birth_date": self._day(-3000),
                    "age_estimated": 9,
                    "age_recorded_on": self._day(-3001),
                },
                "Age Recorded On",
            ),
            (
                "remediation.work.situation",
                {**case, "works": "yes", "started_age": 15},
                "started work",
            ),
            # Attendance over the days open
            (
                "remediation.attendance",
                {**month, "days_present": 18, "days_unexcused": 3},
                "Days present, excused and unexcused",
            ),
            ("remediation.attendance", {**month, "days_open": 32}, "31 open days"),
            ("remediation.attendance", {**month, "days_present": -1}, "days"),
            # Overlapping enrolments
            (
                "remediation.education.enrolment",
                {**enrolled, "date_start": self._day(-50)},
                "Date Start",
            ),
            # Negative money
            (
                "remediation.education.enrolment",
                {**enrolled, "date_start": self._day(0), "fees": -1},
                "Fees",
            ),
            ("remediation.service.delivery", {**action, "cost": -1}, "cost"),
            ("remediation.service.delivery", {**action, "quantity": 0}, "quantity"),
            (
                "remediation.plan.action",
                {"plan_id": self.plan.id, "domain": "health", "cost_estimate": -1},
                "cost estimate",
            ),
            ("remediation.work.situation", {**case, "works": "yes", "pay": -1}, "Pay"),
            (
                "remediation.work.situation",
                {**case, "works": "yes", "hours_week": 169},
                "Hours per week",
            ),
            ("remediation.visit", {**case, "hours_week": -1}, "Hours per week"),
        ]

    def _save(self, model, vals):
        """Save a new record as the web client does; return what it answers."""
        response = self.url_open(
            f"/web/dataset/call_kw/{model}/web_save",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "model": model,
                        "method": "web_save",
                        "args": [[], vals],
                        "kwargs": {"specification": {"display_name": {}}},
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        self.env.invalidate_all()
        return response.json()

    @mute_logger("odoo.sql_db", "odoo.http")
    def test_each_bad_input_is_a_sentence_that_names_the_field(self):
        self.authenticate("worker", "worker")
        for model, vals, words in self._bad():
            with self.subTest(model=model, words=words):
                before = self.env[model].search_count([])
                answer = self._save(model, vals)
                self.assertIn("error", answer, f"{model} took {vals}")
                data = answer["error"]["data"]
                self.assertIn(
                    data["name"],
                    (
                        "odoo.exceptions.ValidationError",
                        "odoo.exceptions.UserError",
                    ),
                )
                self.assertIn(words, data["message"])
                self.assertNotIn("Amani", data["message"])
                self.assertEqual(self.env[model].search_count([]), before)
        answer = self._save("remediation.note", {"case_id": self.case.id, "text": "x"})
        self.assertNotIn("error", answer, "what can be is saved the same way")
