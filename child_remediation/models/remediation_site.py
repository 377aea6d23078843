from odoo import fields, models

SITE_TYPES = [
    ("mine_site", "Mine Site"),
    ("depot", "Depot"),
    ("factory", "Factory or Workshop"),
    ("farm", "Farm"),
    ("household", "Household"),
    ("street", "Street"),
    ("transport", "Transport"),
    ("other", "Other"),
]


class Site(models.Model):
    """A place of work and a node of the supply chain (E4).

    Everybody who works with cases reads sites; supervisors add them. Buyers are for
    aggregates only: no case names them.
    """

    _name = "remediation.site"
    _description = "Work Site"
    _rules_of = "remediation.in.company.or.none"
    _zero_is_unknown = frozenset({"latitude", "longitude", "tier"})
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True, index="trigram")
    code = fields.Char(copy=False)
    site_type = fields.Selection(SITE_TYPES, required=True, index=True)
    operator_id = fields.Many2one("res.partner", string="Cooperative or Operator")
    tier = fields.Integer(
        help="Steps in the supply chain between the site and a buyer."
    )
    commodity = fields.Char()
    isic_section = fields.Char(
        size=1, help="Section letter of ISIC rev. 4; B is mining and quarrying."
    )
    buyer_ids = fields.Many2many("res.partner", string="Buyers")
    area_id = fields.Many2one("remediation.area", index=True, check_company=True)
    latitude = fields.Float(digits=(9, 6))
    longitude = fields.Float(digits=(9, 6))
    risk_rating = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")]
    )
    last_visit_on = fields.Date()
    control_measures = fields.Text()
    company_id = fields.Many2one("res.company", index=True)
    active = fields.Boolean(default=True)

    _latitude_range = models.Constraint(
        "CHECK (latitude BETWEEN -90 AND 90)", "A latitude lies between -90 and 90."
    )
    _longitude_range = models.Constraint(
        "CHECK (longitude BETWEEN -180 AND 180)",
        "A longitude lies between -180 and 180.",
    )
