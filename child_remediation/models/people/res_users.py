from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import NO_ACCESS
from odoo.tools import ormcache

from odoo.addons.remediation_base.tools.batches import each_batch

from ..remediation_identity_text import NAME_GROUPS

#: Back-office duties that a portal or public user can never hold.
BACK_OFFICE_GROUPS = (
    "group_case_worker",
    "group_supervisor",
    "group_coordinator",
    "group_identity",
    "group_export",
    "group_safeguarding",
    "group_safeguarding_alternate",
    "group_data_protection",
    "group_monitoring",
    "group_auditor",
)
#: Roles whose holders work with children's files: a password alone opens neither a page
#: nor a remote call for them; a key that they made after signing in opens the latter.
SECOND_FACTOR_GROUPS = frozenset(
    f"child_remediation.{name}"
    for name in (
        "group_case_worker",
        "group_identity",
        "group_export",
        "group_safeguarding",
        "group_safeguarding_alternate",
        "group_data_protection",
        "group_monitoring",
        "group_auditor",
        "group_portal_case_manager",
        "group_portal_supervisor",
    )
)


class ResUsers(models.Model):
    _inherit = "res.users"

    # For record rules and steps alone, which ask with sudo.
    remediation_team_ids = fields.Many2many(
        "remediation.team",
        compute="_compute_remediation_team_ids",
        string="Supervised Teams",
        groups=NO_ACCESS,
    )
    remediation_organisation_ids = fields.Many2many(
        "res.partner",
        compute="_compute_remediation_organisation_ids",
        string="Covered Organisations",
        groups=NO_ACCESS,
    )

    remediation_audit_until = fields.Date(
        string="Audit Ends On",
        help="The right of an auditor ends with this day.",
    )
    remediation_is_auditor = fields.Boolean(compute="_compute_remediation_is_auditor")

    @api.model
    def _sees_names(self):
        return any(self.env.user.has_group(name) for name in NAME_GROUPS)

    @api.depends("group_ids")
    def _compute_remediation_is_auditor(self):
        auditors = self.env.ref("child_remediation.group_auditor")
        for user in self:
            user.remediation_is_auditor = auditors in user.all_group_ids

    def _get_group_ids(self):
        """A right is asked when it is used (R75): without the auditor's group from the
        day after the audit ends."""
        ids = super()._get_group_ids()
        auditor = self.env["ir.model.data"]._xmlid_to_res_id(
            "child_remediation.group_auditor"
        )
        if auditor in ids:
            until = self._audit_until()
            if until and until < self._place_today():
                return tuple(id_ for id_ in ids if id_ != auditor)
        return ids

    @ormcache("self.id")
    def _audit_until(self):
        return self.sudo().remediation_audit_until  # sudo: a date of one's own

    @ormcache("self.id")
    def _organisation_id(self):
        """The partner that the user belongs to: an organisation, or the person."""
        # sudo: of oneself, also for who reads no contacts.
        return self.sudo().partner_id.commercial_partner_id.id

    def _end_audit(self):
        """Take the group from those whose audit is over: what was kept in memory of
        their rights goes with it."""
        auditors = self.env.ref("child_remediation.group_auditor")
        over = self.filtered(
            lambda user: (
                user.remediation_audit_until
                and user.remediation_audit_until < self._place_today()
            )
        )
        over.write({"group_ids": [fields.Command.unlink(auditors.id)]})

    @api.model
    def _cron_end_audit(self):
        """Daily."""
        auditors = self.env.ref("child_remediation.group_auditor")
        each_batch(
            auditors.with_context(active_test=False).user_ids,
            lambda batch: batch._end_audit(),
        )

    @api.model
    def _second_factor_groups(self):
        """Hook: XML ids of the groups whose holders need the second factor."""
        return SECOND_FACTOR_GROUPS

    def _needs_second_factor(self):
        """Whether the user works with children's files or with money."""
        self.ensure_one()
        return any(self.has_group(name) for name in self._second_factor_groups())

    def _second_factor_missing(self):
        """Whether the user has not enrolled the second factor that the company asks
        for."""
        self.ensure_one()
        return bool(
            self._needs_second_factor()
            and self.company_id.sudo().second_factor_required  # sudo: one setting
            and not self.sudo().totp_enabled  # sudo: one's own
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

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            self._remediation_end_rights()
        if "partner_id" in vals:
            self.env.registry.clear_cache()
        if "group_ids" in vals:
            self.env["remediation.case.manager"]._holders_without_role()._lose_role()
        return result

    def _remediation_end_rights(self):
        """A login that is archived, by whatever door, is a suspension (R11).

        :raises UserError: a team would be left without a supervisor
        """
        # sudo: whoever archives a login has no rights on teams and workers, and the
        # suspension reaches all of them.
        users = self.sudo()
        reason = self.env._("Login archived")
        left = users._remediation_pass_supervision(reason)
        # A suspension comes here with superuser rights and is never held up.
        if left and not self.env.su:
            raise UserError(
                self.env._(
                    "Name another supervisor of %(teams)s first: the cases need "
                    "somebody who holds them.",
                    teams=", ".join(left.mapped("name")),
                )
            )
        profiles = (
            self.env["remediation.case.manager"]
            .sudo()  # sudo: as above
            .with_context(active_test=False)
            .search([("user_id", "in", users.ids), ("level", "!=", "suspended")])
        )
        if profiles:  # a suspension archives the login in turn
            profiles._suspend(reason)

    def _remediation_pass_supervision(self, reason):
        """Give the teams of these supervisors to a deputy, or to a coordinator.

        :return: the teams for which there is nobody
        """
        teams = (
            self.env["remediation.team"]
            .with_context(active_test=False)
            .search(
                [
                    "|",
                    ("supervisor_id", "in", self.ids),
                    ("on_call_user_id", "in", self.ids),
                ]
            )
        )
        teams.filtered(
            lambda team: team.on_call_user_id in self
        ).on_call_user_id = False
        left = teams.browse()
        coordinators = self.env.ref("child_remediation.group_coordinator").all_user_ids
        for team in teams.filtered(lambda team: team.supervisor_id in self):
            heirs = (team.deputy_ids - self).filtered("active") or (
                coordinators - self
            ).filtered(
                lambda user, team=team: (
                    user.active
                    and not user.share
                    and team.company_id in user.company_ids
                )
            )
            if heirs:
                team.with_context(
                    remediation_holder_reason=reason
                ).supervisor_id = heirs.sorted("id")[0]
            else:
                left |= team
        return left

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
