import base64

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.remediation_base.tools import sheets
from odoo.addons.remediation_base.tools.answers import NotUnderstoodError, read_answer

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
    ("pay_period", "Pay per"),
    ("currency", "Currency"),
    ("paid_to", "Paid To"),
    ("employer_relationship", "Works For"),
    ("is_trafficked", "Recruited or Moved for Exploitation"),
    ("is_bonded", "Works off a Debt"),
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
#: What people write for a selection, folded; the labels of every language count too.
SYNONYMS = {
    "sex": {
        "f": "female", "fille": "female", "girl": "female", "femme": "female",
        "feminin": "female", "m": "male", "garcon": "male", "boy": "male",
        "homme": "male", "masculin": "male",
    },
    "pay_period": {
        "jour": "day", "daily": "day", "semaine": "week", "weekly": "week",
        "mois": "month", "monthly": "month", "piece": "piece",
    },
    "caregiver": {
        "mere": "mother", "pere": "father", "grand-mere": "grandparent",
        "grand-pere": "grandparent", "tante": "aunt_uncle", "oncle": "aunt_uncle",
        "tuteur": "guardian", "tutrice": "guardian", "frere": "sibling",
        "soeur": "sibling",
    },
    "paid_to": {"enfant": "child", "parent": "caregiver", "personne": "nobody"},
    "employer_relationship": {"patron": "employer", "famille": "relative"},
    "debt_holder": {"patron": "employer", "recruteur": "recruiter"},
}  # fmt: skip
SELECTIONS = {
    "sex": ("remediation.beneficiary", "sex"),
    "pay_period": ("remediation.work.situation", "pay_period"),
    "caregiver": ("remediation.household.member", "relationship"),
    "paid_to": ("remediation.work.situation", "paid_to"),
    "employer_relationship": ("remediation.work.situation", "employer_relationship"),
    "debt_holder": ("remediation.work.situation", "debt_holder"),
}
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
                    "Two columns hold the same thing: %(columns)s.",
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

    # -- checking --------------------------------------------------------------
    def _check_rows(self, rows):
        """Return ``[(values of the line, parsed row)]`` in the order of the file."""
        index_of = {
            column.target: column.sequence
            for column in self.column_ids
            if column.target
        }
        lookup = self._lookup(
            [sheets.as_text(cells[index_of["external_ref"]]) for _n, cells in rows],
            "site" in index_of,
        )
        seen = {}
        result = []
        for number, cells in rows:
            raw = {key: cells[index] for key, index in index_of.items()}
            parsed, problems = self._parse(raw, lookup)
            reference = parsed.get("external_ref")
            if reference and reference in seen:
                problems.append(
                    self.env._(
                        "Reference: the same as in row %(row)s.", row=seen[reference]
                    )
                )
            seen.setdefault(reference, number)
            known = reference in lookup["known"]
            status = "known" if known else "wrong" if problems else "new"
            result.append(
                (
                    {
                        "row": number,
                        "reference": reference,
                        "summary": self._summary(parsed),
                        "status": status,
                        "problems": "\n".join(problems) if status == "wrong" else False,
                        "cells": [_for_json(cell) for cell in cells],
                    },
                    parsed,
                )
            )
        return result

    def _lookup(self, references, with_sites):
        """What rows are compared with, read once for the whole file."""
        # sudo: a reference is taken whoever holds that child; only this is told.
        known = (
            self.env["remediation.beneficiary"]
            .sudo()
            .search_fetch(
                [
                    ("company_id", "=", self.company_id.id),
                    ("external_ref", "in", list(set(references))),
                ],
                ["external_ref"],
            )
        )
        sites = {}
        if with_sites:
            for site in self.env["remediation.site"].search(
                [("company_id", "in", [False, self.company_id.id])]
            ):
                for name in filter(None, (site.code, site.name)):
                    sites.setdefault(fold(name).strip(), site)
        choices = {}
        for key, (model, field) in SELECTIONS.items():
            words = dict(SYNONYMS[key])
            for lang, _name in self.env["res.lang"].get_installed():
                records = self.env[model].with_context(lang=lang)
                for value, label in records._fields[field]._description_selection(
                    records.env
                ):
                    words[fold(label)] = value
                    words[value] = value
            choices[key] = words
        return {
            "known": set(known.mapped("external_ref")),
            "sites": sites,
            "choices": choices,
            "currencies": {
                currency.name: currency
                for currency in self.env["res.currency"].search([])
            },
            "today": fields.Date.context_today(self),
        }

    def _parse(self, raw, lookup):
        """Return ``(parsed values, sentences about what is wrong)`` of one row."""
        _ = self.env._
        parsed, problems = {}, []
        labels = dict(self._column_labels(self.env.lang))

        def take(key, read, sentence):
            try:
                parsed[key] = read(raw.get(key))
            except (ValueError, TypeError):
                parsed[key] = None
                problems.append(f"{labels[key]}: {sentence}")

        for key in (
            "external_ref", "first_name", "last_name", "nickname", "last_grade",
            "activity", "caregiver_name", "livelihood", "note",
        ):  # fmt: skip
            parsed[key] = sheets.as_text(raw.get(key)) or False
        if not parsed["external_ref"]:
            problems.append(_("Reference: give each child a reference of its own."))
        for key, words in lookup["choices"].items():
            text = fold(sheets.as_text(raw.get(key))).strip()
            parsed[key] = words.get(text)
            if text and not parsed[key]:
                problems.append(
                    _(
                        "%(column)s: “%(text)s” is not known.",
                        column=labels[key],
                        text=sheets.as_text(raw.get(key)),
                    )
                )
        if not parsed["sex"] and not sheets.as_text(raw.get("sex")):
            problems.append(_("Sex: write female, male or other."))
        for key in ("birth_date", "identified_on"):
            take(key, sheets.as_date, _("this is no date; write 2026-11-22."))
        for key in ("age", "days_week", "started_age", "started_year"):
            take(key, _whole, _("this is no whole number."))
        for key in YES_NO:
            try:
                parsed[key] = read_answer(sheets.as_text(raw.get(key)) or None) or False
            except NotUnderstoodError:
                parsed[key] = False
                problems.append(
                    _(
                        "%(column)s: “%(text)s” is neither yes nor no.",
                        column=labels[key],
                        text=sheets.as_text(raw.get(key)),
                    )
                )
        for key in ("hours_week", *AMOUNTS):
            take(key, sheets.as_number, _("this is no number."))
        for key in ("time_start", "time_end"):
            take(key, sheets.as_hour, _("this is no time of day; write 06:00."))
        site = sheets.as_text(raw.get("site"))
        parsed["site"] = lookup["sites"].get(fold(site).strip()) if site else None
        if site and not parsed["site"]:
            problems.append(
                _(
                    "Site: “%(name)s” is not known; add it under Configuration or "
                    "correct the name.",
                    name=site,
                )
            )
        currency = sheets.as_text(raw.get("currency")).upper()
        parsed["currency"] = lookup["currencies"].get(currency)
        if currency and not parsed["currency"]:
            problems.append(_("Currency: “%(name)s” is not in use.", name=currency))
        problems += self._impossible(parsed, lookup["today"])
        return parsed, problems

    def _impossible(self, parsed, today):
        """Sentences about values that cannot be true, alone or together."""
        _ = self.env._
        problems = []
        labels = dict(self._column_labels(self.env.lang))
        for key, sentence in (
            ("birth_date", _("Birth Date: it lies in the future.")),
            ("identified_on", _("Identified On: it lies in the future.")),
        ):
            if parsed[key] and parsed[key] > today:
                problems.append(sentence)
        on = parsed["identified_on"] or today
        by_birth = (
            relativedelta(on, parsed["birth_date"]).years
            if parsed["birth_date"]
            else None
        )
        age = parsed["age"]
        if age is not None and not 0 <= age <= 120:
            problems.append(_("Age: it lies between 0 and 120."))
        elif by_birth is not None and age is not None and abs(by_birth - age) > 1:
            problems.append(
                _(
                    "Age: %(age)s does not fit the birth date, which gives %(years)s.",
                    age=age,
                    years=by_birth,
                )
            )
        readings = [reading for reading in (by_birth, age) if reading is not None]
        if readings and min(readings) >= 18:
            problems.append(_("Age: a case is for children below 18."))
        for key, top, sentence in (
            ("hours_week", 168, _("Hours per Week: they lie between 0 and 168.")),
            ("days_week", 7, _("Days per Week: they lie between 0 and 7.")),
            *(
                (key, None, _("%(column)s: it cannot be negative.", column=labels[key]))
                for key in AMOUNTS
            ),
        ):
            value = parsed[key]
            if value is not None and (value < 0 or (top is not None and value > top)):
                problems.append(sentence)
        started = parsed["started_age"]
        if started is not None and readings and not 0 <= started <= min(readings) + 1:
            problems.append(_("Age at Start of Work: the child is not that old yet."))
        year = parsed["started_year"]
        if year is not None and not today.year - 18 <= year <= today.year:
            problems.append(
                _("Year of Start of Work: it lies within the last 18 years.")
            )
        return problems

    def _summary(self, parsed):
        labels = dict(
            self.env["remediation.beneficiary"]
            ._fields["sex"]
            ._description_selection(self.env)
        )
        names = [parsed["first_name"], parsed["last_name"]]
        parts = [
            " ".join(filter(None, names)) or parsed["nickname"],
            labels.get(parsed["sex"]),
            parsed["age"] is not None
            and self.env._("%(age)s years", age=parsed["age"]),
            parsed["site"] and parsed["site"].name,
            parsed["activity"],
        ]
        return ", ".join(filter(None, parts))

    # -- registering -----------------------------------------------------------
    def _open_new_cases(self, rows):
        """Create household, child, case, work and note of each row, in batches."""
        if not rows:
            return self.env["remediation.case"]
        today = fields.Date.context_today(self)
        company = self.company_id.id
        records = self.with_company(self.company_id).env
        households = records["remediation.household"].create(
            [
                {"company_id": company, "member_ids": self._prepare_members(row)}
                for row in rows
            ]
        )
        children = records["remediation.beneficiary"].create(
            [
                {
                    "company_id": company,
                    "household_id": household.id,
                    "external_ref": row["external_ref"],
                    "sex": row["sex"],
                    "first_name": row["first_name"],
                    "last_name": row["last_name"],
                    "nickname": row["nickname"],
                    "birth_date": row["birth_date"],
                    "age_estimated": row["age"] or 0,
                    "age_recorded_on": (row["identified_on"] or today)
                    if row["age"]
                    else False,
                    "last_grade": row["last_grade"],
                }
                for row, household in zip(rows, households, strict=True)
            ]
        )
        cases = records["remediation.case"].create(
            [
                {
                    "company_id": company,
                    "beneficiary_id": child.id,
                    "programme_id": self.programme_id.id,
                    "site_id": row["site"].id if row["site"] else False,
                    "identified_on": row["identified_on"] or today,
                }
                for row, child in zip(rows, children, strict=True)
            ]
        )
        records["remediation.work.situation"].create(
            [
                vals
                for row, case in zip(rows, cases, strict=True)
                if (vals := self._prepare_work(row, case))
            ]
        )
        records["remediation.note"].create(
            [
                {
                    "case_id": case.id,
                    "subject": self.env._("Intake"),
                    "text": row["note"],
                }
                for row, case in zip(rows, cases, strict=True)
                if row["note"]
            ]
        )
        return cases

    def _prepare_members(self, row):
        if not row["caregiver"] and not row["caregiver_name"]:
            return []
        return [
            Command.create(
                {
                    "relationship": row["caregiver"] or "other",
                    "full_name": row["caregiver_name"],
                    "livelihood": row["livelihood"],
                    "is_caregiver": True,
                }
            )
        ]

    def _prepare_work(self, row, case):
        facts = ("activity", "hours_week", "days_week", "site", "started_age")
        facts += (*AMOUNTS, "debt_holder")
        exploited = "yes" in [row[key] for key in YES_NO]
        if not exploited and not any(row[key] for key in facts):
            return None
        currency = row["currency"] or case.company_id.currency_id
        told = any(row[key] for key in ("activity", "hours_week", "days_week", "pay"))
        return {
            "case_id": case.id,
            # A place alone does not say that the child works there.
            "works": "yes" if told else "unknown",
            "date": row["identified_on"] or fields.Date.context_today(self),
            "site_id": row["site"].id if row["site"] else False,
            "activity": row["activity"],
            "hours_week": row["hours_week"] or 0,
            "days_week": row["days_week"] or 0,
            "time_start": row["time_start"] or 0,
            "time_end": row["time_end"] or 0,
            **{key: row[key] or 0 for key in AMOUNTS},
            **{key: row[key] for key in (*YES_NO, "paid_to", "debt_holder")},
            "employer_relationship": row["employer_relationship"],
            "pay_period": row["pay_period"],
            "currency_id": currency.id,
            "started_age": row["started_age"] or 0,
            "started_year": row["started_year"] or 0,
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


def _whole(cell):
    number = sheets.as_number(cell)
    if number is None:
        return None
    if number != int(number):
        raise ValueError
    return int(number)


def _for_json(cell):
    if cell is None or isinstance(cell, str | int | float):
        return cell
    return str(cell)
