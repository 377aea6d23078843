from odoo import api, models


class PeopleInvite(models.TransientModel):
    _inherit = "remediation.people.invite"

    @api.model
    def _privileges(self):
        """Who moves the money, and who keeps the books."""
        return (
            *super()._privileges(),
            "cash_transfer.privilege_cash",
            "account.res_groups_privilege_accounting",
        )
