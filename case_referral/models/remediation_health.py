from odoo import api, fields, models

from odoo.addons.remediation_base.models.remediation_health import Figure


class RemediationHealth(models.AbstractModel):
    _inherit = "remediation.health"

    @api.model
    def _figures(self):
        """Concerns that nobody has looked at, and those whose hours are over (R15)."""
        new = [("state", "=", "new")]
        waiting, age = self._oldest("remediation.concern", new, "received_at")
        late, late_age = self._oldest(
            "remediation.concern",
            [*new, ("triage_due", "<", fields.Datetime.now())],
            "triage_due",
        )
        return super()._figures() + [
            Figure("concerns_waiting", "Concerns nobody has looked at", waiting),
            Figure("concern_oldest_seconds", "Age of the oldest of them", age),
            Figure("concerns_late", "Those whose hours have passed", late, 0),
            Figure("concern_late_seconds", "How late the oldest is", late_age),
        ]
