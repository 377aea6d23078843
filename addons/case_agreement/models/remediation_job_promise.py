from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

_lt = LazyTranslate(__name__)

#: Days before its day on which a promise is brought to mind.
REMIND = 90


class JobPromise(models.Model):
    """What an employer promised: a job once the child may work. It is brought to the
    holder's mind before its day, and its end is recorded: kept or broken."""

    _name = "remediation.job.promise"
    _description = "Promise of a Job"
    _inherit = ["remediation.case.owned"]
    _order = "date_due, id"

    _open_fields = {"open": EVERYTHING}
    _protected_fields = frozenset(
        {"state", "reminded_on", "decided_by_id", "decided_on", "broken_reason"}
    )

    employer_id = fields.Many2one("res.partner", required=True, index=True)
    promised_on = fields.Date(required=True)
    date_due = fields.Date(
        string="Job From",
        required=True,
        help="The day on which the child may work by the law.",
    )
    reminded_on = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [("open", "Promised"), ("kept", "Kept"), ("broken", "Broken")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, copy=False
    )
    decided_on = fields.Date(string="Recorded On", readonly=True, copy=False)
    broken_reason = fields.Char(readonly=True, copy=False)

    _dates_ordered = models.Constraint(
        "CHECK (date_due >= promised_on)",
        "A job is promised before it begins: correct the days.",
    )

    @api.depends("case_id.name", "date_due")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = f"{promise.case_id.name} {promise.date_due or ''}"

    @step(
        frm="open",
        to="kept",
        group="child_remediation.group_case_worker",
        stamp="decided",
    )
    def action_kept(self):
        """Record that the young person got the job. For the holder."""

    @step(
        frm="open",
        to="broken",
        group="child_remediation.group_case_worker",
        stamp="decided",
        asks={"reason": "broken_reason"},
        title=_lt("The Promise Was Broken"),
    )
    def action_broken(self, reason):
        """Record that the employer gave no job. For the holder.

        :param str reason: what they said; required
        """

    @api.model
    def _cron_remind(self):
        """Bring promises to the holders' mind, once, 90 days before their day."""
        today = self._place_today()
        promises = self.search(
            [
                ("state", "=", "open"),
                ("reminded_on", "=", False),
                ("date_due", "<=", today + timedelta(days=REMIND)),
            ]
        )
        each_batch(promises, lambda batch: batch._remind(today))

    def _remind(self, today):
        self._unprotected().write({"reminded_on": today})
        # Of several promises the first that falls due counts.
        later_first = self.sorted("date_due", reverse=True)
        due = {promise.case_id: promise.date_due for promise in later_first}
        self.case_id._plan_activities(
            "case_agreement.mail_activity_type_job_promise",
            lambda case: case.user_id,
            lambda case: (due[case] - today).days,
        )
