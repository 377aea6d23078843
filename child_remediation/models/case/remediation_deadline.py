from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step
from odoo.addons.remediation_base.tools.words import say_pair

from .remediation_deadline_policy import DEADLINE_KINDS

_lt = LazyTranslate(__name__)

BATCH = 2000
WARN_BEFORE = timedelta(hours=24)


class Deadline(models.Model):
    """A due date of a case (R15). Opened and closed by facts, never typed.

    The moment is exact and stored in UTC; screens show it in the user's time zone.
    """

    _name = "remediation.deadline"
    _description = "Deadline"
    _inherit = ["remediation.case.owned"]
    _order = "date_due, id"

    _protected_fields = frozenset(
        {
            "kind",
            "date_from",
            "date_due",
            "done_on",
            "moved_reason",
            "warned_on",
            "breach_ids",
            "plan_action_id",
        }
    )

    kind = fields.Selection(DEADLINE_KINDS, required=True, readonly=True)
    date_from = fields.Datetime(required=True, readonly=True)
    date_due = fields.Datetime(required=True, readonly=True)
    done_on = fields.Datetime(readonly=True)
    moved_reason = fields.Char(readonly=True)
    warned_on = fields.Datetime(readonly=True)
    breach_ids = fields.One2many("remediation.deadline.breach", "deadline_id")
    plan_action_id = fields.Many2one(
        "remediation.plan.action",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue", search="_search_is_overdue"
    )

    _open_by_case = models.Index("(case_id, kind) WHERE done_on IS NULL")
    _open_by_due = models.Index("(date_due) WHERE done_on IS NULL")

    @api.depends("kind", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for deadline in self:
            deadline.display_name = say_pair(
                self.env, deadline.case_id.name, kinds.get(deadline.kind, "")
            )

    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for deadline in self:
            deadline.is_overdue = not deadline.done_on and deadline.date_due < now

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = fields.Domain("done_on", "=", False) & fields.Domain(
            "date_due", "<", fields.Datetime.now()
        )
        if set(value) == {True, False}:
            return fields.Domain.TRUE
        return late if True in value else ~late

    @api.model
    def _open(self, cases, kinds, starts):
        """Open a deadline of each kind for each case.

        :param starts: ``{case: datetime}`` moment from which the allowance counts
        """
        allowances = self.env["remediation.deadline.policy"]._allowances(cases, kinds)
        # sudo: deadlines have no create right for anybody; facts open them.
        self.sudo()._unprotected().create(
            [
                {
                    "case_id": case.id,
                    "kind": kind,
                    "date_from": starts[case],
                    "date_due": starts[case] + timedelta(hours=hours),
                }
                for (case, kind), hours in allowances.items()
            ]
        )

    @api.model
    def _open_at(self, kind, moments):
        """Open deadlines at given moments.

        :param moments: ``[(case, datetime), …]``, or with a plan action as third
        """
        now = fields.Datetime.now()
        # sudo: as in _open.
        self.sudo()._unprotected().create(
            [
                {
                    "case_id": case.id,
                    "kind": kind,
                    "date_from": now,
                    "date_due": due,
                    "plan_action_id": action[0].id if action else False,
                }
                for case, due, *action in moments
            ]
        )

    def _done(self, kind, moment=None):
        """Close the open deadlines of a kind in this recordset."""
        # sudo: as in _open.
        self.sudo().filtered(
            lambda deadline: deadline.kind == kind and not deadline.done_on
        )._unprotected().write({"done_on": moment or fields.Datetime.now()})

    @api.model
    def _tighten(self, cases):
        """Risk rose: an open due date becomes the earlier of the old one and now plus
        the new allowance (R15)."""
        now = fields.Datetime.now()
        # sudo: as in _open.
        deadlines = self.sudo().search(
            [("case_id", "in", cases.ids), ("done_on", "=", False)]
        )
        kinds = list({deadline.kind for deadline in deadlines})
        allowances = self.env["remediation.deadline.policy"]._allowances(cases, kinds)
        by_due = {}
        for deadline in deadlines:
            case = deadline.case_id.with_env(cases.env)
            hours = allowances.get((case, deadline.kind))
            if hours and now + timedelta(hours=hours) < deadline.date_due:
                by_due.setdefault(now + timedelta(hours=hours), []).append(deadline.id)
        for date_due, ids in by_due.items():
            # sudo: deadlines follow the case; nobody writes them
            self.sudo().browse(ids)._unprotected().write({"date_due": date_due})

    @step(
        right=None,
        allowed="_check_supervises",
        check="_missing_to_move",
        asks={
            "date_due": Ask("date_due", keep=False, label=_lt("New Due Date")),
            "reason": Ask("moved_reason", keep=False),
        },
        title=_lt("Move the Deadline"),
    )
    def action_move(self, date_due, reason):
        """Move an open due date with a reason. For supervisors of the case.

        :param date_due: new moment, UTC
        """
        # sudo: as in _open.
        self.sudo()._unprotected().write({"date_due": date_due, "moved_reason": reason})
        self.env["remediation.override"]._note("deadline", self.case_id, reason)

    def _missing_to_move(self):
        if self.done_on:
            return [self.env._("This deadline was met already.")]
        return []

    # -- what time does --------------------------------------------------------
    @api.model
    def _cron_watch(self):
        """Warn of what falls due, record breaches, escalate them (R15). Hourly.

        In batches: each is a whole, and one that ran twice finds nothing left to do.
        """
        for watch in (self._warn_batch, self._breach_batch, self._escalate_batch):
            while True:
                done = watch(BATCH)
                if not done:
                    break
                if not self.env["ir.cron"]._commit_progress(done):
                    return

    @api.model
    def _warn_batch(self, limit):
        """One activity for the holder of each deadline that falls due within a day."""
        now = fields.Datetime.now()
        deadlines = self.search(
            [
                ("done_on", "=", False),
                ("warned_on", "=", False),
                ("date_due", ">=", now),
                ("date_due", "<", now + WARN_BEFORE),
            ],
            limit=limit,
            order="date_due, id",
        )
        deadlines.case_id._plan_activities(
            "child_remediation.mail_activity_type_due",
            lambda case: case.user_id,
        )
        deadlines._unprotected().write({"warned_on": now})
        return len(deadlines)

    @api.model
    def _breach_batch(self, limit):
        """A breach is a record and belongs to who held the case when it fell due."""
        deadlines = self.search(
            [
                ("done_on", "=", False),
                ("date_due", "<", fields.Datetime.now()),
                ("breach_ids", "=", False),
            ],
            limit=limit,
            order="date_due, id",
        )
        self.env["remediation.deadline.breach"]._record(deadlines)
        deadlines.case_id._plan_activities(
            "child_remediation.mail_activity_type_late",
            lambda case: case.user_id,
        )
        return len(deadlines)

    @api.model
    def _escalate_batch(self, limit):
        """The supervisor hears of a breach at once at high risk, later otherwise."""
        now = fields.Datetime.now()
        breaches = self.env["remediation.deadline.breach"].search(
            [
                ("escalated_on", "=", False),
                ("deadline_id.done_on", "=", False),
                ("escalate_after", "<=", now),
            ],
            limit=limit,
            order="id",
        )
        breaches.case_id._plan_activities(
            "child_remediation.mail_activity_type_escalation",
            lambda case: case.team_id.supervisor_id,
        )
        breaches._unprotected().write({"escalated_on": now})
        return len(breaches)
