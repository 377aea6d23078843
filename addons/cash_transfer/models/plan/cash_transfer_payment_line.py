from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.money import Money, split_units
from odoo.addons.remediation_base.tools.steps import Ask, step

from ..entitlement.cash_transfer_entitlement import PAID_STATES
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
    one_per_household = fields.Boolean(readonly=True)
    origin_line_id = fields.Many2one(
        "cash.transfer.payment.line",
        index="btree_not_null",
        readonly=True,
        string="Follow-Up of",
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
        [("later", "Paid Later"), ("nothing", "Nothing is Owed")],
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

    # -- set aside and stop (R36) ----------------------------------------------
    @api.model
    def _check_may_stop(self):
        user = self.env.user
        if not (
            user.has_group("child_remediation.group_supervisor")
            or user.has_group("child_remediation.group_safeguarding")
            or any(user.has_group(group) for group in CASH_GROUPS.split(","))
        ):
            raise AccessError(
                self.env._(
                    "Stopping a payment is for cash duties, supervisors and the "
                    "safeguarding officer."
                )
            )

    def _duty_plans(self):
        return self.plan_id

    def _plan_not_open(self):
        if self.plan_id.state == "draft" and not self.plan_id.job:
            return []
        return [
            self.env._(
                "Payments are set aside while the plan is a draft: unlock it, or stop "
                "the payment."
            )
        ]

    @step(
        frm="pending",
        to=("set_aside",),
        duty="prepare",
        asks={"reason": Ask("reason", keep=False)},
        check="_plan_not_open",
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Set Aside"),
    )
    def action_set_aside(self, reason):
        """Leave payments out of a draft plan, to be paid by a follow-up. For cash
        officers.

        :param str reason: required.
        """
        self._to_status("set_aside", reason)

    def _missing_to_take_back(self):
        if not self._plan_not_open() and not self.follow_up_line_ids:
            return []
        return [
            self.env._("Only a payment set aside in a draft plan can be taken back.")
        ]

    @step(
        frm="set_aside",
        to=("pending",),
        duty="prepare",
        check="_missing_to_take_back",
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="nobody has a write right on payments",
    )
    def action_take_back(self):
        """Put payments that were set aside back into a draft plan. For cash
        officers.
        """
        self._to_status("pending", False)

    @step(
        frm="pending",
        to=("stopped",),
        allowed="_check_may_stop",
        asks={"reason": Ask("reason", keep=False)},
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Stop"),
    )
    def action_stop(self, reason):
        """Stop payments that were not handed to the provider yet; the others keep
        their approvals (R36). For cash duties, supervisors, safeguarding.

        :param str reason: required.
        """
        self._stop(reason)

    def _stop(self, reason):
        """Stop pending lines; called with the right to do so."""
        self._to_status("stopped", reason)

    @step(
        frm="stopped",
        duty=("prepare", "approve", "release", "reconcile"),
        asks={"reason": "reason"},
        check="_missing_to_lift",
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Ask to Lift the Stop"),
    )
    def action_ask_lift(self, reason):
        """Ask to lift a stop that was a mistake. For cash duties; an approver who did
        not ask agrees (R67).

        :param str reason: why it was a mistake, required.
        """
        self._unprotected().write({"lift_asked_by_id": self.env.uid})

    @step(
        frm="stopped",
        to=("set_aside",),
        duty="approve",
        not_by="lift_asked_by_id",
        asks={"reason": Ask("reason", keep=False)},
        check="_missing_to_lift",
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Lift the Stop"),
    )
    def action_lift_stop(self, reason):
        """Agree that a stop was a mistake. For cash approvers who did not ask. The
        payment is set aside then, for the draft or a follow-up of its plan, which is
        approved like any other (R67).

        :param str reason: required.
        """
        if self.filtered(lambda line: not line.lift_asked_by_id):
            raise UserError(self.env._("Somebody with a cash duty has to ask first."))
        self._to_status("set_aside", reason)
        for line in self:
            line.plan_id._log_event(
                self.env._(
                    "Stop of %(code)s lifted: %(reason)s", code=line.name, reason=reason
                )
            )

    def _missing_to_lift(self):
        """Return what still is a cause of the stop (R67), one sentence each."""
        self.ensure_one()
        problems = []
        line = self.sudo()  # sudo: yes or no about the support and the payee
        if line.entitlement_id.state not in PAID_STATES:
            problems.append(
                self.env._("The support is suspended or ended: decide on it first.")
            )
        if line.payee_id.state != "approved":
            problems.append(
                self.env._("The payee is not approved any more: decide on it first.")
            )
        if line.search_count(
            [
                ("id", "!=", line.id),
                ("beneficiary_id", "=", line.beneficiary_id.id),
                ("period", "=", line.period),
                ("purpose_id", "=", line.purpose_id.id),
                ("kind", "=", line.kind),
                "|",
                ("is_live", "=", True),
                ("amount_delivered", ">", 0),
            ],
            limit=1,
        ):
            problems.append(
                self.env._("The child is paid for this period by another payment.")
            )
        return problems

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

    # -- in question (R39) -----------------------------------------------------
    @step(
        frm="in_question",
        to=("failed",),
        duty="reconcile",
        asks={"reason": "reason"},
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Was not Delivered"),
    )
    def action_not_delivered(self, reason):
        """Decide that a payment in question was not delivered. For reconcilers who did
        not release the plan (R37).

        :param str reason: what the provider explained, required.
        """
        for line in self:
            line._to_status("failed", reason)
            line._note_reconciler()
        self._unprotected().write(
            {
                "failure_reason": "other",
                "question_reason": False,
                "question_amount": 0.0,
            }
        )
        self.cycle_line_id._update_payment_status()
        self.plan_id._update_state()

    @step(
        frm="in_question",
        to=("delivered", "partial"),
        duty="reconcile",
        not_by="question_by_id",
        asks={
            "reason": "reason",
            "day": Ask("delivered_on", required=False, keep=False),
        },
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="the ledger and the payment",
        title=_lt("Was Delivered"),
    )
    def action_delivered(self, reason, day=None):
        """Decide that a payment in question was delivered. For reconcilers who did not
        release the plan (R37); a delivery after the grant's end takes two of them. What
        exceeds the due is disputed.

        :param str reason: what the provider explained, required.
        :param day: the right date of delivery.
        :return: False where a second person has to agree.
        """
        self.ensure_one()
        if self.question_reason == "grant_ended":
            if not self.question_by_id:
                self._unprotected().question_by_id = self.env.user
                return False
            day = self.delivered_on
        if not day or not self.sent_on <= day <= self._place_today():
            raise UserError(
                self.env._(
                    "Give the day of delivery: between the instruction and today."
                )
            )
        plan = self.plan_id
        reported = self.question_amount or self.amount_due
        excess = self.currency_id.round(max(reported - self.amount_due, 0.0))
        self._unprotected().write(
            {
                "question_reason": False,
                "question_amount": 0.0,
                "amount_disputed": self.amount_disputed + excess,
            }
        )
        plan._book_delivery(self, reported - excess, day)
        disputes = self.env["cash.transfer.dispute"]
        if excess:
            disputes = disputes._unprotected().create(
                {
                    "plan_id": plan.id,
                    "line_id": self.id,
                    "kind": "over_delivered",
                    "amount": excess,
                }
            )
        plan._post_deliveries(self._place_today(), disputes=disputes)
        self._note_reconciler()
        plan._update_state()
        return True

    def _note_reconciler(self):
        """Remember who reconciled, for the duties kept apart (R37)."""
        self.plan_id._unprotected().reconciled_by_ids = [
            fields.Command.link(self.env.uid)
        ]

    # -- reversal (R44) --------------------------------------------------------
    @step(
        frm=("delivered", "partial"),
        to=("reversed", "partial"),
        duty="release",
        asks={
            "reason": Ask("reason", keep=False),
            "date": Ask(kind="date", required=False, label=_lt("Accounting Date")),
            "amount": Ask(
                kind="monetary", required=False, label=_lt("Amount, if not All")
            ),
        },
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="the ledger and the payment",
        title=_lt("Reverse"),
    )
    def action_reverse(self, reason, date=None, amount=None):
        """Reverse delivered payments: a reversing entry in an open period, the line
        keeps its history. For releasers who did not reconcile the plan.

        :param str reason: required.
        :param date: accounting date, today by default.
        :param float amount: of one payment, what came back of it; all by default.
        :raises UserError: not delivered, or more than was delivered.
        """
        date = date or self._place_today()
        for plan, lines in self.grouped("plan_id").items():
            amounts = lines._amounts_back(amount)
            plan._reverse_lines(lines, reason, date, amounts)

    def _amounts_back(self, amount):
        """Return line → what is reversed of it.

        :raises UserError: no amount of one payment, or more than was delivered.
        """
        if not amount:
            return {line: line.amount_delivered for line in self}
        money = self.currency_id[:1]
        amount = money.round(amount)
        if len(self) != 1 or not (
            0 < amount and money.compare_amounts(amount, self.amount_delivered) <= 0
        ):
            raise UserError(
                self.env._(
                    "Name what came back of one payment: at most what was delivered."
                )
            )
        return {self: amount}

    # -- what a family is still owed (R70) --------------------------------------
    def _followed_up(self):
        if not self.follow_up_line_ids:
            return []
        return [self.env._("Decide on payments that failed and are not followed up.")]

    @step(
        frm=REISSUABLE,
        duty="reconcile",
        asks={"reason": "reason"},
        stamp="owed",
        check="_followed_up",
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Pay Later"),
    )
    def action_owe_later(self, reason):
        """Decide that a family is paid later, by a follow-up of the closed plan. For
        reconcilers who did not release the plan."""
        self._decide_owed("later")

    @step(
        frm=REISSUABLE,
        duty="reconcile",
        asks={"reason": "reason"},
        stamp="owed",
        check="_followed_up",
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Nothing is Owed"),
    )
    def action_owe_nothing(self, reason):
        """Decide that a family is owed nothing any more. For reconcilers who did not
        release the plan."""
        self._decide_owed("nothing")

    def _decide_owed(self, decision):
        self._unprotected().write({"owed_decision": decision})
        self.plan_id.invalidate_recordset(["statement_html"])

    def _read_again(self, step):
        self.invalidate_recordset()
        self.plan_id.invalidate_recordset()

    def action_open_entry(self):
        """Open the entries that this payment is part of (auditor's walk)."""
        self.ensure_one()
        return self.plan_id.action_open_moves()
