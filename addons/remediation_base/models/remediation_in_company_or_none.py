from odoo import fields, models


class InCompanyOrNone(models.AbstractModel):
    """Rows of the companies that a user works in, and those of no company, which are
    everybody's: shipped lists of words, logs over several companies.

    A model names it in ``_rules_of``.
    """

    _name = "remediation.in.company.or.none"
    _description = "Rows of One Company or of All"
    _remediation_sensitive = True

    company_id = fields.Many2one("res.company")
