from odoo import fields, models


class CaseManagerSuspendWizard(models.TransientModel):
    """Ask why a worker is suspended."""

    _name = "remediation.case.manager.suspend.wizard"
    _description = "Suspend a Case Manager"

    case_manager_id = fields.Many2one("remediation.case.manager", required=True)
    reason = fields.Char(required=True)

    def action_apply(self):
        """Suspend; the rights are those of the profile's ``action_suspend``."""
        self.ensure_one()
        self.case_manager_id.action_suspend(self.reason)
        return {"type": "ir.actions.act_window_close"}
