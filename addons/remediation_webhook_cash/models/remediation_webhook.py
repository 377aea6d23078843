from odoo import api, fields, models


class RemediationWebhook(models.Model):
    _inherit = "remediation.webhook"

    on_plan_closed = fields.Boolean(string="Closing of a Payment Plan")

    @api.model
    def _events(self):
        return super()._events() | {"payment_plan.closed": "on_plan_closed"}
