from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import RemediationCommon

BORN = date(2008, 6, 15)
BIRTHDAY = date(2026, 6, 15)


@tagged("post_install", "-at_install")
class TestBirthday(RemediationCommon):
    """Somebody turns 18 in the middle of a case, at the place of the case (R57)."""

    @classmethod
    def setUpClass(cls):
        cls.startClassPatcher(freeze_time("2026-06-01 10:00:00"))
        super().setUpClass()
        cls.company.partner_id.tz = "Africa/Lubumbashi"  # two hours before Greenwich
        cls.case = cls._new_case(cls.manager, age=0)
        cls.case.beneficiary_id.birth_date = BORN
        cls.asked = cls._new_consent(cls.case, given_on=date(2026, 6, 1))

    def _daily(self, moment):
        self.env.invalidate_all()
        with freeze_time(moment):
            self.env["remediation.consent"]._cron_warn()
            self.env["remediation.consent"]._cron_expire()

    def _tasks(self, user):
        kind = self.env.ref("child_remediation.mail_activity_type_consent")
        return self.case.activity_ids.filtered(
            lambda task: task.activity_type_id == kind and task.user_id == user
        )

    def test_the_caregivers_consent_ends_on_the_birthday_of_the_place(self):
        self._daily("2026-06-14 21:30:00")  # half an hour before midnight there
        self.assertEqual(self.asked.state, "given")
        self._daily("2026-06-14 22:30:00")
        self.assertEqual(self.asked.state, "expired")

    def test_her_own_consent_is_asked_for(self):
        self._daily("2026-06-15 10:00:00")
        self.assertTrue(self._tasks(self.worker))
        self.assertTrue(self._tasks(self.supervisor))
        with freeze_time("2026-06-15 11:00:00"):
            self.env.invalidate_all()
            self.assertFalse(self.case._has_consent("services"))
            again = self._new_consent(self.case, given_on=BIRTHDAY)
            self.assertEqual(again.standing, "wrong_giver")
            own = self._new_consent(
                self.case, subject="child", given_by_member_id=False, given_on=BIRTHDAY
            )
            self.assertEqual(own.standing, "counts")
            self.assertTrue(self.case._has_consent("services"))
        self._daily("2026-06-16 10:00:00")
        self.assertEqual(own.state, "given")

    def test_the_holder_is_told_before(self):
        self._daily("2026-06-07 10:00:00")
        self.assertFalse(self._tasks(self.worker))
        self._daily("2026-06-08 10:00:00")
        self.assertTrue(self._tasks(self.worker))

    def test_an_estimate_counts_too_by_its_youngest_reading(self):
        child = self.case.beneficiary_id
        child.birth_date = False
        child.write(
            {
                "age_estimated": 18,
                "age_margin": 1,
                "age_recorded_on": date(2026, 6, 1),
            }
        )
        self._daily("2026-06-20 10:00:00")
        self.assertEqual(self.asked.state, "given")
        self._daily("2027-05-31 10:00:00")
        self.assertEqual(self.asked.state, "given")
        self._daily("2027-06-01 10:00:00")
        self.assertEqual(self.asked.state, "expired")

    def test_recipients_may_finish_as_after_any_end(self):
        self._daily("2026-06-15 10:00:00")
        self.assertEqual(self.asked._finish_by(), BIRTHDAY + timedelta(days=14))

    def test_the_case_goes_on_and_gates_of_child_labour_end(self):
        day_before, day = BIRTHDAY - timedelta(days=1), BIRTHDAY
        with freeze_time(datetime(2026, 6, 15, 10)):
            self.env.invalidate_all()
            self.env["remediation.consent"]._cron_expire()
            self.assertTrue(self.case.is_adult)
            self.assertFalse(self.case.closed_on)
            work = self.env["remediation.work.situation"].with_user(self.worker)
            facts = {"case_id": self.case.id, "works": "yes", "is_bonded": "yes"}
            before, since = work.create(
                [{**facts, "date": day_before}, {**facts, "date": day}]
            )
        self.assertEqual(before.classification, "wfcl")
        self.assertEqual(since.classification, "not_child")

    def test_r21_nobody_decides_in_the_place_of_an_adult(self):
        with freeze_time("2026-06-15 10:00:00"):
            self.env.invalidate_all()
            decisions = self.env["remediation.best.interest.decision"]
            decisions = decisions.with_user(self.worker)
            refused = {"case_id": self.case.id, "trigger": "other"}
            with self.assertRaises(ValidationError) as caught:
                decisions.create(refused)
            self.assertIn("decides alone", str(caught.exception))
            no = self._new_consent(
                self.case,
                subject="child",
                given_by_member_id=False,
                answer="no",
                given_on=BIRTHDAY,
            )
            self.assertEqual(no.state, "refused")
            self.assertFalse(decisions.search([("case_id", "=", self.case.id)]))
