from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    savings_expense_account_id = fields.Many2one(
        related="company_id.savings_expense_account_id", readonly=False
    )
    savings_held_account_id = fields.Many2one(
        related="company_id.savings_held_account_id", readonly=False
    )
    savings_held_days = fields.Integer(
        related="company_id.savings_held_days", readonly=False
    )
