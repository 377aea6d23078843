from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AuthOauthProvider(models.Model):
    """What the organisation takes from its identity provider, and what never."""

    _inherit = "auth.oauth.provider"
    _description = "OAuth2 Provider"

    issuer = fields.Char(
        help="The address that stands in the provider's tokens as “iss”. Tokens of "
        "another issuer are refused."
    )
    link_by_email = fields.Boolean(
        string="Link by E-Mail",
        help="A user made here is linked at the first sign-on, where the provider has "
        "checked the same e-mail address.",
    )
    second_factor_values = fields.Char(
        string="Second Factor",
        default="mfa",
        help="Values of “amr” that say that the provider asked for a second factor, "
        "with blanks between. Leave it empty where it does not ask.",
    )
    password_closed = fields.Boolean(
        string="No Passwords Here",
        help="Users of this provider cannot sign in by a password of this server.",
    )
    role_ids = fields.One2many("remediation.sign.on.role", "provider_id")

    @api.constrains("password_closed")
    def _check_somebody_stays(self):
        """An administrator who signs in here alone opens the door when the provider is
        away."""
        if any(self.mapped("password_closed")):
            administrators = self.env.ref("base.group_system").all_user_ids
            if not administrators.filtered(
                lambda user: user.active and user.sign_on_local and user.id != 1
            ):
                raise ValidationError(
                    self.env._(
                        "Nobody could sign in if the provider were away: tick “Signs "
                        "in Here Alone” for one administrator first."
                    )
                )

    def _second_factor_asked(self, claims):
        """Whether the provider says that it asked for a second factor."""
        self.ensure_one()
        wanted = set((self.second_factor_values or "").split())
        said = claims.get("amr") or []
        said = [said] if isinstance(said, str) else said
        return bool(wanted.intersection(map(str, said)))

    def _close_core(self):
        """Close, of these, the one that core opens by itself on every server."""
        core = self.env.ref("auth_oauth.provider_openerp", raise_if_not_found=False)
        (self & (core or self.browse())).enabled = False
