from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import BillsCommon


@tagged("post_install", "-at_install")
class TestCost(BillsCommon):
    """What a case cost so far is what the ledger shows for it, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True
        for money, rate in ((cls.usd, 1.0), (cls.eur, 0.873)):
            if money != cls.company.currency_id:
                cls.env["res.currency.rate"].create(
                    {
                        "currency_id": money.id,
                        "company_id": cls.company.id,
                        "name": "2026-01-01",
                        "rate": rate,
                    }
                )

    def _ledger(self):
        """What the books show on the account of support, in cents."""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.expense.id), ("parent_state", "=", "posted")]
        )
        return round(sum(lines.mapped("balance")) * 100)

    def _costs(self, cases):
        self.env.invalidate_all()
        return round(sum(cases.mapped("cost_so_far")) * 100)

    def test_posted_bills_alone_count(self):
        case = self._case()
        self._give(case, 30.0)
        self.assertEqual(case.cost_so_far, 0)
        bill = self._draft()
        self.assertEqual(self._costs(case), 0)
        bill.action_post()
        self.assertEqual(self._costs(case), 3000)
        self.assertEqual(case.cost_services, 30.0)

    def test_bad_input_a_credit_note_of_a_whole_bill(self):
        """An accountant's own reversal is taken off, and what was given is billed
        again."""
        case = self._case()
        delivery = self._give(case, 30.0)
        bill = self._draft()
        bill.action_post()
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"journal_id": bill.journal_id.id, "date": self.day})
        )
        reversal.refund_moves()
        reversal.new_move_ids.action_post()
        self.assertEqual(self._costs(case), 0)
        self.assertEqual(delivery.bill_state, "none")
        again = self._draft()
        again.action_post()
        self.assertEqual(self._costs(case), 3000)

    def test_who_follows_the_case_reads_it(self):
        case = self._case()
        self._give(case, 30.0)
        self._draft().action_post()
        self.env.invalidate_all()
        for user in (case.user_id, self.supervisor, self.auditor):
            self.assertEqual(case.with_user(user).cost_so_far, 30.0)
        for user in (self.monitor, self.portal_manager, self.accountant):
            with self.assertRaises(AccessError):
                case.with_user(user).read(["cost_so_far"])

    def test_costs_of_cases_are_the_ledger(self):
        """Property: whatever was given in whichever currency, billed, taken back and
        credited, the costs of all cases are the account of support."""
        cases = self._case() | self._case() | self._new_case()
        money = (self.company.currency_id, self.usd, self.eur)

        @settings(max_examples=12, deadline=None, derandomize=True)
        @given(
            st.lists(
                st.tuples(
                    st.integers(1, 99_999),
                    st.integers(0, 2),
                    st.integers(0, 2),
                    st.booleans(),
                    st.booleans(),
                ),
                min_size=1,
                max_size=10,
            )
        )
        def check(rows):
            savepoint = self.env.cr.savepoint()
            try:
                taken_back = []
                for units, case, currency, back, second in rows:
                    given = self._give(
                        cases[case],
                        units / 100,
                        currency_id=money[currency].id,
                        date=date(2026, 11 if second else 10, 12),
                    )
                    if back:
                        taken_back.append(given)
                months = {date(2026, 11 if row[4] else 10, 12) for row in rows}
                for month in sorted(months):
                    self._draft(month=month).action_post()
                    self.assertEqual(self._costs(cases), self._ledger())
                for given in taken_back:
                    given.with_user(given.case_id.user_id).action_cancel("Twice")
                if taken_back:
                    # one stays a draft: it counts on neither side
                    self._draft()[1:].action_post()
                self.assertEqual(self._costs(cases), self._ledger())
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all()

        check()

    def test_read_for_many_at_once(self):
        """A list of cases reads the books once, not once per case."""
        cases = self.env["remediation.case"].union(*(self._case() for _n in range(6)))
        for case in cases:
            self._give(case, 10.0)
        self._draft().action_post()
        counts = []
        for some in (cases[:1], cases):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("cost_so_far")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 4)
