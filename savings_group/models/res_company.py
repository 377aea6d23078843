from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    savings_expense_account_id = fields.Many2one(
        "account.account", string="Support to Savings Groups", check_company=True
    )
    savings_held_account_id = fields.Many2one(
        "account.account", string="Third-party Funds Held", check_company=True
    )
    savings_held_days = fields.Integer(
        string="Hand Held Funds Over Within (Days)", default=30
    )
