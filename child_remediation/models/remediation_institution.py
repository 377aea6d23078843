from odoo import fields, models


class Institution(models.Model):
    """A school or training centre. Supervisors add them."""

    _name = "remediation.institution"
    _description = "School or Training Centre"
    _rules_of = "remediation.in.company.or.none"
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True, index="trigram")
    kind = fields.Selection(
        [
            ("school", "School"),
            ("bridging", "Catch-up School"),
            ("vocational", "Training Centre"),
            ("workshop", "Workshop"),
        ],
        required=True,
        default="school",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        index="btree_not_null",
        help="Who is billed and signs in to the portal.",
    )
    area_id = fields.Many2one("remediation.area", index=True, check_company=True)
    company_id = fields.Many2one("res.company", index=True)
    active = fields.Boolean(default=True)
