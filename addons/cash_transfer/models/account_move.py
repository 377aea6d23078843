from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
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

    def button_draft(self):
        """An entry of a payment plan stays posted: its payments are reversed (R44)."""
        if self.filtered(lambda move: move.payment_plan_id and move.state == "posted"):
            raise UserError(
                self.env._(
                    "This entry belongs to a payment plan: reverse the payments "
                    "on the plan, which posts a reversing entry."
                )
            )
        return super().button_draft()
