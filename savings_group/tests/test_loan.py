from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SavingsCommon


@tagged("post_install", "-at_install")
class TestLoan(SavingsCommon):
    def _request(self, number=1, amount=1000, **values):
        return (
            self.env["savings.loan"]
            .with_user(self.agent)
            .create(
                {
                    "membership_id": self.members[number - 1].id,
                    "amount": amount,
                    **values,
                }
            )
        )

    def test_request_approved_in_the_meeting(self):
        loan = self._request()
        with self.assertRaisesRegex(UserError, "Open a meeting first"):
            loan.action_approve()
        meeting = self._meet(1, validate=False)
        loan.action_approve()
        self.assertEqual(self._line(meeting, 1).loan_given, 1000)
        with self.assertRaises(UserError):
            loan.amount = 2000
        meeting.action_take_expected()
        meeting.action_validate()
        self.assertEqual(loan.state, "outstanding")
        self.assertEqual(loan.balance, 1100)
        self.assertEqual(loan.due_on, self._day(13))

    def test_approval_withdrawn_while_the_meeting_is_open(self):
        loan = self._request()
        meeting = self._meet(1, validate=False)
        loan.action_approve()
        loan.action_cancel()
        self.assertEqual(loan.state, "cancelled")
        self.assertFalse(self._line(meeting, 1).loan_given)

    def test_approval_typed_over_at_the_table(self):
        loan, dropped = self._request(1), self._request(2, 300)
        meeting = self._meet(1, validate=False)
        (loan | dropped).action_approve()
        self._line(meeting, 1).loan_given = 800
        self._line(meeting, 2).loan_given = 0
        meeting.action_take_expected()
        meeting.action_validate()
        self.assertEqual((loan.amount, loan.balance), (800, 880))
        self.assertEqual(dropped.state, "requested")

    def test_cancelled_meeting_gives_the_request_back(self):
        loan = self._request()
        meeting = self._open(1)
        loan.action_approve()
        meeting.action_cancel("Rain")
        self.assertEqual(loan.state, "requested")

    def test_declining_charge_per_period(self):
        self._meet(1, {1: {"loan_given": 1000}})
        self._meet(5, {1: {"loan_repaid": 600}})
        loan = self.members[0].loan_ids
        # repaid on the last day of the first period: 100 charge, 500 principal
        self.assertEqual((loan.principal_balance, loan.charge_balance), (500, 0))
        self._meet(6)
        self.assertEqual((loan.principal_balance, loan.charge_balance), (500, 50))

    def test_flat_charge_per_period(self):
        cycle = self._new_cycle(self._new_group(charge_method="flat"))
        self._meet(1, {1: {"loan_given": 1000}}, cycle=cycle)
        self._meet(5, {1: {"loan_repaid": 600}}, cycle=cycle)
        self._meet(6, cycle=cycle)
        loan = cycle.loan_ids
        self.assertEqual((loan.principal_balance, loan.charge_balance), (500, 100))

    def test_monthly_period(self):
        cycle = self._new_cycle(self._new_group(charge_period="month", loan_term=1))
        self._meet(1, {1: {"loan_given": 1000}}, cycle=cycle)
        self.assertEqual(str(cycle.loan_ids.due_on), "2026-02-12")

    def test_late_and_charged_on(self):
        self._meet(1, {1: {"loan_given": 1000}})
        meeting = self._meet(14)
        loan = self.members[0].loan_ids
        self.assertEqual(loan.state, "late")
        self.assertEqual(loan.charge_balance, 400)
        self.assertEqual(meeting.loans_late, 1400)

    def test_late_and_not_charged_on(self):
        cycle = self._new_cycle(self._new_group(charge_when_late=False))
        self._meet(1, {1: {"loan_given": 1000}}, cycle=cycle)
        self._meet(20, cycle=cycle)
        self.assertEqual(cycle.loan_ids.charge_balance, 300)

    def test_cron_marks_late_loans(self):
        self._meet(1, {1: {"loan_given": 1000}})
        loan = self.members[0].loan_ids
        loan._unprotected().due_on = "2020-01-01"
        with self.enter_registry_test_mode():
            self.env.ref("savings_group.cron_mark_late").method_direct_trigger()
        self.assertEqual(loan.state, "late")

    def test_schedule(self):
        self._meet(1, {1: {"loan_given": 1000}})
        rows = self.members[0].loan_ids.instalment_ids
        self.assertEqual(sum(rows.mapped("principal")), 1000)
        self.assertEqual(rows.mapped("charge"), [100, 66.67, 33.33])
        self.assertEqual(rows[-1].date_due, self._day(13))

    def test_repayment_goes_to_the_loan_due_first(self):
        self._meet(1, {1: {"loan_given": 500}}, shares=5)
        self._meet(2, {1: {"loan_given": 1000}}, shares=5)
        self._meet(3, {1: {"loan_repaid": 700}}, shares=0)
        first, second = self.members[0].loan_ids.sorted("disbursed_on")
        self.assertEqual((first.state, first.balance), ("repaid", 0))
        self.assertEqual(second.balance, 1100 - 150)

    def test_written_off_by_a_decision_of_the_meeting(self):
        self._meet(1, {1: {"loan_given": 1000}})
        loan = self.members[0].loan_ids
        with self.assertRaisesRegex(UserError, "Open a meeting first"):
            loan.action_write_off("Her stall burnt down")
        meeting = self._open(2)
        with self.assertRaisesRegex(UserError, "Fill in"):
            loan.action_write_off("")
        loan.action_write_off("Her stall burnt down")
        self.assertEqual((loan.state, loan.balance), ("written_off", 0))
        with self.assertRaisesRegex(UserError, "it took place"):
            meeting.action_cancel("no")
        meeting.action_take_expected()
        meeting.action_validate()
        self.assertEqual(meeting.written_off_amount, 1000)
        self.assertEqual(meeting.written_off_count, 1)

    def test_amounts_come_from_movements_only(self):
        self._meet(1, {1: {"loan_given": 1000}})
        loan = self.members[0].loan_ids.with_user(self.agent)
        for vals in ({"balance": 0}, {"state": "repaid"}, {"due_on": "2030-01-01"}):
            with self.assertRaises(AccessError):
                loan.write(vals)
        with self.assertRaises(AccessError):
            self.env["savings.loan.move"].with_user(self.agent).create(
                {"loan_id": loan.id, "kind": "repayment", "date": "2026-02-01"}
            )
