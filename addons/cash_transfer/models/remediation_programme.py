from odoo import fields, models


class RemediationProgramme(models.Model):
    _inherit = "remediation.programme"

    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        check_company=True,
        index="btree_not_null",
        help="Where the programme's money is analysed, beside the grant.",
    )
