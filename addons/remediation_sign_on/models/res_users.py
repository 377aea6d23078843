import hashlib
import hmac
import logging

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, UserError, ValidationError
from odoo.fields import Command
from odoo.http import request

from ..controllers.login import NONCES
from .remediation_sign_on_role import NEVER

_logger = logging.getLogger(__name__)
#: In the session: the sign-on at which the provider asked for a second factor.
FACTOR = "remediation_sign_on_factor"


def _mark(token):
    return hashlib.sha256(token.encode()).hexdigest()


class ResUsers(models.Model):
    _inherit = "res.users"

    sign_on_local = fields.Boolean(
        string="Signs in Here Alone",
        help="This user is never linked to an identity provider. Keep one such "
        "administrator for the day when the provider is away.",
    )
    #: The token at whose sign-on the provider asked for a second factor, as a hash.
    sign_on_factor = fields.Char(
        string="Sign-on Factor", groups=fields.NO_ACCESS, copy=False
    )

    @api.constrains("sign_on_local", "oauth_uid")
    def _check_sign_on_local(self):
        if any(user.sign_on_local and user.oauth_uid for user in self):
            raise ValidationError(
                self.env._(
                    "Who signs in here alone is linked to no provider: empty one of "
                    "the two."
                )
            )

    @api.constrains("sign_on_local", "active", "group_ids")
    def _check_somebody_stays(self):
        # sudo: whoever changes users need not read providers.
        providers = self.env["auth.oauth.provider"].sudo()
        providers.search([("password_closed", "=", True)])._check_somebody_stays()

    # -- signing on --------------------------------------------------------------
    @api.model
    def _auth_oauth_signin(self, provider, validation, params):
        """Check what OCA's module leaves out, then link, give roles and note whether
        the provider asked for a second factor.

        :raises AccessDenied: another issuer, a token of another browser's sign-in, or
            roles that this user cannot have
        """
        providers = self.env["auth.oauth.provider"].browse(provider)
        if providers.flow == "access_token":
            return super()._auth_oauth_signin(provider, validation, params)
        self._check_claims(providers, validation)
        self._link_by_email(providers, validation)
        # Nobody signs up alone: users are made by an administrator.
        login = super(
            ResUsers, self.with_context(no_user_creation=True)
        )._auth_oauth_signin(provider, validation, params)
        if not login:
            _logger.info("sign-on: nobody here has this account of the provider")
            raise AccessDenied()
        user = self.search([("login", "=", login)])
        user._take_roles(providers.role_ids, validation)
        asked = providers._second_factor_asked(validation)
        # sudo: the mark of one's own sign-on, which nobody may read or write
        user.sudo().sign_on_factor = asked and _mark(params["access_token"])
        return login

    @api.model
    def _check_claims(self, provider, claims):
        if provider.issuer and claims.get("iss") != provider.issuer:
            _logger.warning("sign-on: the token is of another issuer")
            raise AccessDenied()
        given = list(request.session.get(NONCES) or [])
        if claims.get("nonce") not in given:
            _logger.warning("sign-on: the token was not asked for by this browser")
            raise AccessDenied()
        given.remove(claims["nonce"])
        request.session[NONCES] = given

    @api.model
    def _link_by_email(self, provider, claims):
        """Link a user made here at the first sign-on."""
        uid, email = str(claims["user_id"]), claims.get("email")
        linked = self.with_context(active_test=False).search_count(
            [("oauth_uid", "=", uid), ("oauth_provider_id", "=", provider.id)]
        )
        if (
            linked
            or not provider.link_by_email
            or claims.get("email_verified") is not True
        ):
            return
        user = self.search(
            [
                ("login", "=ilike", (email or "").replace("\\", "").replace("%", "")),
                ("oauth_uid", "=", False),
                ("sign_on_local", "=", False),
            ]
        )
        user = user.filtered(lambda one: one.login.lower() == (email or "").lower())
        # An administrator is linked by hand or not at all.
        if len(user) == 1 and not user._is_named_by_hand():
            user.write({"oauth_uid": uid, "oauth_provider_id": provider.id})
            _logger.info("sign-on: user %s is linked to the provider", user.id)

    def _is_named_by_hand(self):
        """Whether this user has rights that no provider or directory opens the door
        to: whoever keeps it would keep this server."""
        return any(map(self.has_group, NEVER))

    def _take_roles(self, roles, claims):
        """Give and take the groups that a table decides on.

        :param roles: lines of the provider or directory that said the claims
        :raises AccessDenied: the lines give no role, or one that this user cannot have
        """
        self.ensure_one()
        given, decided = roles._groups_of(claims)
        if not decided:
            return
        if not given:
            _logger.info("sign-on: the provider gives user %s no role", self.id)
            raise AccessDenied()
        has = self.group_ids
        change = [Command.link(one.id) for one in given - has]
        change += [Command.unlink(one.id) for one in (decided - given) & has]
        if change:
            try:
                self.write({"group_ids": change})
            except UserError as error:
                _logger.warning("sign-on: user %s cannot have these roles", self.id)
                raise AccessDenied() from error
            _logger.info("sign-on: the roles of user %s changed", self.id)

    # -- second factor and passwords -----------------------------------------------
    def _check_credentials(self, credential, env):
        """Close the password where the provider alone opens, and spare a second
        factor to whom the provider asked for one."""
        user = self.env.user
        # sudo: what signing in looks at, before anybody is signed in.
        own = user.sudo()
        if (
            credential["type"] == "password"
            and own.oauth_uid
            and own.oauth_provider_id.password_closed
            and not self._is_key(credential, env)
        ):
            raise AccessDenied()
        result = super()._check_credentials(credential, env)
        if credential["type"] == "oauth_token":
            mark = _mark(credential["token"])
            if own.sign_on_factor and hmac.compare_digest(own.sign_on_factor, mark):
                result = {**result, "mfa": "skip"}
                if request:
                    request.session[FACTOR] = mark
        return result

    def _is_key(self, credential, env):
        """Whether a remote call sends a key in the place of the password."""
        return (
            not env["interactive"]
            and self.env["res.users.apikeys"]._check_credentials(
                scope="rpc", key=credential["password"]
            )
            == self.env.uid
        )

    def _second_factor_missing(self):
        """Nothing is missing in a session for which the provider asked."""
        missing = super()._second_factor_missing()
        if missing and request:
            # sudo: one's own sign-on, which nobody may read.
            mark = self.sudo().sign_on_factor
            held = request.session.get(FACTOR)
            return not (mark and held and hmac.compare_digest(mark, held))
        return missing
