from odoo import api, models


class Limit(models.Model):
    _inherit = "remediation.limit"

    @api.model
    def _hourly_limit(self):
        """What the company allows an address from which people send without an
        account."""
        if self.env.user._is_public():
            return self.env.company.sudo().referral_public_hourly  # sudo: one setting
        return super()._hourly_limit()
