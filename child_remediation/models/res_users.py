from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Back-office duties that a portal or public user can never hold.
BACK_OFFICE_GROUPS = (
    "group_case_worker",
    "group_supervisor",
    "group_coordinator",
    "group_identity",
    "group_export",
    "group_safeguarding",
    "group_data_protection",
    "group_monitoring",
    "group_auditor",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    remediation_team_ids = fields.Many2many(
        "remediation.team",
        compute="_compute_remediation_team_ids",
        string="Supervised Teams",
    )
    remediation_organisation_ids = fields.Many2many(
        "res.partner",
        compute="_compute_remediation_organisation_ids",
        string="Covered Organisations",
    )

    def _compute_remediation_team_ids(self):
        # sudo: record rules are evaluated for people who may not list teams.
        teams = (
            self.env["remediation.team"]
            .sudo()
            .search(
                ["|", ("supervisor_id", "in", self.ids), ("deputy_ids", "in", self.ids)]
            )
        )
        for user in self:
            user.remediation_team_ids = teams.filtered(
                lambda team, user=user: user in team.supervisor_id | team.deputy_ids
            )

    def _compute_remediation_organisation_ids(self):
        """Organisations whose open cases a vetted portal supervisor covers (R26)."""
        # sudo: record rules are evaluated for people who may not list case managers.
        profiles = (
            self.env["remediation.case.manager"]
            .sudo()
            .search([("user_id", "in", self.ids)])
        )
        for user in self:
            profile = profiles.filtered(lambda p, user=user: p.user_id == user)
            covers = (
                profile
                and user.has_group("child_remediation.group_portal_supervisor")
                and profile._is_cleared()
            )
            user.remediation_organisation_ids = (
                profile.organisation_id if covers else False
            )

    @api.constrains("group_ids", "share")
    def _check_remediation_share_groups(self):
        """Odoo keeps portal groups from internal users, not the reverse."""
        duties = self.env["res.groups"].union(
            *(
                self.env.ref(f"child_remediation.{name}", raise_if_not_found=False)
                or self.env["res.groups"]
                for name in BACK_OFFICE_GROUPS
            )
        )
        for user in self:
            if user.share and user.all_group_ids & duties:
                raise ValidationError(
                    self.env._(
                        "%(user)s is a portal or public user and cannot hold a "
                        "back-office duty: make the user internal first.",
                        user=user.login,
                    )
                )
