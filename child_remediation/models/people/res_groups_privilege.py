from odoo import fields, models


class ResGroupsPrivilege(models.Model):
    _inherit = "res.groups.privilege"

    is_ticked = fields.Boolean(
        string="Each on Its Own",
        help="One person may have several of these rights: the user's form shows a box "
        "for each, and not one choice.",
    )
