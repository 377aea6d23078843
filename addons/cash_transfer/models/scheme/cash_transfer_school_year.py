from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CashTransferSchoolYear(models.Model):
    """A school year by its dates, with the holidays in it: when support ends, and in
    which months no school is open (R42). Cash officers keep it; case staff read it."""

    _name = "cash.transfer.school.year"
    _description = "School Year"
    _rules_of = "remediation.in.company"
    _order = "date_start desc, id desc"

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date_start = fields.Date(required=True)
    date_end = fields.Date(required=True)
    holiday_ids = fields.One2many("cash.transfer.school.holiday", "year_id")

    _dates_ordered = models.Constraint(
        "CHECK (date_end > date_start)", "A school year ends after it starts."
    )

    @api.constrains("date_start", "date_end", "company_id")
    def _check_overlap(self):
        for year in self:
            if self.search_count(
                [
                    ("company_id", "=", year.company_id.id),
                    ("id", "!=", year.id),
                    ("date_start", "<=", year.date_end),
                    ("date_end", ">=", year.date_start),
                ],
                limit=1,
            ):
                raise ValidationError(
                    self.env._("Two school years cannot overlap: change the dates.")
                )

    @api.model
    def _at(self, company, day):
        """Return the school year that ``day`` lies in; between two, the next one that
        begins within half a year."""
        # sudo: dates of the calendar, whoever proposes support
        years = self.sudo()
        domain = [("company_id", "=", company.id), ("date_end", ">=", day)]
        year = years.search(domain, order="date_start", limit=1)
        if year and year.date_start > day + timedelta(days=183):
            return years.browse()
        return year

    @api.model
    def _open_days(self, company, start, end):
        """Return how many days from Monday to Friday a school is open between two
        days; None where the calendar does not know the time."""
        # sudo: as in _at
        years = self.sudo().search([("company_id", "=", company.id)])
        known = years.filtered(lambda y: y.date_start <= end)
        if not known or max(years.mapped("date_end")) < start:
            return None
        closed = [(h.date_from, h.date_to) for h in years.holiday_ids]
        count = 0
        for number in range((end - start).days + 1):
            day = start + timedelta(days=number)
            count += (
                day.weekday() < 5
                and any(y.date_start <= day <= y.date_end for y in years)
                and not any(first <= day <= last for first, last in closed)
            )
        return count
