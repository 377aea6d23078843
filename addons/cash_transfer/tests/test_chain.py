from odoo.tests import tagged

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestChain(CashCommon):
    """From an entitlement to a closed plan whose money is explained to the cent."""

    def test_whole_chain_with_an_advance(self):
        plan = self._paid_plan(3)
        self.assertEqual(plan.state, "instructed")
        self.assertEqual(plan.amount_total, 90)
        self.assertEqual(plan.line_ids.mapped("status"), ["sent"] * 3)
        report = self._report(
            plan,
            [
                {"payment": line.name, "amount": "30.00", "reference": f"T{line.id}"}
                for line in plan.line_ids
            ],
        )
        self.assertEqual(report.state, "posted")
        self.assertEqual(set(plan.line_ids.mapped("status")), {"delivered"})
        self.assertEqual(plan.state, "reconciled")
        self.assertBooks(plan)
        plan.with_user(self.reconciler).action_close()
        self.assertEqual(plan.state, "closed")
        self.assertTrue(plan.is_balanced)
        self.assertEqual(plan.cycle_id.state, "closed")
        advance = self.env["account.move.line"].search(
            [("account_id", "=", self.advance_account.id)]
        )
        self.assertAlmostEqual(sum(advance.mapped("balance")), 0)
        self.assertTrue(all(advance.mapped("reconciled")))
        self.assertFalse(
            self.env["account.move"].search(
                [("journal_id", "=", self.company.currency_exchange_journal_id.id)]
            )
        )
        due = plan.line_ids.cycle_line_id
        self.assertEqual(set(due.mapped("payment_status")), {"paid"})
