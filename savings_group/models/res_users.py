from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _second_factor_groups(self):
        """Whoever decides about a group's money and what it is given."""
        return super()._second_factor_groups() | {
            "savings_group.group_savings_manager",
        }
