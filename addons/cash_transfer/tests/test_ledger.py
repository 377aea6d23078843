from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestLedger(CashCommon):
    """What a plan means in the books (R40, R44), for the three kinds of provider."""

    def _rows(self, plan, amount=None):
        return [
            {"payment": line.name, "amount": amount or line.amount_due}
            for line in plan.line_ids
        ]

    def _lines(self, account):
        return self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )

    @whole
    def test_r40_aggregated_by_analytic_combination(self):
        self.scheme.grant_ids |= self.grant_b
        plan = self._paid_plan(7, shares=[(self.grant, 50), (self.grant_b, 50)])
        self._report(plan, self._rows(plan))
        expense = self._lines(self.expense_account)
        self.assertEqual(len(expense), 2, "never one line per payee")
        keys = {next(iter(line.analytic_distribution)) for line in expense}
        self.assertEqual(
            keys,
            {
                f"{analytic.id},{self.analytic_site.id}"
                for analytic in (self.analytic_a, self.analytic_b)
            },
        )
        self.assertEqual(expense.partner_id, self.provider.partner_id)
        analytic = self.env["account.analytic.line"].search(
            [("general_account_id", "=", self.expense_account.id)]
        )
        self.assertAlmostEqual(
            -sum(analytic.mapped("amount")), sum(expense.mapped("balance"))
        )
        self.assertBooks(plan)

    @whole
    def test_fees_follow_the_grants(self):
        self.provider.write({"fee_fixed": 0.1, "fee_percent": 1})
        plan = self._paid_plan(2)
        self.assertAlmostEqual(plan.expected_fee, 0.8)
        self._report(plan, self._rows(plan))
        fee = self._lines(self.fee_account)
        self.assertAlmostEqual(fee.amount_currency, 0.8)
        plan.with_user(self.reconciler).action_close()

    @whole
    def test_own_wallet_is_an_internal_transfer(self):
        wallet = self._new_provider("Own Wallet", "wallet")
        plan = self._paid_plan(2, provider=wallet)
        self.assertAlmostEqual(
            sum(self._lines(self.wallet_account).mapped("amount_currency")), 60
        )
        self.assertTrue(all(self._lines(self.transfer_account).mapped("reconciled")))
        self._report(plan, self._rows(plan))
        self.assertAlmostEqual(
            sum(self._lines(self.wallet_account).mapped("balance")), 0
        )
        plan.with_user(self.reconciler).action_close()
        self.assertBooks(plan)

    @whole
    def test_pre_financed_is_a_bill_with_grant_lines(self):
        provider = self._new_provider("Shop", "prefinanced", fee_fixed=0.5)
        plan = self._paid_plan(2, provider=provider)
        self._report(plan, self._rows(plan))
        bill = self.env["account.move"].search([("payment_plan_id", "=", plan.id)])
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "posted"))
        self.assertAlmostEqual(bill.amount_total, 61)
        plan.with_user(self.reconciler).action_close()
        self.assertBooks(plan)

    def _institution_payee(self, case, partner):
        return self._new_payee(
            case,
            self.schools,
            kind="institution",
            member_id=False,
            partner_id=partner.id,
        )

    @whole
    def test_institutions_are_paid_by_one_bill_each_with_grant_lines(self):
        self.schools = self._new_provider("Schools", "prefinanced", fee_fixed=0.5)
        self.scheme.grant_ids |= self.grant_b
        lycee, centre = self.env["res.partner"].create(
            [
                {"name": "Lycee", "is_company": True},
                {"name": "Centre", "is_company": True},
            ]
        )
        shares = [(self.grant, 50), (self.grant_b, 50)]
        for partner in (lycee, lycee, centre):
            case = self._new_case(site_id=self.site.id)
            self._new_entitlement(
                case, payee=self._institution_payee(case, partner), shares=shares
            )
        self._new_entitlement(provider=self.schools, shares=shares)
        plan = self._to(self._new_plans(self._new_cycle()), "instructed")
        self._report(plan, self._rows(plan))
        bills = self.env["account.move"].search([("payment_plan_id", "=", plan.id)])
        self.assertEqual(
            {bill.partner_id: bill.amount_total for bill in bills},
            {lycee: 60, centre: 30, self.schools.partner_id: 32},
        )
        self.assertEqual(set(bills.mapped("move_type")), {"in_invoice"})
        self.assertEqual(set(bills.mapped("state")), {"posted"})
        of_lycee = bills.filtered(lambda b: b.partner_id == lycee).invoice_line_ids
        self.assertEqual(len(of_lycee), 2, "one line per grant, none per child")
        self.assertEqual(
            {next(iter(line.analytic_distribution)) for line in of_lycee},
            {
                f"{analytic.id},{self.analytic_site.id}"
                for analytic in (self.analytic_a, self.analytic_b)
            },
        )
        self.assertBooks(plan)
        line = plan.line_ids.filtered(lambda one: one.payee_id.partner_id == lycee)[0]
        line.with_user(self.releaser).action_reverse("Never enrolled")
        self._owe_later(plan)
        payable = self._lines(self.payable_account).filtered(
            lambda one: one.partner_id == lycee
        )
        self.assertEqual(sum(payable.mapped("amount_currency")), -30, "one is owed")
        self.assertBooks(plan)
        plan.with_user(self.reconciler).action_close()

    @whole
    def test_one_funding_for_several_plans(self):
        first = self._paid_plan(2, "approved")
        other = self.scheme.copy({"name": "Other", "amount": 10})
        other.grant_ids = self.grant
        other.purpose_id = self.env.ref("cash_transfer.purpose_transport")
        self._new_entitlement(scheme=other)
        second = self._to(self._new_plans(self._new_cycle(other)), "approved")
        (first | second).with_user(self.releaser).action_fund()
        payment = (first | second).movement_ids.payment_id
        self.assertEqual(len(payment), 1)
        self.assertEqual(payment.amount, 70)
        self.assertEqual(first._missing_funding() + second._missing_funding(), 0)
        with self.assertRaisesRegex(UserError, "already"):
            first.with_user(self.releaser).action_fund()

    @whole
    def test_exchange_cost_of_the_advance(self):
        plan = self._paid_plan(2)
        self._set_rate(self.usd, 3000, self.today - timedelta(days=1))
        self.usd.invalidate_recordset()
        self._report(plan, self._rows(plan))
        self.assertAlmostEqual(
            sum(self._lines(self.expense_account).mapped("balance")), 60 * 2800
        )
        self.assertFalse(
            self._lines(self.gain_account) | self._lines(self.loss_account)
        )
        plan.with_user(self.reconciler).action_close()

    @whole
    def test_exchange_rate_of_the_day_with_the_grants_analytic(self):
        self.company.cash_exchange_policy = "day"
        plan = self._paid_plan(2, "released")
        plan.with_user(self.releaser).action_fund(date=self.today - timedelta(days=20))
        self._set_rate(self.usd, 3000, self.today)
        self._instruct(plan)
        self._report(plan, self._rows(plan))
        expense = sum(self._lines(self.expense_account).mapped("balance"))
        gain = self._lines(self.gain_account)
        self.assertAlmostEqual(expense, 60 * 3000)
        self.assertAlmostEqual(
            expense + sum(gain.mapped("balance")),
            60 * 2800,
            msg="expense − gains is the cost either way",
        )
        self.assertIn(
            str(self.analytic_a.id), next(iter(gain.analytic_distribution)).split(",")
        )
        plan.with_user(self.reconciler).action_close()
        self.assertTrue(plan.is_balanced)

    @whole
    def test_exchange_ineligible_by_donor_rule(self):
        self.company.cash_exchange_policy = "day"
        self.grant.exchange_ineligible = True
        plan = self._paid_plan(1, "released")
        plan.with_user(self.releaser).action_fund(date=self.today - timedelta(days=20))
        self._set_rate(self.usd, 2500, self.today)
        self._instruct(plan)
        self._report(plan, self._rows(plan))
        loss = self._lines(self.loss_account)
        self.assertEqual(
            loss.analytic_distribution, {str(self.analytic_lost.id): 100.0}
        )

    @whole
    def test_restricted_income_is_released(self):
        self.grant.write(
            {
                "deferred_account_id": self.deferred_account.id,
                "income_account_id": self.income_account.id,
            }
        )
        plan = self._paid_plan(1)
        self._report(plan, self._rows(plan))
        self.assertAlmostEqual(self._lines(self.income_account).balance, -30 * 2800)
        self.assertAlmostEqual(self._lines(self.deferred_account).balance, 30 * 2800)

    @whole
    def test_return_clears_the_advance(self):
        plan = self._paid_plan(2)
        first, second = plan.line_ids
        self._report(
            plan,
            [
                {"payment": first.name, "amount": 30},
                {"payment": second.name, "amount": 0, "reason": "refused"},
            ],
        )
        with self.assertRaisesRegex(UserError, "still with the provider"):
            plan.with_user(self.reconciler).action_close()
        with self.assertRaises(UserError):
            plan.with_user(self.releaser).action_return(31)
        self._set_rate(self.usd, 3000, self.today)
        plan.with_user(self.releaser).action_return()
        self._owe_later(plan)
        plan.with_user(self.reconciler).action_close()
        advance = self._lines(self.advance_account)
        self.assertAlmostEqual(sum(advance.mapped("balance")), 0)
        self.assertAlmostEqual(sum(advance.mapped("amount_currency")), 0)
        self.assertBooks(plan)

    @whole
    def test_r44_reversal_in_an_open_period_keeps_the_line(self):
        plan = self._paid_plan(2)
        self._report(plan, self._rows(plan))
        line = plan.line_ids[0]
        self.company.fiscalyear_lock_date = self.today - timedelta(days=10)
        boss = line.with_user(self.releaser)
        with self.assertRaisesRegex(UserError, "locked period"):
            boss.action_reverse("Wrong person", self.today - timedelta(days=20))
        with self.assertRaises(AccessError):
            line.with_user(self.reconciler).action_reverse("Wrong person")
        boss.action_reverse("Wrong person")
        self.assertEqual((line.status, line.amount_delivered), ("reversed", 0))
        self.assertTrue(line.row_ids, "history stays")
        self.assertAlmostEqual(
            sum(self._lines(self.expense_account).mapped("amount_currency")), 30
        )
        self.assertBooks(plan)
        plan.with_user(self.officer).action_follow_up()
        follow_up = self._to(plan.follow_up_plan_ids, "approved")
        plan.with_user(self.releaser).action_carry()
        self._seen(follow_up, self.releaser).action_release()
        self._instruct(follow_up)
        self._report(follow_up, self._rows(follow_up))
        (plan | follow_up).with_user(self.reconciler).action_close()
        self.assertBooks(plan | follow_up)

    @whole
    def test_r44_a_bill_is_reversed_at_its_own_rate(self):
        plan = self._paid_plan(2, provider=self._new_provider("Shop", "prefinanced"))
        self._report(plan, self._rows(plan))
        self._set_rate(self.usd, 3000, self.today)
        plan.line_ids[0].with_user(self.releaser).action_reverse("Wrong person")
        self.assertAlmostEqual(
            sum(self._lines(self.expense_account).mapped("balance")), 30 * 2800
        )
        self.assertAlmostEqual(
            sum(self._lines(self.payable_account).mapped("balance")), -30 * 2800
        )
        self.assertBooks(plan)

    @whole
    def test_entries_of_a_plan_are_not_undone(self):
        plan = self._paid_plan(1)
        self._report(plan, self._rows(plan))
        move = self.env["account.move"].search([("payment_plan_id", "=", plan.id)])
        with self.assertRaises(UserError):
            move.button_draft()

    def _disputed(self):
        """One payment delivered with 10 too much, one not delivered."""
        plan = self._paid_plan(2)
        one, two = plan.line_ids
        self._report(
            plan,
            [
                {"payment": one.name, "amount": 40},
                {"payment": two.name, "amount": 0, "reason": "limit"},
            ],
        )
        return plan, plan.dispute_ids

    @whole
    def test_disputes_accepted_recovered_written_off(self):
        plan, dispute = self._disputed()
        with self.assertRaises(AccessError):
            dispute.with_user(self.reconciler).action_accept("Ours")
        dispute.with_user(self.releaser).action_accept("The donor agreed")
        self.assertAlmostEqual(
            sum(self._lines(self.expense_account).mapped("amount_currency")), 40
        )
        plan.with_user(self.releaser).action_return()
        self._owe_later(plan)
        plan.with_user(self.reconciler).action_close()
        self.assertAlmostEqual(
            sum(self._lines(self.claims_account).mapped("balance")), 0
        )

    def test_dispute_recovered_into_the_advance_is_returned(self):
        plan, dispute = self._disputed()
        dispute.with_user(self.releaser).action_recover("Credit note", to_bank=True)
        plan.with_user(self.releaser).action_return()
        self._owe_later(plan)
        plan.with_user(self.reconciler).action_close()
        self.assertAlmostEqual(
            sum(self._lines(self.advance_account).mapped("balance")), 0
        )

    def test_write_off_takes_two_people_and_the_ineligible_analytic(self):
        plan, dispute = self._disputed()
        with self.assertRaises(UserError):
            dispute.with_user(self.releaser).action_write_off("Lost")
        dispute.with_user(self.reconciler).action_ask_write_off("Lost")
        dispute.with_user(self.releaser).action_write_off("Lost")
        lost = self._lines(self.write_off_account)
        self.assertEqual(
            lost.analytic_distribution, {str(self.analytic_lost.id): 100.0}
        )
        self.assertAlmostEqual(lost.amount_currency, 10)
        plan.with_user(self.releaser).action_return()
        self._owe_later(plan)
        plan.with_user(self.reconciler).action_close()
        self.assertBooks(plan)
