from datetime import timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.case_agreement_cash.tests.common import HistoryCommon
from odoo.addons.remediation_base.tests.undone import undone
from odoo.addons.remediation_base.tools.money import Money

KINDS = ("bill", "fees", "stock")
ENDS = ("kept", "cancelled", "reversed")


@tagged("post_install", "-at_install")
class TestLedgerOfSupport(HistoryCommon):
    """I24 by grant is what the ledger charged to it, to the cent: payments, bills, the
    stock, support to a caregiver's group, and what was taken back of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        first = cls.today.replace(day=1)
        cls.days = (first - timedelta(days=40), first - timedelta(days=10))
        cls.case = cls.child.case_id
        group = cls.env["savings.group"].create(
            {
                "label": "Umoja",
                "member_ids": [
                    Command.create({"full_name": f"Member {n}"}) for n in range(4)
                ],
            }
        )
        plan = cls._active_plan(cls.case, actions=("savings_group",))
        # The sixth month ends today: whatever was charged before is the cohort's.
        cls.begun = cls.today - relativedelta(months=6)
        cls.case.plan_ids._unprotected().write({"date_start": cls.begun})
        action = plan.action_ids
        cls.enrolment = (
            cls.env["savings.enrolment"]
            .with_user(cls.case.user_id)
            .create(
                {
                    "action_id": action.id,
                    "caregiver_id": cls._caregiver(cls.case).id,
                    "group_id": group.id,
                }
            )
        )
        cls.enrolment.action_enrol()
        cls.env.invalidate_all()

    def _support(self, units, end):
        """A kit for her, which both grants pay."""
        amount = Money(units, self.company.currency_id).amount
        self.enrolment.action_ask_support("kit", amount)
        support = self.env["savings.support"].search([], order="id desc", limit=1)
        support.write(
            {
                "partner_id": self.school.id,
                "account_id": self.support.id,
                "date": self.days[1].replace(day=1),
                "analytic_distribution": {
                    str(self.analytic_a.id): 33.33,
                    str(self.analytic_b.id): 66.67,
                },
            }
        )
        support.with_user(self.accountant).action_draft_bill()
        if end == "cancelled":
            support.move_id.button_cancel()
            return
        support.move_id.action_post()
        if end == "reversed":
            self._reverse(support.move_id)

    def _reverse(self, moves):
        day = self.days[1]
        values = [{"date": day, "invoice_date": day} for _move in moves]
        moves._reverse_moves(values, cancel=True)

    def _frozen_run(self):
        run = (
            self.env["remediation.indicator.run"]
            .with_user(self.coordinator)
            .create(
                {
                    "name": "Q",
                    "date_from": self.days[0].replace(day=1),
                    "date_to": self.today,
                }
            )
        )
        run.action_freeze()
        return run

    def _by_grant(self, run, key="i24_child"):
        """``{grant or none: units}`` of a run."""
        money = self.company.currency_id
        return {
            self.grant.browse(int(figure.group_key or 0)): Money.of(
                figure.numerator, money
            ).units
            for figure in run.figure_ids
            if figure.dimension == "grant" and figure.measure_id.key == key
        }

    def _charged(self, grant, before=None):
        """What the analytic lines of a grant say, in units; until a day's eve."""
        column = grant.analytic_account_id.root_plan_id._column_name()
        domain = [(column, "=", grant.analytic_account_id.id)]
        if before:
            domain.append(("date", "<", before))
        lines = self.env["account.analytic.line"].search(domain)
        money = self.company.currency_id
        return -sum(Money.of(line.amount, money).units for line in lines)

    def _assert_is_ledger(self, noted):
        """Both grants' parts are their analytic lines; the rest is what was noted."""
        self.env.invalidate_all()
        run = self._frozen_run()
        charged = {
            grant: units
            for grant in self.grant | self.grant_b
            if (units := self._charged(grant))
        }
        for key in ("i24_child", "i24_month", "i24_out"):
            found = self._by_grant(run, key)
            self.assertEqual(found.pop(self.grant.browse(), 0), noted, key)
            self.assertEqual(
                {grant: units for grant, units in found.items() if units}, charged, key
            )
        mark = self.begun + relativedelta(months=6)
        found = self._by_grant(run, "i24_out_6")
        self.assertEqual(found.pop(self.grant.browse(), 0), noted, "the cohort")
        self.assertEqual(
            {grant: units for grant, units in found.items() if units},
            {grant: u for grant in charged if (u := self._charged(grant, mark))},
        )
        cases = self.env["remediation.case"].search([])
        money = self.company.currency_id
        spent = sum(Money.of(cost, money).units for cost in cases.mapped("cost_so_far"))
        self.assertEqual(spent, sum(charged.values()))

    def _statements(self):
        """How many a run takes with no record read before."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._frozen_run()
        return self.env.cr.sql_log_count - before

    def test_i24_a_run_takes_as_many_statements_whatever_was_posted(self):
        """With bills, credits, the stock, payments and support to groups, for one child
        on one day as for more of them on more days."""
        self._statements()  # the rights are known from now on
        nothing = self._statements()
        for kind in KINDS:
            given = self._give(kind, 5000, self.days[0])
        self._bill(self.days[0])
        given.with_user(self.case.user_id).action_cancel("Twice")
        self._support(4321, "kept")
        self._bill(self.days[1])
        self._report(
            self.plan,
            [
                {"payment": line.name, "amount": 30, "date": self.today}
                for line in self.plan.line_ids
            ],
        )
        posted = self._statements()
        self.assertLess(nothing, posted, "something is billed")
        self.assertLessEqual(posted, 40)
        for day in (*self.days, self.days[0] - timedelta(days=30)):
            self.child = self._approved_child(self.agreement)
            for kind in KINDS:
                self._give(kind, 4000, day)
            self._bill(day)
        bills = self.env["remediation.service.delivery"].search([]).bill_id
        self._reverse(bills.filtered(lambda bill: bill.move_type != "entry")[:1])
        self.assertLessEqual(self._statements(), posted)

    def test_i24_by_grant_is_the_ledger(self):
        """Property: whatever is given, billed, taken from the stock, paid out, and
        cancelled, credited or reversed afterwards."""

        @settings(max_examples=6, deadline=None, derandomize=True)
        @given(
            st.lists(
                st.tuples(
                    st.sampled_from(KINDS),
                    st.integers(1, 9_999_999),
                    st.booleans(),
                    st.sampled_from(ENDS),
                ),
                min_size=1,
                max_size=6,
            ),
            st.lists(st.sampled_from((0, 12.34, 30)), min_size=2, max_size=2),
            st.tuples(st.integers(1, 9_999_999), st.sampled_from(ENDS)),
        )
        def check(rows, amounts, kit):
            with undone(self.env):
                self._live(rows, amounts, kit)

        check()

    def _live(self, rows, amounts, kit):
        # a child is in one school at a time: the other fees are bills
        fees = [row for row in rows if row[0] == "fees"][:1]
        rows = fees + [
            ("bill" if kind == "fees" else kind, *row)
            for kind, *row in rows
            if (kind, *row) not in fees
        ]
        things = [
            (self._give(kind, units, self.days[second]), kind, end)
            for kind, units, second, end in rows
        ]
        noted = sum(units for kind, units, _second, _end in rows if kind != "fees")
        self._assert_is_ledger(noted)
        for day in sorted({self.days[second] for _k, _u, second, _e in rows}):
            self._bill(day)
        self._support(*kit)
        self._report(
            self.plan,
            [
                {"payment": line.name, "amount": amount, "date": self.today}
                for line, amount in zip(self.plan.line_ids, amounts, strict=True)
            ],
        )
        self._assert_is_ledger(0)
        back = [
            one for one, kind, end in things if end == "cancelled" and kind != "fees"
        ]
        for one in back:
            one.with_user(one.case_id.user_id).action_cancel("Twice")
        if back:
            self._bill(self.days[1])
        self._assert_is_ledger(0)
        bills = self.env["account.move"].union(
            *(one.bill_id for one, _kind, end in things if end == "reversed")
        )
        if bills:
            self._reverse(bills)
        # what was given and is billed no more counts as it was noted
        self._assert_is_ledger(
            sum(
                Money.of(one.cost, self.company.currency_id).units
                for one, kind, _end in things
                if kind != "fees"
                and one.state == "given"
                and one.bill_state not in ("booked", "paid")
            )
        )
