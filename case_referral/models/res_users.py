from odoo import api, fields, models
from odoo.exceptions import AccessError

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
        string="Receives Referrals For",
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

    @api.model
    def _second_factor_groups(self):
        return super()._second_factor_groups() | {
            "case_referral.group_intake",
            "case_referral.group_consent_override",
        }

    @api.model
    def portal_organisation_numbers(self):
        """Return the accreditation, staff and caseload of the user's organisation.

        For partner supervisors and coordinators (AccessError otherwise): numbers and
        dates, and the workers' own names and checks; no case, no child.
        """
        user = self.env.user
        if not user.has_group(PORTAL_ROLES["supervisor"]):
            raise AccessError(self.env._("Only a partner's supervisor reads this."))
        # sudo: portal users read neither accreditations nor other workers' profiles;
        # only those of the user's own organisation are told, as numbers and dates.
        partner = user.sudo().partner_id.commercial_partner_id
        accreditation = partner.accreditation_id
        managers = (
            self.env["remediation.case.manager"]
            .sudo()
            .search(  # sudo: as above
                [("organisation_id", "=", partner.id)]
            )
        )
        # sudo: as above, the findings at the own organisation that are still open.
        findings = (
            self.env["referral.accreditation.finding"]
            .sudo()
            .search([("partner_id", "=", partner.id), ("state", "=", "open")])
        )
        topics = dict(findings._fields["topic"]._description_selection(self.env))
        levels = dict(managers._fields["level"]._description_selection(self.env))
        return {
            "name": partner.name,
            "valid_until": accreditation.valid_until,
            "agreement_until": accreditation.agreement_valid_until,
            "findings": [
                {
                    "topic": topics.get(finding.topic),
                    "improvement": finding.improvement,
                    "owner": finding.owner_id.name,
                    "until": finding.date_due,
                    "visit_on": finding.follow_up_on,
                }
                for finding in findings
            ],
            "covers_cases": bool(user.remediation_organisation_ids),
            "staff": [
                {
                    "name": manager.user_id.name,
                    "level": levels.get(manager.level),
                    "check_until": manager.vetting_valid_until,
                    "cases": manager.open_case_count,
                    "load": manager.weighted_caseload,
                    "max": manager.max_caseload,
                }
                for manager in managers
            ],
        }
