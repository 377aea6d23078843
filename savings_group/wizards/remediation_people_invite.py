from odoo import api, models


class PeopleInvite(models.TransientModel):
    _inherit = "remediation.people.invite"

    @api.model
    def _privileges(self):
        return (*super()._privileges(), "savings_group.privilege_savings")
