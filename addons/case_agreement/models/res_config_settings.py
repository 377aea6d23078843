from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    agreement_deposit_account_id = fields.Many2one(
        related="company_id.agreement_deposit_account_id", readonly=False
    )
    agreement_expense_account_id = fields.Many2one(
        related="company_id.agreement_expense_account_id", readonly=False
    )
    agreement_stock_account_id = fields.Many2one(
        related="company_id.agreement_stock_account_id", readonly=False
    )
    workforce_keep_months = fields.Integer(
        related="company_id.workforce_keep_months", readonly=False
    )
