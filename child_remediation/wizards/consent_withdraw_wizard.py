from odoo import fields, models


class ConsentWithdrawWizard(models.TransientModel):
    """Ask why a consent is withdrawn; no reason is needed."""

    _name = "remediation.consent.withdraw.wizard"
    _description = "Withdraw a Consent"

    consent_id = fields.Many2one("remediation.consent", required=True)
    reason = fields.Char()

    def action_apply(self):
        """Withdraw; the rights are those of the consent's ``action_withdraw``."""
        self.ensure_one()
        self.consent_id.action_withdraw(self.reason)
        return {"type": "ir.actions.act_window_close"}
