"""A month's end by the people of finance, clicking in the web client."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import CashCommon
from odoo.addons.child_remediation.tests.browser_common import BrowserCommon

RECONCILE = "action-account_reconcile_oca.action_bank_statement_line_reconcile_all"
DASHBOARD = "action-account.open_account_journal_dashboard_kanban"


@tagged("post_install", "-at_install")
class TestMonthEnd(CashCommon, BrowserCommon):
    """The bank's file, the provider's report, the reconciliation, the trial balance,
    the lock, the budget, and the request for the next months."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank_account.currency_id = cls.usd
        cls.bank_journal.write(
            {
                "name": "Month Bank",
                "currency_id": cls.usd.id,
                "bank_statements_source": "file_import_oca",
                "default_sheet_mapping_id": cls.env.ref(
                    "cash_transfer_reconcile.sheet_mapping_bank"
                ).id,
            }
        )
        kind = "equity_unaffected"
        accounts = cls.env["account.account"]
        if not accounts.search([("account_type", "=", kind)], limit=1):
            accounts.create({"code": "129001", "name": "Result", "account_type": kind})
        cls.grant.write(
            {
                "budget": 1000,
                "budget_line_ids": [
                    Command.create(
                        {
                            "heading": "A1 Stipends",
                            "amount": 1000,
                            "date_from": cls.grant.date_start,
                            "date_to": cls.grant.date_end,
                        }
                    )
                ],
            }
        )

    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "accountant": "account.group_account_user",
            "chief": "account.group_account_manager",
        }

    def _background(self, record):
        """What the scheduler does between two clicks."""
        self.assertTrue(record.job, "the button queued the step")
        record._run_job()
        self.assertFalse(record.job_error)
        self.env.flush_all()

    def _last(self, model):
        return self.env[model].search([], order="id desc", limit=1)

    def test_a_month_ends(self):
        self._warm()
        plan = self._paid_plan(1)
        self._bank()
        self._report_of_provider(plan)
        self._play(
            f"/odoo/{self.bank_journal.id}/{RECONCILE}",
            "cash_reconcile_bank_line",
            self.accountant,
        )
        self.assertEqual(plan.movement_ids.payment_id.mapped("state"), ["paid"])
        self._books()
        self._ask()
        self.assertBooks(plan)

    def _bank(self):
        self._play(f"/odoo/{DASHBOARD}", "month_import_bank", self.accountant)
        line = self._last("account.bank.statement.line")
        self.assertEqual((line.amount, line.journal_id), (-30, self.bank_journal))

    def _report_of_provider(self, plan):
        path = "/odoo/action-cash_transfer.{}/{}"
        self._play(
            path.format("payment_plan_action", plan.id),
            "cash_import_report",
            self.reconciler,
        )
        report = self._last("cash.transfer.reconciliation")
        self._background(report)
        self._play(
            path.format("reconciliation_action", report.id),
            "cash_post_report",
            self.approver,
        )
        self._background(report)
        self.assertEqual((report.state, plan.state), ("posted", "reconciled"))

    def _books(self):
        """The trial balance is read, the last month locked, the budget looked at."""
        self._play(
            "/odoo/action-account_financial_report.action_trial_balance_wizard",
            "month_trial_balance",
            self.accountant,
        )
        self._play(
            "/odoo/action-account_lock_date_update.account_update_lock_date_act_window",
            "month_lock",
            self.chief,
        )
        locked = self.today.replace(day=1) - timedelta(days=1)
        self.assertEqual(self.company.fiscalyear_lock_date, locked)
        entry = self.env["account.move"].create(
            {
                "journal_id": self.cash_journal.id,
                "date": locked,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount})
                    for account, amount in (
                        (self.expense_account, 1),
                        (self.advance_account, -1),
                    )
                ],
            }
        )
        entry.action_post()
        self.assertGreater(entry.date, locked, "nothing is posted into it any more")
        entry.button_draft()
        entry.unlink()
        self._play(
            "/odoo/action-cash_transfer_budget.budget_line_action",
            "month_budget",
            self.officer,
        )

    def _ask(self):
        path = "/odoo/action-cash_transfer_budget.funding_request_action/{}"
        self._play(path.format("new"), "month_ask", self.officer)
        request = self._last("cash.funding.request")
        with self.assertRaises(UserError):
            request.with_user(self.releaser).action_funded()
        self._play(path.format(request.id), "month_approve", self.approver)
        self._play(path.format(request.id), "month_funded", self.releaser)
        self.assertEqual(
            (request.asked_by_id, request.approved_by_id, request.funded_by_id),
            (self.officer, self.approver, self.releaser),
        )
        self.assertGreater(sum(request.line_ids.mapped("amount")), 0)
