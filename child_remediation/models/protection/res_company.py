from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_answer_days = fields.Integer(
        string="Days to Answer a Complaint", default=14, required=True
    )

    second_factor_required = fields.Boolean(
        string="Second Factor at Sign-in",
        default=True,
        help="Whoever works with children's files or money sees none of it before a "
        "phone is enrolled. This holds for every page and remote call.",
    )

    framework_accepted_id = fields.Many2one(
        "remediation.legal.framework",
        string="Accepted Legal Framework",
        readonly=True,
        copy=False,
        help="A coordinator read it and accepted it for the organisation.",
    )
    framework_accepted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    framework_accepted_on = fields.Date(readonly=True, copy=False)

    _complaint_answer_days_positive = models.Constraint(
        "CHECK (complaint_answer_days > 0)",
        "A complaint is answered within at least one day.",
    )
