from odoo import api, fields, models
from odoo.exceptions import UserError

# Only code in this process can hold this object: a remote caller sends JSON or XML.
_KEY = "cash_transfer_step"
_STEP = object()

#: What an entry says. The rest (matching, mails, hashes) is not the plan's.
MOVE_CONTENT = frozenset(
    {
        "name",
        "state",
        "date",
        "invoice_date",
        "invoice_date_due",
        "delivery_date",
        "ref",
        "narration",
        "journal_id",
        "company_id",
        "partner_id",
        "partner_bank_id",
        "commercial_partner_id",
        "currency_id",
        "invoice_currency_rate",
        "invoice_payment_term_id",
        "invoice_cash_rounding_id",
        "fiscal_position_id",
        "move_type",
        "line_ids",
        "invoice_line_ids",
        "origin_payment_id",
        "statement_line_id",
        "reversed_entry_id",
        "auto_post",
    }
)
MOVE_LINKS = frozenset({"payment_plan_id", "cash_reconciliation_id", "income_of_id"})


class AccountMove(models.Model):
    """An entry that a payment plan made is changed by the plan's own steps alone (R68):
    here, on its lines, its analytic lines and its payment, whatever the door."""

    _inherit = "account.move"

    payment_plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    cash_reconciliation_id = fields.Many2one(
        "cash.transfer.reconciliation",
        string="Provider's Report",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    income_of_id = fields.Many2one(
        "account.move",
        string="Income Released For",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="This entry releases the restricted income that the other one used.",
    )

    def _post(self, soft=True):
        posted = super()._post(soft)
        if not self._is_cash_step():
            posted._release_income()
            posted._check_released_once()
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._take_income_back()
        return result

    def _release_income(self):
        """Release restricted income for what others than payment plans charge to a
        grant: a bill, a kit for a savings group, a credit note (R68). An entry that
        touches the restricted account itself is the accountant's own release."""
        grants = self._restricted_grants()
        # sudo: accountants do not read grants; the accounts are named by the grant
        for move in self.sudo() if grants else ():
            items = move.line_ids
            if items.account_id & grants.deferred_account_id:
                continue
            lines = grants._income_lines(
                move.company_id,
                [
                    (
                        key,
                        item.currency_id,
                        item.amount_currency * share / 100.0,
                        item.balance * share / 100.0,
                    )
                    for item in items
                    if item.account_id.internal_group == "expense"
                    for key, share in (item.analytic_distribution or {}).items()
                ],
            )
            if lines:
                move._create_release(lines)

    def _restricted_grants(self):
        # sudo: as in _release_income; closed grants held their income, too
        grants = self.sudo().env["cash.transfer.grant"].with_context(active_test=False)
        return grants.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("deferred_account_id", "!=", False),
            ]
        )

    def _check_released_once(self):
        """Refuse an accountant's own release of what the rule released already (R68):
        a grant's income never is more than what it was charged with.

        :raises UserError: names the account and both amounts.
        """
        grants = self._restricted_grants()
        for move in self.sudo() if grants else ():  # sudo: as in _release_income
            mine = grants.filtered(
                lambda one, move=move: one.company_id == move.company_id
            )
            items = move.line_ids
            income = items.filtered(
                lambda item, mine=mine: item.account_id in mine.income_account_id
            )
            if not items.account_id & mine.deferred_account_id:
                continue
            for account, lines in income.grouped("account_id").items():
                money = move.company_id.currency_id
                charged, released = mine._charged_and_released(account)
                if money.compare_amounts(sum(lines.mapped("balance")), 0) >= 0:
                    continue  # it takes income back
                if money.compare_amounts(released, charged) > 0:
                    raise UserError(
                        self.env._(
                            "%(account)s would show %(released)s of income for "
                            "%(charged)s of costs: costs release restricted income by "
                            "themselves. Lower this entry.",
                            account=account.display_name,
                            released=money.format(released),
                            charged=money.format(charged),
                        )
                    )

    def _release_again(self):
        """What a posted entry charges to grants was changed: so is its release."""
        moves = self.filtered(
            lambda move: move.state == "posted" and not move._payment_plans()
        )
        moves._take_income_back()
        moves._release_income()

    def _create_release(self, lines):
        ref = self.name
        journal = self.company_id.cash_journal_id or self.journal_id
        moves = self.with_company(self.company_id)._cash_step()
        moves.with_context(mail_create_nosubscribe=True).create(
            {
                "move_type": "entry",
                "date": self.date,
                "ref": ref,
                "journal_id": journal.id,
                "income_of_id": self.id,
                "line_ids": [
                    fields.Command.create({"name": ref, "tax_ids": [], **line})
                    for line in lines
                ],
            }
        ).action_post()

    def _take_income_back(self):
        """What is no longer posted releases no income: its release is cancelled, or
        reversed on its own day where the journal secures what it posted."""
        # sudo: follows from what was just allowed on the entry itself
        releases = (
            self.sudo()
            ._cash_step()
            .search([("income_of_id", "in", self.ids), ("state", "=", "posted")])
        )
        releases -= releases.filtered(
            lambda move: move.reversed_entry_id or move.reversal_move_ids
        )
        secured = releases.filtered("inalterable_hash")
        if secured:
            secured._reverse_moves(
                [
                    {
                        "date": move.date,
                        "ref": move.ref,
                        "income_of_id": move.income_of_id.id,
                    }
                    for move in secured
                ],
                cancel=True,
            )
        plain = releases - secured
        if plain:
            plain.button_draft()
            plain.button_cancel()

    def _cash_step(self):
        """Return the same records for a step of a payment plan, which may make and
        change its entries. Never return the result to a caller."""
        return self.with_context(**{_KEY: _STEP})

    def _is_cash_step(self):
        return self.env.context.get(_KEY) is _STEP

    def _payment_plans(self):
        """Return the plans that made or adopted these entries, their funding's
        included."""
        # sudo: accountants do not read payment plans; one of them is named by code.
        moves = self.sudo()
        return (
            moves.payment_plan_id
            | moves.origin_payment_id.payment_plan_ids
            | moves.line_ids.cash_movement_ids.plan_id
        )

    def _check_cash_entries(self):
        """Refuse to change entries that payment plans made (R68).

        :raises UserError: names the plan whose steps change them.
        """
        if not self or self._is_cash_step():
            return
        # sudo: as in _payment_plans; the entry is named by its number
        released = self.sudo().income_of_id[:1]
        if released:
            raise UserError(
                self.env._(
                    "This entry releases the income that %(entry)s used: correct that "
                    "entry, and this one follows.",
                    entry=released.name,
                )
            )
        plans = self._payment_plans()
        if plans:
            raise UserError(
                self.env._(
                    "This entry belongs to the payment plan %(plan)s: use the steps of "
                    "the plan (reverse, return, dispute) to correct it.",
                    plan=plans[0].name,
                )
            )

    def _refuse_cash_links(self):
        raise UserError(
            self.env._("Payment plans make their entries: none is linked by hand.")
        )

    def _changed_by(self, vals, names):
        """Return the records of which ``vals`` changes one of the fields."""
        move_model = self.env["account.move"]
        wanted = names & vals.keys()
        if not wanted:
            return self.browse()
        return self.filtered(
            lambda record: any(
                self._fields[name].type in ("one2many", "many2many")
                or move_model._field_will_change(record, vals, name)
                for name in wanted
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        if not self._is_cash_step() and moves.filtered(
            lambda move: (
                move.payment_plan_id or move.cash_reconciliation_id or move.income_of_id
            )
        ):
            self._refuse_cash_links()
        return moves

    def write(self, vals):
        if not self._is_cash_step():
            if MOVE_LINKS & vals.keys():
                self._refuse_cash_links()
            self._changed_by(vals, MOVE_CONTENT)._check_cash_entries()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_payment_plans(self):
        self._check_cash_entries()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_cash_entries()
        return super()._reverse_moves(default_values_list, cancel)
