from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    submission_per_minute = fields.Integer(
        string="Submissions a Minute",
        default=60,
        required=True,
        help="Calls of one sender to the endpoint for concerns and visits; more are "
        "told to come back.",
    )

    _submission_per_minute_positive = models.Constraint(
        "CHECK (submission_per_minute > 0)",
        "At least one submission a minute is taken.",
    )
