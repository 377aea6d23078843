import base64
import json
import logging
from datetime import datetime, timedelta

import pytz
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.remediation_base.tools import pictures

from ..tools import plain, primero, salesforce

_logger = logging.getLogger(__name__)

#: Cases in one savepoint, and in one transaction of the background job.
BATCH = 25
#: Smaller imports are done at once.
AT_ONCE = 50
#: Most bytes of a JSON file.
MAX_BYTES = 64 * 1024 * 1024
#: An unfinished import is given up after so many days, with what it holds.
GIVE_UP_DAYS = 30
#: What the former system itself does not count as a case.
LEFT_OUT = ("deleted", "duplicate")
COUNTED = ("new", "known", "wrong", "left_out", "imported", "failed")


class ImportJob(models.Model):
    """Takes over cases from another system: dry run first, then batch by batch.

    Who may what: somebody with the right to import and to open cases; each sees their
    own imports alone. What is made is made with their rights. A case that was imported
    before is passed over, by its old number, so that a second run doubles nothing.
    Matches with known children go to the supervisors' queue and are told to nobody
    (R4). Imported visits count for nothing: nobody here saw the child (R22).

    draft → checked → running → done; checked → draft.
    """

    _name = "remediation.import.job"
    _description = "Import of Cases"
    _inherit = ["remediation.coded.mixin"]
    _order = "id desc"
    _check_company_auto = True

    _code_prefix = "IM"
    _remediation_sensitive = True
    _protected_fields = frozenset(
        {"state", "user_id", "problem", "done_on", "total_count"}
    )
    _frozen_fields = frozenset({"company_id"})

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.uid,
        string="Imported By",
    )
    source = fields.Selection(
        [("primero", "Primero (JSON)"), ("salesforce", "Salesforce (ZIP of CSV)")],
        required=True,
        default="primero",
        string="From",
    )
    system = fields.Char(
        required=True,
        default="primero",
        string="Name of the Old System",
        help="Old numbers are kept under this name. Use the same name for each file "
        "of the same system.",
    )
    programme_id = fields.Many2one("remediation.programme", check_company=True)
    site_id = fields.Many2one("remediation.site", check_company=True)
    file = fields.Binary(attachment=True, copy=False)
    file_name = fields.Char(copy=False)
    part_ids = fields.One2many(
        "remediation.import.part", "job_id", string="Other Parts", copy=False
    )
    skip_bad = fields.Boolean(string="Leave Out the Wrong Rows")
    state = fields.Selection(
        [
            ("draft", "File"),
            ("checked", "Checked"),
            ("running", "Running"),
            ("done", "Done"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    line_ids = fields.One2many("remediation.import.line", "job_id", copy=False)
    total_count = fields.Integer(readonly=True, copy=False, string="Cases in the File")
    new_count = fields.Integer(compute="_compute_counts", string="New")
    known_count = fields.Integer(compute="_compute_counts", string="Known Already")
    wrong_count = fields.Integer(compute="_compute_counts", string="Wrong")
    left_out_count = fields.Integer(compute="_compute_counts", string="Left Out")
    imported_count = fields.Integer(compute="_compute_counts", string="Imported")
    failed_count = fields.Integer(compute="_compute_counts", string="Failed")
    progress = fields.Float(compute="_compute_counts")
    problem = fields.Char(readonly=True, copy=False)
    done_on = fields.Datetime(readonly=True, copy=False)

    @api.depends("line_ids.status")
    def _compute_counts(self):
        counts = {}
        for job, status, count in self.env["remediation.import.line"]._read_group(
            [("job_id", "in", self.ids)], ["job_id", "status"], ["__count"]
        ):
            counts[job.id, status] = count
        for job in self:
            for status in COUNTED:
                job[f"{status}_count"] = counts.get((job._origin.id, status), 0)
            handled = job.imported_count + job.failed_count
            job.progress = 100 * handled / max(handled + job.new_count, 1)

    @api.onchange("source")
    def _onchange_source(self):
        self.system = self.source

    # -- rights ----------------------------------------------------------------
    def _check_may_import(self):
        """The right to import, to open cases, and that the import is one's own."""
        self.ensure_one()
        if not self.env.user.has_group("case_exchange.group_import"):
            raise AccessError(
                self.env._("Former files are imported by those who have the right to.")
            )
        self.check_access("write")
        self.env["remediation.case"].check_access("create")

    # -- dry run ---------------------------------------------------------------
    def action_check(self):
        """Read the file and say of each case what the import would do; nothing is made.

        For the owner of the import, with the right to open cases.

        :raises UserError: the file cannot be read as a whole
        """
        self._check_may_import()
        self._lock("draft", "checked")
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
        return True

    def action_back(self):
        """Choose another file. For the owner, before anything was made."""
        self._check_may_import()
        self._lock("checked")
        self._drop_lines()
        self._unprotected().write({"state": "draft", "total_count": 0})
        return True

    def _lock(self, *states):
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state not in states:
            raise UserError(
                self.env._("This import has gone on already: reload the page.")
            )

    def _drop_lines(self):
        # sudo: rows of a dry run go with it; nobody has the right to delete rows.
        self.sudo().line_ids.unlink()

    def _system(self):
        return (self.system or self.source).strip().lower()

    def _contents(self):
        """The files of this import: the first and its other parts."""
        parts = [self.file, *self.part_ids.mapped("file")]
        return [base64.b64decode(part) for part in parts if part]

    def _zone(self):
        """The zone of the place of the cases, in which a moment has its day."""
        # sudo: the company's zone is a setting.
        zone = self.sudo().company_id.partner_id.tz
        return pytz.timezone(zone or "Africa/Lubumbashi")

    def _read_lines(self):
        content = base64.b64decode(self.file)
        try:
            if self.source == "primero":
                if len(content) > MAX_BYTES:
                    raise primero.PrimeroError("size")
                found = primero.bundles(_parse_json(content))
            else:
                found = salesforce.bundles(
                    salesforce.Archive(self._contents()), self._zone()
                )
            return [self._line_of(*one) for one in found]
        except (primero.PrimeroError, salesforce.SalesforceError) as error:
            raise UserError(self._sentence_of_file(str(error))) from error

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
        today = fields.Date.context_today(self)
        child, case = bundle["child"], bundle["case"]
        problems = []
        identified = fields.Date.to_date(case["identified_on"]) or today
        born = fields.Date.to_date(child["birth_date"])
        if identified > today:
            problems.append(_("The case was identified in the future."))
        if born and born > identified:
            problems.append(_("The child was born after the case was opened."))
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

    # -- import ----------------------------------------------------------------
    def action_import(self):
        """Import the new cases, now or in the background. For the owner of the import.

        :raises UserError: a row is wrong and wrong rows are not left out
        """
        self._check_may_import()
        self._lock("checked")
        if self.wrong_count and not self.skip_bad:
            raise UserError(
                self.env._(
                    "%(count)s cases are wrong and nothing was imported: correct the "
                    "file, or choose to leave out the wrong rows.",
                    count=self.wrong_count,
                )
            )
        self._unprotected().write({"state": "running"})
        if self.new_count <= AT_ONCE:
            while self._import_batch():
                pass
        else:
            # sudo: the job is started for whoever imports.
            self.env.ref("case_exchange.ir_cron_import").sudo()._trigger()
        return True

    def action_open_cases(self):
        """Open the cases that were imported. For the owner of the import."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "child_remediation.case_action"
        )
        return dict(
            action, domain=[("id", "in", self.line_ids.case_id.ids)], context={}
        )

    @api.model
    def _cron_import(self):
        """Go on with the imports that run, one batch per transaction."""
        cron = self.env["ir.cron"]
        for job in self.search([("state", "=", "running")], order="id"):
            if not job.try_lock_for_update():
                continue
            more = True
            while more:
                more = job._import_in_background()
                remaining = job.new_count
                if not cron._commit_progress(BATCH, remaining=remaining):
                    return
                if more and not job.try_lock_for_update():
                    break

    def _import_in_background(self):
        user = self.user_id
        own = self.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids, lang=user.lang, tz=user.tz
        )
        try:
            own._check_may_import()
            return own._import_batch()
        except AccessError as error:
            # Who imports lost the right to: what is left waits for nobody.
            self._unprotected().write({"state": "done", "problem": str(error)})
            return False

    def _import_batch(self):
        """Import the next cases; returns whether there are more."""
        lines = self.line_ids.search(
            [("job_id", "=", self.id), ("status", "=", "new")],
            order="row, id",
            limit=BATCH,
        )
        archive = None
        if lines and self.source == "salesforce":
            archive = salesforce.Archive(self._contents())
        try:
            with self.env.cr.savepoint():
                for line in lines:
                    self._import_line(line, archive)
                self.env.flush_all()
        except OperationalError:
            raise  # another transaction was first: the whole batch is tried again
        except Exception as error:
            # One of them cannot be imported: find it by taking each alone.
            _logger.info("import %s: batch taken apart (%s)", self.id, type(error))
            self.env.invalidate_all()
            for line in lines:
                self._import_alone(line, archive)
        # What waits for the end of the transaction (who read what, children to
        # compare) is written with its batch.
        self.env.cr.flush()
        if lines and self.line_ids.search_count(
            [("job_id", "=", self.id), ("status", "=", "new")], limit=1
        ):
            return True
        # Done with its last batch: no other run has to find out.
        self._unprotected().write({"state": "done", "done_on": fields.Datetime.now()})
        return False

    def _import_alone(self, line, archive):
        try:
            with self.env.cr.savepoint():
                self._import_line(line, archive)
                self.env.flush_all()
            return
        except (UserError, ValidationError, AccessError) as error:
            sentence = str(error)
        except OperationalError:
            raise
        except UniqueViolation:
            sentence = self.env._("This number was imported a moment before.")
        except Exception:
            _logger.exception("import %s: row %s", self.id, line.id)
            sentence = self.env._(
                "This case could not be imported: tell the administrator the code of "
                "this import and the row."
            )
        self.env.invalidate_all()
        line.sudo()._unprotected().write(  # sudo: rows are written by imports alone
            {"status": "failed", "problems": sentence, "data": False}
        )

    def _import_line(self, line, archive):
        """Make family, child, case and what hangs on it; keep the old numbers."""
        bundle = line.data
        references = self.env["remediation.external.reference"]
        if references._known(
            self.company_id, self._system(), "remediation.case", [line.external_id]
        ):
            line.sudo()._unprotected().write(  # sudo: as in _import_alone
                {"status": "known", "data": False}
            )
            return
        records = self.with_company(self.company_id).env
        child, members = self._find_or_make_child(records, bundle)
        case = records["remediation.case"].create(self._prepare_case(bundle, child))
        kept = [(case, case, line.external_id), (case, child, bundle["child"]["ref"])]
        # The number that people know; two systems' numbers rarely look alike.
        kept.append((case, case, bundle["case"].get("number")))
        kept += [(case, member, number) for member, number in members]
        kept += self._make_consents(records, bundle, case)
        kept += self._make_visits(records, bundle, case)
        kept += self._make_notes(records, bundle, case)
        kept += self._make_files(records, bundle, case, archive)
        if bundle["case"]["is_closed"]:
            self._close(case, bundle["case"])
        references._keep(self._system(), self._unknown(kept))
        line.sudo()._unprotected().write(  # sudo: as in _import_alone
            {"status": "imported", "case_id": case.id, "data": False}
        )

    def _unknown(self, kept):
        """Those of ``(case, record, number)`` whose number is not kept yet."""
        references = self.env["remediation.external.reference"]
        by_kind = {}
        for row in kept:
            if row[2]:
                by_kind.setdefault(row[1]._name, []).append(row)
        result = []
        for kind, rows in by_kind.items():
            known = references._known(
                self.company_id, self._system(), kind, [row[2] for row in rows]
            )
            seen = set(known)
            for row in rows:
                if row[2] not in seen:
                    seen.add(row[2])
                    result.append(row)
        return result

    def _find_or_make_child(self, records, bundle):
        """The child of a former import with the same old number, or a new one."""
        references = self.env["remediation.external.reference"]
        number = bundle["child"]["ref"]
        known = number and references._known(
            self.company_id, self._system(), "remediation.beneficiary", [number]
        ).get(number)
        if known:
            child = records["remediation.beneficiary"].browse(known).exists()
            if child:
                child.check_access("read")
                return child, []
        household = self._find_or_make_household(records, bundle)
        vals = bundle["child"]
        identified = bundle["case"]["identified_on"] or fields.Date.context_today(self)
        child = records["remediation.beneficiary"].create(
            {
                "company_id": self.company_id.id,
                "household_id": household.id,
                "sex": vals["sex"],
                "first_name": vals["first_name"] or False,
                "last_name": vals["last_name"] or False,
                "nickname": vals["nickname"] or False,
                "birth_date": vals["birth_date"] or False,
                "national_id": vals["national_id"] or False,
                "age_estimated": vals["age"] or 0,
                "age_recorded_on": identified if vals["age"] else False,
                "has_disability": bool(vals.get("has_disability")),
                "school_status": vals.get("school_status") or False,
            }
        )
        members = records["remediation.household.member"].create(
            [
                {
                    "household_id": household.id,
                    "full_name": member["full_name"] or False,
                    "relationship": member["relationship"],
                    "is_caregiver": member["is_caregiver"],
                    "is_deceased": member["is_deceased"],
                    "age": member["age"] or 0,
                    "birth_date": member["birth_date"] or False,
                    "phone": member["phone"] or False,
                }
                for member in bundle["members"]
                if not self._known_member(member["ref"])
            ]
        )
        new = [m["ref"] for m in bundle["members"] if not self._known_member(m["ref"])]
        pairs = [(household, bundle["household"]["ref"])]
        return child, pairs + list(zip(members, new, strict=True))

    def _known_member(self, number):
        return number and self.env["remediation.external.reference"]._known(
            self.company_id, self._system(), "remediation.household.member", [number]
        )

    def _find_or_make_household(self, records, bundle):
        number = bundle["household"]["ref"]
        known = number and self.env["remediation.external.reference"]._known(
            self.company_id, self._system(), "remediation.household", [number]
        ).get(number)
        if known:
            household = records["remediation.household"].browse(known).exists()
            if household and household.has_access("read"):
                return household
        return records["remediation.household"].create(
            {
                "company_id": self.company_id.id,
                "size": bundle["household"]["size"] or 0,
            }
        )

    def _prepare_case(self, bundle, child):
        case = bundle["case"]
        identified = fields.Date.to_date(
            case["identified_on"]
        ) or fields.Date.context_today(self)
        vals = {
            "company_id": self.company_id.id,
            "beneficiary_id": child.id,
            "programme_id": self.programme_id.id,
            "site_id": self.site_id.id,
            "identified_on": identified,
            "risk_level": case["risk_level"] or "medium",
        }
        age = child._age_on(identified)
        if age is not None and age >= 18:
            vals["survivor_reason"] = self.env._("Taken over from the former system")
        return vals

    def _make_consents(self, records, bundle, case):
        caregiver = case.household_id.member_ids.filtered("is_caregiver")[:1]
        subject = bundle["consent_from"]
        if subject == "caregiver" and not caregiver:
            subject = "child"
        records["remediation.consent"].create(
            [
                {
                    "case_id": case.id,
                    "purpose": consent["purpose"],
                    "answer": consent["answer"],
                    "subject": subject,
                    "given_by_member_id": caregiver.id
                    if subject == "caregiver"
                    else False,
                    "given_on": case.identified_on,
                    "how": "written",
                }
                for consent in bundle["consents"]
            ]
        )
        return []

    def _make_visits(self, records, bundle, case):
        """Visits as facts of the former system: they count for nothing (R22)."""
        today = fields.Date.context_today(self)
        rows = [
            (visit, fields.Date.to_date(visit["date"]), visit["planned"])
            for visit in bundle["visits"]
            if visit["date"] or visit["planned"]
        ]
        visits = (
            records["remediation.visit"]
            ._unprotected()
            .create(
                [
                    {
                        "case_id": case.id,
                        "visit_type": "home",
                        "date_planned": planned or done,
                        "date_done": max(min(done, today), case.identified_on)
                        if done
                        else False,
                        "child_seen": "no",
                        "note": visit["note"] or False,
                        "state": "done" if done else "planned",
                        "outcome": "not_counting" if done else False,
                    }
                    for visit, done, planned in rows
                ]
            )
            .with_env(self.env)
        )
        return [
            (case, record, visit["ref"])
            for record, (visit, _done, _planned) in zip(visits, rows, strict=True)
        ]

    def _make_notes(self, records, bundle, case):
        subjects = self._subjects()
        rows = [note for note in bundle["notes"] if note["text"]]
        notes = records["remediation.note"].create(
            [
                {
                    "case_id": case.id,
                    "date": self._moment(note["date"]),
                    "subject": self.env._(
                        "Imported: %s",
                        subjects.get(note["subject"], note["subject"] or ""),
                    )[:200],
                    "text": note["text"]
                    if not note["author"]
                    else self.env._(
                        "%(text)s\n(written by %(author)s)",
                        text=note["text"],
                        author=note["author"],
                    ),
                }
                for note in rows
            ]
        )
        return [
            (case, record, note["ref"])
            for record, note in zip(notes, rows, strict=True)
        ]

    def _subjects(self):
        _ = self.env._
        return {
            "cp_case_plan_subform_case_plan_interventions": _(
                "Intervention of the plan"
            ),
            "services_section": _("Service"),
            "other_fields": _("Other fields"),
        }

    def _make_files(self, records, bundle, case, archive):
        """Attachments; a picture that cannot be cleaned is noted and left out (R30)."""
        kept = []
        left_out = []
        for one in bundle.get("files", ()):
            raw = archive.body(one["ref"]) if archive else None
            if not raw:
                left_out.append(one["name"])
                continue
            try:
                if pictures.is_picture(raw):
                    pictures.clean(raw)
            except pictures.PictureError:
                left_out.append(one["name"])
                continue
            # sudo: the case was made by this import; its files come with it.
            attachment = (
                self.env["ir.attachment"]
                .sudo()
                .create(
                    {
                        "name": one["name"][:200],
                        "raw": raw,
                        "res_model": case._name,
                        "res_id": case.id,
                    }
                )
            )
            kept.append((case, attachment, one["ref"]))
        if left_out:
            records["remediation.note"].create(
                {
                    "case_id": case.id,
                    "subject": self.env._("Imported: files that are missing"),
                    "text": "\n".join(left_out),
                }
            )
        return kept

    @api.model
    def _moment(self, text):
        try:
            moment = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
        except ValueError:
            return fields.Datetime.now()
        if moment.tzinfo:
            moment = (moment - moment.utcoffset()).replace(tzinfo=None)
        return min(moment, fields.Datetime.now())

    def _close(self, case, vals):
        """Close as the former system did. The decision was taken there: nobody here
        could meet the conditions of a closure afterwards (R22)."""
        case._unprotected().write(
            {
                "closed_on": datetime.combine(
                    fields.Date.to_date(vals["closed_on"]), datetime.min.time()
                ),
                "closure_reason": vals["closure_reason"],
                "closure_outcome": "unknown",
            }
        )
        for kind in set(
            case.deadline_ids.filtered(lambda d: not d.done_on).mapped("kind")
        ):
            case.deadline_ids._done(kind)

    # -- afterwards ------------------------------------------------------------
    @api.autovacuum
    def _gc_imports(self):
        """Take files and facts out of imports that are done or given up."""
        before = fields.Datetime.now() - timedelta(days=GIVE_UP_DAYS)
        past = self.search(
            [
                "|",
                "&",
                ("state", "=", "done"),
                ("done_on", "<", fields.Datetime.now() - timedelta(days=7)),
                "&",
                ("state", "in", ("draft", "checked")),
                ("write_date", "<", before),
            ],
            limit=50,
        ).filtered("file")
        past.write({"file": False})
        # sudo: nobody has the right to delete parts; they go with the file.
        past.part_ids.sudo().unlink()
        past.line_ids.filtered("data")._unprotected().write({"data": False})
        return len(past), False


def _parse_json(content):
    try:
        return plain.plain(json.loads(content.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise primero.PrimeroError("json") from error
