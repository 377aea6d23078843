from odoo import fields, models

from ..models.res_users_apikeys import CHOSEN


class ResUsersApikeysDescription(models.TransientModel):
    _inherit = "res.users.apikeys.description"

    scope = fields.Selection(
        [("rpc", "Everything I May Do"), ("submission", "Handing in Forms Alone")],
        string="What It Opens",
        required=True,
        default="rpc",
        help="A phone or a collecting server needs a key for forms alone.",
    )

    def make_key(self):
        """Make the key, for what was chosen. For whoever may have one."""
        chosen = self.with_context(**{CHOSEN: self.scope})
        return super(ResUsersApikeysDescription, chosen).make_key()
