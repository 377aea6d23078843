from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    offline_hotline = fields.Char(related="company_id.offline_hotline", readonly=False)
