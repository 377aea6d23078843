from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    _steering_fields = frozenset({"recovery_account_id"})

    recovery_account_id = fields.Many2one(
        "account.account",
        string="Money Held for Survivors",
        check_company=True,
        domain=[("account_type", "=", "liability_current"), ("reconcile", "=", True)],
        help="What courts and respondents pay stays here until it is handed on.",
    )
