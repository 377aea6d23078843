from odoo import fields, models


class CaseReopenWizard(models.TransientModel):
    """Ask why a closed case is reopened."""

    _name = "remediation.case.reopen.wizard"
    _description = "Reopen a Case"

    case_id = fields.Many2one("remediation.case", required=True)
    reason = fields.Char(required=True)

    def action_apply(self):
        """Reopen; the rights are those of the case's ``action_reopen``."""
        self.ensure_one()
        self.case_id.action_reopen(self.reason)
        return {"type": "ir.actions.act_window_close"}
