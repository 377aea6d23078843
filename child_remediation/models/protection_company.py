from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_answer_days = fields.Integer(
        string="Days to Answer a Complaint", default=14, required=True
    )

    _complaint_answer_days_positive = models.Constraint(
        "CHECK (complaint_answer_days > 0)",
        "A complaint is answered within at least one day.",
    )
