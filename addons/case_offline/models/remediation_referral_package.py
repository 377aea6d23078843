from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.once import one_at_a_time

from .remediation_attendance import MARKS

#: A phone shows what was said of so many months.
MONTHS = 2


class RemediationReferralPackage(models.Model):
    """The class of a school: the children referred to it, day by day."""

    _inherit = "remediation.referral.package"

    @api.model
    def portal_class(self):
        """Return what a phone takes along of the class. For schools and centres.

        ``{package id: {child, marks}}`` of the children whose attendance the user
        enters, with what was said of the days of this month and of the last one.
        """
        today = self._place_today()
        rows = self.portal_attendance_rows(str(today)[:7])
        first = fields.Date.start_of(fields.Date.subtract(today, months=1), "month")
        # sudo: as in the method that enters them, the own referrals' days alone.
        months = (
            self.env["remediation.attendance"]
            .sudo()
            .search(
                [
                    ("package_id", "in", [row["id"] for row in rows]),
                    ("month", ">=", first),
                ]
            )
            .grouped("package_id")
        )
        known = {package.id: months[package] for package in months}
        return {
            row["id"]: {
                "child": row["child"] or row["code"],
                "marks": {
                    day: mark
                    for month in known.get(row["id"], ())
                    for day, mark in (month.day_marks or {}).items()
                },
                "from": str(first),
                "today": str(today),
            }
            for row in rows
        }

    @api.model
    def portal_enter_day(self, day, marks):
        """Enter one day of a class. For schools and centres.

        ``marks`` maps codes of referrals to present, excused or unexcused. A day that
        is entered again is corrected: it counts once. The numbers of the month follow
        from its days. Returns the months.

        :raises AccessError: a child is not referred to the user any more
        :raises UserError: no such day or mark, or the month was entered as a whole
        """
        day = self._day_of_class(day)
        if not isinstance(marks, dict) or not marks:
            raise UserError(self.env._("Enter the day of at least one child."))
        packages = {one.name: one for one in self._portal_attendance_packages()}
        for code, mark in marks.items():
            if code not in packages:
                raise AccessError(
                    self.env._("One of these children is not referred to you any more.")
                )
            if not isinstance(mark, str) or mark not in MARKS:
                raise UserError(self.env._("Reload the page and try again."))
        marked = {packages[code]: mark for code, mark in marks.items()}
        return self._enter_day(day, marked)

    @api.model
    def _day_of_class(self, day):
        try:
            found = fields.Date.to_date(str(day or "")[:10] or None)
        except ValueError:
            found = None
        if not found or found > self._place_today():
            raise UserError(self.env._("Choose a day that is not after today."))
        self._portal_month(str(found)[:7])
        return found

    @api.model
    def _enter_day(self, day, marked):
        """Write what was said of one day, for packages that the caller checked."""
        month = day.replace(day=1)
        # One school enters at a time: its phones read what the others wrote.
        one_at_a_time(self.env, "attendance day", self.env.user.partner_id.id)
        # sudo: the provider has no right on attendance; as in portal_enter_attendance.
        attendance = self.env["remediation.attendance"].sudo()
        rows = attendance.search(
            [
                ("case_id", "in", [one.sudo().case_id.id for one in marked]),
                ("month", "=", month),
            ]
        )
        numbers, days = {}, {}
        for package, mark in marked.items():
            row = self._month_of(package, rows)
            days[package] = {**(row.day_marks or {}), str(day): mark}
            numbers[package] = attendance._numbers_of(days[package])
        attendance._enter_for_packages(month, numbers)
        entered = attendance.search(
            [("package_id", "in", [one.id for one in marked]), ("month", "=", month)]
        )
        for row in entered:
            row._unprotected().write({"day_marks": days[row.package_id]})
        return entered

    @api.model
    def _month_of(self, package, rows):
        """The month of a child as it was entered until now, day by day.

        :raises UserError: somebody entered it as a whole
        """
        # sudo: which school and case it is; the caller checked that it is the user's.
        school = package.sudo().recipient_organisation_id
        own = rows.filtered(
            lambda row: (
                (
                    row.package_id == package
                    or row.enrolment_id.institution_id.partner_id == school
                )
                and row.case_id == package.sudo().case_id  # sudo: as above
            )
        )[:1]
        if own and not own._is_by_days():
            raise UserError(
                self.env._(
                    "%(code)s: the numbers of this month were entered as a whole. "
                    "Correct them there.",
                    code=package.name,
                )
            )
        return own
