from odoo import fields, models


class Hazard(models.Model):
    """A hazard at work, from the catalogue. Coordinators maintain it."""

    _name = "remediation.hazard"
    _description = "Hazard"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)

    _code_unique = models.UniqueIndex("(code)", "Two hazards cannot share a code.")
