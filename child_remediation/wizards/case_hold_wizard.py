from odoo import fields, models


class CaseHoldWizard(models.TransientModel):
    """Ask why a case pauses and until when."""

    _name = "remediation.case.hold.wizard"
    _description = "Put on Hold"

    case_id = fields.Many2one("remediation.case", required=True)
    until = fields.Date(required=True)
    reason = fields.Char(required=True)

    def action_apply(self):
        """Hold; the rights are those of the case's ``action_hold``."""
        self.ensure_one()
        self.case_id.action_hold(self.reason, self.until)
        return {"type": "ir.actions.act_window_close"}
