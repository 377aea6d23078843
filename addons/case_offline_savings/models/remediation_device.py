from odoo import models

from odoo.addons.savings_group_portal.models.res_users import VILLAGE_AGENT


class Device(models.Model):
    """The phones of village agents take the books of their groups along."""

    _inherit = "remediation.device"

    def _roles(self):
        return super()._roles() | {"village_agent"}

    def _held_codes(self):
        return [*super()._held_codes(), *self._kept_groups().mapped("name")]

    def _kept_groups(self):
        """The running groups that the phone's user keeps today."""
        user = self.user_id
        meetings = self.env["savings.meeting"].with_user(user)
        if not user.has_group(VILLAGE_AGENT):
            return meetings.group_id
        return meetings._portal_kept()
