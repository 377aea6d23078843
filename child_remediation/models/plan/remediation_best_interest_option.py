from odoo import fields, models


class BestInterestOption(models.Model):
    """An option weighed by a panel, with what speaks for and against it."""

    _name = "remediation.best.interest.option"
    _description = "Best-Interest Option"
    _inherit = ["remediation.best.interest.part"]
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    option = fields.Char(required=True)
    pros = fields.Text(string="For")
    cons = fields.Text(string="Against")
    is_chosen = fields.Boolean()
