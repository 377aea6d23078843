from odoo import fields, models

PORTAL_ROLES = {
    "reporter": "child_remediation.group_portal_reporter",
    "case_manager": "child_remediation.group_portal_case_manager",
    "supervisor": "child_remediation.group_portal_supervisor",
    "provider": "child_remediation.group_portal_provider",
    "observer": "child_remediation.group_portal_observer",
}


class ResUsers(models.Model):
    _inherit = "res.users"

    remediation_provider_ids = fields.Many2many(
        comodel_name="res.partner",
        compute="_compute_remediation_provider_ids",
        compute_sudo=True,  # rules read it for users without rights on partners
        string="Receives referrals for",
    )

    def _compute_remediation_provider_ids(self):
        for user in self:
            if user.has_group(PORTAL_ROLES["provider"]):
                user.remediation_provider_ids = user.partner_id.commercial_partner_id
            else:
                user.remediation_provider_ids = False

    def _remediation_portal_roles(self):
        """Return the set of portal roles of this user."""
        self.ensure_one()
        return {role for role, group in PORTAL_ROLES.items() if self.has_group(group)}
