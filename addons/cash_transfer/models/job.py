import logging

import psycopg2
import psycopg2.errorcodes

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: Models that queue long steps.
JOB_MODELS = (
    "cash.transfer.cycle",
    "cash.transfer.payment.plan",
    "cash.transfer.reconciliation",
)


class Job(models.AbstractModel):
    """A long step that runs in the background and survives a crash.

    The button checks and queues (:meth:`_queue_job`); the cron takes the record, locks
    it and calls ``_job_<name>`` again and again. Each call does one portion and is
    committed, so what a kill −9 interrupts goes on where the last portion ended.
    """

    _name = "cash.transfer.job"
    _description = "Long Step in the Background"
    _inherit = ["remediation.protected.mixin"]

    #: Lines per portion.
    _job_size = 2500
    _protected_fields = frozenset(
        {
            "job",
            "job_total",
            "job_done",
            "job_cursor",
            "job_data",
            "job_error",
            "job_user_id",
            "job_queued_on",
        }
    )

    job = fields.Char(readonly=True, copy=False, index="btree_not_null")
    job_total = fields.Integer(readonly=True, copy=False)
    job_done = fields.Integer(readonly=True, copy=False)
    job_cursor = fields.Integer(readonly=True, copy=False)
    job_data = fields.Json(readonly=True, copy=False)
    job_error = fields.Text(readonly=True, copy=False, string="Why the Step Stopped")
    job_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    job_queued_on = fields.Datetime(readonly=True, copy=False)
    job_progress = fields.Float(compute="_compute_job_progress")

    @api.depends("job", "job_total", "job_done")
    def _compute_job_progress(self):
        for record in self:
            record.job_progress = (
                100.0 * record.job_done / record.job_total if record.job_total else 0.0
            )

    def _queue_job(self, job, total=0, data=None):
        """Queue a step; the caller has checked group and state under the lock."""
        self.ensure_one()
        if self.job:
            raise UserError(
                self.env._("A step is running already: wait until it is done.")
            )
        self._unprotected().write(
            {
                "job": job,
                "job_total": total,
                "job_done": 0,
                "job_cursor": 0,
                "job_data": data or {},
                "job_error": False,
                "job_user_id": self.env.uid,
                "job_queued_on": fields.Datetime.now(),
            }
        )
        # sudo: scheduled actions are not readable by the people who queue a step.
        self.env.ref("cash_transfer.ir_cron_job").sudo()._trigger()

    def _lock_for_step(self):
        """Lock the record against a second person, then read it afresh."""
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()

    def _finish_job(self):
        self._unprotected().write({"job": False, "job_data": False, "job_cursor": 0})

    def _run_portion(self):
        """Run one portion as the person who queued the step; True when done."""
        self.ensure_one()
        # The step acts as superuser for the person whose rights the button checked:
        # job_user_id is who prepared, instructed or posted.
        worker = self._for_reader().sudo()
        done = getattr(worker, f"_job_{worker.job}")()
        if done:
            worker._finish_job()
        return done

    def _for_reader(self):
        """This record in the language of who pressed the button and reads what the
        step writes; the scheduler has none."""
        # sudo: the language of a colleague
        return self.with_context(lang=self.sudo().job_user_id.lang)

    def _run_job(self):
        """Run the queued step to its end in this transaction (tests, small scripts)."""
        self.ensure_one()
        while self.sudo().job:
            self._run_portion()
            self.env.flush_all()

    @api.model
    def _cron_run_jobs(self):
        """Take queued steps one after the other until time is up."""
        cron = self.env["ir.cron"]
        waiting = [
            record
            for model in JOB_MODELS
            for record in self.env[model].search([("job", "!=", False)], order="id")
        ]
        left = len(waiting)
        for record in waiting:
            while True:
                locked = record.try_lock_for_update(allow_referencing=True)
                record.invalidate_recordset()
                if not locked or not record.job:
                    break
                try:
                    done = record._run_portion()
                    self.env.flush_all()
                except (UserError, ValidationError) as error:
                    self._fail_job(record, str(error))
                    break
                except psycopg2.IntegrityError as error:
                    self.env.cr.rollback()  # the reader's language is in the database
                    reader = record._for_reader()
                    self._fail_job(record, reader._explain_violation(error))
                    break
                except psycopg2.OperationalError:
                    # lost a race or the connection: the next run goes on from here
                    raise
                if not cron._commit_progress(1 if done else 0, remaining=left):
                    return
                if done:
                    break
            left -= 1
            cron._commit_progress(0, remaining=left)

    def _fail_job(self, record, message):
        """Undo the portion, keep the sentence for whoever pressed the button."""
        self.env.cr.rollback()
        self.env.invalidate_all()
        _logger.info("%s %s: step stopped", record._name, record.id)
        record.sudo()._undo_job()  # sudo: as the portions, after the button's check
        record._unprotected().write({"job": False, "job_error": message})
        self.env["ir.cron"]._commit_progress(0)

    def _undo_job(self):
        """Hook: give back what earlier portions of a stopped step hold."""

    def _explain_violation(self, error):
        if not isinstance(error, psycopg2.errors.UniqueViolation):
            return self.env._(
                "The payments changed in the meantime and the step would pay more than "
                "is due: nothing was booked. Look at the payments, then press again."
            )
        return self.env._(
            "Somebody else locked a payment for the same child, period and purpose in "
            "the meantime. Press the button again: the lines in question are listed."
        )

    def _execute(self, query, **values):
        """Run one set-wise statement on flushed data and drop what was cached.

        Where one statement moves thousands of rows, the ORM would need several per row.
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(query, **values))
        self.env.invalidate_all(flush=False)
        return self.env.cr.rowcount
