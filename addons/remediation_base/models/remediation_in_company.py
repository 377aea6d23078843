from odoo import fields, models


class InCompany(models.AbstractModel):
    """Rows of the companies that a user works in, and of no other.

    A model names it in ``_rules_of``, unless the rules of its owner hold for it.
    """

    _name = "remediation.in.company"
    _description = "Rows of One Company"
    # Whoever changes its rule opens a child's data to others.
    _remediation_sensitive = True

    company_id = fields.Many2one("res.company")
