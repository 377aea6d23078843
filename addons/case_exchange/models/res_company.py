from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    export_keep_days = fields.Integer(
        string="Days to Keep an Export",
        default=7,
        required=True,
        help="After that the file is deleted; the row in the export log stays.",
    )

    _export_keep_days_possible = models.Constraint(
        "CHECK (export_keep_days BETWEEN 1 AND 90)",
        "A file that was exported is kept between 1 and 90 days.",
    )
