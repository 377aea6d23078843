from odoo import api, models


class Submission(models.Model):
    """A meeting goes to its book alone: no queue of cases hears of it (R51)."""

    _inherit = "remediation.submission"

    @api.model
    def _take_beside(self, device, key, intent, written_at):
        if intent.get("form") == "savings-meeting":
            return self.env["savings.meeting"]._take_from_phone(
                device, key, intent, written_at
            )
        return super()._take_beside(device, key, intent, written_at)
