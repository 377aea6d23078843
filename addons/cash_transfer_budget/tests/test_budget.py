from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.cash_transfer.tests.common import DUTIES, CashCommon

#: Who reads a budget; the releaser maintains it.
READERS = {*DUTIES, "auditor"}
PEOPLE = READERS | {"worker", "supervisor", "coordinator", "plain_user", "admin_like"}
PEOPLE |= {"portal_manager", "portal_supervisor", "portal_provider", "data_protection"}


@tagged("post_install", "-at_install")
class TestBudget(CashCommon):
    """A grant's budget by the donor's headings: what is spent and promised on each, and
    what R65 refuses."""

    def _lines(self, *rows, grant=None):
        """Give the grant these lines: (heading, accounts, amount[, from, to]); its
        budget is their sum."""
        grant = grant or self.grant
        grant.write(
            {
                "budget": sum(row[2] for row in rows),
                "budget_line_ids": [
                    Command.clear(),
                    *[
                        Command.create(
                            {
                                "heading": heading,
                                "account_ids": [Command.set(accounts.ids)],
                                "amount": amount,
                                "date_from": dates[0] if dates else grant.date_start,
                                "date_to": dates[1] if dates else grant.date_end,
                            }
                        )
                        for heading, accounts, amount, *dates in rows
                    ],
                ],
            }
        )
        return grant.budget_line_ids.sorted("id")

    def _bill(self, account, amount, post=True, day=None):
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.provider.partner_id.id,
                "journal_id": self.bill_journal.id,
                "invoice_date": day or self.today,
                "date": day or self.today,
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
        return bill

    def test_r65_spent_and_promised_by_heading(self):
        stipends, fees = self._lines(
            ("A1 Stipends", self.expense_account, 900),
            ("A2 Fees", self.fee_account, 100),
        )
        plan = self._paid_plan(2)
        promised = sum(plan.line_ids.entitlement_id.funding_ids.mapped("committed"))
        self.env.invalidate_all()
        self.assertAlmostEqual(stipends.committed, promised)
        self._report(
            plan, [{"payment": one.name, "amount": 30} for one in plan.line_ids]
        )
        self._bill(self.fee_account, 7)
        self._bill(self.fee_account, 5, post=False)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertAlmostEqual(stipends.spent, 60)
        self.assertAlmostEqual(stipends.committed, promised - 60)
        self.assertAlmostEqual(stipends.available, 900 - promised)
        self.assertAlmostEqual(fees.spent, 7)
        self.assertAlmostEqual(fees.committed, 5)
        self.assertAlmostEqual(fees.used, 7)
        self.assertGreaterEqual(fees.forecast, 12)
        # the lines and the grant say the same
        lines = stipends | fees
        self.assertAlmostEqual(sum(lines.mapped("spent")), self.grant.spent)
        self.assertAlmostEqual(sum(lines.mapped("committed")), self.grant.committed)
        self.assertFalse(self.grant.outside_lines)

    def test_r65_what_no_line_takes_is_told(self):
        self._lines(("A2 Fees", self.fee_account, 100))
        self._bill(self.expense_account, 30)
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.outside_lines, 30)
        rest = self._lines(
            ("A2 Fees", self.fee_account, 100),
            ("A9 Everything Else", self.env["account.account"], 100),
        )[1]
        self.env.invalidate_all()
        self.assertAlmostEqual(rest.spent, 30)
        self.assertFalse(self.grant.outside_lines)

    def test_r65_approval_asks_the_line(self):
        """The grant has money; the heading has none."""
        self._lines(
            ("A1 Stipends", self.expense_account, 50),
            ("A2 Fees", self.fee_account, 100_000),
        )
        with self.assertRaisesRegex(UserError, "A1 Stipends"):
            self._new_entitlement()
        self._lines(("A2 Fees", self.fee_account, 100_000))
        with self.assertRaisesRegex(UserError, "no budget line takes account 638001"):
            self._new_entitlement()
        self._lines(("A1 Stipends", self.expense_account, 100_000))
        self.assertEqual(self._new_entitlement().state, "approved")

    def test_r65_lock_asks_the_line(self):
        self._new_entitlement()
        plan = self._new_plans(self._new_cycle())[:1]
        self._lines(
            ("A1 Stipends", self.expense_account, 29),
            ("A2 Fees", self.fee_account, 100_000),
        )
        with self.assertRaisesRegex(UserError, "A1 Stipends"):
            plan.with_user(self.officer).action_lock()
        self._lines(("A2 Fees", self.fee_account, 100_000))
        with self.assertRaisesRegex(UserError, "no budget line takes account 638001"):
            plan.with_user(self.officer).action_lock()
        self._lines(("A1 Stipends", self.expense_account, 30))
        self._to(plan, "locked")
        self.assertEqual(plan.state, "locked")

    def test_lines_that_do_not_add_up_are_refused(self):
        lines = self._lines(("A1", self.expense_account, 900))
        with self.assertRaisesRegex(ValidationError, "come to .*900.* its budget is"):
            self.grant.budget = 1000
        with self.assertRaisesRegex(ValidationError, "correct one of them"):
            self.grant.budget_line_ids = [Command.update(lines.id, {"amount": 901})]
        start, end = self.grant.date_start, self.grant.date_end
        middle = start + timedelta(days=100)
        account, none = self.expense_account, self.env["account.account"]
        for rows, sentence in (
            ((("A", account, 1), ("B", account, 1)), "keep it in one of them"),
            ((("A", none, 1), ("B", none, 1)), "takes what is left"),
            (
                (("A", account, 1, start, end), ("B", none, 1, start, middle)),
                "overlap",
            ),
            ((("A", account, 1, start, end + timedelta(days=1)),), "outside the grant"),
        ):
            with self.assertRaisesRegex(ValidationError, sentence):
                self._lines(*rows)

    def test_r63_reallocation_and_extension_take_two_persons_and_stay_told(self):
        one, two = self._lines(
            ("A1", self.expense_account, 600), ("A2", self.fee_account, 400)
        )
        until = self.grant.date_end + timedelta(days=90)
        self.grant.with_user(self.releaser).write(
            {
                "date_end": until,
                "budget": 1200,
                "budget_line_ids": [
                    Command.update(one.id, {"amount": 900, "date_to": until}),
                    Command.update(two.id, {"amount": 300, "date_to": until}),
                ],
            }
        )
        self.assertEqual((one.amount, two.amount), (600, 400), "it waits")
        with self.assertRaises(AccessError):
            self.grant.with_user(self.releaser).action_agree_changes()
        self.grant.with_user(self.approver).action_agree_changes()
        self.assertEqual((one.amount, two.amount), (900, 300))
        self.assertEqual((self.grant.budget, self.grant.date_end), (1200, until))
        change = self.grant.change_ids.filtered(lambda c: c.state == "agreed")[-1:]
        self.assertIn("A1", change.text)
        with self.assertRaises(UserError):
            one.with_user(self.releaser).amount = 1

    def test_r63_a_new_grant_is_not_agreed_to_before_its_lines_add_up(self):
        grant = (
            self.env["cash.transfer.grant"]
            .with_user(self.releaser)
            .create(
                {
                    "new_name": "Grant C",
                    "date_start": self.today,
                    "date_end": self.today + timedelta(days=300),
                    "budget": 100,
                    "budget_line_ids": [
                        Command.create(
                            {
                                "heading": "A1",
                                "amount": 100,
                                "date_from": self.today,
                                "date_to": self.today + timedelta(days=300),
                            }
                        )
                    ],
                }
            )
        )
        grant.budget_line_ids.amount = 90
        with self.assertRaisesRegex(ValidationError, "correct one of them"):
            grant.with_user(self.approver).action_agree_changes()

    def test_r53_the_rate_is_that_of_the_grants_rule(self):
        first = self.today.replace(day=1)
        if first == self.today:
            first = (first - timedelta(days=1)).replace(day=1)
        day = first + timedelta(days=1)
        self.usd.rate_ids.unlink()
        self._set_rate(self.usd, 2000, first)
        self._set_rate(self.usd, 4000, day)
        bill = self._bill(self.fee_account, 0, post=False, day=day)
        bill.currency_id = self.cdf
        bill.invoice_line_ids.price_unit = 40_000
        bill.action_post()
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.spent, 10)
        self.grant.rate_rule = "month"
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.spent, 20)

    def test_r53_an_instalment_tells_the_costs_after_it(self):
        """Costs in the company's currency are told at what the bank made of the last
        instalment; the market's rate plays no part."""
        first, second = self.today - timedelta(days=60), self.today - timedelta(days=30)
        self.grant.write(
            {
                "rate_rule": "instalment",
                "instalment_ids": [
                    Command.create({"date": day, "amount": 100, "received": received})
                    for day, received in ((first, 250_000), (second, 400_000))
                ],
            }
        )
        for day, told in (
            (first - timedelta(days=5), 16),  # before the first: the first one's
            (second - timedelta(days=1), 16),
            (second, 10),
            (self.today, 10),
        ):
            before = self.grant.spent
            bill = self._bill(self.fee_account, 0, post=False, day=day)
            bill.currency_id = self.cdf
            bill.invoice_line_ids.price_unit = 40_000
            self.env.invalidate_all()
            self.assertAlmostEqual(self.grant.committed, told, 2, msg=str(day))
            bill.action_post()
            self.env.invalidate_all()
            self.assertAlmostEqual(self.grant.spent - before, told, 2, msg=str(day))
        # what is in the grant's own currency stays
        before = self.grant.spent
        self._bill(self.fee_account, 7)
        self.env.invalidate_all()
        self.assertAlmostEqual(self.grant.spent - before, 7)

    def test_r53_an_instalment_tells_what_support_will_cost(self):
        self.scheme.write({"currency_id": self.cdf.id, "amount": 40_000})
        entitlement = self._new_entitlement()
        share = entitlement.funding_ids
        payments = len(share._payment_numbers())
        self.assertAlmostEqual(share.committed, 40_000 * payments / 2800, 1)
        self.grant.write(
            {
                "rate_rule": "instalment",
                "instalment_ids": [
                    Command.create(
                        {"date": self.today, "amount": 100, "received": 250_000}
                    )
                ],
            }
        )
        self.assertAlmostEqual(share.committed, 16 * payments, 2)

    def test_r63_instalments_take_two_persons(self):
        self.grant.with_user(self.releaser).write(
            {
                "rate_rule": "instalment",
                "instalment_ids": [
                    Command.create(
                        {"date": self.today, "amount": 100, "received": 250_000}
                    )
                ],
            }
        )
        self.assertFalse(self.grant.instalment_ids)
        self.grant.with_user(self.approver).action_agree_changes()
        self.assertEqual(self.grant.instalment_ids.received, 250_000)
        with self.assertRaises(UserError):
            self.grant.instalment_ids.with_user(self.releaser).received = 1
        for login in PEOPLE:
            mine = self.grant.instalment_ids.with_user(getattr(self, login))
            self.assertEqual(mine.has_access("read"), login in READERS, login)
            self.assertEqual(
                mine.browse().has_access("create"), login == "releaser", login
            )

    def test_the_account_manager_maintains_budgets_by_two_persons(self):
        """He keeps grants and their lines; what steers money waits all the same."""
        manager = new_test_user(
            self.env,
            "budget_account_manager",
            groups="account.group_account_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        one, two = self._lines(
            ("A1", self.expense_account, 600), ("A2", self.fee_account, 400)
        )
        self.env.flush_all()
        mine = self.grant.with_user(manager)
        self.assertEqual(mine.budget_line_ids.mapped("amount"), [600, 400])
        self.assertEqual(mine.budget_line_ids[0].available, 600)
        mine.write(
            {
                "budget_line_ids": [
                    Command.update(one.id, {"amount": 500}),
                    Command.update(two.id, {"amount": 500}),
                ]
            }
        )
        self.assertEqual((one.amount, two.amount), (600, 400), "it waits")
        with self.assertRaises(AccessError):
            mine.action_agree_changes()
        self.grant.with_user(self.approver).action_agree_changes()
        self.assertEqual((one.amount, two.amount), (500, 500))
        with self.assertRaises(UserError):
            one.with_user(manager).unlink()
        for model in ("cash.funding.request", "cash.opening", "cash.commitment"):
            self.assertFalse(self.env[model].with_user(manager).has_access("read"))

    def test_who_reads_and_who_maintains_budget_lines(self):
        line = self._lines(("A1", self.expense_account, 900))
        self.env.flush_all()
        for login in PEOPLE:
            mine = line.with_user(getattr(self, login))
            self.assertEqual(mine.has_access("read"), login in READERS, login)
            for operation in ("write", "create", "unlink"):
                self.assertEqual(
                    mine.browse().has_access(operation), login == "releaser", login
                )
        foreign = self._new_user(
            "foreign_budget", "cash_transfer.group_cash_officer", self.company_b
        )
        self.assertFalse(line.with_user(foreign).has_access("read"))

    @settings(
        max_examples=8,
        deadline=None,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(("expense_account", "fee_account", "loss_account")),
                st.integers(1, 90_000),
                st.integers(0, 399),
                st.booleans(),
            ),
            min_size=1,
            max_size=6,
        )
    )
    def test_r65_lines_and_rest_are_the_grant_in_any_history(self, bills):
        """Spent and committed of all lines, and what no line takes, are the grant's."""
        with self.env.cr.savepoint() as savepoint:
            middle = self.today - timedelta(days=200)
            start, end = self.grant.date_start, self.grant.date_end
            later = middle + timedelta(days=1)
            lines = self._lines(
                ("A1", self.expense_account, 500, start, middle),
                ("A2", self.fee_account, 500, start, middle),
                ("B1", self.expense_account, 500, later, end),
                ("B9", self.env["account.account"], 500, later, end),
            )
            for account, cents, ago, post in bills:
                day = self.today - timedelta(days=ago)
                self._bill(getattr(self, account), cents / 100, post, day)
            self.env.flush_all()
            self.env.invalidate_all()
            inside = sum(lines.mapped("spent")) + sum(lines.mapped("committed"))
            self.assertAlmostEqual(
                inside + self.grant.outside_lines,
                self.grant.spent + self.grant.committed,
                2,
            )
            whole = sum(cents for _a, cents, _d, _p in bills) / 100
            self.assertAlmostEqual(self.grant.spent + self.grant.committed, whole, 2)
            savepoint.rollback()
        self.env.invalidate_all()
