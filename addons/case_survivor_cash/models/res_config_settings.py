from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    recovery_account_id = fields.Many2one(
        related="company_id.recovery_account_id", readonly=False
    )
