import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import DUTIES, CashCommon
from odoo.addons.remediation_base.tools import sheets

READERS = {"officer", "releaser", "releaser_2", "auditor"}
PEOPLE = READERS | {*DUTIES, "worker", "supervisor", "coordinator", "plain_user"}
PEOPLE |= {"portal_manager", "portal_provider", "data_protection", "admin_like"}
HEADERS = (
    "Kind",
    "Name or Case Code",
    "Currency",
    "Held or Spent",
    "In the Books",
    "From",
    "To",
    "Budget",
    "Account or Journal",
    "Scheme",
)


@tagged("post_install", "-at_install")
class TestOpening(CashCommon):
    """Going live from a sheet: tried first, brought in whole by a second person, once,
    with an entry that balances and names no child."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.equity_account = cls.env["account.account"].create(
            {"code": "110001", "name": "Opening", "account_type": "equity"}
        )
        cls.case = cls._new_case(site_id=cls.site.id)
        cls.payee = cls._new_payee(cls.case)
        day = cls.today
        cls.rows = [
            ("Provider Account", "Mobile Money", "USD", 100, 270_000),
            ("Provider Account", "New Telecom", "CDF", 50_000),
            (
                "Grant",
                "Grant of the North",
                "USD",
                400,
                None,
                day - timedelta(days=200),
                day + timedelta(days=300),
                1000,
                "638001",
            ),
            ("Grant", "Grant A", "USD", 30),
            (
                "Open Support",
                cls.case.name,
                *[None] * 3,
                cls.period,
                *[None] * 3,
                "Stipend",
            ),
        ]

    def _opening(self, rows=None, user=None):
        content = sheets.write_xlsx(
            HEADERS, [list(row) for row in (self.rows if rows is None else rows)]
        )
        opening = (
            self.env["cash.opening"]
            .with_user(user or self.officer)
            .with_company(self.company)
            .create(
                {
                    "date": self.today,
                    "opening_account_id": self.equity_account.id,
                    "file": base64.b64encode(content),
                    "file_name": "opening.xlsx",
                }
            )
        )
        opening.action_read()
        return opening

    def _counts(self):
        self.env.flush_all()
        return {
            model: self.env[model].with_context(active_test=False).search_count([])
            for model in (
                "account.move",
                "account.journal",
                "cash.transfer.provider",
                "cash.transfer.grant",
                "cash.transfer.entitlement",
                "res.partner",
            )
        }

    def test_the_dry_run_says_all_and_changes_nothing(self):
        before = self._counts()
        opening = self._opening()
        self.assertEqual(self._counts(), before)
        self.assertEqual(opening.row_ids.mapped("outcome"), ["new"] * 5)
        self.assertFalse(any(opening.row_ids.mapped("is_done")))
        self.assertTrue(all(opening.row_ids.mapped("sentence")))
        self.assertIn("New Telecom", opening.entry_preview)
        self.assertIn("Grant of the North", opening.entry_preview)
        opening.action_try()
        self.assertEqual(self._counts(), before)

    def test_what_is_brought_in_balances_and_is_secured(self):
        opening = self._opening()
        opening.with_user(self.releaser).action_bring_in()
        self.assertEqual(opening.state, "done")
        move = opening.with_env(self.env).move_id
        self.assertEqual((move.state, move.date), ("posted", self.today))
        self.assertTrue(move.journal_id.restrict_mode_hash_table)
        self.assertTrue(move.inalterable_hash)
        self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0)
        self.env.flush_all()
        self.env.invalidate_all()
        # the advances, by provider and currency
        held = self.provider._ledger_balances()
        key = (self.advance_account.id, self.provider.partner_id.id, self.usd.id)
        self.assertEqual(held[key], (100, 270_000))
        new = self.env["cash.transfer.provider"].search([("name", "=", "New Telecom")])
        self.assertEqual((new.kind, new.is_in_force), ("advance", True))
        key = (self.advance_account.id, new.partner_id.id, self.cdf.id)
        self.assertEqual(new._ledger_balances()[key][1], 50_000)
        # the grants
        grant = self.env["cash.transfer.grant"].search(
            [("analytic_account_id.name", "=", "Grant of the North")]
        )
        self.assertEqual((grant.spent, grant.available), (400, 600))
        self.assertEqual(self.grant.spent, 30)
        # the trial balance of costs is as it was
        costs = move.line_ids.filtered(lambda i: i.account_id == self.expense_account)
        self.assertAlmostEqual(sum(costs.mapped("balance")), 0)
        # the support waits for its people
        support = self.env["cash.transfer.entitlement"].search(
            [("case_id", "=", self.case.id)]
        )
        self.assertEqual((support.state, support.payee_id), ("draft", self.payee))
        self.assertNoNames()

    def test_a_plan_takes_the_opening_advance(self):
        opening = self._opening(self.rows[:1])
        opening.with_user(self.releaser).action_bring_in()
        self._new_entitlement()
        plan = self._to(self._new_plans(self._new_cycle())[:1], "released")
        self.assertEqual(plan.with_user(self.releaser).action_adopt(), 30)
        self.assertFalse(plan._missing_funding())

    def test_restricted_income_of_former_costs_is_not_released_again(self):
        self.grant.write(
            {
                "deferred_account_id": self.deferred_account.id,
                "income_account_id": self.income_account.id,
            }
        )
        opening = self._opening(self.rows[3:4])
        opening.with_user(self.releaser).action_bring_in()
        items = self.env["account.move.line"].search(
            [("account_id", "in", (self.deferred_account | self.income_account).ids)]
        )
        self.assertFalse(items)

    def test_run_twice_makes_nothing_twice(self):
        self._opening().with_user(self.releaser).action_bring_in()
        before = self._counts()
        again = self._opening()
        self.assertEqual(again.row_ids.mapped("outcome"), ["there"] * 5)
        self.assertFalse(again.entry_preview)
        with self.assertRaisesRegex(UserError, "Nothing in this sheet is new"):
            again.with_user(self.releaser).action_bring_in()
        more = self._opening([*self.rows, ("Provider Account", "Third", "USD", 5)])
        more.with_user(self.releaser).action_bring_in()
        self.env.flush_all()
        self.assertEqual(
            self._counts(),
            before
            | {
                name: before[name] + 1
                for name in ("account.move", "cash.transfer.provider", "res.partner")
            },
        )
        self.assertEqual(
            self.provider._ledger_balances()[
                self.advance_account.id, self.provider.partner_id.id, self.usd.id
            ][0],
            100,
        )

    def test_one_wrong_row_and_nothing_is_made(self):
        day = self.today
        wrong = [
            (("Loan", "X"), "no kind of row"),
            (("Grant", "Other", "USD", 5), "needs its dates"),
            (("Grant", "Grant A", "XQX", 5), "No currency XQX"),
            (("Grant", "Grant B", "CDF", 5), "give what it spent"),
            (("Grant", "Grant A", "USD", 2_000_000), "cannot have spent more"),
            (
                (
                    "Grant",
                    "Old",
                    "USD",
                    5,
                    None,
                    day - timedelta(9),
                    day - timedelta(1),
                    9,
                ),
                "does not run on the opening day",
            ),
            (("Grant", "Grant C", "USD", 5, None, day, day, 9, "1"), "No account"),
            (
                ("Provider Account", "W", "USD", 5, *[None] * 4, "NONE"),
                "No bank or cash",
            ),
            (("Provider Account", "V", "USD", -5), "cannot be negative"),
            (("Provider Account", "U", "USD", "five"), "five"),
            (("Open Support", "C-0", *[None] * 7, "Stipend"), "No case has the code"),
            (("Open Support", self.case.name, *[None] * 7, "Other"), "No scheme"),
            (("Open Support", self.case.name, *[None] * 7, "Stipend"), "first month"),
            (("Provider Account", "Mobile Money", "USD", 1), "Row 2 says the same"),
        ]
        before = self._counts()
        opening = self._opening([self.rows[0], *[row for row, _sentence in wrong]])
        self.assertEqual(self._counts(), before)
        told = opening.row_ids.sorted("number")[1:]
        for row, (_cells, sentence) in zip(told, wrong, strict=True):
            self.assertEqual(row.outcome, "wrong", row.sentence)
            self.assertRegex(row.sentence, sentence)
        with self.assertRaisesRegex(UserError, "Row 3: "), self.cr.savepoint():
            opening.with_user(self.releaser).action_bring_in()
        self.env.invalidate_all()
        self.assertEqual(opening.state, "draft")
        self.assertEqual(self._counts(), before)

    def test_r63_whoever_read_the_sheet_does_not_bring_it_in(self):
        opening = self._opening(user=self.releaser)
        with self.assertRaises(AccessError):
            opening.action_bring_in()
        with self.assertRaises(AccessError):
            opening.with_user(self.officer).action_bring_in()
        opening.with_user(self.releaser_2).action_bring_in()
        with self.assertRaises(UserError):
            opening.with_user(self.releaser_2).action_bring_in()
        with self.assertRaises(UserError):
            opening.date = self.today - timedelta(days=1)

    def test_a_locked_day_is_refused(self):
        self.company.fiscalyear_lock_date = self.today
        opening = self.env["cash.opening"]
        with self.assertRaisesRegex(UserError, "later opening day"):
            opening = self._opening(self.rows[:1])
        self.assertFalse(opening)

    def test_the_template_is_read_back(self):
        opening = self._opening()
        headers, rows = sheets.read(base64.b64decode(opening.template))
        self.assertEqual(tuple(headers), HEADERS)
        self.assertEqual(len(rows), 3)
        opening.file = opening.template
        opening.action_read()
        self.assertEqual(set(opening.row_ids.mapped("outcome")), {"wrong"})
        opening.file = base64.b64encode(b"A;B\n1;2\n")
        with self.assertRaisesRegex(UserError, "download the template"):
            opening.action_read()
        opening.file = False
        with self.assertRaisesRegex(UserError, "Choose a file"):
            opening.action_read()

    def test_who_reads_and_who_maintains_openings(self):
        opening = self._opening().with_env(self.env)
        self.env.flush_all()
        for login in PEOPLE:
            mine = opening.with_user(getattr(self, login))
            row = opening.row_ids[0].with_user(getattr(self, login))
            self.assertEqual(mine.has_access("read"), login in READERS, login)
            self.assertEqual(row.has_access("read"), login in READERS, login)
            for operation in ("write", "create", "unlink"):
                self.assertEqual(
                    mine.browse().has_access(operation),
                    login in READERS - {"auditor"},
                    login,
                )
                self.assertFalse(row.browse().has_access(operation), login)
        foreign = self._new_user(
            "foreign_opening", "cash_transfer.group_cash_releaser", self.company_b
        )
        self.assertFalse(opening.with_user(foreign).has_access("read"))
        with self.assertRaises(AccessError):
            opening.with_user(foreign).action_bring_in()
