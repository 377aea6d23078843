from odoo import api, fields, models

from .plan.cash_transfer_movement import KINDS

#: What an item of an entry says.
LINE_CONTENT = frozenset(
    {
        "move_id",
        "account_id",
        "partner_id",
        "name",
        "debit",
        "credit",
        "balance",
        "amount_currency",
        "currency_id",
        "currency_rate",
        "date",
        "date_maturity",
        "quantity",
        "price_unit",
        "discount",
        "product_id",
        "product_uom_id",
        "display_type",
        "analytic_distribution",
        "analytic_line_ids",
        "tax_ids",
        "tax_line_id",
        "tax_group_id",
        "tax_base_amount",
        "tax_repartition_line_id",
        "tax_tag_ids",
        "parent_state",
        "journal_id",
        "company_id",
        "payment_id",
        "statement_line_id",
    }
)
#: What an item charges to a grant.
CHARGES = frozenset(
    {
        "account_id",
        "analytic_distribution",
        "balance",
        "debit",
        "credit",
        "amount_currency",
    }
)
LINE_LINKS = frozenset({"payment_plan_id", "cash_event", "cash_movement_ids"})


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    payment_plan_id = fields.Many2one(
        related="move_id.payment_plan_id", store=True, index="btree_not_null"
    )
    cash_movement_ids = fields.One2many(
        "cash.transfer.movement", "move_line_id", readonly=True
    )
    cash_event = fields.Selection(
        [*KINDS, ("release", "Income Released")],
        readonly=True,
        copy=False,
        string="Cash Transfer Event",
    )

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["account.move"]
        if not moves._is_cash_step():
            if any(LINE_LINKS & vals.keys() for vals in vals_list):
                moves._refuse_cash_links()
            moves.browse(
                {vals["move_id"] for vals in vals_list if vals.get("move_id")}
            )._check_cash_entries()
        lines = super().create(vals_list)
        if not moves._is_cash_step() and lines.filtered("cash_event"):
            moves._refuse_cash_links()  # a default of the caller's context
        return lines

    def write(self, vals):
        moves = self.env["account.move"]
        if not moves._is_cash_step():
            if LINE_LINKS & vals.keys():
                moves._refuse_cash_links()
            wanted = LINE_CONTENT & vals.keys()
            if wanted:
                # moved into or out of an entry of a plan: both are asked
                moves.browse(vals.get("move_id") or [])._check_cash_entries()
                self._of_payment_plans()._changed_content(
                    vals, wanted
                ).move_id._check_cash_entries()
            if CHARGES & vals.keys():
                before = self._charges()
                result = super().write(vals)
                after = self._charges()
                changed = [key for key in after if after[key] != before.get(key)]
                self.browse(changed).move_id._release_again()
                return result
        return super().write(vals)

    def _charges(self):
        """Return item id → what it charges, of the posted items alone."""
        return {
            item.id: (
                item.account_id.id,
                item.balance,
                item.amount_currency,
                {
                    key: round(share, 6)
                    for key, share in (item.analytic_distribution or {}).items()
                },
            )
            for item in self
            if item.parent_state == "posted"
        }

    def _of_payment_plans(self):
        # sudo: as AccountMove._payment_plans; which items are a plan's, no more
        moves = self.sudo().move_id.filtered(
            lambda move: move.income_of_id or move._payment_plans()
        )
        return self.filtered(lambda line: line.move_id in moves)

    def _changed_content(self, vals, names):
        will_change = self.env["account.move"]._field_will_change
        return self.filtered(
            lambda line: any(
                self._fields[name].type in ("one2many", "many2many", "json")
                or will_change(line, vals, name)
                for name in names
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_payment_plans(self):
        self.move_id._check_cash_entries()
