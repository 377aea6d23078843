from collections import Counter

from odoo import fields, models

#: What is said of a child on a school day, and the number of the month it counts in.
MARKS = {
    "present": "days_present",
    "excused": "days_excused",
    "unexcused": "days_unexcused",
}


class RemediationAttendance(models.Model):
    """A month that a school enters day by day: its numbers follow from the days."""

    _inherit = "remediation.attendance"

    _protected_fields = frozenset({"day_marks"})

    day_marks = fields.Json(
        string="Day by Day",
        readonly=True,
        copy=False,
        help="What the school said of each day, where it enters days.",
    )

    def _numbers_of(self, marks):
        """The numbers of a month, of what was said of its days."""
        count = Counter(marks.values())
        return {
            "days_open": len(marks),
            **{name: count[mark] for mark, name in MARKS.items()},
        }

    def _is_by_days(self):
        """Whether the month was entered day by day, and by nobody otherwise since."""
        self.ensure_one()
        numbers = self._numbers_of(self.day_marks or {})
        return all(self[name] == number for name, number in numbers.items())
