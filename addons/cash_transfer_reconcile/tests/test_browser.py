from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import CashCommon
from odoo.addons.child_remediation.tests.browser_common import BrowserCommon

CLIENT = "/odoo/action-cash_transfer."
RECONCILE = "action-account_reconcile_oca.action_bank_statement_line_reconcile_all"


@tagged("post_install", "-at_install")
class TestBrowser(CashCommon, BrowserCommon):
    """The duties of R37, each with an own login, take one payment from the entitlement
    to a bank line reconciled in OCA's screen, clicking in the web client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(site_id=cls.site.id)
        cls.env["remediation.plan.action"].create(
            {
                "case_id": cls.case.id,
                "domain": "cash",
                "description": "At once",
                "is_urgent": True,
            }
        )

    @classmethod
    def _people(cls):
        return {**super()._people(), "accountant": "account.group_account_user"}

    def _click(self, action, record, tour, user):
        """Play a tour of a person on a record, or on a new one."""
        self._play(f"{CLIENT}{action}/{record.id or 'new'}", tour, user)

    def _background(self, record):
        """What the scheduler does between two clicks."""
        self.assertTrue(record.job, "the button queued the step")
        record._run_job()
        self.assertFalse(record.job_error)
        self.env.flush_all()

    def _last(self, model):
        return self.env[model].search([], order="id desc", limit=1)

    def test_r37_one_cycle_by_the_people_of_its_duties(self):
        self._warm()
        self._support()
        plan = self._prepare()
        self._pay(plan)
        self._report_of(plan)
        self.assertEqual(
            plan._done_by(),
            {
                "prepare": self.officer,
                "approve": self.approver,
                "release": self.releaser,
                "reconcile": self.reconciler,
            },
        )
        self._later_reports(plan)
        self._bank(plan)
        self.assertBooks(plan)
        self.assertFalse(plan._ledger_differences())

    def _support(self):
        """The case manager proposes, the supervisor approves: payee, account,
        entitlement."""
        payee = self.env["cash.transfer.payee"]
        entitlement = self.env["cash.transfer.entitlement"]
        self._click("payee_action", payee, "cash_propose_payee", self.worker)
        self._click(
            "entitlement_action", entitlement, "cash_propose_entitlement", self.worker
        )
        payee, entitlement = self._last(payee._name), self._last(entitlement._name)
        self._click("payee_action", payee, "cash_approve_payee", self.supervisor)
        self.assertEqual(payee.active_method_id.approved_by_id, self.supervisor)
        self._click(
            "entitlement_action",
            entitlement,
            "cash_approve_entitlement",
            self.supervisor,
        )
        self.assertEqual(
            (entitlement.proposed_by_id, entitlement.approved_by_id),
            (self.worker, self.supervisor),
        )

    def _prepare(self):
        """The cash officer: cycle, compliance, plan, lock."""
        cycle = self.env["cash.transfer.cycle"]
        self._click("cycle_action", cycle, "cash_build_cycle", self.officer)
        cycle = self._last(cycle._name)
        self._background(cycle)
        self._click("cycle_action", cycle, "cash_check_cycle", self.officer)
        self._background(cycle)
        self._click("cycle_action", cycle, "cash_draft_plan", self.officer)
        plan = cycle.plan_ids
        self._background(plan)
        self._click("payment_plan_action", plan, "cash_lock_plan", self.officer)
        self._background(plan)
        self.assertEqual((plan.state, plan.amount_total), ("locked", 30))
        return plan

    def _pay(self, plan):
        """One person approves, another releases, funds and instructs."""
        self._click("payment_plan_action", plan, "cash_approve_plan", self.approver)
        self._click("payment_plan_action", plan, "cash_release_plan", self.releaser)
        self._background(plan)
        self.assertEqual(plan.state, "instructed")

    def _report_of(self, plan):
        """The reconciler imports the provider's report, the approver posts it; the plan
        is closed."""
        self._click("payment_plan_action", plan, "cash_import_report", self.reconciler)
        report = self._last("cash.transfer.reconciliation")
        self._background(report)
        self.assertEqual(
            report.row_ids.mapped(lambda row: (row.line_id, row.outcome)),
            [(plan.line_ids, "delivered")],
            report.file_content,
        )
        self._click("reconciliation_action", report, "cash_post_report", self.approver)
        self._background(report)
        self.assertEqual((report.state, plan.state), ("posted", "reconciled"))
        self._click("payment_plan_action", plan, "cash_close_plan", self.reconciler)
        self.assertEqual(plan.state, "closed")

    def _later_reports(self, plan):
        """A cumulative report says nothing new (R69); a late reversal opens the closed
        plan again (R70)."""
        for tour, outcomes, states in (
            ("cash_import_cumulative", {"no_change"}, ("closed", "delivered")),
            (
                "cash_import_reversal",
                {"reversed"},
                ("reconciled", "reversed"),
            ),
        ):
            self._click("payment_plan_action", plan, tour, self.reconciler)
            report = self._last("cash.transfer.reconciliation")
            self._background(report)
            self.assertLessEqual(outcomes, set(report.row_ids.mapped("outcome")))
            self._click(
                "reconciliation_action", report, "cash_post_report", self.approver
            )
            self._background(report)
            self.assertEqual((plan.state, plan.line_ids.status), states)

    def _bank(self, plan):
        """The bank's statement arrives; finance accepts what is proposed."""
        payment = plan.movement_ids.payment_id
        self.assertEqual(payment.state, "in_process")
        line = (
            self.env["account.bank.statement.line"]
            .with_user(self.accountant)
            .create(
                {
                    "journal_id": self.bank_journal.id,
                    "date": self.today,
                    "payment_ref": f"Transfer {plan.name}",
                    "amount": -30 * 2800,
                    "foreign_currency_id": self.usd.id,
                    "amount_currency": -30,
                }
            )
        )
        self._play(
            f"/odoo/{self.bank_journal.id}/{RECONCILE}",
            "cash_reconcile_bank_line",
            self.accountant,
        )
        self.assertTrue(line.is_reconciled)
        self.assertEqual(payment.state, "paid")
