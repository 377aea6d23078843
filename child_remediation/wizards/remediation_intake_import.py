import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.remediation_base.tools import sheets

from ..models.family.remediation_beneficiary import fold

#: Columns of the intake sheet in their order; the first two are required.
COLUMNS = [
    ("external_ref", "Reference"),
    ("sex", "Sex"),
    ("first_name", "First Name"),
    ("last_name", "Last Name"),
    ("nickname", "Nickname"),
    ("birth_date", "Birth Date"),
    ("age", "Age"),
    ("last_grade", "Last Grade Completed"),
    ("identified_on", "Identified On"),
    ("site", "Site"),
    ("activity", "What the Child Does"),
    ("hours_week", "Hours per Week"),
    ("days_week", "Days per Week"),
    ("time_start", "From (time of day)"),
    ("time_end", "To (time of day)"),
    ("pay", "Pay"),
    ("pay_period", "Pay Per"),
    ("currency", "Currency"),
    ("paid_to", "Paid To"),
    ("employer_relationship", "Works For"),
    ("is_trafficked", "Recruited or Moved for Exploitation"),
    ("is_bonded", "Works Off a Debt"),
    ("documents_retained", "Documents Withheld"),
    ("pay_promised", "Wage Promised"),
    ("pay_withheld", "Wage Withheld"),
    ("fee_amount", "Recruitment Fees Charged"),
    ("debt_amount", "Debt Claimed"),
    ("debt_holder", "Owed To"),
    ("started_age", "Age at Start of Work"),
    ("started_year", "Year of Start of Work"),
    ("caregiver", "Caregiver"),
    ("caregiver_name", "Name of the Caregiver"),
    ("livelihood", "Livelihood of the Caregiver"),
    ("note", "Note"),
]
REQUIRED = ("external_ref", "sex")
#: Questions of the sheet answered with yes or no; anything else is said, never guessed.
YES_NO = ("is_trafficked", "is_bonded", "documents_retained")
#: Amounts of the work situation, in the currency of the row.
AMOUNTS = ("pay", "pay_promised", "pay_withheld", "fee_amount", "debt_amount")


#: Children in one import; a longer sheet is split.
MAX_ROWS = 10_000


