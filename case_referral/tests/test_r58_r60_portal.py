import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.child_remediation.models.follow_up.remediation_visit import (
    RECORD_FIELDS,
)
from odoo.addons.remediation_base.tools.answers import Answer

from .test_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestAnswersOnThePortal(PortalCommon):
    """What a phone says, understood or asked again (R58–R61)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.held = cls.case.with_user(cls.portal_manager)

    def _visit_said(self, **said):
        return {
            "visit_type": "home",
            "child_seen": "yes",
            "child_working": "no",
            "occupation": "school",
            **said,
        }

    def test_r58_known_words_and_no_others(self):
        for word in ("Yes", "Oui", "1", "on", "VRAI", True):
            visit_id = self.held.portal_add_visit(self._visit_said(child_working=word))
            visit = self.env["remediation.visit"].browse(visit_id)
            self.assertEqual(visit.child_working, "yes")
            self.assertEqual(visit.outcome, "not_clean")
        before = self.case.visit_ids
        answers = [
            name for name in RECORD_FIELDS if isinstance(before._fields[name], Answer)
        ]
        self.assertGreater(len(answers), 7)
        for name in answers:
            for word in ("peut-être", "maybe", "2", ["yes"], {"a": 1}):
                with self.subTest(name, word=word), self.assertRaises(UserError):
                    self.held.portal_add_visit(self._visit_said(**{name: word}))
        for missing in ("child_seen", "child_working", "occupation"):
            said = self._visit_said()
            del said[missing]
            with self.subTest(missing), self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    self.held.portal_add_visit(said)
        self.assertEqual(self.case.visit_ids, before)

    def test_r61_the_page_asks_for_all_that_a_rule_reads(self):
        self.authenticate("portal_manager", "portal_manager")
        page = self.get(f"/my/remediation/case/{self.case.name}/visit").text
        for name in RECORD_FIELDS:
            name = {"hazard_ids": "hazards[]", "site_id": "site"}.get(name, name)
            self.assertIn(f'name="{name}"', page, name)
        self.assertNotIn("checked=", page, "nothing is answered before")
        self.assertNotIn("selected=", page)

    def test_r61_what_the_phone_says_reaches_the_work_situation(self):
        hazard = self.env["remediation.hazard"].search([], limit=1)
        self.held.portal_add_visit(
            self._visit_said(
                child_working="yes",
                site=self.farm.id,
                hours_week="8,5",
                **{
                    "hazards": [hazard.code],
                    "is_light_work": "yes",
                    "at_night": "no",
                    "interferes_with_school": "no",
                    "is_worst_form": "no",
                },
            )
        )
        situation = self.case.work_situation_id
        self.assertEqual(situation.site_id, self.farm)
        self.assertEqual(situation.hours_week, 8.5)
        self.assertEqual(situation.hazard_ids, hazard)
        self.assertEqual(situation.is_light_work, "yes")
        self.assertEqual(situation.classification, "hazardous")
        with self.assertRaisesRegex(UserError, "dragons"):
            self.held.portal_add_visit(self._visit_said(hazards=["dragons"]))

    def test_r60_the_phone_finishes_the_planned_visit(self):
        planned = self.env["remediation.visit"].create(
            {"case_id": self.case.id, "date_planned": self.today + timedelta(days=2)}
        )
        self.assertEqual(self.held.portal_add_visit(self._visit_said()), planned.id)
        self.assertEqual((planned.state, planned.outcome), ("done", "clean"))

    def test_r60_r23_a_visit_by_phone_to_a_closed_case_reopens_it(self):
        closure = self.env["remediation.closure"].with_user(self.portal_manager).sudo()
        closure = closure.create({"case_id": self.case.id, "reason": "other"})
        closure.action_submit()
        self._seen(closure.with_user(self.supervisor).sudo(False)).action_approve()
        check = self.case.visit_ids.sorted("date_planned")[0]
        self.assertEqual(self.held.portal_add_visit(self._visit_said()), check.id)
        self.assertEqual(self.case.stage, "closed")
        self.held.portal_add_visit(
            self._visit_said(child_working="yes", site=self.site.id)
        )
        self.assertEqual((self.case.stage, self.case.reopened_count), ("assessment", 1))

    def test_r81_empty_pages_are_not_kept(self):
        for call in (
            lambda: self.held.portal_save_assessment({}),
            lambda: self.held.portal_save_assessment({"present": " "}),
            lambda: self.held.portal_save_plan({}),
            lambda: self.held.portal_add_urgent_action({"domain": "protection"}),
            lambda: self.held.portal_add_urgent_action(
                {"domain": "food", "description": " "}
            ),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                call()
        self.assertTrue(self.case.needs_safety_action)
        self.assertEqual(self.case.stage, "registered")

    def test_r59_danger_on_the_portal_registers_with_what_is_right(self):
        reporter = self.env["remediation.concern"].with_user(self.portal_reporter)
        values = {
            "client_key": "0123456789abcdef0123",
            "work_observed": "In the shaft",
            "immediate_danger": "oui",
            "child_age": "neuf ans",
            "site_id": "99999999",
            "child_sex": "petit",
            "photo": "AAAA",
        }
        code = reporter.portal_report(values)["code"]
        concern = self.env["remediation.concern"].search([("name", "=", code)])
        self.assertTrue(concern.paged_on)
        for words in ("neuf ans", "99999999", "petit", "photo"):
            self.assertIn(words, concern.work_observed)
        with self.assertRaises(UserError):
            reporter.portal_report(
                {**values, "immediate_danger": "no", "client_key": "x" * 20}
            )
        with self.assertRaises(UserError):
            reporter.portal_report(
                {**values, "immediate_danger": "peut-être", "client_key": "y" * 20}
            )

    def test_reported_79_a_photo_that_cannot_be_drawn_says_how(self):
        heic = base64.b64encode(
            b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
        ).decode()
        with self.assertRaisesRegex(UserError, "Most Compatible"):
            self.held.portal_add_document(heic)
        reporter = self.env["remediation.concern"].with_user(self.portal_reporter)
        values = {
            "client_key": "0123456789abcdef0123",
            "work_observed": "Bags",
            "photo": heic,
        }
        with self.assertRaisesRegex(UserError, "Most Compatible"):
            reporter.portal_report(values)
        code = reporter.portal_report({**values, "immediate_danger": "yes"})["code"]
        concern = self.env["remediation.concern"].search([("name", "=", code)])
        self.assertIn("Most Compatible", concern.work_observed)

    def test_r15_a_report_counts_from_when_it_was_written(self):
        self.authenticate("portal_reporter", "portal_reporter")
        reporter = self.env["remediation.concern"].with_user(self.portal_reporter)
        code = reporter.portal_report(
            {
                "client_key": "0123456789abcdef0123",
                "work_observed": "Bags",
                "written_at": self._plus(hours=-30).isoformat() + "Z",
            }
        )["code"]
        concern = self.env["remediation.concern"].search([("name", "=", code)])
        self.assertEqual(
            round((concern.triage_due - concern.received_at).total_seconds() / 3600), 18
        )

    def test_r60_no_door_for_those_who_do_not_hold_the_case(self):
        for user in (self.portal_manager_other, self.portal_supervisor, self.worker):
            with self.assertRaises(AccessError):
                self.case.with_user(user).portal_add_visit(self._visit_said())
