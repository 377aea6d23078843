from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SavingsCommon


@tagged("post_install", "-at_install")
class TestShareOut(SavingsCommon):
    def _share_out(self, cycle=None, week=40):
        cycle = cycle or self.cycle
        cycle.action_share_out()
        share_out = cycle.share_out_ids.filtered(lambda s: s.state == "draft")
        share_out.date = self._day(week)
        return share_out

    def _share_line(self, share_out, number):
        return share_out.line_ids.filtered(lambda line: line.member_number == number)

    def test_r49_pays_exactly_the_fund(self):
        self._meet(1, {1: {"shares": 3}}, shares=1)
        self._meet(2, {2: {"fine": 70}}, shares=1)
        share_out = self._share_out()
        self.assertEqual(share_out.fund, 12 * 500)
        self.assertEqual(share_out.value_per_share, 500)
        share_out.action_confirm()
        self.assertEqual(
            sum(share_out.line_ids.mapped("payout")) + share_out.rest, share_out.fund
        )
        with self.assertRaisesRegex(UserError, "have not signed"):
            share_out.action_close()
        share_out.action_sign_all()
        share_out.action_close()
        self.assertEqual(self.cycle.state, "closed")
        self.assertEqual(self.cycle.closing_loan, 0)
        self.assertEqual(self.cycle.closing_social, 1070)

    def test_r49_loan_that_nobody_decided_on(self):
        self._meet(1, {1: {"loan_given": 500}}, shares=2)
        share_out = self._share_out(week=4)
        with self.assertRaisesRegex(UserError, "Nobody has decided"):
            share_out.action_confirm()
        self.assertEqual(share_out.state, "draft")
        self._share_line(share_out, 1).decision = "net"
        share_out.action_confirm()
        self.assertEqual(self.members[0].loan_ids.state, "repaid")
        # fund 4500 + netted 550 over ten shares
        self.assertEqual(share_out.value_per_share, 505)
        self.assertEqual(self._share_line(share_out, 1).payout, 450)
        self.assertEqual(self._share_line(share_out, 2).payout, 1000)
        self.assertEqual(share_out.rest, 4500 - 450 - 4000)

    def test_r49_netting_is_limited_to_the_own_payout(self):
        self._meet(1, {1: {"loan_given": 1500}}, shares=1)
        share_out = self._share_out(week=4)
        line = self._share_line(share_out, 1)
        line.decision = "net"
        # her debt of 1,650 and the box's 1,000 are 2,650 for five shares: 530 each
        self.assertEqual(line.to_bring, 1650 - 530)
        with self.assertRaisesRegex(UserError, "bring at least"):
            share_out.action_confirm()
        line.decision = "net_write_off"
        with self.assertRaisesRegex(UserError, "Write down what the group decided"):
            share_out.action_confirm()
        line.minute = "She lost her goods; the rest is let go."
        share_out.action_confirm()
        self.assertEqual((line.netted, line.payout), (250, 0))
        loan = self.members[0].loan_ids
        self.assertEqual((loan.state, loan.balance), ("written_off", 0))
        self.assertEqual(sum(share_out.line_ids.mapped("payout")), 1000)

    def test_r49_write_off_needs_a_minute(self):
        self._meet(1, {1: {"loan_given": 500}}, shares=2)
        share_out = self._share_out(week=4)
        line = self._share_line(share_out, 1)
        line.decision = "write_off"
        with self.assertRaises(UserError):
            share_out.action_confirm()
        line.minute = "Decided unanimously"
        share_out.action_confirm()
        self.assertEqual(self.members[0].loan_ids.state, "written_off")
        self.assertEqual(line.payout, 900)

    def test_payout_steps_and_rest_to_the_next_cycle(self):
        group = self._new_group(
            members=3, payout_step=100, rest_to="next_cycle", fines_to="loan"
        )
        cycle = self._new_cycle(group)
        self._meet(1, {1: {"fine": 130}}, cycle=cycle, shares=1)
        share_out = self._share_out(cycle)
        self.assertEqual(set(share_out.line_ids.mapped("payout")), {500})
        self.assertEqual(share_out.rest, 130)
        share_out.action_confirm()
        share_out.action_sign_all()
        share_out.action_close()
        self.assertEqual((cycle.closing_loan, cycle.closing_social), (130, 300))
        group.action_new_cycle()
        self.assertEqual(group.current_cycle_id.opening_loan, 130)

    def test_shared_social_fund(self):
        group = self._new_group(members=2, social_shared=True, rest_to="next_cycle")
        cycle = self._new_cycle(group)
        self._meet(1, cycle=cycle, shares=1)
        share_out = self._share_out(cycle)
        self.assertEqual(share_out.fund, 1000 + 200)
        share_out.action_confirm()
        share_out.action_sign_all()
        share_out.action_close()
        self.assertEqual((cycle.closing_loan, cycle.closing_social), (0, 0))

    def test_debts_grants_and_bank(self):
        meeting = self._meet(1, shares=2, validate=False)
        entries = self.env["savings.meeting.entry"].with_user(self.agent)
        for kind, amount in (
            ("grant_kept", 1000),
            ("debt_in", 2000),
            ("bank_deposit", 6000),
        ):
            entries.create(
                {
                    "meeting_id": meeting.id,
                    "kind": kind,
                    "amount": amount,
                    "explanation": kind,
                }
            )
        meeting.action_take_expected()
        meeting.action_validate()
        self.assertEqual(meeting.closing_loan, 2000)
        share_out = self._share_out()
        self.assertEqual(share_out.fund, 5000)
        with self.assertRaisesRegex(UserError, "from the bank"):
            share_out.action_confirm()
        share_out.action_cancel()
        meeting = self._meet(2, shares=0, validate=False)
        entries.create(
            {
                "meeting_id": meeting.id,
                "kind": "bank_withdrawal",
                "amount": 6000,
                "explanation": "for the share-out",
            }
        )
        meeting.action_take_expected()
        meeting.action_validate()
        share_out = self._share_out()
        share_out.action_confirm()
        share_out.action_sign_all()
        share_out.action_close()
        self.assertEqual(self.cycle.closing_loan, 3000)
        self.assertEqual(self.cycle.closing_debt, 2000)
        self.assertEqual(self.cycle.closing_grant, 1000)

    def test_shares_left_in_open_the_next_cycle(self):
        self._meet(1, shares=2)
        share_out = self._share_out()
        line = self._share_line(share_out, 1)
        line.shares_left_in = 3
        with self.assertRaisesRegex(UserError, "more shares in"):
            share_out.action_confirm()
        line.shares_left_in = 1
        share_out.action_confirm()
        self.assertEqual(line.cash, 500)
        share_out.action_sign_all()
        share_out.action_close()
        self.assertEqual(self.cycle.closing_loan, 500)
        self.group.action_new_cycle()
        cycle = self.group.current_cycle_id
        cycle.date_start = self._day(41)
        cycle.action_start()
        self.assertEqual(cycle.opening_loan, 500)
        self.assertEqual(cycle.shares_total, 1)
        self.assertEqual(self._open(42, cycle).opening_loan, 500)

    def test_share_out_needs_closed_books(self):
        with self.assertRaisesRegex(UserError, "no meeting was validated"):
            self.cycle.action_share_out()
        self._meet(1)
        self._open(2)
        with self.assertRaisesRegex(UserError, "is open"):
            self.cycle.action_share_out()

    def test_confirmed_share_out_does_not_change(self):
        self._meet(1)
        share_out = self._share_out()
        share_out.action_confirm()
        line = share_out.line_ids[0]
        for change in (
            lambda: share_out.write({"date": "2026-12-01"}),
            lambda: line.write({"shares_left_in": 1}),
            lambda: share_out.action_cancel(),
            lambda: share_out.action_confirm(),
            lambda: self._open(41),
        ):
            with self.assertRaises(UserError):
                change()
        with self.assertRaises(UserError):
            line.with_user(self.agent).write({"payout": 1})

    def test_second_cycle_needs_the_first_closed(self):
        with self.assertRaisesRegex(UserError, "is not closed"):
            self.group.action_new_cycle()
