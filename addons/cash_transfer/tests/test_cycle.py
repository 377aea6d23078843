from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestCycle(CashCommon):
    """Cycles and conditions (R34, R42)."""

    @whole
    def test_a_period_twice_is_refused(self):
        self._new_entitlement()
        self._new_cycle()
        with self.assertRaises(Exception), mute_logger("odoo.sql_db"):  # noqa: B017
            self._new_cycle()

    def test_r34_nothing_is_paid_before_validation(self):
        self._new_entitlement()
        cycle = self._new_cycle(validate=False)
        with self.assertRaises(UserError):
            cycle.with_user(self.officer).action_create_plans()
        with self.assertRaises(AccessError):
            cycle.with_user(self.releaser).action_validate()
        cycle.with_user(self.officer).action_validate()
        plan = self._new_plans(cycle)
        cycle.with_user(self.officer).action_reopen()
        with self.assertRaisesRegex(UserError, "Validate"):
            plan.with_user(self.officer).action_lock()

    def test_r42_failing_attendance_leads_to_visit_and_decision(self):
        self.scheme.condition_attendance = True
        entitlements = [self._new_entitlement() for _i in range(4)]
        for entitlement, (days, present) in zip(
            entitlements, ((20, 20), (20, 5), (0, 0), (None, None)), strict=True
        ):
            if days is not None:
                enrolment = self.env["remediation.education.enrolment"].create(
                    {
                        "case_id": entitlement.case_id.id,
                        "institution_id": self._institution().id,
                        "date_start": self.period - timedelta(days=60),
                    }
                )
                self.env["remediation.attendance"].create(
                    {
                        "enrolment_id": enrolment.id,
                        "case_id": entitlement.case_id.id,
                        "month": self.period,
                        "days_open": days,
                        "days_present": present,
                    }
                )
        cycle = self._new_cycle(validate=False)
        cycle.with_user(self.officer).action_check_compliance()
        cycle._run_job()
        lines = cycle.line_ids.sorted("id")
        self.assertEqual(
            lines.mapped("compliant"), ["yes", "no", "not_applicable", "no"]
        )
        self.assertTrue(all(lines.mapped("payable")), "money never stops by itself")
        self.assertEqual(cycle.not_compliant_count, 2)
        visits = self.env["remediation.visit"].search(
            [("case_id", "in", lines.case_id.ids)]
        )
        self.assertEqual(visits.case_id, (lines[1] | lines[3]).case_id)
        with self.assertRaises(AccessError):
            lines[1].with_user(self.worker).action_suspend("No")
        with self.assertRaises(AccessError):
            lines[1].with_user(self.officer).action_suspend("No")
        with self.assertRaises(UserError):
            lines[1].with_user(self.supervisor).action_suspend(" ")
        lines[1].with_user(self.supervisor).action_suspend("Money is taken from her")
        lines[3].with_user(self.supervisor).action_waive("The school was flooded")
        self.assertFalse(lines[1].payable)
        self.assertEqual(lines[3].compliant, "waived")
        cycle.with_user(self.officer).action_validate()
        plan = self._new_plans(cycle)
        self.assertEqual(plan.line_count, 3)

    def _institution(self):
        return self.env["remediation.institution"].create({"name": "School"})

    @whole
    def test_r42_visit_condition(self):
        self.scheme.condition_visit = True
        seen, unseen = self._new_entitlement(), self._new_entitlement()
        self._visit(seen.case_id, self.today)
        cycle = self._new_cycle()
        by_case = {line.case_id: line.compliant for line in cycle.line_ids}
        self.assertEqual(by_case[seen.case_id], "yes")
        self.assertEqual(by_case[unseen.case_id], "no")

    def test_top_up_and_correction_have_their_own_cap(self):
        self._new_entitlement()
        self._new_cycle()
        top_up = self._new_cycle(kind="top_up", top_up_percent=50)
        self.assertEqual(top_up.line_ids.amount_due, 15)
        correction = self._new_cycle(kind="correction", validate=False)
        line = correction.line_ids
        self.assertEqual(line.amount_due, 0)
        with self.assertRaises(UserError):
            line.with_user(self.officer).action_set_correction(-5, "Wrong rate")
        line.with_user(self.officer).action_set_correction(4, "Wrong rate")
        self.assertEqual(line.amount_due, 4)

    @whole
    def test_max_payments(self):
        self.scheme.max_payments = 1
        self._new_entitlement()
        self._new_cycle()
        later = (self.period + timedelta(days=32)).replace(day=1)
        self.assertFalse(self._new_cycle(period=later).line_ids)

    def test_period_begins_on_the_first(self):
        with self.assertRaises(ValidationError):
            self.env["cash.transfer.cycle"].create(
                {"scheme_id": self.scheme.id, "period": self.period.replace(day=2)}
            )
