import json
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.cash_transfer.tests.common import CashCommon

#: OCA's reports: the wizard, its report, what it needs beside dates and company.
REPORTS = {
    "general_ledger": "general.ledger.report.wizard",
    "journal_ledger": "journal.ledger.report.wizard",
    "trial_balance": "trial.balance.report.wizard",
    "open_items": "open.items.report.wizard",
    "aged_partner_balance": "aged.partner.balance.report.wizard",
    "vat_report": "vat.report.wizard",
}
OUTSIDE = ("worker", "supervisor", "coordinator", "officer", "approver", "releaser")


@tagged("post_install", "-at_install")
class TestBooks(CashCommon):
    """OCA's books over a month of cash transfers: the ledger's own figures, for finance
    alone, and no child's name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bookkeeper = new_test_user(
            cls.env, "books_reader", groups="account.group_account_readonly"
        )
        cls.chief = new_test_user(
            cls.env, "books_chief", groups="account.group_account_manager"
        )
        plan = cls._paid_plan(3)
        rows = [
            {"payment": line.name, "amount": line.amount_due} for line in plan.line_ids
        ]
        cls._report(plan, rows)
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _values(self, kind, user):
        """What the report prints for a person, over the whole year."""
        model = self.env[REPORTS[kind]].with_user(user).with_company(self.company)
        year = self.today.year
        days = {"date_from": date(year, 1, 1), "date_to": date(year, 12, 31)}
        days["date_at"] = days["date_to"]
        wizard = model.create(
            {name: day for name, day in days.items() if name in model._fields}
        )
        if kind in ("open_items", "aged_partner_balance"):
            wizard.account_ids = self.env["account.account"].search(
                [("reconcile", "=", True), ("company_ids", "in", self.company.ids)]
            )
        # as the browser sends it: days are text
        data = json.loads(json.dumps(wizard._prepare_report_data(), default=str))
        report = self.env[f"report.account_financial_report.{kind}"].with_user(user)
        return report.with_company(self.company)._get_report_values(wizard.ids, data)

    def test_trial_balance_is_what_the_entries_add_up_to(self):
        values = self._values("trial_balance", self.bookkeeper)
        told = {
            row["id"]: (row["initial_balance"], row["debit"], row["credit"])
            for row in values["trial_balance"]
        }
        self.env.cr.execute(
            """
            SELECT account_id, sum(debit), sum(credit) FROM account_move_line
             WHERE company_id = %s AND parent_state = 'posted'
               AND extract(year FROM date) = %s
             GROUP BY account_id
            """,
            [self.company.id, self.today.year],
        )
        own = {row[0]: (float(row[1]), float(row[2])) for row in self.env.cr.fetchall()}
        self.assertGreater(len(own), 2)
        for account, (debit, credit) in own.items():
            self.assertAlmostEqual(told[account][1], debit, 2)
            self.assertAlmostEqual(told[account][2], credit, 2)
        totals = [sum(row[n] for row in told.values()) for n in (1, 2)]
        self.assertAlmostEqual(*totals, 2)

    def test_no_name_of_a_child_or_payee_reaches_a_report(self):
        """Moves carry codes; names of this class's people are unlike any other word."""
        self.assertGreater(len(self.names), 5)
        for kind in REPORTS:
            text = repr(self._values(kind, self.bookkeeper))
            for name in self.names:
                self.assertNotIn(name, text, kind)

    def test_the_books_are_for_finance_alone(self):
        for kind in REPORTS:
            self.assertTrue(self._values(kind, self.chief), kind)
            for role in OUTSIDE:
                with self.assertRaises(AccessError, msg=(kind, role)):
                    self._values(kind, getattr(self, role))

    def test_nobody_outside_finance_reads_the_statements(self):
        self.company._add_statements()
        statements = self.env["mis.report.instance"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(statements), 2)
        for role in OUTSIDE:
            for model in ("mis.report.instance", "mis.report", "mis.report.kpi"):
                for operation in ("read", "write", "create", "unlink"):
                    self.assertFalse(
                        self.env[model]
                        .with_user(getattr(self, role))
                        .has_access(operation),
                        (role, model, operation),
                    )
            with self.assertRaises(AccessError):
                statements[0].with_user(getattr(self, role)).compute()

    def _figures(self, template):
        """The figures of a statement of this year: {name of the line: amount}."""
        statement = self.env["mis.report.instance"].create(
            {
                "name": "Test",
                "report_id": self.env.ref(f"cash_transfer_budget.{template}").id,
                "company_id": self.company.id,
                "period_ids": [
                    Command.create(
                        {
                            "name": "Year",
                            "mode": "fix",
                            "manual_date_from": date(self.today.year, 1, 1),
                            "manual_date_to": date(self.today.year, 12, 31),
                        }
                    )
                ],
            }
        )
        matrix = statement.with_user(self.bookkeeper)._compute_matrix()
        return {
            row.kpi.name: next(iter(row.iter_cells())).val or 0.0
            for row in matrix.iter_rows()
            if not row.account_id
        }

    def test_statements_tie_with_the_ledger(self):
        """The result is what income and costs add up to, and the two sides of the
        balance sheet are equal, by both layouts."""
        self.env.cr.execute(
            """
            SELECT -sum(l.balance) FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
             WHERE l.company_id = %s AND l.parent_state = 'posted'
               AND extract(year FROM l.date) = %s
               AND (a.account_type LIKE 'income%%' OR a.account_type LIKE 'expense%%')
            """,
            [self.company.id, self.today.year],
        )
        result = float(self.env.cr.fetchone()[0])
        self.assertTrue(result)
        for layout in ("generic", "syscebnl"):
            income = self._figures(f"mis_income_{layout}")
            self.assertAlmostEqual(income["result"], result, 2, layout)
            balance = self._figures(f"mis_balance_{layout}")
            self.assertAlmostEqual(balance["result"], result, 2, layout)
            self.assertAlmostEqual(
                balance["total_assets"], balance["total_liabilities"], 2, layout
            )

    def test_budget_actual_and_committed_as_a_report(self):
        """Each heading with its budget, what is spent, promised and left, and a total
        that is the grant's."""
        grant = self.grant.with_user(self.bookkeeper)
        with self.assertRaisesRegex(UserError, "Enter the budget lines"):
            grant.action_budget_report()
        days = {"date_from": self.grant.date_start, "date_to": self.grant.date_end}
        self.grant.write(
            {
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
                        ("A1 Stipends", self.expense_account, 900),
                        ("A2 Fees", self.fee_account, 100),
                    )
                ],
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        for user in (self.bookkeeper, self.chief):
            for _again in range(2):  # it is made from the lines each time
                action = self.grant.with_user(user).action_budget_report()
            instance = self.env["mis.report.instance"].with_user(user)
            instance = instance.browse(action["res_id"])
            matrix = instance._compute_matrix()
            told = {
                row.kpi.description.partition(",")[0]: [
                    cell.val or 0.0 for cell in row.iter_cells()
                ]
                for row in matrix.iter_rows()
            }
            for line in self.grant.budget_line_ids:
                wanted = [line.amount, line.spent, line.committed, line.available]
                self.assertEqual(told[line.heading], wanted)
            grant = self.grant
            wanted = [grant.budget, grant.spent, grant.committed, grant.available]
            self.assertAlmostEqual(told["Total"], wanted)
            self.assertEqual(told["Total"][1], 90)
        self.assertEqual(
            self.env["mis.report.instance"].search_count(
                [("grant_id", "=", self.grant.id)]
            ),
            1,
        )
        for role in OUTSIDE:
            with self.assertRaises(AccessError, msg=role):
                self.grant.with_user(getattr(self, role)).action_budget_report()

    def test_finance_finds_the_books(self):
        """The reader and the administrator of accounting see the menus; cash duties and
        case work do not."""
        menus = [
            self.env.ref(xmlid)
            for xmlid in (
                "account_financial_report.menu_trial_balance_wizard",
                "account_financial_report.menu_general_ledger_wizard",
                "account_financial_report.menu_journal_ledger_wizard",
                "account_financial_report.menu_open_items_wizard",
                "mis_builder.mis_report_instance_view_menu",
            )
        ]
        settings = [
            self.env.ref(xmlid)
            for xmlid in (
                "account_lock_date_update.account_update_lock_date_menu",
                "account_fiscal_year.menu_actions_account_fiscal_year",
                "currency_rate_update.menu_res_currency_rate_provider",
            )
        ]
        for menu in menus:
            for user in (self.bookkeeper, self.chief):
                self.assertIn(menu.id, self._visible(user), menu.complete_name)
            for role in OUTSIDE:
                self.assertNotIn(menu.id, self._visible(getattr(self, role)))
        for menu in settings:
            self.assertIn(menu.id, self._visible(self.chief), menu.complete_name)

    def _visible(self, user):
        return self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()

    def test_rates_are_fetched_by_nobody_before_a_source_is_chosen(self):
        company = self.env["res.company"].create({"name": "New One"})
        self.assertFalse(company.currency_rates_autoupdate)
        self.company.currency_rates_autoupdate = True
        self.env["res.company"]._stop_fetching_rates()
        self.assertFalse(self.company.currency_rates_autoupdate)

    def test_changes_of_journals_and_accounts_stay_in_their_history(self):
        """Providers and grants have theirs by two persons (R63)."""
        self.env.cr.flush()  # what is made here is no change
        for record, name, value in (
            (self.cash_journal, "code", "TC9"),
            (self.bank_journal, "default_account_id", self.wallet_account.id),
            (self.expense_account, "name", "Stipends"),
        ):
            tracked = self.env["mail.tracking.value"].search_count
            domain = [
                ("mail_message_id.model", "=", record._name),
                ("mail_message_id.res_id", "=", record.id),
                ("field_id.name", "=", name),
            ]
            before = tracked(domain)
            record.with_context(tracking_disable=False, mail_notrack=False).write(
                {name: value}
            )
            self.env.cr.flush()
            self.assertGreater(tracked(domain), before, name)
        for model in ("cash.transfer.grant", "cash.transfer.provider"):
            self.assertIn("change_ids", self.env[model]._fields)
