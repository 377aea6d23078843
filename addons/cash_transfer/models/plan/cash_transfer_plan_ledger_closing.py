from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.money import Money, split_units
from odoo.addons.remediation_base.tools.steps import Ask, step

from ...tools.fifo import consume
from .cash_transfer_movement import INFLOWS

_lt = LazyTranslate(__name__)

#: Said on the plan; no names.
REASON = Ask(label=_lt("Reason"))


class CashTransferPlanLedgerClosing(models.AbstractModel):
    """What is left in the end: returned, charged, still owed, closed (R40, R70)."""

    _inherit = "cash.transfer.plan.ledger"

    @step(
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_return(self, amount=None, date=None):
        """Register money that the provider gave back (or that left our wallet). For
        releasers. The bank line is then matched in the bank's reconciliation.

        :param float amount: everything that remains by default.
        """
        self.ensure_one()
        plan = self
        remaining = plan._get_statements()[plan]["remaining"]
        amount = plan.currency_id.round(amount or remaining)
        if amount <= 0 or plan.currency_id.compare_amounts(amount, remaining) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s remain with the provider: return at most that.",
                    amount=plan.currency_id.format(remaining),
                )
            )
        if plan.provider_id.kind == "prefinanced":
            raise UserError(
                self.env._("A pre-financing provider holds none of our money.")
            )
        date = fields.Date.to_date(date) or self._place_today()
        payment = plan._create_payment(
            "inbound", amount, date, plan.provider_id.bank_journal_id
        )
        plan._book_return(payment, amount, date)
        plan._log_event(
            self.env._(
                "Returned %(amount)s (%(payment)s)",
                payment=payment.name,
                amount=plan.currency_id.format(amount),
            )
        )
        return payment.id

    def _book_return(self, payment, amount, date):
        pieces = self._take(Money.of(amount, self.currency_id).units, date)
        cost = sum(piece[2] for piece in pieces)
        line = payment.move_id.line_ids.filtered(
            lambda aml: aml.account_id == payment.destination_account_id
        )
        difference = Money.of(-line.balance, self.company_currency_id).units - cost
        money = self.provider_id._get_money_account()
        entry = self._return_lines(line, amount, cost, difference)
        move = self.env["account.move"]
        if entry:
            move = self._create_move(
                entry, date, self.env._("%(plan)s return", plan=self.name)
            )
        if self.provider_id.kind == "wallet":
            legs = move.line_ids.filtered(lambda aml: aml.account_id == line.account_id)
            if line.account_id.reconcile:
                (line + legs).reconcile()
            line = move.line_ids.filtered(lambda aml: aml.account_id == money)
        created = (
            self.env["cash.transfer.movement"]
            ._unprotected()
            .create(
                [
                    self._movement_vals(
                        "returned",
                        date,
                        Money(units, self.currency_id).amount,
                        self._from_cents(piece_cost),
                        layer_id=layer.id,
                        move_line_id=line.id,
                        payment_id=payment.id,
                    )
                    for layer, units, piece_cost in pieces
                ]
            )
        )
        created._reconcile_advance(
            move.line_ids.filtered(lambda aml: aml.account_id == money)
        )
        self.invalidate_recordset(["statement_html", "is_balanced"])

    def _return_lines(self, line, amount, cost, difference):
        """Return the values of the entry beside a returning payment: the second leg of
        a wallet's transfer, and what the exchange gained or lost.

        :param line: the payment's item on its destination account.
        :param int cost, difference: in cents of the company's currency.
        """
        money = self.provider_id._get_money_account()
        entry = []
        if self.provider_id.kind == "wallet":
            # second leg of the internal transfer: out of our wallet at its cost
            entry = [
                {
                    "account_id": line.account_id.id,
                    "amount_currency": amount,
                    "balance": -line.balance,
                },
                {
                    "account_id": money.id,
                    "amount_currency": -amount,
                    "balance": -self._from_cents(cost),
                    "cash_event": "returned",
                },
            ]
        elif difference:
            entry = [
                {
                    "account_id": money.id,
                    "amount_currency": 0.0,
                    "balance": self._from_cents(difference),
                    "cash_event": "returned",
                },
            ]
        if difference:
            weights = self._weights()
            grants = self.env["cash.transfer.grant"].browse([row[1] for row in weights])
            for (key, _g, _u), grant, part in zip(
                weights,
                grants,
                split_units(-difference, [row[2] for row in weights]),
                strict=True,
            ):
                entry += self._exchange_lines(part, key, grant)
        return entry

    @step(
        frm=("instructed", "partly_reconciled", "reconciled", "closed"),
        asks={"amount": Ask(kind="monetary", label=_lt("Amount")), "reason": REASON},
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
        title=_lt("Fee"),
    )
    def action_book_fee(self, amount, reason, date=None, billed=False):
        """Book a fee outside a report: a wallet's charge, a monthly invoice, or the
        correction of a wrong one. For releasers.

        :param float amount: in the plan's currency; below zero gives a fee back.
        :param str reason: required; no names.
        :param bool billed: the provider sends an invoice, paid from the bank;
            otherwise the money left the advance or wallet.
        :raises UserError: plan not instructed, or more given back than was charged.
        """
        self.ensure_one()
        plan = self
        amount = plan.currency_id.round(amount or 0.0)
        charged = plan._get_statements()[plan]["fees"]
        if not amount or plan.currency_id.compare_amounts(charged + amount, 0.0) < 0:
            raise UserError(
                self.env._(
                    "Give an amount; at most %(fees)s of fees can be given back.",
                    fees=plan.currency_id.format(charged),
                )
            )
        date = fields.Date.to_date(date) or self._place_today()
        weights = plan._weights()
        units = split_units(
            Money.of(amount, plan.currency_id).units, [row[2] for row in weights]
        )
        fees = [
            (key, grant, part)
            for (key, grant, _w), part in zip(weights, units, strict=True)
            if part
        ]
        if billed or plan.provider_id.kind == "prefinanced":
            plan._post_bill(date, plan.provider_id.partner_id.id, [], fees, None)
        elif amount > 0:
            plan._post_entry(date, [], fees, plan.env["cash.transfer.dispute"], None)
        else:
            plan._give_back_fee(-amount, fees, date)
        plan._log_event(
            self.env._(
                "Fee of %(amount)s: %(reason)s",
                amount=plan.currency_id.format(amount),
                reason=reason,
            )
        )
        plan._reopen()
        return True

    def _give_back_fee(self, amount, fees, date):
        """Post a fee back into the advance or wallet, at what it cost there."""
        self._check_open_date(date, self.company_id.cash_journal_id)
        cost = self._cost_of_last(amount, date)
        shares = self._split_cost(-cost, [part[2] for part in fees])
        lines = [
            {
                "account_id": self.company_id.cash_fee_account_id.id,
                "amount_currency": Money(units, self.currency_id).amount,
                "balance": Money(share, self.company_currency_id).amount,
                "analytic_distribution": {key: 100.0},
                "cash_event": "fee",
            }
            for (key, _grant, units), share in zip(fees, shares, strict=True)
        ]
        money = self.provider_id._get_money_account()
        lines.append(
            {
                "account_id": money.id,
                "amount_currency": amount,
                "balance": Money(cost, self.company_currency_id).amount,
                "cash_event": "fee",
            }
        )
        move = self._create_move(
            lines, date, self.env._("%(plan)s fee", plan=self.name)
        )
        item = move.line_ids.filtered(lambda aml: aml.account_id == money)
        self.env["cash.transfer.movement"]._unprotected().create(
            self._movement_vals(
                "fee",
                date,
                -amount,
                Money(-cost, self.company_currency_id).amount,
                move_line_id=item.id,
            )
        )
        self.invalidate_recordset(["statement_html", "is_balanced"])

    def _cost_of_last(self, amount, date):
        """Return what the amount cost that left the advance or wallet last, in cents of
        the company's currency."""
        movements = self._held_movements()
        layers = movements.filtered(lambda m: m.kind in INFLOWS)
        used = sum(
            Money.of(m.amount, self.currency_id).units for m in movements - layers
        )
        back = Money.of(amount, self.currency_id).units
        pieces, missing = consume(
            [
                (
                    Money.of(m.amount, self.currency_id).units,
                    Money.of(m.company_amount, self.company_currency_id).units,
                )
                for m in layers
            ],
            used - back,
            back,
        )
        cost = sum(piece[2] for piece in pieces)
        if missing:  # it was charged beyond the funding: at the rate of the day, too
            unfunded = self.currency_id._convert(
                Money(missing, self.currency_id).amount,
                self.company_currency_id,
                self.company_id,
                date,
            )
            cost += Money.of(unfunded, self.company_currency_id).units
        return cost

    def _reopen(self):
        """Open a closed plan again: something happened to its money (R70)."""
        for plan in self.filtered(lambda one: one.state == "closed"):
            plan._unprotected().write(
                {"state": "reconciled", "closed_by_id": False, "closed_on": False}
            )
            plan._log_event(
                self.env._("Opened again: something happened to it after all.")
            )
            plan.cycle_id._update_state()

    def _owed_lines(self):
        """Return payments of these plans that were not delivered and are not followed
        up: families still owed."""
        lines = self.env["cash.transfer.payment.line"].search(
            [("plan_id", "in", self.ids), *self._reissuable_domain()]
        )
        return lines.filtered(
            lambda line: (
                line.owed_decision != "nothing"
                and line.cycle_line_id.sudo().payable  # sudo: a yes or no
                and line.currency_id.compare_amounts(line._open_amount(), 0.0) > 0
            )
        )

    def _check_owed_decided(self):
        """Families still owed are listed at *Close* and ask for a decision each (R70).

        :raises UserError: the payments without a decision.
        """
        undecided = self._owed_lines().filtered(lambda line: not line.owed_decision)
        if undecided:
            raise UserError(
                self.env._(
                    "These families are still owed: make a follow-up, or decide on "
                    "each payment.\n%(payments)s",
                    payments="\n".join(
                        f"{line.name}: {line.currency_id.format(line._open_amount())}"
                        for line in undecided[:20]
                    ),
                )
            )

    def _missing_to_close(self):
        statement = self._get_statements()[self]
        remaining = statement["remaining"]
        problem = None
        if not self._is_final():
            problem = self.env._(
                "%(plan)s has payments without a final report.", plan=self.name
            )
        elif self.dispute_ids.filtered(
            lambda dispute: dispute.state in ("open", "write_off_asked")
        ):
            problem = self.env._(
                "%(plan)s has open disputes of %(amount)s: resolve them first.",
                plan=self.name,
                amount=self.currency_id.format(statement["disputes"]),
            )
        elif remaining < 0:
            problem = self.env._(
                "%(plan)s was delivered with %(amount)s more than it was funded with: "
                "let the releaser fund it.",
                plan=self.name,
                amount=self.currency_id.format(-remaining),
            )
        elif remaining:
            problem = self.env._(
                "%(amount)s of %(plan)s are still with the provider: register the "
                "return, or carry them to a follow-up plan.",
                plan=self.name,
                amount=self.currency_id.format(remaining),
            )
        else:
            self._check_owed_decided()
        return [problem] if problem else []

    @step(
        frm="reconciled",
        to=("closed",),
        duty="reconcile",
        stamp="closed",
        check="_missing_to_close",
        right="read",
        referencing=True,
        sudo="the statement, the ledger and the state",
    )
    def action_close(self):
        """Close a reconciled plan whose money is accounted for in both currencies. For
        reconcilers.

        :raises UserError: what is open, and what to do about it.
        """
        for plan in self:
            if plan._unposted():
                plan._post_deliveries(self._place_today())
            left = plan._get_statements()[plan]["remaining_company"]
            if left:
                plan._post_exchange(left)
            if plan._ledger_differences():
                raise UserError(
                    self.env._(
                        "%(plan)s and the ledger say different things: press Compare "
                        "with the Ledger and look at the entries with the accountant.",
                        plan=plan.name,
                    )
                )
            plan._unprotected().state = "closed"
            plan._log_event(self.env._("Closed"))
            plan.cycle_id._update_state()

    def _post_exchange(self, company_amount):
        """Post what is left in company currency alone, with the grants' analytic."""
        date = self._place_today()
        money = self.provider_id._get_money_account()
        weights = self._weights()
        grants = self.env["cash.transfer.grant"].browse([row[1] for row in weights])
        entry = [
            {
                "account_id": money.id,
                "amount_currency": 0.0,
                "balance": -company_amount,
                "cash_event": "exchange",
            }
        ]
        for (key, _g, _u), grant, part in zip(
            weights,
            grants,
            split_units(
                Money.of(company_amount, self.company_currency_id).units,
                [row[2] for row in weights],
            ),
            strict=True,
        ):
            entry += self._exchange_lines(part, key, grant)
        self._check_open_date(date, self.company_id.cash_journal_id)
        move = self._create_move(
            entry, date, self.env._("%(plan)s exchange", plan=self.name)
        )
        line = move.line_ids.filtered(lambda aml: aml.account_id == money)
        self.env["cash.transfer.movement"]._unprotected().create(
            self._movement_vals(
                "exchange", date, 0.0, company_amount, move_line_id=line.id
            )
        )
        self.invalidate_recordset(["statement_html", "is_balanced"])
