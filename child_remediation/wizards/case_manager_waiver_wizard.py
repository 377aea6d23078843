from odoo import fields, models


class CaseManagerWaiverWizard(models.TransientModel):
    """Ask until when a junior may work without a mentor, and why."""

    _name = "remediation.case.manager.waiver.wizard"
    _description = "Waive the Mentor"

    case_manager_id = fields.Many2one("remediation.case.manager", required=True)
    until = fields.Date(required=True)
    reason = fields.Char(required=True)

    def action_apply(self):
        """Waive; the rights are those of the profile's ``action_waive_mentor``."""
        self.ensure_one()
        self.case_manager_id.action_waive_mentor(self.until, self.reason)
        return {"type": "ir.actions.act_window_close"}
