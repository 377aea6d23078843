from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.money import Money, split_units
from odoo.addons.remediation_base.tools.steps import step

from ...tools.fifo import consume


class CashTransferPlanLedgerFunding(models.AbstractModel):
    """Money that comes to a plan: paid, carried, moved or found in the ledger (R64)."""

    _inherit = "cash.transfer.plan.ledger"

    @step(
        frm=("approved", "released", "instructed", "partly_reconciled", "reconciled"),
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_fund(self, amount=None, date=None, journal_id=None):
        """Pay the provider's advance or fill our wallet, for these plans. For
        releasers; one payment for all plans of the same provider.

        :param float amount: for a single plan; what is missing by default.
        :param date: accounting date, today by default.
        :param int journal_id: paid from; the provider's journal by default.
        :return: the payment's id.
        :raises UserError: plans of different providers, nothing missing, more than is
            missing (R64), locked date.
        """
        provider = self.provider_id
        if len(provider) != 1 or len(self.currency_id) != 1:
            raise UserError(
                self.env._("One payment funds plans of one provider and currency.")
            )
        if provider.kind == "prefinanced":
            raise UserError(
                self.env._(
                    "%(provider)s pays first and bills: there is nothing to fund.",
                    provider=provider.name,
                )
            )
        for plan in self.filtered(lambda p: p.state in ("approved", "released")):
            plan._check_snapshot()
        shares = {plan: plan._missing_funding() for plan in self}
        if amount and len(self) == 1:
            self._check_funding(amount, shares[self])
            shares = {self: self.currency_id.round(amount)}
        shares = {plan: share for plan, share in shares.items() if share > 0}
        if not shares:
            raise UserError(self.env._("The plan is funded already."))
        date = fields.Date.to_date(date) or self._place_today()
        journal = provider.bank_journal_id
        if journal_id:
            journal = journal.search(
                [
                    ("id", "=", journal_id),
                    ("type", "in", ["bank", "cash"]),
                    ("company_id", "=", provider.company_id.id),
                ]
            )
        if not journal:
            raise UserError(
                self.env._("Choose a bank or cash journal to pay the funding from.")
            )
        payment = self._create_payment("outbound", sum(shares.values()), date, journal)
        line = self[:1]._money_line_of(payment, date)
        self._allocate(line, payment, shares, date)
        return payment.id

    def _check_funding(self, amount, missing):
        """A funding never exceeds what the plan lacks (R64).

        :raises UserError: with what is missing.
        """
        if self.currency_id.compare_amounts(amount, missing) > 0:
            raise UserError(
                self.env._(
                    "%(plan)s lacks %(missing)s: fund at most that. More takes a plan "
                    "that is approved for it.",
                    plan=self.name,
                    missing=self.currency_id.format(missing),
                )
            )

    def _create_payment(self, direction, amount, date, journal):
        """Create and post a payment to or from the provider."""
        provider = self.provider_id
        self[:1]._check_open_date(date, journal)
        payment = self._books("account.payment").create(
            {
                "payment_type": direction,
                "partner_type": "supplier",
                "partner_id": provider.partner_id.id,
                "provider_id": provider.id,
                "journal_id": journal.id,
                "partner_bank_id": provider.bank_account_id.id,
                "amount": amount,
                "currency_id": self.currency_id.id,
                "date": date,
                "memo": ", ".join(self.mapped("name")),
                "payment_plan_ids": [fields.Command.set(self.ids)],
            }
        )
        if not payment.outstanding_account_id:
            raise UserError(
                self.env._(
                    "The journal %(journal)s has no outstanding account: press "
                    "Complete the Set-Up on the provider.",
                    journal=journal.name,
                )
            )
        payment.action_post()
        return payment

    def _money_line_of(self, payment, date):
        """Return the line on the advance or wallet account that a payment made; for our
        own wallet that is the second leg of an internal transfer."""
        provider = self.provider_id
        line = payment.move_id.line_ids.filtered(
            lambda aml: aml.account_id == payment.destination_account_id
        )
        if provider.kind != "wallet":
            return line
        move = self._create_move(
            [
                {
                    "account_id": provider.journal_id.default_account_id.id,
                    "amount_currency": line.amount_currency,
                    "balance": line.balance,
                },
                {
                    "account_id": line.account_id.id,
                    "amount_currency": -line.amount_currency,
                    "balance": -line.balance,
                },
            ],
            date,
            payment.memo,
            journal=provider.journal_id,
        )
        legs = move.line_ids.filtered(lambda aml: aml.account_id == line.account_id)
        if line.account_id.reconcile:
            (line + legs).reconcile()
        return move.line_ids - legs

    def _allocate(self, line, payment, shares, date):
        """Divide a funding line among plans; the company amounts add up to the line."""
        units = [
            Money.of(share, self[:1].currency_id).units for share in shares.values()
        ]
        costs = split_units(
            Money.of(abs(line.balance), self[:1].company_currency_id).units, units
        )
        self.env["cash.transfer.movement"]._unprotected().create(
            [
                plan._movement_vals(
                    "payment",
                    date,
                    Money(unit, self[:1].currency_id).amount,
                    Money(cost, self[:1].company_currency_id).amount,
                    move_line_id=line.id,
                    payment_id=payment.id,
                )
                for plan, unit, cost in zip(shares, units, costs, strict=True)
            ]
        )
        for plan in shares:
            plan._log_event(
                self.env._(
                    "Funded with %(amount)s (%(payment)s)",
                    amount=plan.currency_id.format(shares[plan]),
                    payment=payment.name,
                )
            )
        self.invalidate_recordset(["statement_html", "is_balanced"])

    @step(
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_carry(self):
        """Carry what remains to the follow-up plans that still need funding; no entry,
        the money stays in the advance. For releasers.

        :return: amount carried.
        """
        self.ensure_one()
        plan = self
        today = self._place_today()
        carried = 0.0
        targets = plan.follow_up_plan_ids.filtered(
            lambda p: p.state in ("approved", "released")
        )
        for target in targets:
            target.lock_for_update(allow_referencing=True)
            remaining = plan._get_statements()[plan]["remaining"]
            amount = min(remaining, target._missing_funding())
            if amount <= 0:
                continue
            plan._carry_to(target, amount, today)
            carried += amount
        if not carried:
            raise UserError(
                self.env._(
                    "No approved follow-up plan needs this money: make one, or "
                    "register the return."
                )
            )
        (plan | targets).invalidate_recordset(["statement_html", "is_balanced"])
        return carried

    def _carry_to(self, target, amount, day):
        """Move money that stays in the advance to another plan, at its cost."""
        vals_list = []
        for layer, units, cost in self._take(
            Money.of(amount, self.currency_id).units, day
        ):
            values = (
                day,
                Money(units, self.currency_id).amount,
                self._from_cents(cost),
            )
            common = {
                "move_line_id": layer.move_line_id.id,
                "payment_id": layer.payment_id.id,
            }
            vals_list += [
                self._movement_vals(
                    "carry_out",
                    *values,
                    layer_id=layer.id,
                    counterpart_plan_id=target.id,
                    **common,
                ),
                target._movement_vals(
                    "carry_in", *values, counterpart_plan_id=self.id, **common
                ),
            ]
        self.env["cash.transfer.movement"]._unprotected().create(vals_list)
        self._log_event(
            self.env._(
                "Carried %(amount)s to %(plan)s",
                plan=target.name,
                amount=self.currency_id.format(amount),
            )
        )
        target._log_event(
            self.env._(
                "Received %(amount)s from %(plan)s",
                plan=self.name,
                amount=self.currency_id.format(amount),
            )
        )

    @step(
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_move_funding(self, target_id, amount=None):
        """Move funding that stays with the provider to another of its plans; no entry.
        For releasers. A plan made by mistake is given up afterwards (R70).

        :param int target_id: approved or released plan of the provider and currency.
        :param float amount: what the other plan is missing by default, never more
            (R64).
        :raises UserError: another provider, nothing there, or nothing missing there.
        """
        self.ensure_one()
        user = self.with_env(self.env(su=False))
        target = user.browse(target_id).exists()
        target.check_access("read")
        for other in target:
            other._check_apart("release")
        target.lock_for_update(allow_referencing=True)
        target.invalidate_recordset()
        # sudo: movements, after the check of duty and four eyes
        plan, target = self, target.sudo()
        if (
            not target
            or target == plan
            or target.provider_id != plan.provider_id
            or target.currency_id != plan.currency_id
            or target.state not in ("approved", "released")
        ):
            raise UserError(
                self.env._(
                    "Choose an approved plan of the same provider that still needs "
                    "money."
                )
            )
        remaining = plan._get_statements()[plan]["remaining"]
        amount = plan.currency_id.round(
            amount or min(remaining, target._missing_funding())
        )
        most = min(remaining, target._missing_funding())
        if amount <= 0 or plan.currency_id.compare_amounts(amount, most) > 0:
            raise UserError(
                self.env._(
                    "At most %(amount)s can be moved: what is left here, and what the "
                    "other plan is missing.",
                    amount=plan.currency_id.format(max(most, 0.0)),
                )
            )
        plan._carry_to(target, amount, self._place_today())
        (plan | target).invalidate_recordset(["statement_html", "is_balanced"])
        return amount

    @step(
        frm=("approved", "released", "reconciled"),
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the movements",
    )
    def action_adopt(self, move_line_id=None):
        """Take money that the ledger already holds with the provider as funding of
        this plan: an opening balance, or a prepayment of the accountant. For
        releasers.

        :param int move_line_id: a posted item on the provider's account; the oldest
            with a free rest by default.
        :return: amount adopted, never more than the plan is missing (R64).
        :raises UserError: nothing missing, or nothing there to adopt.
        """
        self.ensure_one()
        plan = self
        plan.provider_id.lock_for_update(allow_referencing=True)
        missing = plan._missing_funding()
        if missing <= 0:
            raise UserError(self.env._("The plan is funded already."))
        adopted, wanted = 0.0, Money.of(missing, plan.currency_id).units
        for line in plan._free_items(move_line_id):
            units = plan._adopt_item(line, wanted)
            wanted -= units
            adopted += Money(units, plan.currency_id).amount
            if not wanted:
                break
        if not adopted:
            raise UserError(
                self.env._(
                    "The ledger holds no free money with %(provider)s in %(currency)s.",
                    provider=plan.provider_id.name,
                    currency=plan.currency_id.name,
                )
            )
        plan.invalidate_recordset(["statement_html", "is_balanced"])
        return adopted

    def _adopt_item(self, line, wanted):
        """Take up to so many units of what is free of a posted item; return them."""
        taken = line.cash_movement_ids.filtered(lambda m: m.kind == "payment")
        used = Money.of(sum(taken.mapped("amount")), self.currency_id).units
        free = (
            Money.of(line.amount_currency, self.currency_id).units,
            Money.of(line.balance, self.company_currency_id).units,
        )
        pieces, missing = consume([free], used, wanted)
        movements = self.env["cash.transfer.movement"]._unprotected()
        for _index, units, cost in pieces:
            amount = Money(units, self.currency_id).amount
            movements.create(
                self._movement_vals(
                    "payment",
                    line.date,
                    amount,
                    Money(cost, self.company_currency_id).amount,
                    move_line_id=line.id,
                    payment_id=line.move_id.origin_payment_id.id,
                )
            )
            self._log_event(
                self.env._(
                    "Adopted %(amount)s of %(entry)s",
                    amount=self.currency_id.format(amount),
                    entry=line.move_id.name,
                )
            )
        return wanted - missing

    def _free_items(self, move_line_id=None):
        """Return posted items that brought money to the provider and that no plan made,
        oldest first."""
        account, partner = self.provider_id._purse()
        domain = [
            ("account_id", "=", account),
            ("parent_state", "=", "posted"),
            ("company_id", "=", self.company_id.id),
            ("currency_id", "=", self.currency_id.id),
            ("amount_currency", ">", 0),
            ("payment_plan_id", "=", False),
        ]
        if partner:
            domain.append(("partner_id", "=", partner))
        if move_line_id:
            domain.append(("id", "=", move_line_id))
        items = self.env["account.move.line"].search(domain, order="date, id")
        return items.filtered(
            lambda item: not item.move_id.origin_payment_id.payment_plan_ids
        )
