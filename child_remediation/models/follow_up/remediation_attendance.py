from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class Attendance(models.Model):
    """One month of an enrolment (E13). A month without school days is not applicable.

    Entered by the holder of the case, singly or for a whole class at once; by the
    school through its portal.
    """

    _name = "remediation.attendance"
    _description = "Monthly Attendance"
    _inherit = ["remediation.case.owned"]
    _zero_is_unknown = frozenset({"exam_score"})
    _unknown_without = {"rate": "days_open"}
    _order = "month desc, id desc"

    _frozen_fields = frozenset({"enrolment_id"})

    enrolment_id = fields.Many2one(
        "remediation.education.enrolment",
        required=True,
        index=True,
        ondelete="restrict",
    )
    case_id = fields.Many2one(
        compute="_compute_case_id", store=True, precompute=True, readonly=False
    )
    month = fields.Date(required=True, index=True, help="Any day; the first is kept.")
    days_open = fields.Integer(default=0, required=True)
    days_present = fields.Integer(string="Present", default=0, required=True)
    days_excused = fields.Integer(string="Excused", default=0, required=True)
    days_unexcused = fields.Integer(string="Unexcused", default=0, required=True)
    longest_absence = fields.Integer(
        default=0,
        required=True,
        help="Most days missed in a row.",
    )
    rate = fields.Float(compute="_compute_rate", store=True, aggregator="avg")
    not_applicable = fields.Boolean(
        compute="_compute_rate", store=True, help="The school had no open day."
    )
    exam_score = fields.Float(string="Exam Score (%)")
    source = fields.Selection(
        [
            ("school", "School"),
            ("visit", "Visit"),
            ("portal", "Portal"),
            ("caregiver", "Caregiver"),
        ],
        default="school",
        required=True,
    )

    _one_per_month = models.UniqueIndex(
        "(enrolment_id, month)", "This month was entered already: correct that line."
    )
    _not_negative = models.Constraint(
        "CHECK (days_open >= 0 AND days_present >= 0 AND days_excused >= 0"
        " AND days_unexcused >= 0 AND longest_absence >= 0)",
        "Numbers of days cannot be negative.",
    )
    _open_in_month = models.Constraint(
        "CHECK (days_open <= 31)", "A month has at most 31 open days."
    )
    _within_open = models.Constraint(
        "CHECK (days_present + days_excused + days_unexcused <= days_open)",
        "Days present, excused and unexcused together exceed the days open.",
    )
    _exam_score = models.Constraint(
        "CHECK (exam_score BETWEEN 0 AND 100)", "An exam score lies between 0 and 100."
    )

    @api.depends("enrolment_id")
    def _compute_case_id(self):
        for row in self:
            row.case_id = row.enrolment_id.case_id

    @api.depends("days_open", "days_present")
    def _compute_rate(self):
        for row in self:
            row.not_applicable = not row.days_open
            row.rate = row.days_present / row.days_open if row.days_open else 0.0

    @api.depends("month", "case_id.name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = (
                f"{row.case_id.name} {row.month:%Y-%m}" if row.month else ""
            )

    @api.constrains("month")
    def _check_month(self):
        last = self._place_today().replace(day=1)
        for row in self:
            if row.month > last:
                raise ValidationError(
                    self.env._("Month lies in the future: enter it once it has begun.")
                )
            if row.month < row.enrolment_id.date_start.replace(day=1) or (
                row.enrolment_id.date_end and row.month > row.enrolment_id.date_end
            ):
                raise ValidationError(
                    self.env._("Month lies outside the enrolment: check its dates.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._first_of_month(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._first_of_month(vals))

    @api.model
    def _first_of_month(self, vals):
        if vals.get("month"):
            vals = dict(vals, month=fields.Date.to_date(vals["month"]).replace(day=1))
        return vals

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is of all its days: a short month weighs less."""
        select = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec != "rate:avg":
            return select
        return SQL(
            "SUM(%s)::float / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, "days_present", query),
            self._field_to_sql(self._table, "days_open", query),
        )

    @api.model
    def _enter_month(self, month, rows):
        """Create or correct the month of many enrolments, in two statements.

        :param month: any day of it
        :param rows: values with ``enrolment_id``, one per enrolment
        """
        month = fields.Date.to_date(month).replace(day=1)
        existing = {
            row.enrolment_id.id: row
            for row in self.search(
                [
                    ("enrolment_id", "in", [vals["enrolment_id"] for vals in rows]),
                    ("month", "=", month),
                ]
            )
        }
        new = []
        for vals in rows:
            row = existing.get(vals["enrolment_id"])
            if row:
                row.write({k: v for k, v in vals.items() if k != "enrolment_id"})
            else:
                new.append(dict(vals, month=month))
        return self.create(new)
