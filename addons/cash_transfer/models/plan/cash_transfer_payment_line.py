from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.money import Money, split_units

from ..entitlement.cash_transfer_payment_method import CASH_GROUPS

_lt = LazyTranslate(__name__)

STATUSES = [
    ("pending", "Pending"),
    ("set_aside", "Set Aside"),
    ("stopped", "Stopped"),
    ("sent", "Sent"),
    ("in_question", "In Question"),
    ("delivered", "Delivered"),
    ("partial", "Partly Delivered"),
    ("not_collected", "Not Collected"),
    ("failed", "Failed"),
    ("paid_twice", "Paid Twice"),
    ("cancelled", "Cancelled"),
    ("reversed", "Reversed"),
]
#: Nothing more happens to a line in one of these.
FINAL = (
    "set_aside",
    "stopped",
    "delivered",
    "partial",
    "not_collected",
    "failed",
    "paid_twice",
    "cancelled",
    "reversed",
)
#: What may be paid again by a follow-up plan (R39).
REISSUABLE = ("set_aside", "partial", "not_collected", "failed", "reversed")


class CashTransferPaymentLine(models.Model):
    """One payment: a snapshot of payee, account, amount and grants at the lock (R35).

    For cash duties only (R45). Nothing is edited; statuses change by named methods.
    """

    _name = "cash.transfer.payment.line"
    _description = "Payment"
    _inherit = ["remediation.coded.mixin", "remediation.access.logged"]
    _order = "plan_id desc, id"
    _rules_of = "cash.transfer.payment.plan"
    _check_company_auto = True

    _code_prefix = "P"
    _remediation_sensitive = True
    _state_field = "status"
    _protected_fields = frozenset(
        {
            "plan_id",
            "cycle_line_id",
            "entitlement_id",
            "beneficiary_id",
            "household_id",
            "company_id",
            "provider_id",
            "currency_id",
            "period",
            "kind",
            "purpose_id",
            "origin_line_id",
            "payee_id",
            "method_id",
            "one_per_household",
            "amount_due",
            "amount_delivered",
            "amount_disputed",
            "status",
            "is_live",
            "failure_reason",
            "reason",
            "question_reason",
            "sent_on",
            "delivered_on",
            "provider_ref",
            "payee_name",
            "payee_number",
            "payee_id_number",
            "masked",
            "compliant",
            "locked",
            "question_amount",
            "question_by_id",
            "owed_decision",
            "owed_by_id",
            "lift_asked_by_id",
        }
    )

    plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    # No index on what every payment shares: a payment changes its status often, and
    # each index is written anew with it.
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    provider_id = fields.Many2one(
        "cash.transfer.provider", required=True, readonly=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    cycle_line_id = fields.Many2one(
        "cash.transfer.cycle.line",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    entitlement_id = fields.Many2one(
        "cash.transfer.entitlement",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    beneficiary_id = fields.Many2one(
        "remediation.beneficiary",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    household_id = fields.Many2one(
        "remediation.household", index=True, ondelete="restrict", readonly=True
    )
    period = fields.Date(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    purpose_id = fields.Many2one(
        "cash.transfer.purpose", required=True, readonly=True, ondelete="restrict"
    )
    one_per_household = fields.Boolean("One per Household", readonly=True)
    origin_line_id = fields.Many2one(
        "cash.transfer.payment.line",
        index="btree_not_null",
        readonly=True,
        string="Follow-Up Of",
    )
    follow_up_line_ids = fields.One2many("cash.transfer.payment.line", "origin_line_id")
    payee_id = fields.Many2one(
        "cash.transfer.payee",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    method_id = fields.Many2one(
        "cash.transfer.payment.method",
        ondelete="restrict",
        readonly=True,
        index="btree_not_null",
    )
    # snapshot
    locked = fields.Boolean(readonly=True, copy=False, default=False)
    payee_name = fields.Char(readonly=True, copy=False, groups=CASH_GROUPS)
    payee_number = fields.Char(readonly=True, copy=False, groups=CASH_GROUPS)
    payee_id_number = fields.Char(readonly=True, copy=False, groups=CASH_GROUPS)
    masked = fields.Char(string="Account", readonly=True, copy=False)
    compliant = fields.Char(readonly=True, copy=False)
    # money
    amount_due = fields.Monetary(required=True, readonly=True)
    amount_delivered = fields.Monetary(
        required=True, default=0.0, readonly=True, copy=False
    )
    amount_disputed = fields.Monetary(
        required=True, default=0.0, readonly=True, copy=False
    )
    variance = fields.Monetary(compute="_compute_variance")
    # what happened
    status = fields.Selection(
        STATUSES,
        required=True,
        default="pending",
        readonly=True,
        copy=False,
    )
    is_live = fields.Boolean(readonly=True, copy=False, default=False)
    sent_on = fields.Date(readonly=True, copy=False)
    delivered_on = fields.Date(readonly=True, copy=False)
    provider_ref = fields.Char(readonly=True, copy=False, index="btree_not_null")
    failure_reason = fields.Selection("_failure_reasons", readonly=True, copy=False)
    # Written freely, perhaps about the family: for the cash duties (R72).
    reason = fields.Char(readonly=True, copy=False, groups=CASH_GROUPS)
    question_reason = fields.Selection(
        [
            ("future", "Dated in the Future"),
            ("early", "Dated before the Instruction"),
            ("grant_ended", "Delivered after the Grant's End"),
        ],
        readonly=True,
        copy=False,
    )
    question_amount = fields.Monetary(readonly=True, copy=False)
    question_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    owed_decision = fields.Selection(
        [("later", "Paid Later"), ("nothing", "Nothing Is Owed")],
        readonly=True,
        copy=False,
        string="Still Owed",
        help="What was decided about a family that is owed money when the plan closes.",
    )
    owed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    lift_asked_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        help="Asked to lift the stop; a second person agrees.",
    )
    split_ids = fields.One2many("cash.transfer.payment.split", "line_id")
    row_ids = fields.One2many("cash.transfer.reconciliation.row", "line_id")

    _one_live = models.UniqueIndex(
        "(entitlement_id, period, kind) WHERE is_live",
        "A payment for this entitlement and period is on the way already.",
    )
    _one_live_child = models.UniqueIndex(
        "(beneficiary_id, period, purpose_id, kind) WHERE is_live",
        "A payment for this child, period and purpose is on the way already.",
    )
    _one_live_household = models.UniqueIndex(
        "(household_id, period, purpose_id, kind) WHERE is_live AND one_per_household",
        "The scheme allows one payment per household and period.",
    )
    _wallet_limits = models.Index("(payee_number, provider_id) WHERE locked")
    _open_sent = models.Index(
        "(provider_id, sent_on) WHERE status IN ('sent', 'in_question')"
    )
    _amounts = models.Constraint(
        "CHECK (amount_due > 0 AND amount_delivered >= 0"
        " AND amount_delivered <= amount_due AND amount_disputed >= 0)",
        "A payment is above zero and never delivers more than is due: what exceeds it "
        "is disputed.",
    )

    @api.model
    def _failure_reasons(self):
        return [
            ("wrong_number", self.env._("Wrong Number")),
            ("name_mismatch", self.env._("Name does not Match")),
            ("inactive_wallet", self.env._("Inactive Wallet")),
            ("limit", self.env._("Limit Reached")),
            ("not_presented", self.env._("Did not Come")),
            ("refused", self.env._("Refused")),
            ("deceased", self.env._("Deceased")),
            ("taken_back", self.env._("Taken Back by the Provider")),
            ("other", self.env._("Other")),
        ]

    @api.depends("amount_due", "amount_delivered")
    def _compute_variance(self):
        for line in self:
            line.variance = line.amount_delivered - line.amount_due

    def _open_amount(self):
        """Return what may still be paid for this line's entitlement and period."""
        self.ensure_one()
        due = self.cycle_line_id.sudo()  # sudo: figures of the case side
        return min(
            self.amount_due - self.amount_delivered,
            self.currency_id.round(
                due.amount_due - due.amount_live - due.amount_delivered
            ),
        )

    def _billed_by(self):
        """Return the institution that bills this payment, empty where none does."""
        payee = self.payee_id
        partner = payee.partner_id
        return partner if payee.kind == "institution" else partner.browse()

    # -- its life --------------------------------------------------------------
    def _duty_plans(self):
        return self.plan_id

    def _stop(self, reason):
        """Stop pending lines; called with the right to do so."""
        self._to_status("stopped", reason)

    def _to_status(self, status, reason):
        """Move pending or set-aside lines and free what they held."""
        lines = self.sudo()  # sudo: lines have no write right; callers checked the duty
        live = lines.filtered("is_live")
        for line in live:
            cycle_line = line.cycle_line_id
            cycle_line._unprotected().amount_live = max(
                cycle_line.amount_live - line.amount_due, 0.0
            )
        lines._unprotected().write(
            {
                "status": status,
                "is_live": False,
                "reason": reason,
                "lift_asked_by_id": False,
            }
        )
        lines.cycle_line_id._update_payment_status()

    def _split_delivery(self):
        """Write on the splits what was delivered: all of it, or the grants' shares of a
        part by the largest remainder."""
        for line in self:
            splits = line.split_ids.sorted("id")
            parts = split_units(
                Money.of(line.amount_delivered, line.currency_id).units,
                [Money.of(split.amount, line.currency_id).units for split in splits],
            )
            for split, units in zip(splits, parts, strict=True):
                split._unprotected().amount_delivered = Money(
                    units, line.currency_id
                ).amount

    def _mark_reversed(self, amount, reason):
        """Take a reversed amount off what the cycle delivered, and say why (R44)."""
        self.ensure_one()
        cycle_line = self.cycle_line_id
        cycle_line._unprotected().amount_delivered = self.currency_id.round(
            cycle_line.amount_delivered - amount
        )
        self._unprotected().write(
            {
                "status": "partial" if self.amount_delivered else "reversed",
                "reason": reason,
                "owed_decision": False,
            }
        )

    def _note_reconciler(self):
        """Remember who reconciled, for the duties kept apart (R37)."""
        self.plan_id._unprotected().reconciled_by_ids = [
            fields.Command.link(self.env.uid)
        ]

    def _read_again(self, step):
        self.invalidate_recordset()
        self.plan_id.invalidate_recordset()

    def action_open_entry(self):
        """Open the entries that this payment is part of (auditor's walk)."""
        self.ensure_one()
        return self.plan_id.action_open_moves()
