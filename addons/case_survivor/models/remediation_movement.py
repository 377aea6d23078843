from odoo import fields, models


class Movement(models.Model):
    """A step of the route. What nobody knows stays empty, in the middle too."""

    _inherit = "remediation.movement"
    _order = "sequence, date_from, id"

    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection_add=[("arrival", "Arrival")], ondelete={"arrival": "set transit"}
    )
    date_about = fields.Char(string="About When")
    transport = fields.Selection(
        [
            ("foot", "On Foot"),
            ("car", "Car"),
            ("bus", "Bus"),
            ("lorry", "Lorry"),
            ("motorcycle", "Motorcycle"),
            ("train", "Train"),
            ("boat", "Boat"),
            ("plane", "Plane"),
            ("other", "Other"),
            ("unknown", "Not Known"),
        ]
    )
    with_whom = fields.Char()
    control_ids = fields.Many2many(
        "remediation.control.means",
        "remediation_movement_control_rel",
        string="Means of Control",
    )
    papers = fields.Selection(
        [
            ("own", "Own Papers"),
            ("false", "False Papers"),
            ("withheld", "Kept by Others"),
            ("none", "None"),
            ("unknown", "Not Known"),
        ]
    )
