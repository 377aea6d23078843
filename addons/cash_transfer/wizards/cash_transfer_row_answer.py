from odoo import api, fields, models
from odoo.exceptions import UserError


class CashTransferRowAnswer(models.TransientModel):
    """Say which payment the rows are that a report could not be matched by (R58). For
    reconcilers; the row's method checks."""

    _name = "cash.transfer.row.answer"
    _description = "Which Payment Is This Row"

    row_ids = fields.Many2many(
        "cash.transfer.reconciliation.row",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    provider_id = fields.Many2one(
        "cash.transfer.provider", compute="_compute_provider_id"
    )
    answer = fields.Selection(
        [
            ("payment", "This Payment"),
            ("unknown", "No Payment of Ours: Dispute It"),
            ("left_out", "No Payment: Leave It out"),
        ],
        required=True,
        default="payment",
    )
    line_id = fields.Many2one(
        "cash.transfer.payment.line",
        string="Payment",
        domain="[('provider_id', '=', provider_id), ('status', '!=', 'pending')]",
    )

    @api.depends("row_ids")
    def _compute_provider_id(self):
        for one in self:
            one.provider_id = one.row_ids.reconciliation_id.provider_id[:1]

    def action_confirm(self):
        """Answer and match the report again."""
        self.ensure_one()
        if self.answer == "payment" and len(self.row_ids) > 1:
            raise UserError(
                self.env._("Choose one row: each payment is named by itself.")
            )
        self.row_ids.action_answer(self.answer, self.line_id)
        return {"type": "ir.actions.act_window_close"}
