from odoo import api, models


class AccountAnalyticLine(models.Model):
    """What a grant spent is read from the analytic lines (R65), so those of a plan's
    entries do not change either (R68)."""

    _inherit = "account.analytic.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # sudo: accountants may lack the item's company; only its plan is asked.
        lines.sudo().move_line_id.move_id._check_cash_entries()
        return lines

    def write(self, vals):
        # sudo: as in create
        moves = self.sudo().move_line_id.move_id
        if "move_line_id" in vals:
            moves |= (
                self.env["account.move.line"]
                .sudo()  # sudo: as in create
                .browse(vals["move_line_id"] or [])
                .move_id
            )
        moves._check_cash_entries()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_payment_plans(self):
        # sudo: as in create
        self.sudo().move_line_id.move_id._check_cash_entries()
