from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    offline_hotline = fields.Char(
        string="Hotline for Phones without Network",
        help="Shown on a phone where an emergency waits for the network.",
    )

    def _portal_brand(self):
        # sudo: one setting, told to everybody as the name is.
        return {**super()._portal_brand(), "hotline": self.sudo().offline_hotline}
