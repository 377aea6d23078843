from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .res_users import VILLAGE_AGENT


class SavingsGroup(models.Model):
    _inherit = "savings.group"

    village_agent_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', True)]",
        groups="savings_group.group_field_agent",
        help="Holds this group's meetings on the portal, and sees nothing else.",
    )

    @api.constrains("village_agent_id")
    def _check_village_agent(self):
        # sudo: the role of a user is read, which a field agent has no right to.
        for user in self.sudo().village_agent_id:
            if not user.has_group(VILLAGE_AGENT):
                raise ValidationError(
                    self.env._(
                        "%(name)s is no village agent: ask the administrator for that "
                        "role first.",
                        name=user.name,
                    )
                )
