from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestDesk(RemediationCommon):
    """The first page of each person."""

    def _desk(self, user):
        self.env.invalidate_all()
        return self.env["remediation.desk"].with_user(user).get_desk()

    def _lines(self, user, key):
        for section in self._desk(user)["sections"]:
            if section["key"] == key:
                return section["lines"]
        return None

    def test_worker_sees_own_cases_alone(self):
        mine = self._new_case()
        other = self._new_case(self.manager_2)
        lines = self._lines(self.worker, "due")
        codes = {line["code"] or line["title"] for line in lines}
        self.assertIn(mine.name, codes)
        self.assertNotIn(other.name, codes)
        button = lines[0]["button"]
        self.assertEqual(
            (button["model"], button["method"]),
            ("remediation.case", "action_record_first_contact"),
        )

    def test_lateness_is_said_exactly(self):
        Desk = self.env["remediation.desk"].with_user(self.worker)
        now = fields.Datetime.now()
        today = fields.Date.context_today(Desk)
        self.assertEqual(
            Desk._when(now - timedelta(hours=6, minutes=5))["tone"], "danger"
        )
        self.assertIn("6 h", Desk._when(now - timedelta(hours=6, minutes=5))["when"])
        for days, sentence in ((7, "in 7 days"), (1, "tomorrow"), (-3, "3 days late")):
            self.assertEqual(Desk._when(today + timedelta(days=days))["when"], sentence)

    def test_r18_nobody_decides_on_their_own(self):
        case = self._new_case()
        assessment = self._submitted_assessment(case)
        keys = {line["res_id"] for line in self._lines(self.supervisor, "decisions")}
        self.assertIn(assessment.id, keys)
        assessment.with_user(self.supervisor).action_reject("Say what the girl wishes.")
        back = self._lines(self.worker, "unfinished")
        self.assertEqual(back[0]["detail"], "Say what the girl wishes.")
        self.assertFalse(
            [
                line
                for line in self._lines(self.supervisor, "decisions")
                if line["res_id"] == assessment.id
            ]
        )

    def test_r16_child_without_safety_step_is_urgent(self):
        case = self._new_case(risk_level="high")
        line = self._lines(self.supervisor, "urgent")[0]
        self.assertEqual((line["res_id"], line["badge_tone"]), (case.id, "danger"))

    def test_readers_without_names_read_none(self):
        self._new_case()
        name = self._new_case().beneficiary_id.full_name
        for user in (self.monitor, self.auditor):
            with self.subTest(user=user.login):
                self.assertNotIn(name, str(self._desk(user)))

    def test_search_finds_what_one_may_see(self):
        case = self._new_case()
        Desk = self.env["remediation.desk"]
        found = Desk.with_user(self.worker).search_desk(case.name)
        self.assertEqual([line["res_id"] for line in found], [case.id])
        name = case.beneficiary_id.last_name or case.beneficiary_id.first_name
        self.assertIn(
            case.id,
            [line["res_id"] for line in Desk.with_user(self.worker).search_desk(name)],
        )
        self.assertFalse(Desk.with_user(self.worker_2).search_desk(case.name))
        self.assertFalse(Desk.with_user(self.monitor).search_desk(name))

    def test_first_day_tells_the_administrator_what_is_missing(self):
        """Without a name, and nothing that the administrator has no right to."""
        section = next(
            section
            for section in self._desk(self.admin_like)["sections"]
            if section["key"] == "first_day"
        )
        by_id = {line["id"]: line for line in section["lines"]}
        self.assertTrue(by_id["setup-team"]["done"])
        self.assertFalse(by_id["setup-team"]["action"])
        self.assertTrue(by_id["setup-organisation"]["action"])
        self.assertEqual(
            by_id["setup-mail"]["help"], "/remediation/help/ir.mail_server"
        )
        self.assertNotIn("Amani", str(section))

    @whole
    def test_every_person_of_the_back_office_has_a_desk(self):
        """Whatever the duty: a section that fails takes the whole page with it."""
        self.env["remediation.subject.request"].create(
            {"beneficiary_id": self._new_case().beneficiary_id.id, "kind": "access"}
        )
        for login in self._people():
            user = getattr(self, login)
            if user._is_internal():
                with self.subTest(login=login):
                    self.assertTrue(self._desk(user)["name"])

    def test_r55_officer_reads_what_came_in_and_danger_first(self):
        reports = self.env["remediation.safeguarding.report"]
        calm, danger, officer = reports.create(
            [
                {"description": "What was seen."},
                {"description": "What was seen.", "is_immediate_danger": True},
                {"description": "What was seen.", "subject_kind": "officer"},
            ]
        )
        lines = self._lines(self.safeguarding, "reports")
        ids = [line["res_id"] for line in lines]
        self.assertLess(ids.index(danger.id), ids.index(calm.id))
        self.assertNotIn(officer.id, ids)
        alternates = self._lines(self.alternate, "reports")
        self.assertEqual([line["res_id"] for line in alternates], officer.ids)
        for user in (self.supervisor, self.coordinator, self.admin_like):
            self.assertIsNone(self._lines(user, "reports"), user.login)

    def test_r56_breach_shows_the_hours_that_are_left(self):
        breach = self.env["remediation.data.breach"].create(
            {
                "description": "A list left at the printer.",
                "found_on": fields.Datetime.now() - timedelta(hours=80),
            }
        )
        line = self._lines(self.data_protection, "breaches")[0]
        self.assertEqual((line["res_id"], line["tone"]), (breach.id, "danger"))
        breach.authority_told_on = fields.Datetime.now()
        self.assertEqual(
            self._lines(self.data_protection, "breaches")[0]["tone"], "muted"
        )

    def test_whoever_has_no_duty_reads_nothing(self):
        self._new_case()
        self.assertEqual(self._desk(self.plain_user)["sections"], [])

    def test_portal_has_no_desk(self):
        Desk = self.env["remediation.desk"].with_user(self.portal_manager)
        with self.assertRaises(AccessError):
            Desk.get_desk()
        with self.assertRaises(AccessError):
            Desk.search_desk("CR-000001")

    def _section_of(self, user, key):
        sections = self._desk(user)["sections"]
        return next((s for s in sections if s["key"] == key), None)

    @whole
    def test_what_was_opened_lately_is_what_one_may_still_open(self):
        first, second = self._new_case(), self._new_case()
        foreign = self._new_case(self.manager_2)
        self.assertIsNone(self._section_of(self.worker, "recent"))
        self._open(first, second)
        self._open(foreign)
        lines = self._section_of(self.worker, "recent")["lines"]
        # Not what the user may open no longer, whoever held it when they looked.
        self.assertEqual({line["res_id"] for line in lines}, {second.id, first.id})
        self.assertIsNone(self._section_of(self.worker_2, "recent"))

    def _open(self, *cases):
        """The worker reads cases one after the other, each in a request."""
        log = self.env["remediation.access.log"].with_user(self.worker)
        for case in cases:
            self.env.cr.flush()
            log._log(case.with_user(self.worker))
            self.env.cr.flush()

    @whole
    def test_what_moved_since_yesterday_is_the_readers_own(self):
        case = self._new_case()
        case.with_user(self.worker).action_record_first_contact()
        self.env.cr.flush()
        lines = self._section_of(self.worker, "news")["lines"]
        self.assertEqual(
            [(line["res_id"], line["task"]) for line in lines][0],
            (case.id, "First Contact"),
        )
        self.assertNotIn(
            case.id,
            [
                line["res_id"]
                for line in (self._section_of(self.worker_2, "news") or {"lines": []})[
                    "lines"
                ]
            ],
        )
        # What is older than a day is no news.
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            self.assertIsNone(self._section_of(self.worker, "news"))

    def test_the_week_has_seven_days_with_the_visits_of_the_user(self):
        case = self._new_case()
        today = case._place_today()
        visits = self.env["remediation.visit"].create(
            [
                {
                    "case_id": held.id,
                    "visit_type": "home",
                    "date_planned": today + timedelta(days=days),
                }
                for held, days in (
                    (case, 0),
                    (case, 6),
                    (case, 7),
                    (self._new_case(self.manager_2), 1),
                )
            ]
        )
        week = self._section_of(self.worker, "week")
        self.assertEqual((len(week["lines"]), week["total"]), (7, 2))
        planned = {
            number: [visit["id"] for visit in day["visits"]]
            for number, day in enumerate(week["lines"])
            if day["visits"]
        }
        self.assertEqual(planned, {0: [visits[0].id], 6: [visits[1].id]})
        self.assertEqual(week["lines"][0]["visits"][0]["detail"], "Home")
