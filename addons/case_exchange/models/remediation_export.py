import ast
import logging
import tempfile
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import htcds, primero, source, writers

_logger = logging.getLogger(__name__)

LAYOUTS = [
    ("table", "Table of Cases"),
    ("totals", "Totals (small numbers hidden)"),
    ("htcds", "Human Trafficking Case Data Standard 2.0 (IOM)"),
    ("ctdc", "Shape of the CTDC Data Set (nobody stands out)"),
    ("primero", "Primero (JSON)"),
]
#: The form a layout has, where it is not a table's own choice.
FORMATS_OF = {"htcds": "csv", "ctdc": "csv", "primero": "json"}
#: Layouts that never name anybody.
NAMELESS = ("totals", "ctdc")
#: More cases than these are written in the background.
AT_ONCE = 5000
#: Ids kept in one row of the access log.
LOG_CHUNK = 10_000
REASON_LENGTH = 10
#: Columns that totals may be counted by: none that names or nearly names a child.
TOTAL_KEYS = frozenset(
    (
        "sex",
        "age",
        "stage",
        "risk_level",
        "classification",
        "programme",
        "team",
        "organisation",
        "area",
        "site_type",
        "school_status",
        "closure_reason",
        "closure_outcome",
    )
)


class Export(models.Model):
    """One file of cases, made by the rules of who asked for it.

    Who may what: somebody with the right to export makes one of the cases they read,
    by the wizard, and sees their own; nobody changes or deletes one. The file goes
    after some days, the row in the export log stays.

    queued → running → done | failed; done → deleted (the file).
    """

    _name = "remediation.export"
    _description = "Export of Cases"
    _inherit = ["remediation.coded.mixin"]
    _rules_of = "remediation.in.company"
    _order = "id desc"

    _code_prefix = "EX"
    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "user_id",
            "company_id",
            "layout",
            "file_format",
            "domain",
            "column_keys",
            "is_identified",
            "reason",
            "receiver",
            "state",
            "case_count",
            "excluded_count",
            "file",
            "file_name",
            "file_hash",
            "done_on",
            "delete_on",
            "problem",
        }
    )

    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    layout = fields.Selection(LAYOUTS, required=True, readonly=True)
    file_format = fields.Selection(
        [("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON")],
        required=True,
        readonly=True,
    )
    domain = fields.Char(required=True, readonly=True, string="Filter")
    column_keys = fields.Json(readonly=True, string="Columns")
    is_identified = fields.Boolean(readonly=True, string="With Names")
    reason = fields.Char(readonly=True)
    receiver = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("queued", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("deleted", "File Deleted"),
        ],
        required=True,
        readonly=True,
        default="queued",
        index=True,
    )
    case_count = fields.Integer(readonly=True, string="Cases")
    excluded_count = fields.Integer(
        readonly=True,
        string="Left Out",
        help="Cases without consent to reporting in force.",
    )
    file = fields.Binary(readonly=True, attachment=True)
    file_name = fields.Char(readonly=True)
    file_hash = fields.Char(readonly=True, string="SHA-256 of the File")
    done_on = fields.Datetime(readonly=True)
    delete_on = fields.Date(readonly=True, string="File Deleted On")
    problem = fields.Char(readonly=True)

    # -- asking ----------------------------------------------------------------
    @api.model
    def _check_may_export(self, keys=(), identified=False, reason=None, layout=None):
        """The right to export, to read the cases, and to names where they are asked.

        :raises AccessError: one of the rights is missing
        :raises UserError: names without a reason
        """
        user = self.env.user
        if not user.has_group("child_remediation.group_export"):
            raise AccessError(
                self.env._("Exports are made by those who have the right to export.")
            )
        self.env["remediation.case"].check_access("read")
        named = source.IDENTITY & set(keys)
        if named and not identified:
            raise UserError(
                self.env._(
                    "These columns name somebody or may do so: choose With Names, "
                    "or leave them out."
                )
            )
        if identified:
            if not user.has_group("child_remediation.group_identity"):
                raise AccessError(
                    self.env._(
                        "An export with names is made by those who have the right to "
                        "see names: leave the names out."
                    )
                )
            if len((reason or "").strip()) < REASON_LENGTH:
                raise UserError(
                    self.env._("Say what names are needed for, in a sentence.")
                )
        models_read = source.models_of(set(keys) & source.SOURCES.keys())
        for model in [*models_read, *self._more_models(layout)]:
            if not self.env[model].has_access("read"):
                raise AccessError(
                    self.env._(
                        "Your rights do not reach everything that was chosen (%(what)s)"
                        ": leave it out, or ask somebody who reads it.",
                        what=self.env[model]._description,
                    )
                )

    @api.model
    def _sources_of(self, layout, keys):
        """What a layout reads, for the check of rights."""
        if layout in ("htcds", "ctdc"):
            return [key for key in htcds.SOURCES if key not in source.IDENTITY]
        if layout == "primero":
            return list(primero.NEEDS)
        return list(keys)

    @api.model
    def _more_models(self, layout):
        """Hook: names of further models whose read right a layout needs."""
        return []

    @api.model
    def _request(self, vals):
        """Note an export and make it, now or in the background. Returns the record.

        ``vals``: layout, file_format, domain (text), column_keys, is_identified,
        reason, receiver. For those with the right to export; see
        :meth:`_check_may_export` for what is refused.
        """
        layout = vals.get("layout")
        keys = self._checked_keys(layout, vals.get("column_keys") or [])
        identified = bool(vals.get("is_identified")) and layout not in NAMELESS
        self._check_may_export(
            [*keys, *self._sources_of(layout, keys)],
            identified,
            vals.get("reason"),
            layout,
        )
        domain = self._checked_domain(vals.get("domain"))
        # sudo: nobody has write rights on exports; the rights were checked above.
        export = (
            self.sudo()
            ._unprotected()
            .create(
                {
                    "user_id": self.env.uid,
                    "company_id": self.env.company.id,
                    "layout": layout,
                    "file_format": FORMATS_OF.get(layout)
                    or ("csv" if vals.get("file_format") == "csv" else "xlsx"),
                    "domain": domain,
                    "column_keys": keys,
                    "is_identified": identified,
                    "reason": (vals.get("reason") or "").strip() or False,
                    "receiver": (vals.get("receiver") or "").strip() or False,
                }
            )
            .with_env(self.env)
        )
        found = self.env["remediation.case"].search_count(
            ast.literal_eval(domain), limit=AT_ONCE + 1
        )
        if found <= AT_ONCE:
            export._make()
        else:
            # sudo: the job is started for whoever asks.
            self.env.ref("case_exchange.ir_cron_export").sudo()._trigger()
        return export

    @api.model
    def _checked_keys(self, layout, keys):
        if layout not in dict(LAYOUTS):
            raise UserError(self.env._("Choose what the file looks like."))
        if layout in FORMATS_OF:
            return []
        # sudo: the whitelist is no secret.
        known = set(
            self.env["remediation.export.column"]
            .sudo()
            .search([("key", "in", list(keys))])
            .mapped("key")
        )
        allowed = known & (source.SOURCES.keys() | {"age"})
        if layout == "totals":
            allowed &= TOTAL_KEYS
        if not keys or set(keys) - allowed:
            raise UserError(
                self.env._("Choose the columns from the list.")
                if layout == "table"
                else self.env._(
                    "Totals are counted by one to three columns that single nobody "
                    "out, such as sex, age, stage or area."
                )
            )
        if layout == "totals" and len(keys) > 3:
            raise UserError(self.env._("Count by three columns at most."))
        return list(dict.fromkeys(keys))

    @api.model
    def _checked_domain(self, text):
        """The filter as a literal: no function of it is ever evaluated."""
        try:
            domain = ast.literal_eval(text or "[]")
            Domain(domain).validate(self.env["remediation.case"])
        except (ValueError, SyntaxError, TypeError, KeyError) as error:
            raise UserError(
                self.env._("The filter cannot be read: choose it anew.")
            ) from error
        return repr(domain)

    # -- making ----------------------------------------------------------------
    def _make(self):
        """Write the file as the user of the export, log it, keep it for some days."""
        self.ensure_one()
        # The rights count at the moment of writing, also in the background.
        self._check_may_export(
            [
                *(self.column_keys or ()),
                *self._sources_of(self.layout, self.column_keys or ()),
            ],
            self.is_identified,
            self.reason,
            self.layout,
        )
        domain = ast.literal_eval(self.domain)
        today = self._place_today()
        counted = self._count(domain, today, with_consent=False)
        with tempfile.TemporaryFile() as target:
            ids = getattr(self, f"_write_{self.layout}")(target, domain, today)
            digest, size = writers.digest(target)
            content = target.read()
        excluded = 0 if self.layout == "totals" else counted - len(ids)
        self._log_cases(ids)
        count = counted if self.layout == "totals" else len(ids)
        self.env["remediation.export.log"]._add(
            code=self.name,
            user_id=self.user_id.id,
            company_id=self.company_id.id,
            layout=self.layout,
            file_format=self.file_format,
            columns=self.column_keys or [],
            domain=self.domain,
            count=count,
            excluded_count=excluded,
            is_identified=self.is_identified,
            reason=self.reason or None,
            receiver=self.receiver or None,
            file_hash=digest,
            file_size=size,
        )
        self._keep_file(content)
        self.sudo()._unprotected().write(  # sudo: as above
            {
                "state": "done",
                "case_count": count,
                "excluded_count": excluded,
                "file_name": f"{self.name}.{self.file_format}",
                "file_hash": digest,
                "done_on": fields.Datetime.now(),
                # sudo: one setting of the company.
                "delete_on": today
                + timedelta(days=self.company_id.sudo().export_keep_days),
                "problem": False,
            }
        )
        self.invalidate_recordset(["file"])

    def _log_cases(self, ids):
        for start in range(0, len(ids), LOG_CHUNK):
            part = f" {start // LOG_CHUNK + 1}" if len(ids) > LOG_CHUNK else ""
            self.env["remediation.access.log"]._log(
                self.env["remediation.case"].browse(ids[start : start + LOG_CHUNK]),
                "export",
                f"{self.name}{part}",
            )

    def _keep_file(self, content):
        # sudo: nobody has write rights on exports; this is the method that makes them.
        self.env["ir.attachment"].sudo().create(
            {
                "name": "file",
                "res_model": self._name,
                "res_id": self.id,
                "res_field": "file",
                "raw": content,
                "company_id": self.company_id.id,
            }
        )

    # -- afterwards ------------------------------------------------------------
    def _check_may_download(self):
        """Today's right, not that of the day on which the file was made (R75).

        Asked wherever the file is read: by the button, by its address, by a remote
        call for the field or for the attachment behind it.
        """
        for export in self:
            # sudo: what was chosen is compared with the rights of who asks.
            own = export.sudo()
            keys = own.column_keys or []
            self._check_may_export(
                [*keys, *self._sources_of(own.layout, keys)],
                own.is_identified,
                own.reason,
            )

    def _read_format(self, fnames, load="_classic_read"):
        if "file" in fnames and not self.env.su:
            self._check_may_download()
        return super()._read_format(fnames, load)

    def action_download(self):
        """Download the file. For whoever asked for it; the download is logged (R29)."""
        self.ensure_one()
        self.check_access("read")
        self._check_may_download()
        if self.state != "done":
            raise UserError(
                self.env._("The file is not there: make the export once more.")
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.file_name}"
            "?download=1",
            "target": "download",
        }

    @api.model
    def _cron_make(self):
        """Write the exports that wait, one transaction each."""
        waiting = self.search([("state", "=", "queued")], order="id")
        cron = self.env["ir.cron"]
        for number, export in enumerate(waiting, 1):
            if not export.try_lock_for_update():
                continue
            export._make_in_background()
            if not cron._commit_progress(1, remaining=len(waiting) - number):
                break

    def _make_in_background(self):
        user = self.user_id
        own = self.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids, lang=user.lang, tz=user.tz
        )
        try:
            with self.env.cr.savepoint():
                own._make()
        except (AccessError, UserError) as error:
            self._unprotected().write({"state": "failed", "problem": str(error)})
        except Exception:
            _logger.exception("export %s failed", self.id)
            self._unprotected().write(
                {
                    "state": "failed",
                    "problem": self.env._(
                        "The file could not be written: make the export once more, "
                        "and tell the administrator its code if it fails again."
                    ),
                }
            )

    @api.autovacuum
    def _gc_files(self):
        """Delete files past their day; the rows here and in the log stay."""
        past = self.search(
            [
                ("state", "=", "done"),
                ("delete_on", "<=", self._place_today()),
            ],
            limit=100,
        )
        if past:
            self.env["ir.attachment"].search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "file"),
                    ("res_id", "in", past.ids),
                ]
            ).unlink()
            past._unprotected().write({"state": "deleted"})
        return len(past), len(past) == 100
