from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Who asks a directory on this machine sends no password over a network.
HERE = ("127.0.0.1", "::1", "localhost")
#: What a directory tells unasked, and the groups of a person, which some tell if asked.
ATTRIBUTES = ["*", "memberOf"]


class ResCompanyLdap(models.Model):
    """What the organisation takes from its directory, and what never.

    For administrators. A directory says who somebody is; who may come in at all is
    decided here, where users are made.
    """

    _inherit = "res.company.ldap"
    _description = "Company LDAP Configuration"

    company = fields.Many2one(index=True)
    create_user = fields.Boolean(default=False)
    role_ids = fields.One2many("remediation.sign.on.role", "ldap_id")

    @api.constrains("create_user")
    def _check_create_user(self):
        if any(self.mapped("create_user")):
            raise ValidationError(
                self.env._(
                    "Users are made here by an administrator: untick “Create User”."
                )
            )

    @api.constrains("ldap_server", "ldap_tls")
    def _check_tls(self):
        for directory in self:
            if not directory.ldap_tls and directory.ldap_server not in HERE:
                raise ValidationError(
                    self.env._(
                        "Passwords would cross the network in the clear: tick “Use "
                        "TLS”."
                    )
                )

    def _query(self, conf, filter, retrieve_attributes=None):  # noqa: A002 (core's)
        return super()._query(conf, filter, retrieve_attributes or ATTRIBUTES)

    def _authenticate(self, conf, login, password):
        """Let nobody in but users made here, with the roles of the directory's table.

        Whoever keeps the directory could name an entry like an administrator: who signs
        in here alone, and who administers, is never asked of it.

        :raises AccessDenied: the table gives this person no role
        """
        # sudo: what signing in looks at, before anybody is signed in.
        users = self.env["res.users"].sudo()
        user = users.search([("login", "=", login)])
        if not user or user.sign_on_local or user._is_named_by_hand():
            return False
        entry = super()._authenticate(conf, login, password)
        if entry:
            claims = self._claims(entry)
            roles = self.sudo().browse(conf["id"]).role_ids  # sudo: as above
            user._take_roles(roles, claims)
        return entry

    @api.model
    def _claims(self, entry):
        """What the directory says of a person, as text; what is no text is left out.

        :param entry: distinguished name and attributes, as bytes
        :rtype: dict[str, list[str]]
        """
        claims = {}
        for name, values in entry[1].items():
            try:
                claims[name] = [value.decode() for value in values]
            except UnicodeDecodeError:
                continue
        return claims
