import psycopg2.errors

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CashJob(models.AbstractModel):
    """A long step of cash transfers: carried by a duty, and set-wise."""

    _name = "cash.transfer.job"
    _description = "Long Step of Cash Transfers"
    _inherit = ["remediation.job"]

    #: Step → duties that press it, and so may give it up.
    _job_duties = {}

    def _check_job_right(self, job):
        duties, needed = self.env["cash.transfer.duty"], self._job_duties[job]
        if not duties._people(needed, self.company_id):
            duties._check_duty(needed[0], self.company_id)

    def _read_again(self, step):
        self.invalidate_recordset()

    def _check_step_state(self, step):
        self._refuse_while_running()
        return super()._check_step_state(step)

    def _refuse_decided(self, names=None):
        if self._get_open_fields():
            self._refuse_while_running()
        return super()._refuse_decided(names)

    def _refuse_while_running(self):
        running = self.filtered("job")
        if running:
            raise UserError(
                self.env._(
                    "A step of %(record)s is running: wait until it is done, or give "
                    "it up.",
                    record=running[0].display_name,
                )
            )

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
