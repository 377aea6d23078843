from odoo import models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

_lt = LazyTranslate(__name__)


class RecoveryLedger(models.Model):
    """The money itself: what came is owed until it is handed on, whole.

    It leaves at the rate of its receipt, so that nothing is owed in either currency.
    No name enters an entry: the code stands on it, without a partner.
    """

    _inherit = "remediation.recovery"

    # -- steps of the duties of cash -----------------------------------------------
    @step(
        frm="submitted",
        to="received",
        duty="reconcile",
        not_by="submitted_by_id",
        right="read",
        sudo="the ledger; duties of cash do not write what is for a survivor",
        stamp="received",
        asks={"date": "received_on", "journal_id": "journal_id"},
        title=_lt("The Money Came"),
    )
    def action_receive(self, date, journal_id):
        """Book what came: money in, owed to the survivor. For reconcilers.

        :param date: day of the bank
        :param journal_id: bank or cash it came to
        """
        for recovery in self:
            recovery._check_rate_of_books()
            recovery._book("inbound", recovery.received_on)

    @step(
        frm="received",
        to="approved",
        duty="approve",
        not_by=("submitted_by_id", "received_by_id"),
        right="read",
        sudo="duties of cash do not write what is for a survivor",
        stamp="approved",
        check="_missing_to_pay",
        seen="content_hash",
    )
    def action_approve(self):
        """Agree that this payee gets the money. For approvers who did not enter it."""

    @step(
        frm="approved",
        to="paid",
        duty="release",
        not_by=("submitted_by_id", "approved_by_id"),
        right="read",
        sudo="the ledger; duties of cash do not write what is for a survivor",
        stamp="paid",
        check="_missing_to_pay",
        asks={"date": "paid_on"},
        title=_lt("Hand the Money On"),
    )
    def action_pay(self, date):
        """Hand the whole sum on to the payee, and book it. For releasers.

        :param date: day of the payment
        """
        for recovery in self:
            if recovery.paid_on < recovery.received_on:
                raise UserError(
                    self.env._(
                        "%(recovery)s came on %(day)s: it is handed on afterwards.",
                        recovery=recovery.name,
                        day=self._say_day(recovery.received_on),
                    )
                )
            payee = recovery.payee_id
            recovery._unprotected().method_id = payee.active_method_id
            recovery._book("outbound", recovery.paid_on)
        self._settle()

    @step(
        frm="paid",
        to="approved",
        duty="reconcile",
        not_by="paid_by_id",
        right="read",
        sudo="the ledger; duties of cash do not write what is for a survivor",
        asks={"date": Ask(label=_lt("Came Back On"), kind="date"), "reason": "reason"},
        title=_lt("The Payment Came Back"),
    )
    def action_return(self, date, reason):
        """Book a payment that came back: it is owed again. For reconcilers.

        :param date: day of the bank
        :param str reason: why; no names
        """
        for recovery in self:
            recovery._book("inbound", date)
        self._unprotected().write(
            {"paid_on": False, "paid_by_id": False, "method_id": False}
        )

    @step(
        frm=("received", "approved"),
        to="given_back",
        duty="release",
        not_by=("submitted_by_id", "approved_by_id"),
        right="read",
        sudo="the ledger; duties of cash do not write what is for a survivor",
        asks={"date": Ask(label=_lt("Given Back On"), kind="date"), "reason": "reason"},
        title=_lt("Give the Money Back"),
    )
    def action_give_back(self, date, reason):
        """Give the money back to whoever paid, as after an appeal. For releasers.

        :param date: day of the payment
        :param str reason: why; no names
        """
        for recovery in self:
            recovery._book("outbound", date)

    @step(
        frm="approved",
        to="received",
        duty="approve",
        right="read",
        sudo="duties of cash do not write what is for a survivor",
        asks={"reason": "reason"},
        title=_lt("Take the Approval Back"),
    )
    def action_reconsider(self, reason):
        """Let the payee be chosen anew, where it was stopped. For approvers.

        :param str reason: why; no names
        """
        self._unprotected().approved_by_id = False

    # -- entries -------------------------------------------------------------------
    def _check_rate_of_books(self):
        """Money in a currency without a rate is not booked at one to one.

        :raises UserError: names the currency and the day
        """
        if not self._has_rate(self.currency_id, self.received_on):
            raise UserError(
                self.env._(
                    "No rate of %(currency)s on %(day)s: finance enters it first.",
                    currency=self.currency_id.name,
                    day=self._say_day(self.received_on),
                )
            )

    def _book(self, direction, date):
        """Make and post one payment, and match what is owed with it."""
        self.ensure_one()
        if not self.company_id.recovery_account_id:
            raise UserError(
                self.env._(
                    "Choose the account for money held for survivors in the settings "
                    "of accounting first."
                )
            )
        self._check_open_date(date, self.journal_id)
        cost = self._held_cost()
        payment = self._books("account.payment").create(
            {
                "payment_type": direction,
                "partner_type": "supplier",
                "journal_id": self.journal_id.id,
                "amount": self.amount,
                "currency_id": self.currency_id.id,
                "date": date,
                "memo": self.name,
                "recovery_id": self.id,
                **({} if cost is None else {"force_balance": cost}),
            }
        )
        if not payment.outstanding_account_id:
            raise UserError(
                self.env._(
                    "The journal %(journal)s has no outstanding account: finance "
                    "chooses one on its payment methods.",
                    journal=self.journal_id.name,
                )
            )
        payment.action_post()
        self._match()

    def _held_lines(self):
        """The items that owe the money, or say that it is owed no more."""
        lines = self._books("account.payment").search([("recovery_id", "=", self.id)])
        return lines.move_id.line_ids.filtered(
            lambda line: line.account_id == line.payment_id.destination_account_id
        )

    def _held_cost(self):
        """What the receipt was worth in the books, or None before it."""
        first = self._held_lines().sorted("id")[:1]
        return abs(first.balance) if first else None

    def _match(self):
        lines = self._held_lines().filtered(lambda line: not line.reconciled)
        if len(lines) == 2 and lines.account_id.reconcile:
            lines.reconcile()
