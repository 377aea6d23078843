from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.steps import step

from ..follow_up.remediation_visit import RECORD_FIELDS

#: Longest handover (R26), and the days proposed.
HANDOVER_DAYS_MAX = 14
HANDOVER_DAYS = 7


class Handover(models.Model):
    """What a former worker may still read of a case, and for how long (R26, R11).

    Reassignment ends a worker's access at once. A supervisor may let that worker read
    along for at most 14 days; no record rule opens for it: the sheet is computed for
    this person alone and shows what happened until the case was passed on. It ends by
    itself, and never holds after a suspension or with a conflict of interest.

    A grace is the same for a worker whose check lapsed: visits that were due may be
    finished, through :meth:`action_record_visit` alone.
    """

    _name = "remediation.handover"
    _description = "Handover"
    _inherit = [
        "remediation.protected.mixin",
        "remediation.identity.text",
        "remediation.evidence",
    ]
    _rules_of = "remediation.in.company"
    _open_texts = frozenset({"case_code", "display_name"})
    _order = "id desc"
    _rec_name = "case_code"

    # Who supervises the case today.
    _evidence_open = frozenset({"team_id"})
    _evidence_once = frozenset({"ended_on", "ended_by_id"})

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "case_id",
            "case_code",
            "company_id",
            "team_id",
            "reader_id",
            "kind",
            "date_from",
            "date_until",
            "reason",
            "granted_by_id",
            "ended_on",
            "ended_by_id",
        }
    )

    # The reader gets the code and no link to the case.
    case_code = fields.Char(required=True, readonly=True)
    case_id = fields.Many2one(
        "remediation.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        groups="child_remediation.group_supervisor",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    team_id = fields.Many2one(related="case_id.team_id", store=True, index=True)
    reader_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, string="Former Worker"
    )
    kind = fields.Selection(
        [("handover", "Handover"), ("grace", "Grace after a Lapsed Check")],
        required=True,
        readonly=True,
        default="handover",
    )
    date_from = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    date_until = fields.Date(required=True, readonly=True, string="Last Day")
    reason = fields.Char(readonly=True)
    granted_by_id = fields.Many2one("res.users", required=True, readonly=True)
    ended_on = fields.Datetime(readonly=True)
    ended_by_id = fields.Many2one("res.users", readonly=True)
    is_open = fields.Boolean(compute="_compute_is_open", compute_sudo=True)
    # compute_sudo: a day alone, for a reader who opens no visit.
    due_visit_on = fields.Date(
        compute="_compute_due_visit_on", compute_sudo=True, string="Visit Due"
    )
    sheet = fields.Html(compute="_compute_sheet", sanitize=False)

    _open_by_case = models.Index("(case_id) WHERE ended_on IS NULL")

    # compute_sudo: whether it holds depends on a profile the reader may not read.
    @api.depends("date_until", "ended_on", "reader_id.active")
    def _compute_is_open(self):
        """It ends by itself: nothing has to run on the last day."""
        for handover in self:
            handover.is_open = bool(
                handover.case_id
                and not handover.ended_on
                and handover.date_until
                and handover.date_until >= handover.case_id._day()
                and handover.case_id.user_id != handover.reader_id
                and not handover.case_id._problems_of_handover(handover.reader_id)
            )

    @api.depends("is_open", "kind")
    def _compute_due_visit_on(self):
        for handover in self:
            handover.due_visit_on = handover._due_visit().date_planned

    def _due_visit(self):
        """The oldest visit that was due when the grace began and is not made yet."""
        if not self.is_open or self.kind != "grace":
            return self.env["remediation.visit"]
        # sudo: the reader opens no visit; the methods that come here checked who asks.
        case = self.sudo().case_id
        began = case._day(self.date_from)
        return case.visit_ids.filtered(
            lambda visit: visit.state == "planned" and visit.date_planned <= began
        ).sorted("date_planned")[:1]

    @api.depends("is_open")
    @api.depends_context("uid")
    def _compute_sheet(self):
        for handover in self:
            handover.sheet = (
                handover._render_sheet()
                if handover.is_open and handover.reader_id == self.env.user
                else False
            )

    def _render_sheet(self):
        # sudo: this is the handover itself; who reads and until when was checked, and
        # nothing that happened after the case was passed on is shown.
        case = self.sudo().case_id
        self.env["remediation.access.log"]._log(case, "view", self.case_code)
        # A handover may be granted long after: it shows what its reader could see.
        held = case.holder_log_ids.filtered(
            lambda log: log.holder_user_id == self.reader_id
        )
        passed_on = fields.Datetime.context_timestamp(
            self, max(filter(None, held.mapped("date_to")), default=self.date_from)
        )
        until = (fields.Date.to_string(passed_on), passed_on.strftime("%H:%M"))
        # What the family withheld stays withheld here too, with whatever was recorded
        # in those fields (R71).
        receiver = self.env.user.partner_id
        hidden = case._disclosure_hidden(receiver)[case.id]
        labels = {
            name: dict(case._fields[name]._description_selection(self.env)).get(
                case[name], ""
            )
            for name in ("risk_level", "stage", "classification")
        }
        # sudo: the template alone; what it is given was chosen above
        return (
            self.env["ir.qweb"]
            .sudo()
            ._render(
                "child_remediation.handover_sheet",
                {
                    "case": case,
                    "child": case.beneficiary_id,
                    "shows": case._disclosure_shows(receiver),
                    "labels": labels,
                    "entries": [
                        entry
                        for entry in case.get_timeline()
                        if (entry["date"], entry["time"]) <= until
                        and entry["model"] not in hidden
                    ],
                },
            )
        )

    def _check_supervises(self):
        # sudo: the link is hidden from who is no supervisor, and is refused here.
        self.sudo().case_id.with_env(self.env)._check_supervises()

    @step(right="read", allowed="_check_supervises")
    def action_end(self):
        """End a handover before its last day. For supervisors of the case."""
        self._end()

    def _end(self):
        # sudo: nobody has a write right; named methods end handovers.
        self.sudo().filtered(lambda h: not h.ended_on)._unprotected().write(
            {"ended_on": fields.Datetime.now(), "ended_by_id": self.env.uid}
        )

    def _check_own_grace(self):
        if self.reader_id != self.env.user or self.kind != "grace" or not self.is_open:
            raise AccessError(
                self.env._("Your time to finish visits is over: tell the supervisor.")
            )

    @step(right="read", allowed="_check_own_grace")
    def action_record_visit(self, vals):
        """Finish the visit that was due when this worker's check lapsed (R11).

        For the worker named in the grace, until its last day; nothing else of the case
        can be changed.

        :param dict vals: answers about the visit; anything else is refused
        :raises AccessError: not the own grace, or it has ended
        """
        self.ensure_one()
        # It may have ended while this waited for the row.
        self.invalidate_recordset()
        self._check_own_grace()
        refused = vals.keys() - set(RECORD_FIELDS)
        if refused:
            raise AccessError(
                self.env._(
                    "Only what was seen at the visit can be recorded, not %(fields)s.",
                    fields=", ".join(sorted(refused)),
                )
            )
        visit = self._due_visit()
        if not visit:
            raise UserError(
                self.env._("No visit was due when your check ended: nothing to finish.")
            )
        # sudo (of _due_visit): R11 lets this worker finish this one visit.
        visit.write(vals)
        visit.action_done()


