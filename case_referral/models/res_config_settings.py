from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    referral_view_days = fields.Integer(
        related="company_id.referral_view_days", readonly=False
    )
    referral_public_form = fields.Boolean(
        related="company_id.referral_public_form", readonly=False
    )
    referral_public_hourly = fields.Integer(
        related="company_id.referral_public_hourly", readonly=False
    )
    second_factor_required = fields.Boolean(
        related="company_id.second_factor_required", readonly=False
    )
    referral_exit_url = fields.Char(
        related="company_id.referral_exit_url", readonly=False
    )
