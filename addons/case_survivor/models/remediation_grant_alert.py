from odoo import api, models

from .res_users import SURVIVOR_DUTIES


class GrantAlert(models.Model):
    _inherit = "remediation.grant.alert"

    @api.model
    def _sensitive_groups(self):
        """The duties of this module."""
        return super()._sensitive_groups() | SURVIVOR_DUTIES
