import base64
import json

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.child_remediation.models.family.remediation_beneficiary import (
    completed_years,
)
from odoo.addons.remediation_base.tools.steps import step

from ..tools import htcds_read, plain, primero, salesforce

#: Most bytes of a JSON file.
MAX_BYTES = 64 * 1024 * 1024

#: What the former system itself does not count as a case.
LEFT_OUT = ("deleted", "duplicate")


def _parse_json(content):
    try:
        return plain.plain(json.loads(content.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise primero.PrimeroError("json") from error


class ImportJob(models.Model):
    """Reading what came, and the sentences about what is wrong in it."""

    _inherit = "remediation.import.job"

    # -- dry run ---------------------------------------------------------------
    @step(frm=("draft", "checked"), to=("checked",), allowed="_check_may_import")
    def action_check(self):
        """Read the file and say of each case what the import would do; nothing is made.

        For the owner of the import, with the right to open cases.

        :raises UserError: the file cannot be read as a whole
        """
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        lines = self._read_lines()
        if not lines:
            raise UserError(self.env._("There is no case in this file."))
        numbers = [vals["external_id"] for vals in lines if vals["external_id"]]
        known = self.env["remediation.external.reference"]._known(
            self.company_id, self._system(), "remediation.case", numbers
        )
        seen = set()
        for vals in lines:
            number = vals["external_id"]
            if vals["status"] == "left_out":
                continue
            if number in known:
                vals.update(status="known", problems=False, data=False)
            elif number and number in seen:
                vals.update(
                    status="wrong",
                    data=False,
                    problems=self.env._(
                        "The number %s stands in this file twice.", number
                    ),
                )
            seen.add(number)
        self._drop_lines()
        # sudo: nobody has write rights on rows; the right to import was checked.
        self.env["remediation.import.line"].sudo()._unprotected().create(
            [dict(vals, job_id=self.id) for vals in lines]
        )
        self._unprotected().write(
            {"state": "checked", "problem": False, "total_count": len(lines)}
        )

    def _drop_lines(self):
        # sudo: rows of a dry run go with it; nobody has the right to delete rows.
        self.sudo().line_ids.unlink()

    def _contents(self):
        """The files of this import: the first and its other parts."""
        parts = [self.file, *self.part_ids.mapped("file")]
        return [base64.b64decode(part) for part in parts if part]

    def _zone(self):
        """The zone of the place of the cases, in which a moment has its day."""
        return self.company_id._place_zone()

    def _read_lines(self):
        content = base64.b64decode(self.file)
        try:
            if self.source == "primero":
                if len(content) > MAX_BYTES:
                    raise primero.PrimeroError("size")
                found = primero.bundles(_parse_json(content))
            elif self.source == "htcds":
                found = self._read_standard(content)
            else:
                found = salesforce.bundles(
                    salesforce.Archive(self._contents()), self._zone()
                )
            return [self._line_of(*one) for one in found]
        except (
            htcds_read.HtcdsError,
            primero.PrimeroError,
            salesforce.SalesforceError,
        ) as error:
            raise UserError(self._sentence_of_file(str(error))) from error

    def _read_standard(self, content):
        if len(content) > MAX_BYTES:
            raise htcds_read.HtcdsError("size")
        reasons = self.env["remediation.case"]._fields["closure_reason"]
        keys = {key for key, _label in reasons._description_selection(self.env)}
        return htcds_read.bundles(content, keys, self._place_today())

    def _line_of(self, row, bundle, problems):
        sentences = [self._sentence_of_problem(*problem) for problem in problems]
        left_out = any(kind in LEFT_OUT for kind, _column in problems)
        if bundle and not left_out:
            sentences += self._impossible(bundle)
        return {
            "row": row,
            "external_id": bundle and bundle["case"]["ref"],
            "status": "left_out" if left_out else "wrong" if sentences else "new",
            "problems": "\n".join(dict.fromkeys(sentences)) or False,
            "data": bundle if not sentences else False,
            "note_count": len(bundle["notes"]) if bundle else 0,
            "file_count": len(bundle.get("files", ())) if bundle else 0,
        }

    def _sentence_of_file(self, key):
        _ = self.env._
        return {
            "size": _("The file is too large: export it in parts."),
            "many": _("There is too much in this file: export it in parts."),
            "rows": _("A table of this file has too many rows: export it in parts."),
            "json": _("This is no JSON file: choose the export of Primero."),
            "shape": _(
                "The file holds no list of cases: choose the JSON export of cases."
            ),
            "zip": _(
                "This is no ZIP file, or it is damaged: choose the one that Salesforce "
                "made."
            ),
            "password": _("The ZIP file has a password: make it without one."),
            "tables": _(
                "Case.csv or Contact.csv is missing: add the other parts of this "
                "export, or export both objects."
            ),
            "columns": _(
                "The columns of the standard are missing: keep their names, such as "
                "prs_Gender."
            ),
            "csv": _("A table in this file is damaged: export it once more."),
        }.get(key, _("The file cannot be read: export it once more."))

    def _sentence_of_problem(self, kind, column):
        _ = self.env._
        return {
            "record": _("This is no case."),
            "reference": _("%s: the case has no number of its own.", column),
            "sex": _("%s: write female, male or other.", column),
            "choice": _("%s: this choice is not known.", column),
            "date": _("%s: this is no date; write 2026-11-22.", column),
            "number": _("%s: this is no number, or an impossible one.", column),
            "text": _("%s: text was expected.", column),
            "subform": _("%s: a list was expected.", column),
            "contact": _("%s: this contact is not in the file.", column),
            "deleted": _("%s: deleted in the former system.", column),
            "duplicate": _("%s: a duplicate of another case there.", column),
        }[kind]

    def _impossible(self, bundle):
        """Sentences about values that cannot be true together."""
        _ = self.env._
        today = self._place_today()
        child, case = bundle["child"], bundle["case"]
        problems = []
        identified = fields.Date.to_date(case["identified_on"]) or today
        born = fields.Date.to_date(child["birth_date"])
        if identified > today:
            problems.append(_("The case was identified in the future."))
        if born and born > identified:
            problems.append(_("The child was born after the case was opened."))
        ages = [child["age"], born and completed_years(born, identified)]
        youngest = min((age for age in ages if age), default=None)
        if not self.survivor_reason and self._needs_reason(youngest):
            problems.append(
                _(
                    "The person was an adult then: choose a programme for survivors of "
                    "any age, or say why adults are supported."
                )
            )
        closed = fields.Date.to_date(case["closed_on"])
        if closed and (closed > today or closed < identified):
            problems.append(_("The case was closed in the future or before it opened."))
        if case["is_closed"] and not closed:
            problems.append(_("The case is closed and has no date of closure."))
        for member in bundle["members"]:
            birth = fields.Date.to_date(member["birth_date"])
            if birth and birth > today:
                problems.append(_("A member of the family is born in the future."))
        return problems
