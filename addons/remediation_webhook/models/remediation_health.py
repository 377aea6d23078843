from odoo import api, models

from odoo.addons.remediation_base.models.remediation_health import DAY, Figure


class RemediationHealth(models.AbstractModel):
    _inherit = "remediation.health"

    @api.model
    def _figures(self):
        """Letters that another system did not take."""
        waiting, age = self._oldest(
            "remediation.webhook.delivery",
            [("state", "=", "waiting"), ("webhook_id.active", "=", True)],
            "create_date",
        )
        failed = self.env["remediation.webhook.delivery"].search_count(
            [("state", "=", "failed"), ("webhook_id.active", "=", True)]
        )
        return super()._figures() + [
            Figure("webhooks_waiting", "Letters to other systems that wait", waiting),
            Figure("webhook_oldest_seconds", "Age of the oldest of them", age, DAY),
            Figure("webhooks_failed", "Letters no other system took", failed, 0),
        ]
