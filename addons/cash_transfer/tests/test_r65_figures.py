from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestFigures(CashCommon):
    """Figures are the ledger's, budgets follow by themselves (R65)."""

    def _rows(self, plan, amount=None, **cells):
        return [
            {"payment": line.name, "amount": amount or line.amount_due, **cells}
            for line in plan.line_ids
        ]

    @whole
    def test_r65_spent_is_what_the_ledger_charged(self):
        """Deliveries, fees, accepted disputes and somebody else's bill; not what is
        disputed, not what is only drafted."""
        self.provider.fee_fixed = 0.5
        plan = self._paid_plan(2)
        self._report(
            plan,
            [
                {"payment": plan.line_ids[0].name, "amount": 30},
                {"payment": plan.line_ids[1].name, "amount": 33},
            ],
        )
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.spent, 61)
        plan.dispute_ids.with_user(self.releaser).action_accept("The family kept it")
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.with_user(self.officer).spent, 64)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.provider.partner_id.id,
                "journal_id": self.bill_journal.id,
                "invoice_date": self.today,
                "date": self.today,
                "currency_id": self.company.currency_id.id,
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "name": "Box and passbooks for a group",
                            "account_id": self.expense_account.id,
                            "price_unit": 28000,
                            "tax_ids": [],
                            "analytic_distribution": {str(self.analytic_a.id): 50},
                        }
                    )
                ],
            }
        )
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.spent, 64, msg="a draft is nothing")
        bill.action_post()
        self.env.invalidate_all()
        # half of 28,000 francs at 2,800 are 5 dollars
        self.assertAlmostEqual(self.grant.spent, 69)
        self.assertAlmostEqual(
            self.grant.available,
            self.grant.budget - self.grant.committed - self.grant.spent,
        )

    @whole
    def test_r65_spent_does_not_move_with_todays_rate(self):
        plan = self._paid_plan(1)
        self._report(plan, self._rows(plan))
        self.env.invalidate_all()
        before = self.grant.spent
        rates = self.usd.rate_ids
        rates.rate = rates[:1].rate / 2
        self.env.invalidate_all()
        self.assertAlmostEqual(before, 30)
        self.assertAlmostEqual(self.grant.spent, before)

    def test_r65_cost_per_grant_in_its_currency_at_posted_cost(self):
        """Francs and dollars are not added up by a rate that was left over."""
        francs = self.grant_b
        francs.currency_id = self.company.currency_id
        self.scheme.grant_ids |= francs
        plan = self._paid_plan(1, shares=[(self.grant, 50), (francs, 50)])
        self._report(plan, self._rows(plan))
        self._set_rate(self.usd, 4000, self.today)
        self.env.invalidate_all()
        splits = plan.line_ids.split_ids
        cost = {split.grant_id: split.grant_posted for split in splits}
        self.assertEqual(cost, {self.grant: 15, francs: 15 * 2800})
        for grant in cost:
            self.assertAlmostEqual(grant.spent, cost[grant])

    def test_r65_commitments_follow_dates_and_rates(self):
        entitlement = self._new_entitlement()
        funding = entitlement.funding_ids
        before = funding.committed
        self.assertGreater(before, 60)
        self.grant.date_end = self.today + timedelta(days=35)
        self.assertLess(funding.committed, before)
        self.assertTrue(entitlement.unfunded_from)
        row = self.env["cash.transfer.worklist"]
        self.env.flush_all()
        row = row.with_user(self.releaser).search([("kind", "=", "unfunded")])
        self.assertEqual(row.name, entitlement.name)
        self.assertAlmostEqual(row.amount, entitlement.unfunded_amount)
        self.assertAlmostEqual(row.amount + funding.committed, before)
        self.assertEqual(
            row.with_user(self.releaser).action_open_source()["res_id"], entitlement.id
        )
        self.grant.date_end = self.today + timedelta(days=900)
        self.assertAlmostEqual(funding.committed, before)
        self.assertFalse(entitlement.unfunded_from)
        francs = self.grant_b
        francs.currency_id = self.company.currency_id
        self.scheme.grant_ids |= francs
        other = self._new_entitlement(shares=[(francs, 100)]).funding_ids
        held = other.committed
        self._set_rate(self.usd, 5600, self.today)
        self.env["cash.transfer.entitlement.funding"]._cron_commit_budget()
        self.assertAlmostEqual(other.committed, held * 2)

    def test_r65_commitments_follow_the_scheme_at_once(self):
        funding = self._new_entitlement().funding_ids
        before = funding.committed
        count = round(before / 30)
        self.scheme.withdrawal_fee = 1
        self.assertAlmostEqual(funding.committed, before + count)
        self.scheme.rounding_step = 10
        self.assertAlmostEqual(funding.committed, before)
        self.scheme.max_payments = 2
        self.assertAlmostEqual(funding.committed, 60)
        # by a person and a second one: at the moment of agreement
        self.scheme.with_user(self.officer).max_payments = 3
        self.assertAlmostEqual(funding.committed, 60)
        self.scheme.with_user(self.approver).action_agree_changes()
        self.assertAlmostEqual(funding.committed, 90)

    def test_r65_no_period_without_a_funder(self):
        end = self.scheme.end_date
        self.grant.date_end = end - timedelta(days=62)
        with self.assertRaisesRegex(UserError, "have no grant"):
            self._new_entitlement()
        entitlement = self.env["cash.transfer.entitlement"].search([], limit=1)
        self.assertEqual(entitlement.state, "proposed")

    @whole
    def test_r65_budget_is_asked_at_lock_and_release(self):
        for _number in range(2):
            self._new_entitlement()
        plan = self._new_plans(self._new_cycle())
        self.grant.budget = 59
        with self.assertRaisesRegex(UserError, "budget"), self.env.cr.savepoint():
            self._lock(plan)
        self.grant.budget = 60
        self._to(plan, "approved")
        self.grant.budget = 59
        with self.assertRaisesRegex(UserError, "budget"), self.env.cr.savepoint():
            self._seen(plan, self.releaser).action_release()
        self.grant.budget = 60
        self._seen(plan, self.releaser).action_release()

    @whole
    def test_r65_reported_28_payment_list_totals_what_it_lists(self):
        """Reported row 28: after a failure 7 rows stood over "Total, 8 payments", and
        the wallet stood under *Identity document*."""
        plan = self._paid_plan(3)
        self._caregiver(plan.line_ids[0].entitlement_id.case_id)
        plan.line_ids[0]._unprotected().payee_id_number = "ID-4711"
        rows = self._rows(plan)
        rows[2].update(amount=0, reason="refused")
        self._report(plan, rows)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("cash_transfer.report_payment_list", plan.ids)[0]
            .decode()
        )
        text = " ".join(html.replace("<", " <").split())
        self.assertIn("Total, 2 payments", text.replace("<t>", "").replace("</t>", ""))
        self.assertIn("60.00", html)
        self.assertNotIn("90.00", html)
        self.assertNotIn(plan.line_ids[2].name, html)
        heads = html.split("<thead>")[1].split("</thead>")[0].split("<th")[1:]
        names = [head.split(">")[1].split("<")[0].strip() for head in heads]
        self.assertEqual(
            names[:4], ["Payment", "Payee", "Identity Document", "Account"]
        )
        row = html.split(plan.line_ids[0].name)[1].split("</tr>")[0].split("<td")
        self.assertIn("ID-4711", row[2])
        self.assertIn(plan.line_ids[0].masked, row[3])
