from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    agreement_deposit_account_id = fields.Many2one(
        "account.account",
        string="Deposits of Payers",
        check_company=True,
        domain="[('account_type', '=', 'liability_current')]",
        help="What payers pay in is owed to them until it is spent on children.",
    )
    agreement_expense_account_id = fields.Many2one(
        "account.account", string="Support to Children", check_company=True
    )
