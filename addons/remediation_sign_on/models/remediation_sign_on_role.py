from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Rights that no provider gives: whoever holds its keys would hold this server.
NEVER = ("base.group_system", "base.group_erp_manager")


class RemediationSignOnRole(models.Model):
    """One line of the table: a value of a claim gives a group.

    For administrators. A group of the table is given and taken at each sign-on by what
    the provider says; groups that stand in no line are given by hand, as ever.
    """

    _name = "remediation.sign.on.role"
    _description = "Role from a Claim"
    _order = "provider_id, claim, value"
    _rec_name = "value"

    provider_id = fields.Many2one(
        "auth.oauth.provider",
        string="Identity Provider",
        required=True,
        index=True,
        ondelete="cascade",
    )
    claim = fields.Char(
        required=True,
        default="groups",
        help="Name of the claim; a dot leads into it, as in realm_access.roles.",
    )
    value = fields.Char(required=True, help="What the claim is or has in it.")
    group_id = fields.Many2one("res.groups", required=True, ondelete="cascade")

    _once = models.UniqueIndex(
        "(provider_id, claim, value, group_id)",
        "This line stands in the table already.",
    )

    @api.constrains("group_id")
    def _check_group(self):
        never = self.env["res.groups"].union(*map(self.env.ref, NEVER))
        for role in self:
            if never & (role.group_id | role.group_id.all_implied_ids):
                raise ValidationError(
                    self.env._(
                        "Administrators are named here by hand: choose another group "
                        "than “%(group)s”.",
                        group=role.group_id.full_name,
                    )
                )

    def _groups_of(self, claims):
        """The groups that these lines give for these claims.

        :param dict claims: what an identity provider or a directory says of somebody
        :return: groups to have, and all groups that the lines decide on
        """
        return self.filtered(lambda role: role._matches(claims)).group_id, self.group_id

    def _matches(self, claims):
        """Whether the claims have the value of this line."""
        self.ensure_one()
        found = claims
        for part in self.claim.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        found = found if isinstance(found, list) else [found]
        return self.value in [str(one) for one in found if one is not None]
