from datetime import timedelta

from odoo.addons.case_survivor.tests.common import SurvivorCommon
from odoo.addons.cash_transfer.tests.common import CashCommon
from odoo.addons.remediation_base.tests.worlds import made_once


class RecoveryCommon(SurvivorCommon, CashCommon):
    """A survivor with a payee, whose case ``trace_worker`` holds with all duties."""

    @classmethod
    @made_once
    def setUpClass(cls):
        super().setUpClass()
        cls.held_account = cls.env["account.account"].create(
            {
                "code": "467901",
                "name": "Held for Survivors",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        cls.company.recovery_account_id = cls.held_account
        cls.case = cls._new_case(cls.manager_trace)
        cls.payee = cls._new_payee(cls.case)
        # an account is paid to once a changed number has cooled down
        cls.payee.method_ids._unprotected().write(
            {"effective_from": cls.today - timedelta(days=366)}
        )

    @classmethod
    def _awarded(cls, amount=1000.0, currency=None, **vals):
        return cls._matter(
            cls.case,
            kind="civil",
            currency_id=(currency or cls.usd).id,
            compensation_awarded=amount,
            **vals,
        )

    @classmethod
    def _recovery(cls, award, amount, currency=None, **vals):
        link = "wage_id" if award._name == "remediation.survivor.wage" else "matter_id"
        return (
            cls.env["remediation.recovery"]
            .with_user(cls.trace_worker)
            .create(
                {
                    link: award.id,
                    "amount": amount,
                    "payee_id": cls.payee.id,
                    **({"currency_id": currency.id} if currency else {}),
                    **vals,
                }
            )
        )

    def _to_state(self, recovery, state):
        """Bring what was announced to a state, each step by its own duty."""
        own = recovery.with_env(self.env)
        journal = self.bank_journal.id
        steps = {
            "draft": lambda: recovery.with_user(self.trace_worker).action_submit(),
            "submitted": lambda: recovery.with_user(self.reconciler).action_receive(
                self.today, journal
            ),
            "received": lambda: self._seen(recovery, self.approver).action_approve(),
            "approved": lambda: recovery.with_user(self.releaser).action_pay(
                self.today
            ),
        }
        while own.state != state:
            steps[own.state]()
        return own

    def _entries(self, recovery):
        return recovery.with_env(self.env).payment_ids.move_id

    def _owed(self, recovery):
        """What the ledger owes for it, in its currency and in that of the books."""
        lines = self._entries(recovery).line_ids.filtered(
            lambda line: (
                line.account_id == self.held_account and line.parent_state == "posted"
            )
        )
        return (-sum(lines.mapped("amount_currency")), -sum(lines.mapped("balance")))
