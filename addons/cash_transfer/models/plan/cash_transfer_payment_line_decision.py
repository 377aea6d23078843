from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

from ..entitlement.cash_transfer_entitlement import PAID_STATES
from ..entitlement.cash_transfer_payment_method import CASH_GROUPS
from .cash_transfer_payment_line import REISSUABLE

_lt = LazyTranslate(__name__)


class CashTransferPaymentLineDecision(models.Model):
    """What people decide about one payment after it was locked (R36, R39, R44, R70)."""

    _inherit = "cash.transfer.payment.line"

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

    @step(
        frm="in_question",
        to=("failed",),
        duty="reconcile",
        asks={"reason": "reason"},
        right="read",
        locks="plan_id",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Was Not Delivered"),
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
        title=_lt("Nothing Is Owed"),
    )
    def action_owe_nothing(self, reason):
        """Decide that a family is owed nothing any more. For reconcilers who did not
        release the plan."""
        self._decide_owed("nothing")

    def _decide_owed(self, decision):
        self._unprotected().write({"owed_decision": decision})
        self.plan_id.invalidate_recordset(["statement_html"])
