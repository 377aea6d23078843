from odoo import models

#: The role of the portal that holds meetings of savings groups.
VILLAGE_AGENT = "savings_group_portal.group_village_agent"


class ResUsers(models.Model):
    _inherit = "res.users"

    def _remediation_portal_roles(self):
        roles = super()._remediation_portal_roles()
        if self.has_group(VILLAGE_AGENT):
            roles.add("village_agent")
        return roles
