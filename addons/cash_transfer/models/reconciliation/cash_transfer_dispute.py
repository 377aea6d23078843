from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.split import split_units

KINDS = [
    ("over_delivered", "Delivered too Much"),
    ("unknown", "Unknown Payment"),
    ("paid_twice", "Paid Twice"),
]


class CashTransferDispute(models.Model):
    """Money that a provider reports and that we do not owe: a claim until it is
    accepted, recovered or written off; never an expense before (R39, R40)."""

    _name = "cash.transfer.dispute"
    _description = "Dispute with a Provider"
    _inherit = ["remediation.coded.mixin"]
    _order = "id desc"
    _rules_of = "cash.transfer.payment.plan"

    _code_prefix = "D"
    _protected_fields = frozenset(
        {
            "plan_id",
            "company_id",
            "provider_id",
            "currency_id",
            "reconciliation_id",
            "row_id",
            "line_id",
            "kind",
            "amount",
            "company_amount",
            "state",
            "reason",
            "resolved_by_id",
            "resolved_on",
            "asked_by_id",
        }
    )

    plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    provider_id = fields.Many2one(related="plan_id.provider_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id", store=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    reconciliation_id = fields.Many2one(
        "cash.transfer.reconciliation", index="btree_not_null", readonly=True
    )
    row_id = fields.Many2one("cash.transfer.reconciliation.row", readonly=True)
    line_id = fields.Many2one(
        "cash.transfer.payment.line", index="btree_not_null", readonly=True
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    company_amount = fields.Monetary(
        readonly=True, currency_field="company_currency_id"
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("write_off_asked", "Write-Off Asked"),
            ("accepted", "Accepted"),
            ("recovered", "Recovered"),
            ("written_off", "Written Off"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    reason = fields.Char(readonly=True)
    asked_by_id = fields.Many2one("res.users", readonly=True)
    resolved_by_id = fields.Many2one("res.users", readonly=True)
    resolved_on = fields.Datetime(readonly=True)

    def _begin(self, reason, states=("open",), duty="release"):
        """Check duty, reason and state under the lock; return the dispute for
        booking.
        """
        self.ensure_one()
        self.check_access("read")
        self.plan_id._check_four_eyes(duty)
        if not (reason or "").strip():
            raise UserError(self.env._("Give the reason."))
        self.plan_id.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        if self.state not in states:
            raise UserError(self.env._("%(code)s was decided already.", code=self.name))
        return self.sudo()  # sudo: ledger, after the check of duty, state, four eyes

    def _settle(self, state, reason):
        self._unprotected().write(
            {
                "state": state,
                "reason": reason,
                "resolved_by_id": self.env.uid,
                "resolved_on": fields.Datetime.now(),
            }
        )
        self.plan_id._update_state()
        self.plan_id._log_event(
            self.env._(
                "%(code)s: %(state)s",
                code=self.name,
                state=dict(self._fields["state"]._description_selection(self.env))[
                    state
                ],
            )
        )
        self.plan_id.invalidate_recordset(["statement_html", "is_balanced"])

    def _claim_line(self):
        claims = self.company_id.cash_claims_account_id
        return {
            "account_id": claims.id,
            "amount_currency": -self.amount,
            "balance": -self.company_amount,
            "name": f"{self.plan_id.name} {self.name}",
        }

    def _keys(self):
        """Return the analytic keys that carry this dispute: those of its payment, else
        of the whole plan."""
        rows = [
            (split.analytic_key, split.grant_id.id, split.weight)
            for split in self.line_id.split_ids
        ]
        return rows or self.plan_id._weights()

    def _expense_lines(self, account, kind, key=None):
        factor = 10**self.currency_id.decimal_places
        cents = 10**self.company_currency_id.decimal_places
        keys = [(key, False, 1)] if key else self._keys()
        weights = [row[2] for row in keys]
        amounts = split_units(round(self.amount * factor), weights)
        costs = split_units(round(self.company_amount * cents), weights)
        return [
            {
                "account_id": account.id,
                "amount_currency": amount / factor,
                "balance": cost / cents,
                "analytic_distribution": {row[0]: 100.0},
                "cash_event": kind,
            }
            for row, amount, cost in zip(keys, amounts, costs, strict=True)
            if amount or cost
        ]

    def _move_out(self, kind, lines, date):
        """Book the claim out and record that it is no longer disputed."""
        plan = self.plan_id
        if plan.provider_id.kind == "prefinanced":
            return
        move = plan._create_move(
            [self._claim_line(), *lines], date, f"{plan.name} {self.name}"
        )
        claim = move.line_ids.filtered(
            lambda aml: aml.account_id == self.company_id.cash_claims_account_id
        )
        movements = self.env["cash.transfer.movement"]._unprotected()
        for name, sign in (("dispute", -1), (kind, 1)):
            movements.create(
                plan._movement_vals(
                    name,
                    date,
                    sign * self.amount,
                    sign * self.company_amount,
                    move_line_id=claim[:1].id,
                    dispute_id=self.id,
                )
            )

    def action_accept(self, reason, date=None):
        """Accept the amount as delivered: it becomes an expense of the payment's
        grants. For releasers who did not reconcile or approve the plan."""
        dispute = self._begin(reason)
        plan = dispute.plan_id
        date = fields.Date.to_date(date) or fields.Date.context_today(self)
        plan._check_open_date(date, dispute.company_id.cash_journal_id)
        if plan.provider_id.kind == "prefinanced":
            factor = 10**dispute.currency_id.decimal_places
            biller = dispute.line_id._billed_by() or plan.provider_id.partner_id
            bills = plan._post_bills(
                date,
                [
                    (
                        biller.id,
                        line["analytic_distribution"].popitem()[0],
                        False,
                        round(line["amount_currency"] * factor),
                    )
                    for line in dispute._expense_lines(
                        plan._expense_account(), "delivered"
                    )
                ],
            )
            dispute._unprotected().company_amount = sum(
                bills.invoice_line_ids.mapped("balance")
            )
        else:
            dispute._move_out(
                "delivered",
                dispute._expense_lines(plan._expense_account(), "delivered"),
                date,
            )
        dispute._settle("accepted", reason)
        return True

    def action_recover(self, reason, date=None, to_bank=False):
        """Record that the provider made it good: into the advance, where it can be paid
        out or returned, or to our bank. For releasers who did not reconcile it."""
        dispute = self._begin(reason)
        plan = dispute.plan_id
        date = fields.Date.to_date(date) or fields.Date.context_today(self)
        plan._check_open_date(date, dispute.company_id.cash_journal_id)
        if plan.provider_id.kind == "prefinanced":
            dispute._settle("recovered", reason)
            return True
        money = plan.provider_id._get_money_account()
        move = plan._create_move(
            [
                dispute._claim_line(),
                {
                    "account_id": money.id,
                    "amount_currency": dispute.amount,
                    "balance": dispute.company_amount,
                    "cash_event": "recovery",
                },
            ],
            date,
            f"{plan.name} {dispute.name}",
        )
        line = move.line_ids.filtered(lambda aml: aml.account_id == money)
        self.env["cash.transfer.movement"].sudo()._unprotected().create(
            plan._movement_vals(
                "recovery",
                date,
                dispute.amount,
                dispute.company_amount,
                move_line_id=line.id,
                dispute_id=dispute.id,
            )
        )
        dispute._settle("recovered", reason)
        if to_bank:
            plan.with_env(self.env).action_return(dispute.amount, date)
        return True

    def action_ask_write_off(self, reason):
        """Ask for the claim to be written off as an ineligible cost. For
        reconcilers.
        """
        dispute = self._begin(reason, duty="reconcile")
        dispute._unprotected().write(
            {"state": "write_off_asked", "asked_by_id": self.env.uid, "reason": reason}
        )
        return True

    def action_write_off(self, reason, date=None):
        """Write the claim off to the account and the analytic account of ineligible
        costs. For a releaser other than who asked (two people)."""
        dispute = self._begin(reason, ("write_off_asked",))
        if dispute.asked_by_id == self.env.user:
            raise AccessError(
                self.env._("Writing off takes two people: somebody else has to agree.")
            )
        company = dispute.company_id
        if (
            not company.cash_write_off_account_id
            or not company.cash_ineligible_analytic_id
        ):
            raise UserError(
                self.env._(
                    "Choose the account and the analytic account for written-off "
                    "claims in the settings."
                )
            )
        date = fields.Date.to_date(date) or fields.Date.context_today(self)
        dispute.plan_id._check_open_date(date, company.cash_journal_id)
        dispute._move_out(
            "written_off",
            dispute._expense_lines(
                company.cash_write_off_account_id,
                "written_off",
                str(company.cash_ineligible_analytic_id.id),
            ),
            date,
        )
        dispute._settle("written_off", reason)
        return True
