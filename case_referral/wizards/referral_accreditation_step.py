from odoo import fields, models


class ReferralAccreditationStep(models.TransientModel):
    """Asks for the reason of a suspension or refusal and calls that step."""

    _name = "referral.accreditation.step"
    _description = "Step of an Accreditation"

    accreditation_id = fields.Many2one(
        "referral.accreditation", required=True, readonly=True
    )
    step = fields.Selection(
        selection=[("suspend", "Suspend"), ("refuse", "Refuse")],
        required=True,
        readonly=True,
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Call the step; the accreditation's method checks who may do it."""
        self.ensure_one()
        if self.step == "suspend":
            self.accreditation_id.action_suspend(self.reason)
        else:
            self.accreditation_id.action_refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
