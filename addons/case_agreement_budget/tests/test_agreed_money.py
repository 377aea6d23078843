from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.case_agreement.tests.common import AgreementCommon
from odoo.addons.cash_transfer.tests.common import CashCommon


@tagged("post_install", "-at_install")
class TestAgreedMoney(AgreementCommon, CashCommon):
    """What an agreement pays beside stipends is committed on its payers' grants and
    stands in the forecast, from the next month on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._approved_agreement(
            date_start=cls.period,
            end_rule="date",
            date_end=cls.period + relativedelta(months=4, days=-1),
            growth=0,
            party_ids=[
                cls._party(
                    "purchaser",
                    cls.purchaser,
                    66.67,
                    analytic_account_id=cls.analytic_a.id,
                ),
                cls._party("ngo", cls.ngo, 33.33),
            ],
        )
        cls._approved_child(
            cls.agreement,
            cost_ids=[
                Command.create(
                    {
                        "kind": kind,
                        "amount": amount,
                        "every": "month",
                        "date_from": cls.period,
                    }
                )
                for kind, amount in (("stipend", 60), ("training", 30))
            ],
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def test_r65_an_agreement_is_committed_and_stipends_are_not_twice(self):
        """Three months of 30 to come, two thirds of them the purchaser's."""
        self.assertAlmostEqual(self.grant.committed, 60, 1)
        rows = self.env["cash.commitment"].with_user(self.officer).search([])
        self.assertEqual(rows.mapped("kind"), ["agreement"])
        self.assertAlmostEqual(rows.amount, self.grant.committed, 1)
        self.assertEqual(rows.grant_id, self.grant)
        self.assertEqual(rows.date_from, self.period + relativedelta(months=1))

    def test_r65_a_budget_line_carries_the_agreement(self):
        self.company.agreement_expense_account_id = self.fee_account
        days = {"date_from": self.grant.date_start, "date_to": self.grant.date_end}
        self.grant.write(
            {
                "budget": 1000,
                "budget_line_ids": [
                    Command.create(
                        {
                            "heading": "A2 Training",
                            "account_ids": [Command.set(self.fee_account.ids)],
                            "amount": 1000,
                            **days,
                        }
                    )
                ],
            }
        )
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.budget_line_ids.committed, 60, 1)
        self.assertFalse(self.grant.outside_lines)

    def test_the_forecast_has_what_the_agreement_pays(self):
        rows = self.env["cash.forecast"]._get_rows(self.company, self.period, 6)
        self.assertEqual({row["provider_id"] for row in rows}, {False})
        self.assertEqual({row["grant_id"] for row in rows}, {self.grant.id, False})
        months = {row["period"] for row in rows}
        self.assertEqual(
            months, {self.period + relativedelta(months=n) for n in (1, 2, 3)}
        )
        self.assertAlmostEqual(sum(row["needed"] for row in rows), 90, 2)
        mine = [row for row in rows if row["grant_id"] == self.grant.id]
        self.assertAlmostEqual(sum(row["due"] for row in mine), self.grant.committed, 2)

    def test_a_grant_that_ends_before_pays_no_more(self):
        self.grant.date_end = self.period + relativedelta(months=2) - timedelta(days=1)
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.committed, 20, 1)
