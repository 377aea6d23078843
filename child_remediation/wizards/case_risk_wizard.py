from odoo import fields, models

from ..models.case import RISK_LEVELS


class CaseRiskWizard(models.TransientModel):
    """Ask for the new risk level and the reason."""

    _name = "remediation.case.risk.wizard"
    _description = "Set Risk"

    case_id = fields.Many2one("remediation.case", required=True)
    risk_level = fields.Selection(RISK_LEVELS, required=True)
    reason = fields.Char(required=True)

    def action_apply(self):
        """Set; the rights are those of the case's ``action_set_risk``."""
        self.ensure_one()
        self.case_id.action_set_risk(self.risk_level, self.reason)
        return {"type": "ir.actions.act_window_close"}