class IntakeImport(models.TransientModel):
    """Registers the children of an intake sheet, one row per child.

    For case workers and above; what it makes belongs to whoever imports. Nothing is
    kept where a row is wrong, unless the person chose to leave bad rows out; those
    come back as a file with the reasons. A reference that is known already is passed
    over, so the same sheet may be imported again. Only its owner sees an import.

    upload → map → check → done
    """

    _name = "remediation.intake.import"
    _description = "Import an Intake Sheet"

    state = fields.Selection(
        [
            ("upload", "File"),
            ("map", "Columns"),
            ("check", "Check"),
            ("done", "Done"),
        ],
        default="upload",
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    programme_id = fields.Many2one(
        "remediation.programme", domain="[('company_id', '=', company_id)]"
    )
    # Not attachments: names leave the database when the wizard is cleaned up.
    file = fields.Binary(attachment=False, string="Intake Sheet")
    file_name = fields.Char()
    column_ids = fields.One2many("remediation.intake.import.column", "import_id")
    line_ids = fields.One2many("remediation.intake.import.line", "import_id")
    skip_bad = fields.Boolean(string="Leave Out the Wrong Rows")
    new_count = fields.Integer(compute="_compute_counts", string="New")
    known_count = fields.Integer(compute="_compute_counts", string="Known Already")
    wrong_count = fields.Integer(compute="_compute_counts", string="Wrong")
    imported_count = fields.Integer(readonly=True)
    case_ids = fields.Many2many("remediation.case", string="Imported Cases")
    template = fields.Binary(compute="_compute_template")
    rejected = fields.Binary(compute="_compute_rejected")

    @api.depends("line_ids.status")
    def _compute_counts(self):
        for wizard in self:
            statuses = wizard.line_ids.mapped("status")
            wizard.new_count = statuses.count("new")
            wizard.known_count = statuses.count("known")
            wizard.wrong_count = statuses.count("wrong")

    def _compute_template(self):
        labels = dict(self._column_labels(self.env.lang))
        headers = [labels[key] for key, _label in COLUMNS]
        for wizard in self:
            wizard.template = base64.b64encode(sheets.write_xlsx(headers, []))

    @api.depends("line_ids.status", "line_ids.problems")
    @api.depends_context("lang")
    def _compute_rejected(self):
        for wizard in self:
            wrong = wizard.line_ids.filtered(lambda row: row.status == "wrong")
            headers = [*wizard.column_ids.mapped("header"), self.env._("Why")]
            rows = [[*(row.cells or []), row.problems] for row in wrong]
            make = sheets.write_xlsx if wizard._is_book() else sheets.write_csv
            wizard.rejected = wrong and base64.b64encode(make(headers, rows))

    # -- the file --------------------------------------------------------------
    @api.model
    def _column_labels(self, lang):
        column = self.env["remediation.intake.import.column"].with_context(lang=lang)
        return column._fields["target"]._description_selection(column.env)

    @api.model
    def _known_headers(self):
        """``{folded header: column}`` in every installed language."""
        known = {}
        for lang, _name in self.env["res.lang"].get_installed():
            for key, label in self._column_labels(lang):
                known[fold(label).strip()] = key
        known.update({key: key for key, _label in COLUMNS})
        return known

    def _is_book(self):
        return not (self.file_name or "").lower().endswith(".csv")

    def _read_sheet(self):
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            return sheets.read(base64.b64decode(self.file), MAX_ROWS)
        except sheets.SheetError as error:
            raise UserError(sheets.explain(self.env, error)) from error

    # -- the steps -------------------------------------------------------------
    def action_template(self):
        """Download an empty sheet with the columns. For whoever may import."""
        return self._download("template", "intake.xlsx")

    def action_rejected(self):
        """Download the wrong rows with the reasons. For the owner of the import."""
        name = "rejected.xlsx" if self._is_book() else "rejected.csv"
        return self._download("rejected", name)

    def _download(self, field, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/{field}/{name}?download=1",
            "target": "download",
        }

    def action_read(self):
        """Read the file and propose what each column is.

        :raises UserError: the file cannot be read, or is empty
        """
        self.ensure_one()
        headers, rows = self._read_sheet()
        known = self._known_headers()
        taken = set()
        columns = []
        for index, header in enumerate(headers):
            target = known.get(fold(header).strip())
            if target in taken:
                target = False
            taken.add(target)
            sample = next(
                (sheets.as_text(cells[index]) for _n, cells in rows if cells[index]), ""
            )
            columns.append(
                {
                    "sequence": index,
                    "header": sheets.harmless(header),
                    "target": target,
                    "sample": sample,
                }
            )
        self.write(
            {
                "state": "map",
                "column_ids": [
                    Command.clear(),
                    *(Command.create(column) for column in columns),
                ],
                "line_ids": [Command.clear()],
            }
        )
        return self._again()

    def action_check(self):
        """Check every row and show what the import would do; nothing is made yet.

        :raises UserError: a required column is missing, or one is named twice
        """
        self.ensure_one()
        targets = [target for target in self.column_ids.mapped("target") if target]
        labels = dict(self._column_labels(self.env.lang))
        missing = [labels[key] for key in REQUIRED if key not in targets]
        if missing:
            raise UserError(
                self.env._(
                    "Say which column holds: %(columns)s.", columns=", ".join(missing)
                )
            )
        twice = {labels[key] for key in targets if targets.count(key) > 1}
        if twice:
            raise UserError(
                self.env._(
                    "Two columns hold the same thing: choose one of %(columns)s.",
                    columns=", ".join(sorted(twice)),
                )
            )
        _headers, rows = self._read_sheet()
        self.write(
            {
                "state": "check",
                "line_ids": [
                    Command.clear(),
                    *(Command.create(vals) for vals, _parsed in self._check_rows(rows)),
                ],
            }
        )
        return self._again()

    def action_back(self):
        """Go back to the file."""
        self.ensure_one()
        self.state = "upload"
        return self._again()

    def action_import(self):
        """Register the children of the new rows. For whoever may open cases.

        :raises UserError: a row is wrong and wrong rows are not left out
        """
        self.ensure_one()
        if self.state != "check":
            raise UserError(self.env._("Check the file first."))
        _headers, rows = self._read_sheet()
        checked = self._check_rows(rows)
        wrong = [vals for vals, _parsed in checked if vals["status"] == "wrong"]
        if wrong and not self.skip_bad:
            raise UserError(
                self.env._(
                    "%(count)s rows are wrong and nothing was imported: correct the "
                    "file, or choose to leave out the wrong rows.",
                    count=len(wrong),
                )
            )
        new = [parsed for vals, parsed in checked if vals["status"] == "new"]
        cases = self._open_new_cases(new)
        self.write(
            {
                "state": "done",
                "imported_count": len(cases),
                "case_ids": [Command.set(cases.ids)],
                "line_ids": [
                    Command.clear(),
                    *(Command.create(vals) for vals, _parsed in checked),
                ],
            }
        )
        return self._again()

    def action_open_cases(self):
        """Open the cases that were imported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "child_remediation.case_action"
        )
        return dict(action, domain=[("id", "in", self.case_ids.ids)], context={})

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import an Intake Sheet"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class IntakeImportColumn(models.TransientModel):
    """What one column of the sheet holds."""

    _name = "remediation.intake.import.column"
    _description = "Column of an Intake Sheet"
    _order = "sequence, id"

    import_id = fields.Many2one(
        "remediation.intake.import", required=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    header = fields.Char(string="Column in the File", readonly=True)
    target = fields.Selection(COLUMNS, string="Holds", help="Empty: not imported.")
    sample = fields.Char(string="Example", readonly=True)


class IntakeImportLine(models.TransientModel):
    """What happens with one row of the sheet."""

    _name = "remediation.intake.import.line"
    _description = "Row of an Intake Sheet"
    _order = "row, id"

    import_id = fields.Many2one(
        "remediation.intake.import", required=True, ondelete="cascade"
    )
    row = fields.Integer(readonly=True)
    reference = fields.Char(readonly=True)
    summary = fields.Char(readonly=True, string="Child")
    status = fields.Selection(
        [("new", "New"), ("known", "Known Already"), ("wrong", "Wrong")], readonly=True
    )
    problems = fields.Text(readonly=True, string="What Is Wrong")
    cells = fields.Json(readonly=True)
