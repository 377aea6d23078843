import base64
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.misc import file_open

from odoo.addons.cash_transfer.tests.common import CashCommon
from odoo.addons.remediation_base.tools import sheets


@tagged("post_install", "-at_install")
class TestMoney(CashCommon):
    """The money of a donor's report equals the grant's analytic lines to the cent."""

    @classmethod
    def _people(cls):
        return {**super()._people(), "coordinator_2": "group_coordinator"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.today - timedelta(days=90)
        cls.last = cls.today - timedelta(days=1)
        cls.funder = cls.env["res.partner"].create({"name": "A Funder"})
        analytic = cls.env["account.analytic.account"].create(
            {
                "name": "Grant C",
                "plan_id": cls.analytic_a.plan_id.id,
                "company_id": cls.company.id,
            }
        )
        cls.grant_c = cls.env["cash.transfer.grant"].create(
            {
                "analytic_account_id": analytic.id,
                "funder_id": cls.funder.id,
                "date_start": cls.today - timedelta(days=300),
                "date_end": cls.today + timedelta(days=300),
                "currency_id": cls.cdf.id,
                "budget": 5_000_000,
            }
        )
        cls.indicator_run = (
            cls.env["remediation.indicator.run"]
            .with_user(cls.coordinator)
            .create({"name": "Q", "date_from": cls.first, "date_to": cls.last})
        )
        cls.indicator_run.action_freeze()
        cls.donor_report = (
            cls.env["remediation.donor.report"]
            .with_user(cls.coordinator)
            .create(
                {
                    "name": "Q",
                    "run_id": cls.indicator_run.id,
                    "funder_id": cls.funder.id,
                }
            )
        )

    def _post_entry(self, amount, share, day, account, currency):
        """An expense of which a share goes to the grant, the rest to another."""
        key = str(self.grant_c.analytic_account_id.id)
        other = str(self.analytic_a.id)
        distribution = {key: share, other: 100 - share}
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.cash_journal.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "currency_id": currency.id,
                            "amount_currency": sign * amount,
                            "analytic_distribution": distribution
                            if sign > 0
                            else False,
                        }
                    )
                    for sign, account in ((1, account), (-1, self.bank_account))
                ],
            }
        )
        move.action_post()
        return move

    def _by_lines(self, since, until):
        """What the analytic lines of the grant say, added up as decimals."""
        column = self.grant_c.analytic_account_id.root_plan_id._column_name()
        lines = self.env["account.analytic.line"].search(
            [
                (column, "=", self.grant_c.analytic_account_id.id),
                ("date", ">=", since),
                ("date", "<=", until),
            ]
        )
        return -sum((Decimal(f"{line.amount:.2f}") for line in lines), Decimal(0))

    def test_money_of_the_report_is_that_of_the_analytic_lines(self):
        accounts = self.expense_account, self.fee_account, self.write_off_account
        entry = st.tuples(
            st.integers(1, 2_000_000_00),
            st.sampled_from([100, 50, 33.33, 12.5, 0.01]),
            st.integers(-150, 0),
            st.sampled_from(range(3)),
            st.sampled_from(["CDF", "USD"]),
        )

        @settings(
            max_examples=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.lists(entry, min_size=1, max_size=4))
        def check(entries):
            for cents, share, days, index, name in entries:
                currency = self.cdf if name == "CDF" else self.usd
                if currency == self.usd:
                    cents = 1 + cents % 100_000
                day = self.today + timedelta(days=days)
                self._post_entry(cents / 100, share, day, accounts[index], currency)
            # sudo: the money alone, as the report reads it when it is submitted
            [told] = self.donor_report.sudo()._told_money()
            within = Decimal(f"{told['period']:.2f}")
            self.assertEqual(within, self._by_lines(self.first, self.last))
            parts = sum(Decimal(f"{amount:.2f}") for _name, amount in told["accounts"])
            self.assertEqual(parts, within)
            before = Decimal(f"{told['before']:.2f}")
            start = self.today - timedelta(days=400)
            self.assertEqual(
                before, self._by_lines(start, self.first - timedelta(days=1))
            )
            left = Decimal(f"{told['left']:.2f}")
            self.assertEqual(left, Decimal(5_000_000) - before - within)

        check()

    def test_iati_transactions_add_up_to_the_analytic_lines(self):
        """The budget of the grant, and a transaction for each account, to the cent."""
        self.company.write(
            {"company_registry": "R-1", "country_id": self.env.ref("base.cd").id}
        )
        self._post_entry(1234.56, 33.33, self.last, self.expense_account, self.cdf)
        self._post_entry(700.01, 12.5, self.last, self.fee_account, self.cdf)
        self.donor_report.action_submit()
        tree = etree.fromstring(base64.b64decode(self.donor_report.iati_file))
        with file_open("case_indicator/tests/files/iati_2_03_part.xsd", "rb") as handle:
            etree.XMLSchema(etree.parse(handle)).assertValid(tree)
        amounts = [Decimal(node.text) for node in tree.iterfind(".//transaction/value")]
        self.assertEqual(len(amounts), 2)
        self.assertEqual(sum(amounts), self._by_lines(self.first, self.last))
        [budget] = tree.iterfind(".//budget")
        self.assertEqual(Decimal(budget.findtext("value")), Decimal(5_000_000))
        self.assertEqual(
            budget.find("period-end").get("iso-date"), str(self.grant_c.date_end)
        )
        codes = {node.get("code") for node in tree.iterfind(".//transaction-type")}
        self.assertEqual(codes, {"4"})

    def test_one_button_and_a_second_person(self):
        self._post_entry(1234.56, 100, self.last, self.expense_account, self.cdf)
        self._post_entry(10, 100, self.today, self.expense_account, self.cdf)
        self.donor_report.action_submit()
        [money] = self.donor_report.content["money"]
        self.assertEqual(money["period"], 1234.56)
        # What is posted later changes nothing of what was submitted.
        self._post_entry(99, 100, self.last, self.expense_account, self.cdf)
        self._seen(self.donor_report, self.coordinator_2).action_approve()
        self.assertEqual(self.donor_report.content["money"][0]["period"], 1234.56)
        [sheet] = sheets.tables(self.donor_report._xlsx())
        cells = [cell for _number, row in sheet.rows for cell in row]
        self.assertIn(1234.56, cells)
        html = str(self.donor_report.shown)
        self.assertIn("1,234.56", html)
        self.assertIn("Cash Assistance", html)
        public = (
            self.env["remediation.donor.report"]
            .with_user(self.coordinator)
            .create({"name": "Public", "run_id": self.indicator_run.id})
        )
        public.action_submit()
        self.assertNotIn("money", public.content)
