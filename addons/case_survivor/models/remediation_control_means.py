from odoo import fields, models


class ControlMeans(models.Model):
    """A way in which an exploiter keeps somebody under control; the list of IOM's data
    standard, which comes with the module."""

    _name = "remediation.control.means"
    _description = "Means of Control"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)

    _code_unique = models.UniqueIndex("(code)", "This means of control exists already.")
