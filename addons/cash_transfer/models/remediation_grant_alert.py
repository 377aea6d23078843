from odoo import api, models

from .res_users import CASH_DUTIES


class GrantAlert(models.Model):
    _inherit = "remediation.grant.alert"

    @api.model
    def _sensitive_groups(self):
        """The duties that move money."""
        return super()._sensitive_groups() | set(CASH_DUTIES)
