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
MOVE_LINKS = frozenset({"payment_plan_id", "cash_reconciliation_id"})


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
            lambda move: move.payment_plan_id or move.cash_reconciliation_id
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
