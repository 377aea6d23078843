import logging
from datetime import datetime, timedelta

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.remediation_base.tools.steps import step

from ..tools import salesforce

_logger = logging.getLogger(__name__)

#: Cases in one savepoint, and in one transaction of the background job.
BATCH = 25
#: Smaller imports are done at once.
AT_ONCE = 50
#: An unfinished import is given up after so many days, with what it holds.
GIVE_UP_DAYS = 30
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
    _inherit = ["remediation.coded.mixin", "remediation.access.logged"]
    _rules_of = "remediation.in.company"
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
        [
            ("primero", "Primero (JSON)"),
            ("salesforce", "Salesforce (ZIP of CSV)"),
            ("htcds", "Human Trafficking Case Data Standard 2.0 (CSV)"),
        ],
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
    survivor_reason = fields.Char(
        string="Why Adults Are Supported",
        copy=False,
        help="For each adult of the file, in a programme that is not for survivors of "
        "any age. Empty: the rows of adults are wrong.",
    )
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

    @step(frm="checked", to="draft", allowed="_check_may_import")
    def action_back(self):
        """Choose another file. For the owner, before anything was made."""
        self._drop_lines()
        self._unprotected().write({"total_count": 0})

    def _system(self):
        return (self.system or self.source).strip().lower()

    # -- import ----------------------------------------------------------------
    @step(frm="checked", to=("running",), allowed="_check_may_import")
    def action_import(self):
        """Import the new cases, now or in the background. For the owner of the import.

        :raises UserError: a row is wrong and wrong rows are not left out
        """
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
