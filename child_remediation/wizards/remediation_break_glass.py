from odoo import fields, models


class BreakGlassWizard(models.TransientModel):
    """Ask for the code and the reason of an emergency access."""

    _name = "remediation.break.glass.wizard"
    _description = "Emergency Access"

    code = fields.Char(string="Code of the Case", required=True)
    reason = fields.Text(required=True)

    def action_open(self):
        """Open the sheet; rights and limits are those of ``open_case``."""
        self.ensure_one()
        access_id = self.env["remediation.break.glass"].open_case(
            self.code, self.reason
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Emergency Access"),
            "res_model": "remediation.break.glass",
            "res_id": access_id,
            "view_mode": "form",
        }
