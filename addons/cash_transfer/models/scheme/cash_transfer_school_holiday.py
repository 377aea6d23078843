from odoo import fields, models


class CashTransferSchoolHoliday(models.Model):
    """Days of a school year on which schools are closed."""

    _name = "cash.transfer.school.holiday"
    _description = "School Holiday"
    _rules_of = "remediation.in.company"
    _order = "date_from, id"

    year_id = fields.Many2one(
        "cash.transfer.school.year", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="year_id.company_id", store=True, index=True)
    name = fields.Char(required=True)
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)", "A holiday ends after it starts."
    )
