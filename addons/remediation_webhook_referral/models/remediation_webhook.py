from odoo import api, fields, models


class RemediationWebhook(models.Model):
    _inherit = "remediation.webhook"

    on_referral_answered = fields.Boolean(string="Answer to a Referral")

    @api.model
    def _events(self):
        return super()._events() | {"referral.answered": "on_referral_answered"}
