from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.remediation_base.tests.undone import undone
from odoo.addons.remediation_base.tools.money import Money

from .common import HistoryCommon

KINDS = ("bill", "fees", "stock")


@tagged("post_install", "-at_install")
class TestHistory(HistoryCommon):
    """Whatever is given, billed, taken from the stock, paid out and taken back: by
    grant and by month it is what the ledger shows, and no entry names a child."""

    # -- what it comes to -----------------------------------------------------------
    def _expected(self, given_things, taken_back):
        """``{(analytic account id, month): units}`` from the records of the work."""
        money = self.company.currency_id
        sums = defaultdict(int)

        def add(one, day, sign):
            _day, _label, amount = one._bill_parts()
            shares = one.case_id._analytic_shares(one._bill_parts()[0])
            parts = Money.of(amount, money).split(list(shares.values()))
            for analytic, part in zip(shares, parts, strict=True):
                sums[analytic, day.replace(day=1)] += sign * part.units

        for one, day in given_things:
            add(one, day, 1)
        for one in taken_back:
            add(one, self.days[-1], -1)
        for split in self.plan.line_ids.split_ids:
            for analytic in (self.analytic_a, self.analytic_b):
                if str(analytic.id) in split.analytic_key.split(","):
                    units = Money.of(split.company_posted, money).units
                    sums[analytic.id, self.today.replace(day=1)] += units
        return {key: units for key, units in sums.items() if units}

    def _ledger(self):
        """The same from the posted entries of both expense accounts."""
        money = self.company.currency_id
        sums = defaultdict(int)
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "in", (self.support | self.expense_account).ids),
                ("parent_state", "=", "posted"),
            ]
        )
        for line in lines:
            for keys, share in (line.analytic_distribution or {}).items():
                for analytic in (self.analytic_a, self.analytic_b):
                    if str(analytic.id) in keys.split(","):
                        amount = line.balance * share / 100
                        key = (analytic.id, line.date.replace(day=1))
                        sums[key] += Money.of(amount, money).units
        return {key: units for key, units in sums.items() if units}

    def _no_names(self):
        case = self.child.case_id
        texts = [
            text
            for entry in self.env["account.move"].search([])
            for text in (
                entry.ref,
                entry.narration,
                *entry.line_ids.mapped("name"),
                *entry.line_ids.mapped("ref"),
            )
            if text
        ]
        for word in (case.name, "Mama Secret", "Amani", "Hidden"):
            self.assertFalse([text for text in texts if word in text], word)

    def test_what_was_given_and_paid_is_the_ledger_by_grant_and_month(self):
        """Property: deliveries, fees, things of the stock and payments are the ledger,
        by grant and month, before and after something is taken back."""

        @settings(max_examples=6, deadline=None, derandomize=True)
        @given(
            st.lists(
                st.tuples(
                    st.sampled_from(KINDS),
                    st.integers(1, 9_999_999),
                    st.booleans(),
                    st.booleans(),
                ),
                min_size=1,
                max_size=8,
            ),
            st.lists(st.sampled_from((0, 12.34, 30)), min_size=2, max_size=2),
        )
        def check(rows, amounts):
            with undone(self.env):
                things, back = [], self.env["remediation.service.delivery"]
                enrolled = False
                for kind, units, second, taken in rows:
                    # a child is in one school at a time: the other fees are bills
                    kind = "bill" if enrolled and kind == "fees" else kind
                    enrolled = enrolled or kind == "fees"
                    day = self.days[second]
                    one = self._give(kind, units, day)
                    things.append((one, day))
                    if taken and kind != "fees":
                        back |= one
                for day in sorted({day for _one, day in things}):
                    self._bill(day)
                self._report(
                    self.plan,
                    [
                        {"payment": line.name, "amount": amount}
                        for line, amount in zip(
                            self.plan.line_ids, amounts, strict=True
                        )
                    ],
                )
                self.assertEqual(self._ledger(), self._expected(things, []))
                for one in back:
                    one.with_user(one.case_id.user_id).action_cancel("Twice")
                if back:
                    self._bill(self.days[-1])
                self.assertEqual(self._ledger(), self._expected(things, back))
                self._no_names()

        check()