class Case(models.Model):
    _inherit = "remediation.case"

    handover_ids = fields.One2many(
        "remediation.handover",
        "case_id",
        groups="child_remediation.group_supervisor",
    )
    # compute_sudo: who reads along is shown to everybody on the case.
    handover_text = fields.Char(
        compute="_compute_handover_text", compute_sudo=True, string="Reads Along"
    )

    @api.depends("handover_ids.is_open")
    @api.depends_context("lang")
    def _compute_handover_text(self):
        for case in self:
            case.handover_text = ", ".join(
                case.env._(
                    "%(name)s until %(day)s",
                    name=handover.reader_id.name,
                    day=self._say_day(handover.date_until),
                )
                for handover in case.handover_ids
                if handover.is_open
            )

    def _problems_of_handover(self, user):
        """Sentences that keep a former worker from reading along (R26)."""
        self.ensure_one()
        # sudo: a profile is read for a supervisor of another team too.
        manager = (
            self.env["remediation.case.manager"]
            .sudo()
            .with_context(active_test=False)
            .search([("user_id", "=", user.id)], limit=1)
        )
        problems = []
        if not user.active or manager.level == "suspended":
            problems.append(
                self.env._(
                    "%(name)s is suspended: no handover after a suspension.",
                    name=user.name,
                )
            )
        # sudo: who is related to the child is known to case workers alone.
        if manager and (
            manager in self.sudo().related_manager_ids
            or self.sudo()._conflicts_of_interest(manager, "-")
        ):
            problems.append(
                self.env._(
                    "%(name)s has a conflict of interest: no handover.", name=user.name
                )
            )
        return problems

    def _is_closed_in_emergency_to(self, user):
        """Whether emergency access stays shut: who held the case before gets a handover
        from the supervisor or nothing (R26), who has a conflict of interest or was
        suspended gets nothing (R14)."""
        self.ensure_one()
        if user in self._former_holders() and user != self.user_id:
            return True
        return bool(self._problems_of_handover(user))

    def _former_holders(self):
        # sudo: names of workers, for whoever supervises the case.
        return self.sudo().holder_log_ids.holder_user_id - self.user_id

    @step(allowed="_check_supervises")
    def action_grant_handover(self, reader_id, days, reason=None):
        """Let a former worker read the case for some days (R26). For supervisors.

        :param int reader_id: the user, who held the case before
        :param int days: at most 14
        :raises UserError: never held it, too long, suspended or in conflict
        """
        reader = self.env["res.users"].browse(reader_id)
        self._grant_handover({case: reader for case in self}, days, reason)

    @api.model
    def _check_handover_days(self, days):
        if not 1 <= days <= HANDOVER_DAYS_MAX:
            raise UserError(
                self.env._(
                    "A handover lasts 1 to %(max)s days: change the days.",
                    max=HANDOVER_DAYS_MAX,
                )
            )

    def _grant_handover(self, readers, days, reason=None):
        """Open a handover per case: ``{case: former holder}``. Rights are checked by
        the caller."""
        self._check_handover_days(days)
        problems = []
        for case, reader in readers.items():
            problems += case._problems_of_handover(reader)
            if reader not in case._former_holders():
                problems.append(
                    self.env._(
                        "%(name)s did not hold %(code)s before: choose a former "
                        "worker.",
                        name=reader.name,
                        code=case.name,
                    )
                )
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))
        # sudo: nobody has a create right, this method is the way to grant one; and the
        # log line may be of a case that the supervisor has passed on.
        handovers = self.env["remediation.handover"].sudo()
        # sudo: as above
        cases = self.env["remediation.case"].sudo().union(*readers)
        cases.handover_ids.filtered(
            lambda handover: (
                handover.reader_id == readers[handover.case_id]
                and handover.kind == "handover"
            )
        )._end()
        handovers._unprotected().create(
            [
                {
                    "case_id": case.id,
                    "case_code": case.name,
                    "company_id": case.company_id.id,
                    "reader_id": reader.id,
                    "date_until": case._day() + timedelta(days=days),
                    "reason": reason or False,
                    "granted_by_id": self.env.uid,
                }
                for case, reader in readers.items()
            ]
        )
        cases._message_log_batch(
            bodies={
                case.id: self.env._("A former worker may read along.") for case in cases
            }
        )

    def _grant_grace(self, former, days, since):
        """R11: whoever's check lapsed may finish the visits that were due.

        :param former: the user who held these cases
        :param int days: the grace of the team; 0 grants none
        :param date since: last day of the check
        """
        until = since + timedelta(days=days)
        if days <= 0:
            return
        days_now = {case: case._day() for case in self}
        due = self.filtered(
            lambda case: (
                until >= days_now[case]
                and case.visit_ids.filtered(
                    lambda visit: (
                        visit.state == "planned"
                        and visit.date_planned <= days_now[case]
                    )
                )
            )
        )
        # sudo: opened by the scheduler; nobody has a create right.
        self.env["remediation.handover"].sudo()._unprotected().create(
            [
                {
                    "case_id": case.id,
                    "case_code": case.name,
                    "company_id": case.company_id.id,
                    "reader_id": former.id,
                    "kind": "grace",
                    "date_until": until,
                    "granted_by_id": self.env.uid,
                }
                for case in due
            ]
        )
