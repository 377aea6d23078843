from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import CashCommon


@tagged("post_install", "-at_install")
class TestFigures(CashCommon):
    """Payments of 30 USD at 2,800 CDF, with the company's books in CDF."""

    def _run(self):
        run = (
            self.env["remediation.indicator.run"]
            .with_user(self.coordinator)
            .create(
                {
                    "name": "Q",
                    "date_from": self.today - timedelta(days=80),
                    "date_to": self.today,
                }
            )
        )
        run.action_freeze()
        return run

    def _numbers(self, run, key):
        figure = run.total_ids.filtered(lambda f: f.measure_id.key == key)
        return figure.numerator, figure.denominator, round(figure.value, 2)

    def test_i24_i25_payments_by_hand(self):
        plan = self._paid_plan(3)
        lines = plan.line_ids.sorted("id")
        due = lines[0].amount_due
        self._report(
            plan,
            [
                {
                    "payment": lines[0].name,
                    "status": "delivered",
                    "amount": due,
                    "date": self.today,
                },
                {
                    "payment": lines[1].name,
                    "status": "delivered",
                    "amount": due,
                    "date": self.today,
                },
                {
                    "payment": lines[2].name,
                    "status": "failed",
                    "reason": "wrong_number",
                },
            ],
        )
        self.assertEqual(lines.mapped("status"), ["delivered", "delivered", "failed"])
        run = self._run()
        self.assertEqual(self._numbers(run, "i25_failed"), (1, 3, 33.33))
        self.assertEqual(self._numbers(run, "i25_reconciled"), (3, 3, 100))
        self.assertEqual(
            self._numbers(run, "i25_value"),
            (2 * due * 2800, 3 * due * 2800, 66.67),
        )
        on_time = self._numbers(run, "i25_on_time")
        self.assertEqual(on_time, (2, 3, 66.67))
        # what the two payments cost in the books, for two children
        posted = sum(lines.split_ids.mapped("company_posted"))
        self.assertGreater(posted, 0)
        self.assertEqual(
            self._numbers(run, "i24_child"), (posted, 2, round(posted / 2, 2))
        )
        # The budget of the grants that run, and what the ledger says was spent.
        spent, budget, _value = self._numbers(run, "i31_spent")
        grants = self.grant | self.grant_b
        self.assertAlmostEqual(budget, sum(grants.mapped("budget")) * 2800, 2)
        self.assertAlmostEqual(spent, sum(grants.mapped("spent")) * 2800, 2)

    def test_i26_advances_by_age(self):
        self._paid_plan(2)
        open_lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.advance_account.id),
                ("parent_state", "=", "posted"),
                ("balance", ">", 0),
            ]
        )
        run = self._run()
        self.assertAlmostEqual(
            self._numbers(run, "i26_30")[0], sum(open_lines.mapped("amount_residual"))
        )
        self.assertEqual(self._numbers(run, "i26_more")[0], 0)

    def test_finance_opens_payments_and_a_coordinator_sees_those_it_may(self):
        self._paid_plan(1)
        figure = self._run().total_ids.filtered(
            lambda f: f.measure_id.key == "i25_reconciled"
        )
        action = figure.with_user(self.coordinator).action_whole()
        self.assertEqual(action["res_model"], "cash.transfer.payment.line")
