import base64
import json
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import SQL, config

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

#: Columns of text that say nothing about a person.
KEPT_TEXT = frozenset({"name", "code", "display_name", "create_uid", "write_uid"})
REMOVED = "—"


class Beneficiary(models.Model):
    _inherit = "remediation.beneficiary"

    _protected_fields = frozenset({"pseudonymised_on"})

    pseudonymised_on = fields.Datetime(
        readonly=True, copy=False, index="btree_not_null"
    )


class SubjectRequest(models.Model):
    """What a person asks about the data held on a child, and erasure (R56).

    For the data-protection officer. Access makes a readable file of everything held;
    erasure and the end of the keep-until time make the child's file nameless for good,
    approved by a second officer. open → done | refused.
    """

    _name = "remediation.subject.request"
    _description = "Request about Data"
    _check_company_auto = True
    _inherit = ["remediation.protected.mixin", "remediation.shown"]
    _rules_of = "remediation.in.company"
    _order = "due_on, id"
    _rec_name = "beneficiary_id"

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "state",
            "done_on",
            "done_by_id",
            "file",
            "approved_by_id",
            "file_name",
        }
    )
    _frozen_fields = frozenset({"beneficiary_id", "company_id"})
    _open_fields = {"open": EVERYTHING}

    beneficiary_id = fields.Many2one(
        "remediation.beneficiary",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [
            ("access", "Access: a File of Everything"),
            ("rectification", "Rectification"),
            ("erasure", "Erasure"),
            ("retention", "End of the Keep-Until Time"),
        ],
        required=True,
        default="access",
    )
    requested_by = fields.Char(help="Who asks, and in what right.")
    identity_checked = fields.Boolean(help="The person asking is who they say.")
    received_on = fields.Date(required=True, default=fields.Date.context_today)
    due_on = fields.Date(compute="_compute_due_on", store=True)
    note = fields.Text()
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("refused", "Refused")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    approved_by_id = fields.Many2one("res.users", readonly=True)
    done_on = fields.Datetime(readonly=True)
    done_by_id = fields.Many2one("res.users", readonly=True)
    file = fields.Binary(readonly=True, attachment=True)
    file_name = fields.Char(readonly=True)

    @api.depends("received_on")
    def _compute_due_on(self):
        for request in self:
            request.due_on = request.received_on + timedelta(days=30)

    # -- everything held -------------------------------------------------------
    @api.model
    def _records_of(self, child):
        """Every record about a child, as ``[recordset]``, whatever module made it."""
        # sudo: the file of a child crosses teams and roles; the officer was checked.
        child = child.sudo()
        merged = child.search([("merged_into_id", "=", child.id)])
        cases = (child | merged).case_ids
        result = [
            child | merged,
            child.household_id,
            child.household_id.member_ids,
            cases,
        ]
        for name, model in sorted(self.env.registry.items()):
            if (
                not model._abstract
                and not model._transient
                and "remediation.case.owned" in self._ancestors(model)
            ):
                # sudo: all that is held on the child, whoever may read it
                records = self.env[name].sudo().with_context(active_test=False)
                found = records.search([("case_id", "in", cases.ids)], order="id")
                if found:
                    result.append(found)
        return result

    @api.model
    def _ancestors(self, model):
        return {getattr(cls, "_name", None) for cls in model.__mro__}

    def _of_another_kind(self, *kinds):
        if self.kind not in kinds:
            return [self.env._("This request is of another kind.")]
        return []

    def _missing_to_build(self):
        missing = self._of_another_kind("access")
        if not self.identity_checked:
            missing.append(self.env._("Check first that the person may ask for this."))
        return missing

    @step(
        frm="open",
        to="done",
        group="child_remediation.group_data_protection",
        stamp="done",
        check="_missing_to_build",
    )
    def action_build_file(self):
        """Make the readable file of everything held on the child. For the
        data-protection officer, who checked the identity of who asks. Logged.

        The file leaves out who reported something and where a person is suspected.
        """
        self.ensure_one()
        parts = [
            self._as_part(records)
            for records in self._records_of(self.beneficiary_id)
            if records and not self._is_not_told(records)
        ]
        document = self.env["ir.qweb"]._render(
            "child_remediation.subject_request_file", {"parts": parts}
        )
        self.env["remediation.access.log"]._log(
            self.beneficiary_id, "export", self.env._("Request about Data")
        )
        self._unprotected().write(
            {
                "file": base64.b64encode(document.encode()),
                "file_name": f"{self.beneficiary_id.name}.html",
            }
        )

    @api.model
    def _as_part(self, records):
        """Return the records of one model as ``{title, records: [{name, rows}]}``."""
        shown = [
            (name, field)
            for name, field in records._fields.items()
            if field.store
            and name not in self._left_out()
            and field.type not in ("binary", "one2many", "many2one_reference")
            and not (
                field.comodel_name and self._is_not_told(self.env[field.comodel_name])
            )
        ]
        return {
            "title": records._description,
            "records": [
                {
                    "name": record.display_name or "",
                    "rows": [
                        (field._description_string(self.env) or name, text)
                        for name, field in shown
                        if (text := self._as_text(record, name, field))
                    ],
                }
                for record in records
            ],
        }

    @api.model
    def _is_not_told(self, records):
        """Whether a model says that its records are about somebody else, and stand in
        no file that a person is given: ``_not_in_file``."""
        return getattr(records, "_not_in_file", False)

    @api.model
    def _left_out(self):
        """Fields that are no data about the child: technical ones, and a suspicion
        about somebody else."""
        return {
            "id",
            "create_uid",
            "write_uid",
            "write_date",
            "search_name",
            "match_name",
            "match_keys",
            "match_family",
            "match_year",
            "is_suspected_of_harm",
            "user_id",
            "team_id",
            "organisation_id",
            "company_id",
        }

    @api.model
    def _as_text(self, record, name, field):
        value = record[name]
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "json":
            return json.dumps(value, ensure_ascii=False) if value else ""
        if field.type == "boolean":
            return self.env._("Yes") if value else ""
        if field.type == "html":
            return str(value or "").strip()
        return str(value) if value else ""

    def _missing_to_rectify(self):
        return self._of_another_kind("rectification") + self._missing_to_answer()

    def _missing_to_answer(self):
        if not (self.note or "").strip():
            return [self.env._("Write down what was corrected, or why not.")]
        return []

    @step(
        frm="open",
        to="done",
        group="child_remediation.group_data_protection",
        stamp="done",
        check="_missing_to_rectify",
    )
    def action_rectified(self):
        """Note that what was wrong is corrected. For the data-protection officer."""

    @step(
        frm="open",
        to="refused",
        group="child_remediation.group_data_protection",
        stamp="done",
        check="_missing_to_answer",
    )
    def action_refuse(self):
        """Refuse, with the reason in the note. For the data-protection officer."""

    # -- nameless for good -----------------------------------------------------
    def _missing_to_agree(self):
        return self._of_another_kind("erasure", "retention")

    @step(
        frm="open",
        group="child_remediation.group_data_protection",
        stamp="approved",
        check="_missing_to_agree",
        seen="content_hash",
    )
    def action_approve_erasure(self):
        """Agree to the erasure, as one of two officers. Cannot be undone later."""

    def _missing_to_erase(self):
        missing = self._missing_to_agree()
        if not self.approved_by_id:
            missing.append(self.env._("Another data-protection officer agrees first."))
        # sudo: all cases of the child count, whoever holds them.
        if self.beneficiary_id.sudo().case_ids.filtered(
            lambda case: not case.closed_on
        ):
            missing.append(self.env._("The child has an open case: close it first."))
        return missing

    @step(
        frm="open",
        to="done",
        group="child_remediation.group_data_protection",
        not_by="approved_by_id",
        stamp="done",
        check="_missing_to_erase",
    )
    def action_pseudonymise(self):
        """Take names, contacts, photos, free text, files and log texts from the file
        for good; codes, dates and figures stay (R56). A second officer presses.

        :raises UserError: nobody else agreed, or a case is open
        """
        for request in self:
            request._pseudonymise()
        self._unprotected().write({"note": False, "requested_by": False})

    def _pseudonymise(self):
        self.env.flush_all()
        child = self.beneficiary_id.sudo()  # sudo: checked by the caller
        family = child.household_id
        shared = family.beneficiary_ids.filtered(
            lambda other: other != child and not other.pseudonymised_on
        )
        for records in self._records_of(child):
            if shared and records._name in (
                "remediation.household",
                "remediation.household.member",
            ):
                continue  # a sibling's file still needs the family
            # Evidence gives its texts to this procedure alone and keeps the rows.
            with self.env["remediation.note"]._erasing(self.display_name):
                self._blank(records)
            self._remove_traces(records)
        child._unprotected().write({"pseudonymised_on": fields.Datetime.now()})
        self.env.invalidate_all()
        self._note_beside(child)

    def _note_beside(self, child):
        """Write the code of who was erased beside the database, once that is sure: a
        restore of an older backup reads it there (setup/restore)."""
        path = Path(config["data_dir"]) / "erasures" / f"{self.env.cr.dbname}.jsonl"
        line = json.dumps(self._erasure_of(child))

        def write():
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "a") as file:
                file.write(f"{line}\n")

        self.env.cr.postcommit.add(write)

    # -- after a restore (R74) -------------------------------------------------
    @api.model
    def _erasures(self):
        """What was erased so far, to be kept outside the database: a backup that is
        older than an erasure brings the names back.

        :return: list of dicts with ``code`` and ``made_on`` of each child; no name
        """
        # sudo: codes of all companies; called by the setup alone.
        children = self.env["remediation.beneficiary"].sudo()
        erased = children.with_context(active_test=False).search(
            [("pseudonymised_on", "!=", False)], order="id"
        )
        return [self._erasure_of(child) for child in erased]

    @api.model
    def _erasure_of(self, child):
        made_on = fields.Datetime.to_string(child.create_date)
        return {"code": child.name, "made_on": made_on}

    @api.model
    def _apply_erasures(self, erasures):
        """Erase again what a restored backup brought back. For the setup alone, before
        anybody signs in.

        :param list erasures: as :meth:`_erasures` gave them before the restore
        :return: codes of the children whose files were made nameless now
        """
        # sudo: two officers agreed before the restore.
        requests = self.sudo()
        children = self.env["remediation.beneficiary"].sudo()
        children = children.with_context(active_test=False).search(
            [
                ("name", "in", [entry["code"] for entry in erasures]),
                ("pseudonymised_on", "=", False),
            ]
        )
        # A code given anew after the backup's day belongs to another child.
        known = {(entry["code"], entry["made_on"]) for entry in erasures}
        children = children.filtered(
            lambda child: (
                (child.name, fields.Datetime.to_string(child.create_date)) in known
            )
        )
        for child in children:
            request = requests.search(
                [
                    ("beneficiary_id", "=", child.id),
                    ("kind", "in", ("erasure", "retention")),
                    ("state", "=", "open"),
                ],
                limit=1,
            ) or requests.create(
                {
                    "beneficiary_id": child.id,
                    "company_id": child.company_id.id,
                    "kind": "erasure",
                }
            )
            request._pseudonymise()
            request._unprotected().write(
                {
                    "state": "done",
                    "done_by_id": self.env.uid,
                    "done_on": fields.Datetime.now(),
                    "note": False,
                    "requested_by": False,
                }
            )
        return children.mapped("name")

    @api.model
    def _text_columns(self, records):
        """``(column, replacement)`` of everything personal in a table."""
        kept = KEPT_TEXT | getattr(records, "_kept_when_nameless", frozenset())
        columns = []
        for name, field in records._fields.items():
            if not field.store or not field.column_type or name in kept:
                continue
            if field.type in ("char", "text", "html"):
                if field.translate or field.related:
                    continue
                columns.append((name, REMOVED if field.required else None))
            elif field.type == "json" and not field.required:
                columns.append((name, None))
            elif name in ("birth_date",):
                columns.append((name, None))
        return columns

    def _blank(self, records):
        columns = self._text_columns(records)
        if records._name == "remediation.beneficiary":
            # The age stays, for statistics; the day of birth goes.
            for one in records.filtered("birth_date"):
                one._unprotected().write(
                    {
                        "age_estimated": one._age_on(
                            one.age_recorded_on or self._place_today()
                        )
                        or 0
                    }
                )
            records.flush_recordset()
        if columns:
            # SQL: a write would keep the old text in logs, and append-only texts
            # refuse it; erasure is the one procedure that may (R25).
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE id = ANY(%s)",
                    SQL.identifier(records._table),
                    SQL(", ").join(
                        SQL("%s = %s", SQL.identifier(name), value)
                        for name, value in columns
                    ),
                    records.ids,
                )
            )
        records.invalidate_recordset()

    def _remove_traces(self, records):
        """Files, photos, messages, tracked values and activities of the records."""
        # sudo: erasure reaches what no role may delete.
        domain = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        self.env["ir.attachment"].sudo().with_context(skip_res_field_check=True).search(
            [*domain, "|", ("res_field", "=", False), ("res_field", "!=", False)]
        ).unlink()
        self.env["mail.activity"].sudo().with_context(active_test=False).search(
            domain
        ).unlink()
        self.env["mail.message"].sudo().search(
            [("model", "=", records._name), ("res_id", "in", records.ids)]
        ).unlink()
