from odoo import fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.money import Money, split_units
from odoo.addons.remediation_base.tools.steps import Ask, step

from ..entitlement.cash_transfer_payment_method import CASH_GROUPS

_lt = LazyTranslate(__name__)

#: The accounting date; today where it stays empty.
DAY = Ask(kind="date", required=False, label=_lt("Accounting Date"))

KINDS = [
    ("over_delivered", "Delivered Too Much"),
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
    # Written freely, perhaps about the family: for whoever settles it (R72).
    reason = fields.Char(readonly=True, groups=CASH_GROUPS)
    asked_by_id = fields.Many2one("res.users", readonly=True)
    resolved_by_id = fields.Many2one("res.users", readonly=True)
    resolved_on = fields.Datetime(readonly=True)

    def _duty_plans(self):
        return self.plan_id

    def _after_step(self, step, answers):
        result = super()._after_step(step, answers)
        for dispute in self.filtered("resolved_on"):
            plan = dispute.plan_id
            plan._update_state()
            plan._log_event(
                self.env._(
                    "%(code)s: %(state)s",
                    code=dispute.name,
                    state=dict(self._fields["state"]._description_selection(self.env))[
                        dispute.state
                    ],
                )
            )
            plan.invalidate_recordset(["statement_html", "is_balanced"])
        return result

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
        keys = [(key, False, 1)] if key else self._keys()
        weights = [row[2] for row in keys]
        amounts = split_units(Money.of(self.amount, self.currency_id).units, weights)
        costs = split_units(
            Money.of(self.company_amount, self.company_currency_id).units, weights
        )
        return [
            {
                "account_id": account.id,
                "amount_currency": Money(amount, self.currency_id).amount,
                "balance": Money(cost, self.company_currency_id).amount,
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

    @step(
        frm="open",
        to="accepted",
        duty="release",
        asks={"reason": "reason", "date": DAY},
        stamp="resolved",
        title=_lt("Accept as Delivered"),
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="the ledger and the figures of the plan",
    )
    def action_accept(self, reason, date=None):
        """Accept the amount as delivered: it becomes an expense of the payment's
        grants. For releasers who did not reconcile or approve the plan."""
        self.ensure_one()
        plan = self.plan_id
        date = date or self._place_today()
        plan._check_open_date(date, self.company_id.cash_journal_id)
        lines = self._expense_lines(plan._expense_account(), "delivered")
        if plan.provider_id.kind != "prefinanced":
            self._move_out("delivered", lines, date)
            return
        biller = self.line_id._billed_by() or plan.provider_id.partner_id
        bills = plan._post_bills(
            date,
            [
                (
                    biller.id,
                    line["analytic_distribution"].popitem()[0],
                    False,
                    Money.of(line["amount_currency"], self.currency_id).units,
                )
                for line in lines
            ],
        )
        self._unprotected().company_amount = sum(
            bills.invoice_line_ids.mapped("balance")
        )

    @step(
        frm="open",
        to="recovered",
        duty="release",
        asks={"reason": "reason", "date": DAY},
        stamp="resolved",
        title=_lt("Recovered"),
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="the ledger and the figures of the plan",
    )
    def action_recover(self, reason, date=None, to_bank=False):
        """Record that the provider made it good: into the advance, where it can be paid
        out or returned, or to our bank. For releasers who did not reconcile it."""
        self.ensure_one()
        plan = self.plan_id
        date = date or self._place_today()
        plan._check_open_date(date, self.company_id.cash_journal_id)
        if plan.provider_id.kind == "prefinanced":
            return
        money = plan.provider_id._get_money_account()
        move = plan._create_move(
            [
                self._claim_line(),
                {
                    "account_id": money.id,
                    "amount_currency": self.amount,
                    "balance": self.company_amount,
                    "cash_event": "recovery",
                },
            ],
            date,
            f"{plan.name} {self.name}",
        )
        line = move.line_ids.filtered(lambda aml: aml.account_id == money)
        self.env["cash.transfer.movement"]._unprotected().create(
            plan._movement_vals(
                "recovery",
                date,
                self.amount,
                self.company_amount,
                move_line_id=line.id,
                dispute_id=self.id,
            )
        )
        if to_bank:
            plan.action_return(self.amount, date)

    @step(
        frm="open",
        to="write_off_asked",
        duty="reconcile",
        asks={"reason": "reason"},
        stamp="asked",
        title=_lt("Ask to Write Off"),
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="reconcilers have no write right on disputes",
    )
    def action_ask_write_off(self, reason):
        """Ask for the claim to be written off as an ineligible cost. For
        reconcilers.
        """

    def _missing_to_write_off(self):
        company = self.company_id
        if company.cash_write_off_account_id and company.cash_ineligible_analytic_id:
            return []
        return [
            self.env._(
                "Choose the account and the analytic account for written-off claims "
                "in the settings."
            )
        ]

    @step(
        frm="write_off_asked",
        to="written_off",
        duty="release",
        not_by="asked_by_id",
        asks={"reason": "reason", "date": DAY},
        stamp="resolved",
        check="_missing_to_write_off",
        title=_lt("Write Off"),
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="the ledger and the figures of the plan",
    )
    def action_write_off(self, reason, date=None):
        """Write the claim off to the account and the analytic account of ineligible
        costs. For a releaser other than who asked (two people)."""
        self.ensure_one()
        company = self.company_id
        date = date or self._place_today()
        self.plan_id._check_open_date(date, company.cash_journal_id)
        self._move_out(
            "written_off",
            self._expense_lines(
                company.cash_write_off_account_id,
                "written_off",
                str(company.cash_ineligible_analytic_id.id),
            ),
            date,
        )
