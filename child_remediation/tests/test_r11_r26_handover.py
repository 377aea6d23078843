from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestHandover(RemediationCommon):
    """A former worker is out at once, and reads along only while a supervisor lets."""

    def _pass_on(self, case, **kwargs):
        case.with_user(self.supervisor).action_assign(self.manager_2.id, **kwargs)
        self.env.invalidate_all()

    def _handover(self, case):
        return case.handover_ids.with_user(self.worker)

    @whole
    def test_r26_former_worker_is_out_at_once_unless_a_handover_is_granted(self):
        case = self._new_case()
        self._pass_on(case)
        self.assertFalse(case.handover_ids)
        self.assertFalse(case.with_user(self.worker).has_access("read"))

        other = self._new_case()
        self._pass_on(other, handover_days=14)
        self.assertFalse(other.with_user(self.worker).has_access("read"))
        self.assertFalse(
            other.beneficiary_id.with_user(self.worker).has_access("read"),
            "a handover opens the sheet and nothing else",
        )
        handover = self._handover(other)
        self.assertEqual(handover.date_until, other._day() + timedelta(days=14))
        self.assertIn("Amani", handover.sheet)
        self.assertIn("worker", other.with_user(self.worker_2).handover_text)
        self.assertFalse(handover.with_user(self.supervisor).sheet, "for one reader")

    @whole
    def test_r26_a_handover_lasts_at_most_fourteen_days_and_ends_by_itself(self):
        case = self._new_case()
        for days in (15, -1):
            with self.assertRaisesRegex(UserError, "14 days"):
                self._pass_on(case, handover_days=days)
        # Near midnight UTC it is another day already where the case is.
        for hour in (9, 22):
            with self.subTest(hour=hour):
                case = self._new_case()
                granted = fields.Datetime.now().replace(hour=hour, minute=30)
                with freeze_time(granted):
                    self._pass_on(case, handover_days=14)
                handover = self._handover(case)
                for days, is_open in ((14, True), (15, False)):
                    with freeze_time(granted + timedelta(days=days)):
                        self.env.invalidate_all()
                        self.assertEqual(handover.is_open, is_open, f"day {days}")
                        self.assertEqual(bool(handover.sheet), is_open)
                        self.assertEqual(
                            bool(case.with_user(self.worker_2).handover_text), is_open
                        )

    def test_r26_the_sheet_ends_where_custody_ended(self):
        case = self._new_case()
        note = self.env["remediation.note"]
        note.with_user(self.worker).create({"case_id": case.id, "text": "Before"})
        hidden = note.with_user(self.worker).create(
            {"case_id": case.id, "text": "About another child"}
        )
        hidden.action_misfiled("Wrong child")
        self._pass_on(case, handover_days=5)
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            note.with_user(self.worker_2).create({"case_id": case.id, "text": "After"})
            self.env.invalidate_all()
            sheet = self._handover(case).sheet
        self.assertIn("Before", sheet)
        self.assertNotIn("After", sheet)
        self.assertNotIn("another child", sheet)

    @whole
    def test_r26_a_handover_granted_late_shows_what_its_reader_could_see(self):
        case = self._new_case()
        note = self.env["remediation.note"]
        passed_on = fields.Datetime.now().replace(hour=9, minute=0, second=30)
        with freeze_time(passed_on):
            note.with_user(self.worker).create({"case_id": case.id, "text": "Last"})
            self._pass_on(case)
        for text, delta in (
            ("The same day", timedelta(minutes=2)),
            ("Later", timedelta(days=2)),
        ):
            with freeze_time(passed_on + delta):
                note.with_user(self.worker_2).create({"case_id": case.id, "text": text})
        with freeze_time(passed_on + timedelta(days=3)):
            case.with_user(self.supervisor).action_grant_handover(self.worker.id, 7)
            self.env.invalidate_all()
            sheet = self._handover(case).sheet
        self.assertIn("Last", sheet)
        self.assertNotIn("The same day", sheet)
        self.assertNotIn("Later", sheet)

    def test_r26_no_handover_after_suspension_or_with_a_conflict(self):
        case, other = self._new_case(), self._new_case()
        self._pass_on(case | other, handover_days=7)
        self.assertTrue(self._handover(case).sheet)
        other.related_manager_ids = self.manager
        self.env.invalidate_all()
        self.assertFalse(self._handover(other).sheet)
        with self.assertRaisesRegex(UserError, "conflict"):
            other.with_user(self.supervisor).action_grant_handover(self.worker.id, 7)
        self.manager.with_user(self.supervisor).action_suspend("A complaint")
        self.env.invalidate_all()
        self.assertTrue(case.handover_ids.ended_on)
        self.assertFalse(case.handover_text)
        with self.assertRaisesRegex(UserError, "suspended"):
            case.with_user(self.supervisor).action_grant_handover(self.worker.id, 7)

    def test_r26_only_supervisors_grant_to_a_former_worker_and_end_it(self):
        case = self._new_case()
        self._pass_on(case)
        with self.assertRaises(AccessError):
            case.with_user(self.worker_2).action_grant_handover(self.worker.id, 7)
        with self.assertRaisesRegex(UserError, "did not hold"):
            case.with_user(self.supervisor).action_grant_handover(
                self.worker_other.id, 7
            )
        wizard = (
            self.env["remediation.handover.wizard"]
            .with_user(self.supervisor)
            .create({"case_id": case.id, "reader_id": self.worker.id})
        )
        self.assertEqual(wizard.former_ids, self.worker)
        wizard.action_apply()
        handover = self._handover(case)
        with self.assertRaises(AccessError):
            handover.action_end()
        with self.assertRaises(AccessError):
            handover.write({"date_until": self.today + timedelta(days=99)})
        with self.assertRaises(AccessError):
            handover.read(["case_id"])
        handover.with_user(self.supervisor).action_end()
        self.env.invalidate_all()
        self.assertFalse(handover.sheet)

    # -- grace (R11) -----------------------------------------------------------
    def _plan_visit(self, case, day):
        return (
            self.env["remediation.visit"]
            .with_user(self.worker)
            .create({"case_id": case.id, "date_planned": day})
        )

    def _lapse(self):
        self.manager.vetting_ids._unprotected().expiry_date = self.today - timedelta(
            days=1
        )
        self.env["remediation.case.manager"]._cron_expire()
        self.env.flush_all()
        self.env.invalidate_all()

    def test_r11_visits_that_were_due_may_be_finished_for_seven_days(self):
        case, later = self._new_case(), self._new_case()
        today = case._day()
        visit = self._plan_visit(case, today)
        self._plan_visit(later, today + timedelta(days=1))
        self._lapse()
        self.assertEqual(case.user_id, self.supervisor)
        self.assertFalse(later.handover_ids, "nothing was due")
        grace = self._handover(case)
        self.assertEqual(grace.due_visit_on, today)
        self.assertFalse(visit.with_user(self.worker).has_access("read"))
        with self.assertRaisesRegex(AccessError, "state"):
            grace.action_record_visit({"occupation": "school", "state": "done"})
        with self.assertRaises(AccessError):
            grace.with_user(self.worker_2).action_record_visit({"occupation": "school"})
        wizard = (
            self.env["remediation.grace.visit.wizard"]
            .with_user(self.worker)
            .create(
                {
                    "handover_id": grace.id,
                    "visit_type": "home",
                    "child_seen": "yes",
                    "child_working": "no",
                    "occupation": "school",
                }
            )
        )
        wizard.action_apply()
        self.assertEqual((visit.state, visit.done_by_id), ("done", self.worker))
        self.assertTrue(visit.is_clean)
        with self.assertRaisesRegex(UserError, "nothing to finish"):
            grace.action_record_visit({"occupation": "school"})

    @whole
    def test_r11_the_grace_ends_on_its_last_day_and_may_be_none(self):
        case = self._new_case()
        self._plan_visit(case, self.today)
        self._lapse()
        grace = self._handover(case)
        self.assertEqual(grace.date_until, self.today + timedelta(days=6))
        for days, over in ((6, False), (7, True)):
            noon = fields.Datetime.to_datetime(self.today) + timedelta(hours=12)
            with freeze_time(noon + timedelta(days=days)):
                self.env.invalidate_all()
                self.assertEqual(grace.is_open, not over)
                if over:
                    with self.assertRaisesRegex(AccessError, "over"):
                        grace.action_record_visit({"occupation": "school"})

    def test_r11_a_team_may_allow_no_grace(self):
        self.team.grace_days = 0
        case = self._new_case()
        self._plan_visit(case, self.today)
        self._lapse()
        self.assertEqual(case.user_id, self.supervisor)
        self.assertFalse(case.handover_ids)

    @whole
    def test_r11_a_closed_case_with_checks_to_come_passes_on_too(self):
        case, done = self._new_case(), self._new_case()
        visit = self.env["remediation.visit"]._unprotected()
        visit.create({"case_id": case.id, "is_post_closure": True})
        (case | done)._unprotected().write({"closed_on": fields.Datetime.now()})
        self._lapse()
        self.assertEqual(case.user_id, self.supervisor)
        self.assertEqual(done.user_id, self.worker, "nothing is left to do on it")
