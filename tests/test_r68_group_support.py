from odoo import fields
from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import CashCommon


@tagged("post_install", "-at_install")
class TestGroupSupport(CashCommon):
    """What a savings group is given charges the grant like any payment: the restricted
    income is released by the one rule (R68), the spending counts (R65)."""

    def test_r68_a_kit_of_a_group_releases_restricted_income(self):
        self.grant.write(
            {
                "deferred_account_id": self.deferred_account.id,
                "income_account_id": self.income_account.id,
            }
        )
        group = self.env["savings.group"].create({"label": "Umoja"})
        accountant = self._new_user("bookkeeper", "account.group_account_manager")
        support = self.env["savings.support"].create(
            {
                "group_id": group.id,
                "kind": "kit",
                "date": self.today,
                "amount": 140_000,
                "partner_id": self.provider.partner_id.id,
                "account_id": self.expense_account.id,
                "analytic_distribution": {str(self.analytic_a.id): 50},
            }
        )
        support.with_user(accountant).action_draft_bill()
        support.move_id.with_user(accountant).action_post()
        self.env.invalidate_all()
        # half of 140,000 francs at 2,800 are 25 dollars
        self.assertAlmostEqual(self.grant.spent, 25)
        released = self.env["account.move"].search(
            [("income_of_id", "=", support.move_id.id)]
        )
        self.assertEqual(
            {line.account_id: line.balance for line in released.line_ids},
            {self.deferred_account: 70_000, self.income_account: -70_000},
        )
        support.move_id._reverse_moves(
            [{"date": self.today, "invoice_date": fields.Date.to_string(self.today)}],
            cancel=True,
        )
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.income_account.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertAlmostEqual(sum(items.mapped("balance")), 0)
