from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import CashCommon


@tagged("post_install", "-at_install")
class TestBudgetTold(CashCommon):
    """A donor's report tells the money by the donor's own headings, and the rate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.today - timedelta(days=90)
        cls.last = cls.today - timedelta(days=1)
        cls.funder = cls.env["res.partner"].create({"name": "A Funder"})
        days = {"date_from": cls.grant.date_start, "date_to": cls.grant.date_end}
        cls.grant.write(
            {
                "funder_id": cls.funder.id,
                "budget": 1000,
                "budget_line_ids": [
                    Command.create(
                        {
                            "heading": heading,
                            "account_ids": [Command.set(account.ids)],
                            "amount": amount,
                            **days,
                        }
                    )
                    for heading, account, amount in (
                        ("A1 Stipends", cls.expense_account, 900),
                        ("A2 Fees", cls.fee_account, 100),
                    )
                ],
            }
        )
        run = (
            cls.env["remediation.indicator.run"]
            .with_user(cls.coordinator)
            .create({"name": "Q", "date_from": cls.first, "date_to": cls.last})
        )
        run.action_freeze()
        cls.donor_report = (
            cls.env["remediation.donor.report"]
            .with_user(cls.coordinator)
            .create({"name": "Q", "run_id": run.id, "funder_id": cls.funder.id})
        )

    def _bill(self, account, amount, day, post=True):
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.provider.partner_id.id,
                "journal_id": self.bill_journal.id,
                "invoice_date": day,
                "date": day,
                "currency_id": self.usd.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Books",
                            "account_id": account.id,
                            "price_unit": amount,
                            "tax_ids": [],
                            "analytic_distribution": {str(self.analytic_a.id): 100},
                        }
                    )
                ],
            }
        )
        if post:
            bill.action_post()

    def _tables(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.donor_report.action_submit()
        return self.donor_report.with_env(self.env)._tables()

    def test_r65_each_heading_is_told_and_the_sums_are_the_grants(self):
        self._bill(self.fee_account, 7, self.first - timedelta(days=1))
        self._bill(self.fee_account, 11, self.first)
        self._bill(self.expense_account, 20, self.last)
        self._bill(self.loss_account, 3, self.last)  # no heading takes it
        self._bill(self.fee_account, 5, self.today, post=False)
        [told] = [table for table in self._tables() if "by heading" in table["title"]]
        self.assertEqual(
            told["rows"],
            [
                ["A1 Stipends", 900, 0, 20, 0, 880],
                ["A2 Fees", 100, 7, 11, 5, 77],
                ["No Heading", 0, 0, 3, 0, -3],
            ],
        )
        [money] = self.donor_report.with_env(self.env).content["money"]
        sums = [sum(row[place] for row in told["rows"]) for place in range(1, 6)]
        wanted = [
            money[name] for name in ("budget", "before", "period", "committed", "left")
        ]
        self.assertEqual(sums, wanted)

    def test_r53_the_report_says_by_which_rate(self):
        for rule, words in (
            ("day", "rate of their day"),
            ("month", "first day of their month"),
            ("instalment", "instalment received"),
        ):
            self.grant.rate_rule = rule
            note = self.donor_report._money_note({"rate_rule": rule})
            self.assertIn(words, note)
        self.assertIn(
            "instalment received",
            next(t["note"] for t in self._tables() if "Money of" in t["title"]),
        )
