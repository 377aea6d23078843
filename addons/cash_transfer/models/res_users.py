from odoo import api, models

CASH_DUTIES = (
    "cash_transfer.group_cash_officer",
    "cash_transfer.group_cash_approver",
    "cash_transfer.group_cash_releaser",
    "cash_transfer.group_cash_reconciler",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _second_factor_groups(self):
        """Whoever moves money or keeps the books."""
        return super()._second_factor_groups() | {
            *CASH_DUTIES,
            "account.group_account_invoice",
            "account.group_account_readonly",
        }
