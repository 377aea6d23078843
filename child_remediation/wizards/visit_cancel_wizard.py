from odoo import fields, models


class VisitCancelWizard(models.TransientModel):
    """Ask why a planned visit does not take place."""

    _name = "remediation.visit.cancel.wizard"
    _description = "Cancel a Visit"

    visit_id = fields.Many2one("remediation.visit", required=True)
    reason = fields.Char(required=True)

    def action_apply(self):
        """Cancel; the rights are those of the visit's ``action_cancel``."""
        self.ensure_one()
        self.visit_id.action_cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
