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
    agreement_stock_account_id = fields.Many2one(
        "account.account",
        string="Stock of Support",
        check_company=True,
        domain="[('account_type', '=', 'asset_current')]",
        help="What was bought before and is given to children later.",
    )
    workforce_keep_months = fields.Integer(
        string="Months That Lists of a Workforce Keep Names",
        default=12,
        required=True,
        help="Afterwards names, numbers and birth dates are taken out for good.",
    )

    _workforce_keep_possible = models.Constraint(
        "CHECK (workforce_keep_months BETWEEN 1 AND 120)",
        "Lists of a workforce keep names for 1 to 120 months.",
    )
