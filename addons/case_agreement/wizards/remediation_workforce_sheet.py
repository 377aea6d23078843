import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.remediation_base.tools import sheets

#: Columns of the sheet in their order: fields of a row, whose labels they have.
COLUMNS = (
    "worker_code",
    "worker_name",
    "age_declared",
    "method",
    "birth_date",
    "age_found",
    "age_margin",
    "is_disputed",
)
#: Without one of these a row says nothing.
NEEDED = ("worker_code", "age_declared")
#: People in one sheet.
MAX_ROWS = 5_000
YES = ("yes", "oui", "x", "1", "true", "vrai")
NO = ("", "no", "non", "0", "false", "faux")


class WorkforceSheet(models.TransientModel):
    """Read the people of a site from a sheet that its office filled in.

    For who keeps the list. Nothing is taken while one row is wrong: each is named with
    what to correct.
    """

    _name = "remediation.workforce.sheet"
    _description = "People from a Sheet"

    list_id = fields.Many2one(
        "remediation.workforce.list", required=True, readonly=True
    )
    file = fields.Binary(attachment=False, string="Sheet")
    file_name = fields.Char()
    template = fields.Binary(compute="_compute_template")
    problem_text = fields.Text(readonly=True, string="What to Correct")

    def _compute_template(self):
        labels = self._labels(self.env.lang)
        methods = self._choices("method", self.env.lang)
        content = sheets.write_xlsx(
            [labels[name] for name in COLUMNS],
            [["001", "", 19, methods["birth_certificate"], "2007-03-14", "", "", ""]],
        )
        for wizard in self:
            wizard.template = base64.b64encode(content)

    @api.model
    def _people(self, lang):
        return self.env["remediation.workforce.person"].with_context(lang=lang)

    @api.model
    def _labels(self, lang):
        people = self._people(lang)
        return {
            name: people._fields[name]._description_string(people.env)
            for name in COLUMNS
        }

    @api.model
    def _choices(self, name, lang):
        people = self._people(lang)
        return dict(people._fields[name]._description_selection(people.env))

    @api.model
    def _known(self):
        """``({folded header: field}, {folded word: paper})`` in every language."""
        headers, papers = {}, {}
        for lang, _name in self.env["res.lang"].get_installed():
            for name, label in self._labels(lang).items():
                headers[sheets.fold(label)] = name
            for key, label in self._choices("method", lang).items():
                papers[sheets.fold(label)] = papers[sheets.fold(key)] = key
        return headers, papers

    def action_template(self):
        """Download a sheet with the columns and one example."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/template/people.xlsx"
            "?download=1",
            "target": "download",
        }

    def action_read(self):
        """Add the people of the sheet to the list; all of them, or none.

        :raises UserError: the file cannot be read, or lacks a column
        """
        self.ensure_one()
        self.list_id.check_access("write")
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            headers, rows = sheets.read(base64.b64decode(self.file), MAX_ROWS)
        except sheets.SheetError as error:
            raise UserError(sheets.explain(self.env, error)) from error
        known, papers = self._known()
        places = {
            known[sheets.fold(header)]: index
            for index, header in enumerate(headers)
            if sheets.fold(header) in known
        }
        labels = self._labels(self.env.lang)
        lacking = [labels[name] for name in NEEDED if name not in places]
        if lacking:
            raise UserError(
                self.env._(
                    "The sheet has no column %(columns)s: download the template.",
                    columns=", ".join(lacking),
                )
            )
        people, problems = [], []
        for number, cells in rows:
            values, wrong = self._read_row(cells, places, papers)
            people.append(values)
            problems += [
                self.env._("Row %(row)s: %(problem)s", row=number, problem=problem)
                for problem in wrong
            ]
        if problems:
            self.problem_text = "\n".join(problems)
            return self._again()
        self.list_id.write({"person_ids": [Command.create(row) for row in people]})
        return {"type": "ir.actions.act_window_close"}

    def _read_row(self, cells, places, papers):
        """Return ``(values, sentences of what is wrong)`` of one row."""
        values, wrong = {}, []
        for name, index in places.items():
            cell = cells[index]
            try:
                if name in ("worker_code", "worker_name"):
                    values[name] = sheets.as_text(cell).strip()
                elif name == "birth_date":
                    values[name] = sheets.as_date(cell) or False
                elif name.startswith("age_"):
                    values[name] = self._as_years(cell)
                else:
                    values[name] = self._as_word(name, cell, papers)
            except sheets.SheetError as error:
                wrong.append(sheets.explain(self.env, error))
            except ValueError:
                wrong.append(
                    self.env._(
                        "“%(word)s” is not known in %(column)s",
                        word=sheets.as_text(cell)[:40],
                        column=self._labels(self.env.lang)[name],
                    )
                )
        return values, wrong or list(self._wrong(values))

    @api.model
    def _as_years(self, cell):
        years = sheets.as_number(cell) if sheets.as_text(cell).strip() else 0
        if years is None or years != int(years) or not 0 <= years <= 120:
            raise ValueError(cell)
        return int(years)

    @api.model
    def _as_word(self, name, cell, papers):
        word = sheets.fold(sheets.as_text(cell))
        if name == "method":
            if word and word not in papers:
                raise ValueError(word)
            return papers.get(word, False)
        if word not in (*YES, *NO):
            raise ValueError(word)
        return word in YES

    def _wrong(self, values):
        """What would be refused later, row by row."""
        _ = self.env._
        if not values.get("worker_code") and not values.get("worker_name"):
            yield _("write the number at the site, or the name")
        born, found = values.get("birth_date"), values.get("age_found")
        if born and found:
            yield _("enter the birth date that the paper says, or the age found")
        if bool(values.get("method")) != bool(born or found):
            yield _("a paper and what it says go together: enter both, or neither")
        if born and born > self.list_id.date:
            yield _("the birth date is after the list's day")
        if values.get("age_margin", 0) > 10:
            yield _("the margin of an age is 10 years at most")
        if values.get("method") == "medical" and found and not values.get("age_margin"):
            yield _("a medical examination needs its margin")

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("People from a Sheet"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
