from odoo import fields, models


class RemediationSite(models.Model):
    _inherit = "remediation.site"

    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        index="btree_not_null",
        help="Where the site's money is analysed, beside grant and programme.",
    )
