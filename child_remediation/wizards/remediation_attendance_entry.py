from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.follow_up.remediation_education_enrolment import RUNNING


class AttendanceEntryWizard(models.TransientModel):
    """A month of a whole class or school in one grid.

    For whoever holds the cases: only children whose attendance the user may write are
    listed. A line left empty stays unentered; it is not an absence.
    """

    _name = "remediation.attendance.entry.wizard"
    _description = "Enter Attendance of a Class"

    institution_id = fields.Many2one("remediation.institution", required=True)
    level = fields.Char(string="Grade or Level", help="Empty: the whole school.")
    month = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
    )
    days_open = fields.Integer(help="Proposed for every child; 0 in holidays.")
    line_ids = fields.One2many(
        "remediation.attendance.entry.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )

    @api.depends("institution_id", "level", "month", "days_open")
    def _compute_line_ids(self):
        """As the user, also where a field read as superuser asks for the rows: they
        would list everybody's children."""
        for wizard in self:
            rows = wizard.sudo(False)._prepare_lines()
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create(row) for row in rows
            ]

    def _prepare_lines(self):
        self.ensure_one()
        if not self.institution_id or not self.month:
            return []
        month = self.month.replace(day=1)
        domain = [
            ("institution_id", "=", self.institution_id.id),
            ("state", "in", RUNNING),
            ("date_start", "<=", fields.Date.end_of(month, "month")),
        ]
        if self.level:
            domain.append(("level", "=ilike", self.level))
        enrolments = self.env["remediation.education.enrolment"].search(
            domain, order="level, id"
        )
        entered = {
            row.enrolment_id.id: row
            for row in self.env["remediation.attendance"].search(
                [("enrolment_id", "in", enrolments.ids), ("month", "=", month)]
            )
        }
        lines = []
        for enrolment in enrolments:
            row = entered.get(enrolment.id)
            lines.append(
                {
                    "enrolment_id": enrolment.id,
                    "is_entered": bool(row),
                    "days_open": row.days_open if row else self.days_open,
                    "days_present": row.days_present if row else 0,
                    "days_excused": row.days_excused if row else 0,
                    "days_unexcused": row.days_unexcused if row else 0,
                    "longest_absence": row.longest_absence if row else 0,
                }
            )
        return lines

    def action_save(self):
        """Write the month of every ticked line, all or none."""
        self.ensure_one()
        lines = self.line_ids.filtered("is_entered")
        if not lines:
            raise UserError(
                self.env._("Tick the children whose attendance you entered.")
            )
        self.env["remediation.attendance"]._enter_month(
            self.month,
            [
                {
                    "enrolment_id": line.enrolment_id.id,
                    "days_open": line.days_open,
                    "days_present": line.days_present,
                    "days_excused": line.days_excused,
                    "days_unexcused": line.days_unexcused,
                    "longest_absence": line.longest_absence,
                }
                for line in lines
            ],
        )
        return {"type": "ir.actions.act_window_close"}


class AttendanceEntryWizardLine(models.TransientModel):
    _name = "remediation.attendance.entry.wizard.line"
    _description = "Attendance of a Child in a Month"

    wizard_id = fields.Many2one(
        "remediation.attendance.entry.wizard",
        required=True,
        ondelete="cascade",
        index=True,
    )
    enrolment_id = fields.Many2one(
        "remediation.education.enrolment", required=True, readonly=True
    )
    # Not as superuser: a link can be forged, and a form would show what is behind it.
    beneficiary_id = fields.Many2one(
        related="enrolment_id.case_id.beneficiary_id", related_sudo=False
    )
    first_name = fields.Char(
        related="beneficiary_id.first_name",
        related_sudo=False,
        groups="child_remediation.group_identity",
    )
    level = fields.Char(related="enrolment_id.level", related_sudo=False)
    is_entered = fields.Boolean(string="Entered")
    days_open = fields.Integer(default=0)
    days_present = fields.Integer(string="Present", default=0)
    days_excused = fields.Integer(string="Excused", default=0)
    days_unexcused = fields.Integer(string="Unexcused", default=0)
    longest_absence = fields.Integer(default=0)

    @api.onchange("days_present", "days_excused", "days_unexcused")
    def _onchange_days(self):
        if self.days_present or self.days_excused or self.days_unexcused:
            self.is_entered = True
