import logging
import traceback
from datetime import timedelta

import psycopg2
import psycopg2.errors
import psycopg2.extensions

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, LockError, RedirectWarning, UserError

_logger = logging.getLogger(__name__)

#: How often a step may be interrupted (a killed server, a lost race) before it fails.
MAX_TRIES = 5
#: What passes by itself: somebody holds a row, a transaction lost a race.
PASSING = (psycopg2.OperationalError, LockError, ConcurrencyError)


class RemediationJob(models.AbstractModel):
    """A long step that runs in the background, survives a crash and fails alone.

    The button checks and queues (:meth:`_queue_job`); the scheduler takes the steps in
    the order they were queued, locks each record and calls ``_job_<name>`` again and
    again. Each call does one portion and is committed, so what a kill −9 interrupts
    goes on where the last portion ended.

    Whatever goes wrong in a step stops that step and no other. The record says why,
    whoever pressed the button is told, the step can be pressed again or given up.

    A model lists its steps in ``_job_buttons`` (step → method of its button) and says
    with :meth:`_check_job_right` who may give a step up.
    """

    _name = "remediation.job"
    _description = "Long Step in the Background"
    _inherit = ["remediation.protected.mixin"]

    #: Records per portion.
    _job_size = 2500
    #: Step → the method of its button, which checks right and state.
    _job_buttons = {}
    _protected_fields = frozenset(
        {
            "job",
            "job_total",
            "job_done",
            "job_cursor",
            "job_data",
            "job_tries",
            "job_failed",
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
    job_tries = fields.Integer(readonly=True, copy=False)
    job_failed = fields.Char(readonly=True, copy=False, string="Step That Stopped")
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

    # -- queueing --------------------------------------------------------------
    def _queue_job(self, job, total=0, data=None):
        """Queue a step; the caller has checked group and state under the lock.

        :param str job: name of the step; its portions are ``_job_<name>``.
        :param int total: records to do, for the progress bar.
        :param dict data: what the portions carry on, as JSON.
        :raises UserError: another step of this record waits or runs.
        """
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
                "job_tries": 0,
                "job_failed": False,
                "job_error": False,
                "job_user_id": self.env.uid,
                "job_queued_on": fields.Datetime.now(),
            }
        )
        self._trigger_jobs()

    @api.model
    def _trigger_jobs(self, at=None):
        # sudo: scheduled actions are not readable by the people who queue a step.
        self.env.ref("remediation_base.ir_cron_job").sudo()._trigger(at)

    def _lock_for_step(self):
        """Lock the record against a second person, then read it afresh."""
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()

    # -- a step that stopped ---------------------------------------------------
    def action_retry_job(self):
        """Press a step that stopped once more. For whoever may press its button: that
        method checks right and state anew.

        :raises UserError: no step of the record stopped.
        """
        for record in self:
            record.check_access("read")
            if record.job or not record.job_failed:
                raise UserError(
                    self.env._(
                        "No step of %(record)s has stopped: reload the page.",
                        record=record.display_name,
                    )
                )
            getattr(record, record._job_buttons[record.job_failed])()
        return True

    def action_give_up_job(self):
        """Give up a step that waits, goes on, or stopped: what its portions hold is
        given back. For whoever may press its button.

        :raises UserError: the record has no such step.
        :raises LockError: a portion runs at this moment.
        """
        for record in self:
            record.check_access("read")
            record._lock_for_step()
            step = record.job or record.job_failed
            if not step:
                raise UserError(
                    self.env._(
                        "No step of %(record)s waits or has stopped: reload the page.",
                        record=record.display_name,
                    )
                )
            record._check_job_right(step)
            # sudo: as the portions of the step, whose right was just checked
            own = record.sudo()
            if own.job:
                own._undo_job()
            own._end_job(job_failed=False, job_error=False)
        return True

    def _check_job_right(self, job):
        """Check that the user may give the step up. Models with duties override it.

        :param str job: name of the step.
        :raises AccessError: not the user's.
        """
        self.check_access("write")

    def _undo_job(self):
        """Hook: give back what earlier portions of a stopped step hold."""

    def _end_job(self, **values):
        self._unprotected().write(
            {"job": False, "job_data": False, "job_cursor": 0, "job_tries": 0, **values}
        )

    # -- running ---------------------------------------------------------------
    def _run_portion(self):
        """Run one portion as the person who queued the step; True when done."""
        self.ensure_one()
        # sudo: the step acts for the person whose rights the button checked, and who is
        # the author of what it writes.
        person = self.sudo().job_user_id or self.env.user
        worker = self._for_reader().with_user(person).sudo()
        done = getattr(worker, f"_job_{worker.job}")()
        if done:
            worker._end_job()
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
    def _waiting_jobs(self):
        """Return the records whose step waits: first what was never interrupted, in
        the order it was queued."""
        models_with_jobs = [
            self.env[name]
            for name in sorted(self.pool.descendants(["remediation.job"], "_inherit"))
            if not self.env[name]._abstract
        ]
        waiting = [
            record
            for model in models_with_jobs
            for record in model.search([("job", "!=", False)])
        ]
        return sorted(
            waiting, key=lambda r: (r.job_tries, r.job_queued_on, r._name, r.id)
        )

    @api.model
    def _cron_run_jobs(self):
        """Take the waiting steps one after the other until time is up. What stops one
        of them stops no other."""
        cron, waiting = self.env["ir.cron"], self._waiting_jobs()
        later = False
        for number, record in enumerate(waiting, start=1):
            left = len(waiting) - number
            try:
                ended = record._run_in_background(left)
            except PASSING as error:
                if self.env.cr.connection.closed:
                    raise
                self.env.cr.rollback()
                _logger.info(
                    "%s %s: step put off by %s", record._name, record.id, type(error)
                )
                ended = None
            except Exception as error:  # noqa: BLE001 - a step fails alone, whatever it was
                record._fail_job(error)
                ended = True
            if ended is None:
                later = True
            if ended is False or not cron._commit_progress(1, remaining=left):
                break
        if later:
            self._trigger_jobs(fields.Datetime.now() + timedelta(minutes=1))

    def _run_in_background(self, left):
        """Run the portions of one step, each committed.

        :param int left: steps that wait behind this one.
        :return: True at its end, False when time is up, None when somebody holds it.
        """
        cron = self.env["ir.cron"]
        if not self._take_job():
            return None
        if not self.job:
            return True
        if self.job_tries >= MAX_TRIES:
            raise UserError(
                self._for_reader().env._(
                    "The step was interrupted %(count)s times. Tell your "
                    "administrator, then try again.",
                    count=MAX_TRIES,
                )
            )
        # committed before the work: whoever kills the server leaves a trace
        self._unprotected().job_tries += 1
        cron._commit_progress(0, remaining=left + 1)
        while True:
            if not self._take_job():
                return None
            if not self.job:
                return True
            done = self._run_portion()
            if not done and self.job_tries:
                self._unprotected().job_tries = 0
            self.env.flush_all()
            if not cron._commit_progress(0, remaining=left + 1) and not done:
                return False
            if done:
                return True

    def _take_job(self):
        locked = self.try_lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        return bool(locked)

    # -- failing ---------------------------------------------------------------
    def _fail_job(self, error):
        """Undo the portion, give back what earlier ones hold, keep the sentence and
        tell whoever pressed the button."""
        self.env.cr.rollback()
        self.env.invalidate_all()
        reader = self._for_reader().sudo()  # sudo: as the portions
        message = reader._explain_error(error)
        try:
            with self.env.cr.savepoint():
                reader._undo_job()
                self.env.flush_all()
        except Exception as second:  # noqa: BLE001 - the sentence must reach the person
            self._log_error(second)
            self.env.invalidate_all(flush=False)
            message += "\n" + reader.env._(
                "Part of the step could not be given back: tell your administrator."
            )
        reader._end_job(job_failed=self.job, job_error=message, job_data=self.job_data)
        reader._tell_job_failed()
        self.env["ir.cron"]._commit_progress(0)

    def _explain_error(self, error):
        """Return what the person reads; unexpected errors go to the server's log too,
        without the values that were in them."""
        if isinstance(error, (UserError, RedirectWarning)):
            _logger.info("%s %s: step %s stopped", self._name, self.id, self.job)
            return str(error.args[0])
        if isinstance(error, psycopg2.IntegrityError):
            _logger.info("%s %s: step %s refused", self._name, self.id, self.job)
            return self._explain_violation(error)
        place = self._log_error(error)
        return self.env._(
            "An error in the program stopped this step (%(error)s, %(place)s). It "
            "changed nothing. Tell your administrator, then try again or give it up.",
            error=type(error).__name__,
            place=place,
        )

    def _log_error(self, error):
        """Log kind and place of an error; its text may hold a name. Return the
        place."""
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename.split('/')[-1]}:{frame.lineno}" for frame in frames]
        _logger.error(
            "%s %s: step %s stopped by %s at %s",
            self._name,
            self.id,
            self.job,
            type(error).__name__,
            " < ".join(reversed(places)),
        )
        return places[-1] if places else "?"

    def _explain_violation(self, error):
        """Hook: return the sentence for a rule of the database that was broken."""
        return self.env._(
            "The records changed in the meantime: nothing was done. Look at them, then "
            "try again."
        )

    def _tell_job_failed(self):
        """Tell whoever pressed the button: on the screen if it is open, and by mail
        with code and link."""
        user = self.job_user_id
        if not user.active:
            return
        env = self.env
        title = env._("%(record)s: a step stopped", record=self.display_name)
        notices = env["remediation.notice"]
        notices._show(
            user, title, env._("Open it to read why, then try again or give it up.")
        )
        link = f"{self.get_base_url()}/odoo/{self._name}/{self.id}"

        def write(env):
            values = {"record": self.display_name, "link": link}
            return title, env["ir.qweb"]._render(
                "remediation_base.job_failed_mail", values
            )

        notices._mail([(user, write)])
