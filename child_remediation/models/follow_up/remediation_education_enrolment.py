from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: An enrolment in one of these states takes the child's place in school.
RUNNING = ("enrolled", "attending", "irregular")


class EducationEnrolment(models.Model):
    """A child's time at a school or training centre (E13). The holder enters it."""

    _name = "remediation.education.enrolment"
    _description = "School Enrolment"
    _inherit = ["remediation.case.owned"]
    _unknown_without = {"attendance_rate": "days_open"}
    _order = "date_start desc, id desc"

    institution_id = fields.Many2one(
        "remediation.institution", required=True, index=True, check_company=True
    )
    plan_action_id = fields.Many2one(
        "remediation.plan.action",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('case_id', '=', case_id),"
        " ('domain', 'in', ('education', 'vocational'))]",
    )
    kind = fields.Selection(
        [
            ("formal", "Formal School"),
            ("bridging", "Catch-up Classes"),
            ("vocational", "Vocational Training"),
            ("apprenticeship", "Apprenticeship"),
        ],
        required=True,
        default="formal",
    )
    level = fields.Char(string="Grade or Level")
    date_start = fields.Date(required=True, default=fields.Date.context_today)
    date_end = fields.Date()
    fees = fields.Monetary()
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    kit_given_on = fields.Date()
    state = fields.Selection(
        [
            ("enrolled", "Enrolled"),
            ("attending", "Attending"),
            ("irregular", "Irregular"),
            ("dropped", "Dropped Out"),
            ("completed", "Completed"),
            ("transferred", "Transferred"),
        ],
        required=True,
        default="enrolled",
        index=True,
        string="Status",
    )
    result = fields.Selection(
        [("passed", "Passed"), ("repeats", "Repeats the Year"), ("failed", "Failed")],
        string="Result of the Year",
    )
    attendance_ids = fields.One2many("remediation.attendance", "enrolment_id")
    days_open = fields.Integer(compute="_compute_rate")
    days_present = fields.Integer(compute="_compute_rate")
    attendance_rate = fields.Float(compute="_compute_rate", aggregator="avg")

    _fees_not_negative = models.Constraint(
        "CHECK (fees >= 0)", "Fees cannot be negative."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "The end of an enrolment comes after its start.",
    )
    _running = models.Index(
        "(institution_id, level) WHERE state IN ('enrolled', 'attending', 'irregular')"
    )

    @api.depends("institution_id.name", "case_id.name")
    def _compute_display_name(self):
        # Without the grade: somebody wrote it freely (R72).
        for enrolment in self:
            enrolment.display_name = " ".join(
                filter(None, (enrolment.case_id.name, enrolment.institution_id.name))
            )

    @api.depends("attendance_ids.days_open", "attendance_ids.days_present")
    def _compute_rate(self):
        for enrolment in self:
            rows = enrolment.attendance_ids
            enrolment.days_open = sum(rows.mapped("days_open"))
            enrolment.days_present = sum(rows.mapped("days_present"))
            enrolment.attendance_rate = (
                enrolment.days_present / enrolment.days_open
                if enrolment.days_open
                else 0.0
            )

    @api.constrains("date_start", "date_end", "state", "case_id")
    def _check_overlap(self):
        """A child is at one school at a time."""
        others = self.search([("case_id", "in", self.case_id.ids)]).grouped("case_id")
        for enrolment in self:
            for other in others.get(enrolment.case_id, self.browse()) - enrolment:
                starts_before_end = not other.date_end or (
                    enrolment.date_start <= other.date_end
                )
                ends_after_start = not enrolment.date_end or (
                    enrolment.date_end >= other.date_start
                )
                if starts_before_end and ends_after_start:
                    raise ValidationError(
                        self.env._(
                            "Date Start overlaps the enrolment at %(school)s: end that "
                            "one first.",
                            school=other.institution_id.name,
                        )
                    )
