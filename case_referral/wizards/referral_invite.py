from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import email_normalize

from ..models.res_users import PORTAL_ROLES


class ReferralInvite(models.TransientModel):
    """Invites one person of a partner organisation to the portal.

    Who may what: coordinators. The person gets the portal role alone and a mail with
    a link to choose a password; case managers still need a profile with checks before
    any case reaches them (R11).
    """

    _name = "referral.invite"
    _description = "Invite to the Portal"

    organisation_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        domain=[("is_company", "=", True)],
    )
    name = fields.Char(required=True)
    email = fields.Char(required=True)
    phone = fields.Char()
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        default=lambda self: self.env.lang or "en_US",
        required=True,
    )
    role = fields.Selection(
        selection=[
            ("reporter", "Reports Concerns"),
            ("case_manager", "Case Manager"),
            ("supervisor", "Supervisor of the Partner's Case Managers"),
            ("provider", "Receives Referrals"),
            ("observer", "Reads Totals"),
        ],
        required=True,
        default="case_manager",
    )
    team_id = fields.Many2one(
        comodel_name="remediation.team",
        help="Team of a case manager: its supervisor approves and takes over.",
    )

    def action_invite(self):
        """Make the portal user and send the invitation. Coordinators only."""
        self.ensure_one()
        if not self.env.user.has_group("child_remediation.group_coordinator"):
            raise AccessError(self.env._("Only coordinators invite to the portal."))
        email = email_normalize(self.email)
        if not email:
            raise UserError(self.env._("Enter one e-mail address."))
        if self.role in ("case_manager", "supervisor") and not self.team_id:
            raise UserError(self.env._("Choose the team of the case manager."))
        user = self._invite(email)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s was invited.", user.login),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _invite(self, email):
        # sudo: coordinators do not manage users; they give portal roles, which cannot
        # reach any back-office right (core refuses both at once).
        Users = self.env["res.users"].sudo()
        group = self.env.ref(PORTAL_ROLES[self.role])
        user = Users.with_context(active_test=False).search([("login", "=", email)])
        if user and not user.share:
            raise UserError(
                self.env._("This address belongs to somebody of the back office.")
            )
        if user and (
            user.partner_id.commercial_partner_id
            != self.organisation_id.commercial_partner_id
        ):
            raise UserError(
                self.env._("This address belongs to somebody of another organisation.")
            )
        if user:
            user.write({"group_ids": [Command.link(group.id)], "active": True})
        else:
            # sudo: as above; the contact belongs to the invited organisation.
            partner = (
                self.env["res.partner"]
                .sudo()
                .create(
                    {
                        "name": self.name,
                        "email": email,
                        "phone": self.phone,
                        "lang": self.lang,
                        "parent_id": self.organisation_id.id,
                        "type": "contact",
                    }
                )
            )
            user = Users.with_context(no_reset_password=True).create(
                {
                    "name": self.name,
                    "login": email,
                    "email": email,
                    "partner_id": partner.id,
                    "lang": self.lang,
                    "group_ids": [Command.set(group.ids)],
                    "company_id": self.env.company.id,
                    "company_ids": [Command.set(self.env.company.ids)],
                }
            )
        if self.role in ("case_manager", "supervisor"):
            self._ensure_profile(user)
        user.with_context(create_user=True).action_reset_password()
        return user

    @api.model
    def _ensure_profile(self, user):
        # sudo: the profile starts as an applicant without any right (R11).
        Manager = self.env["remediation.case.manager"].sudo()
        if not Manager.search([("user_id", "=", user.id)]):
            Manager.create(
                {
                    "user_id": user.id,
                    "organisation_id": self.organisation_id.id,
                    "team_id": self.team_id.id,
                }
            )
