from odoo import api, fields, models

from odoo.addons.remediation_base.models.remediation_health import DAY, Figure


class RemediationHealth(models.AbstractModel):
    _inherit = "remediation.health"

    @api.model
    def _figures(self):
        """Deadlines of children, and breaches whose supervisor was not told (R15)."""
        now = fields.Datetime.now()
        late, age = self._oldest(
            "remediation.deadline",
            [("done_on", "=", False), ("date_due", "<", now)],
            "date_due",
        )
        untold, untold_age = self._oldest(
            "remediation.deadline.breach",
            [("escalated_on", "=", False), ("escalate_after", "<", now)],
            "escalate_after",
        )
        return super()._figures() + [
            Figure("deadlines_late", "Open deadlines that have passed", late),
            Figure("deadline_late_seconds", "How late the oldest of them is", age),
            Figure("breaches_untold", "Breaches nobody was told of in time", untold),
            Figure(
                "breach_untold_seconds",
                "How long the oldest of them waits",
                untold_age,
                DAY,
            ),
        ]
