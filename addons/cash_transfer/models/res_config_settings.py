from odoo import fields, models

_RELATED = {"readonly": False}


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cash_journal_id = fields.Many2one(related="company_id.cash_journal_id", **_RELATED)
    cash_expense_account_id = fields.Many2one(
        related="company_id.cash_expense_account_id", **_RELATED
    )
    cash_fee_account_id = fields.Many2one(
        related="company_id.cash_fee_account_id", **_RELATED
    )
    cash_advance_account_id = fields.Many2one(
        related="company_id.cash_advance_account_id", **_RELATED
    )
    cash_claims_account_id = fields.Many2one(
        related="company_id.cash_claims_account_id", **_RELATED
    )
    cash_write_off_account_id = fields.Many2one(
        related="company_id.cash_write_off_account_id", **_RELATED
    )
    cash_ineligible_analytic_id = fields.Many2one(
        related="company_id.cash_ineligible_analytic_id", **_RELATED
    )
    cash_exchange_policy = fields.Selection(
        related="company_id.cash_exchange_policy", **_RELATED
    )
    cash_emergency_limit = fields.Monetary(
        related="company_id.cash_emergency_limit", **_RELATED
    )
    cash_company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    cash_cooling_hours = fields.Integer(
        related="company_id.cash_cooling_hours", **_RELATED
    )
