from odoo import api, models

from odoo.addons.remediation_base.models.remediation_health import DAY, Figure


class RemediationHealth(models.AbstractModel):
    _inherit = "remediation.health"

    @api.model
    def _figures(self):
        """Forms of the field that wait for a decision (R61)."""
        waiting, age = self._oldest(
            "remediation.submission", [("state", "=", "waiting")], "received_at"
        )
        return super()._figures() + [
            Figure("submissions_waiting", "Forms that wait for somebody", waiting),
            Figure(
                "submission_oldest_seconds", "Age of the oldest of them", age, 2 * DAY
            ),
        ]
