import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools import sheets

#: Columns of the sheet, in the template's order; the header row is required.
COLUMNS = (
    "date",
    "number",
    "name",
    "attendance",
    "shares",
    "loan_repaid",
    "loan_given",
    "fine",
    "social_in",
    "social_out",
    "counted_loan",
    "counted_social",
)
FIGURES = ("shares", "loan_repaid", "loan_given", "fine", "social_in", "social_out")
ATTENDANCE = {
    "": "present",
    "present": "present",
    "p": "present",
    "présent": "present",
    "présente": "present",
    "late": "late",
    "l": "late",
    "retard": "late",
    "represented": "represented",
    "r": "represented",
    "représenté": "represented",
    "représentée": "represented",
    "absent": "absent",
    "a": "absent",
    "absente": "absent",
}


def _to_number(cell):
    """Return a number of zero or more; an empty cell of the book is zero.

    :raises ValueError: text, or below zero.
    """
    number = sheets.as_number(cell) or 0.0
    if not 0 <= number < 1e12:
        raise ValueError(str(cell))
    return number


class SavingsPaperBook(models.TransientModel):
    """Import the meetings of a cycle from a sheet typed after the paper book.

    Checking reports row by row what cannot be read; nothing is imported unless every
    row is right, or the user skips the bad ones, which come back as a file. What the
    paper says beyond the group's limits is recorded and flagged, never refused (R46).

    Who may what: whoever keeps the cycle's books.
    """

    _name = "savings.paper.book"
    _description = "Import of a Paper Book"

    cycle_id = fields.Many2one(
        "savings.cycle",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
        domain="[('state', '=', 'active')]",
    )
    file = fields.Binary(string="Sheet", attachment=False)
    file_name = fields.Char()
    skip_bad = fields.Boolean(string="Skip Bad Rows")
    line_ids = fields.One2many("savings.paper.book.line", "book_id")
    bad_count = fields.Integer(compute="_compute_bad_count")
    template = fields.Binary(compute="_compute_template")
    template_name = fields.Char(compute="_compute_template")
    rejected = fields.Binary(readonly=True, attachment=False)
    rejected_name = fields.Char(readonly=True)
    meeting_ids = fields.Many2many("savings.meeting", readonly=True)

    @api.depends("line_ids.problem")
    def _compute_bad_count(self):
        for book in self:
            book.bad_count = len(book.line_ids.filtered("problem"))

    @api.depends("cycle_id")
    def _compute_template(self):
        for book in self:
            members = book.cycle_id.membership_ids.filtered(
                lambda member: member.state == "active"
            )
            rows = [
                ["", member.member_number, member.full_name, "present"]
                for member in members.sorted("member_number")
            ]
            book.template = base64.b64encode(
                sheets.write_xlsx(COLUMNS, rows, "Meeting")
            )
            book.template_name = "meetings.xlsx"

    def action_check(self):
        """Read the sheet and say row by row what is wrong; nothing is imported."""
        self.ensure_one()
        self.cycle_id.check_access("write")
        self.line_ids.unlink()
        rows = self._read_sheet()
        self.line_ids = [(0, 0, vals) for vals in self._parse(rows)]
        return self._action_form()

    def action_import(self):
        """Record and validate the meetings of the sheet, in the order of their dates.

        :raises UserError: a row is bad and bad rows are not skipped, or none is left.
        """
        self.ensure_one()
        self.cycle_id.check_access("write")
        if not self.line_ids:
            self.action_check()
        bad = self.line_ids.filtered("problem")
        if bad and not self.skip_bad:
            raise UserError(
                self.env._(
                    "%(count)s rows are wrong, the first is row %(row)s: %(problem)s "
                    "Correct the sheet, or skip the bad rows.",
                    count=len(bad),
                    row=bad[0].row,
                    problem=bad[0].problem,
                )
            )
        good = self.line_ids - bad
        if not good:
            raise UserError(self.env._("No row of the sheet can be imported."))
        meetings = self.env["savings.meeting"]
        for day, lines in sorted(good.grouped("date").items()):
            meetings |= self._import_meeting(day, lines)
        self.meeting_ids = meetings
        if bad:
            self._give_back(bad)
        return self._action_form()

    def _read_sheet(self):
        if not self.file:
            raise UserError(self.env._("Choose a sheet first."))
        try:
            headers, rows = sheets.read(base64.b64decode(self.file))
        except sheets.SheetError as error:
            raise UserError(sheets.explain(self.env, error)) from error
        header = [name.lower() for name in headers]
        missing = [name for name in ("date", "number") if name not in header]
        if missing:
            raise UserError(
                self.env._(
                    "The first row lacks the columns %(names)s: use the template.",
                    names=", ".join(missing),
                )
            )
        return [(number, dict(zip(header, row, strict=False))) for number, row in rows]

    def _parse(self, rows):
        members = {
            member.member_number: member for member in self.cycle_id.membership_ids
        }
        last = self.cycle_id.last_meeting_id
        seen, parsed = set(), []
        for number, cells in rows:
            vals = {"row": number, "raw_name": str(cells.get("name") or "")}
            problems = self._parse_row(cells, vals, members, last)
            key = (vals.get("date"), vals.get("membership_id"))
            if not problems and key in seen:
                problems.append(self.env._("The member stands twice in this meeting."))
            seen.add(key)
            vals["problem"] = " ".join(problems)
            parsed.append(vals)
        return parsed

    def _parse_row(self, cells, vals, members, last):
        problems = []
        try:
            vals["date"] = sheets.as_date(cells.get("date"))
            if not vals["date"]:
                raise ValueError
        except ValueError:
            problems.append(
                self.env._("The date cannot be read: write it as 2026-11-22.")
            )
        else:
            if vals["date"] < self.cycle_id.date_start or (
                last and vals["date"] <= last.date
            ):
                problems.append(
                    self.env._("The meeting is not after the cycle's last one.")
                )
        try:
            member = members.get(int(_to_number(cells.get("number"))))
        except ValueError:
            member = None
        if not member or member.state != "active":
            problems.append(self.env._("No member of the cycle has this number."))
        else:
            vals["membership_id"] = member.id
            name = vals["raw_name"].strip().lower()
            if name and name != (member.full_name or "").strip().lower():
                problems.append(self.env._("The name belongs to another number."))
        attendance = str(cells.get("attendance") or "").strip().lower()
        if attendance not in ATTENDANCE:
            problems.append(
                self.env._(
                    "The attendance cannot be read: choose one of the words of the "
                    "template."
                )
            )
        vals["attendance"] = ATTENDANCE.get(attendance, "present")
        for name in (*FIGURES, "counted_loan", "counted_social"):
            try:
                vals[name] = _to_number(cells.get(name))
            except ValueError:
                problems.append(
                    self.env._("%(column)s is no number of zero or more.", column=name)
                )
            else:
                if name == "shares" and vals[name] % 1:
                    problems.append(self.env._("Shares are whole numbers."))
        vals["has_count"] = any(
            cells.get(name) not in (None, "")
            for name in ("counted_loan", "counted_social")
        )
        return problems

    def _import_meeting(self, day, lines):
        meeting = self.cycle_id._open_meetings(day, source="paper")
        by_member = {line.membership_id: line for line in lines}
        for line in meeting.line_ids:
            typed = by_member.get(line.membership_id)
            if typed:
                line.write({name: typed[name] for name in (*FIGURES, "attendance")})
            else:
                line.attendance = "absent"
        counted = lines.filtered("has_count")[:1]
        if counted:
            meeting.write(
                {
                    "counted_loan": counted.counted_loan,
                    "counted_social": counted.counted_social,
                }
            )
        else:
            meeting.action_take_expected()
        meeting.action_validate()
        return meeting

    def _give_back(self, bad):
        """Return the rows that were skipped, with what is wrong, as a file."""
        header = (*COLUMNS, "problem")
        rows = {number: cells for number, cells in self._read_sheet()}
        lines = [
            [rows[line.row].get(name, "") for name in COLUMNS] + [line.problem]
            for line in bad
        ]
        self.write(
            {
                "rejected": base64.b64encode(
                    sheets.write_xlsx(header, lines, "Rejected")
                ),
                "rejected_name": "rejected.xlsx",
            }
        )

    def _action_form(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a Paper Book"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
