from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.words import say_pair

from .remediation_case import CLOSURE_REASONS, OUTCOMES

#: R22, defaults: days between the two clean visits, age of the last one, attempts
#: and days before contact counts as lost.
CLEAN_VISITS = 2
CLEAN_VISITS_APART = 60
LAST_VISIT_MAX_AGE = 30
CONTACT_ATTEMPTS = 3
CONTACT_ATTEMPTS_DAYS = 90
#: R23: months after closure at which the child is seen again, and the closures that
#: leave a child who can be seen.
CHECK_MONTHS = (3, 6, 12, 24)
CHECKED_REASONS = ("goals_met", "reached_age", "resources", "refused", "other")


class Closure(models.Model):
    """A proposal to close a case, approved by another person (R18, R22).

    The holder proposes; a supervisor approves. A refusal names what is missing and the
    earliest day on which it can be met.
    """

    _name = "remediation.closure"
    _description = "Closure"
    _inherit = ["remediation.approval.mixin"]
    _open_texts = frozenset({"missing_text"})  # the application's words
    _order = "id desc"

    # The supervisor's note, for the approval.
    _open_fields = {"submitted": {"best_interest_note"}}

    reason = fields.Selection(CLOSURE_REASONS, required=True)
    outcome = fields.Selection(OUTCOMES, required=True, default="unknown")
    note = fields.Text()
    best_interest_note = fields.Text()
    authority_report = fields.Char(
        string="Tracing or Authority Report",
        help="Reference of the report; for a missing child.",
    )
    missing_text = fields.Text(
        compute="_compute_missing_text",
        string="Still Missing",
        groups="child_remediation.group_case_worker,"
        "child_remediation.group_data_protection",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "Submitted"), ("approved", "Approved")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )

    _one_pending = models.UniqueIndex(
        "(case_id) WHERE state IN ('draft', 'submitted')",
        "A closure of this case is being prepared already: continue that one.",
    )

    @api.depends("reason", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for closure in self:
            closure.display_name = say_pair(
                self.env, closure.case_id.name, reasons.get(closure.reason, "")
            )

    @api.depends("reason", "case_id", "authority_report", "best_interest_note")
    @api.depends_context("lang")
    def _compute_missing_text(self):
        for closure in self:
            closure.missing_text = "\n".join(closure._conditions())

    def _missing_to_submit(self):
        return super()._missing_to_submit() + self._conditions(submitting=True)

    def _missing_to_approve(self):
        return super()._missing_to_approve() + self._conditions()

    def _conditions(self, submitting=False):
        """Return what this closure still lacks (R22)."""
        self.ensure_one()
        missing = self._missing_for(self.case_id, self.reason)
        if self.reason == "missing" and not self.authority_report:
            missing.append(
                self.env._("Give the reference of the tracing or authority report.")
            )
        severe = (
            self.case_id.risk_level == "high" or self.case_id.classification == "wfcl"
        )
        if self.reason == "resources" or (self.reason == "refused" and severe):
            if not (self.best_interest_note or "").strip():
                missing.append(self.env._("Write the best-interest note."))
            if not submitting and not self.env.user.has_group(
                "child_remediation.group_coordinator"
            ):
                missing.append(self.env._("A coordinator approves this reason."))
        return missing

    @api.model
    def _missing_for(self, case, reason):
        """Return what keeps a case from being closed for a reason today."""
        today = case._place_today()
        check = getattr(self, f"_missing_for_{reason}", None)
        missing = check(case, today) if check else []
        if case.plan_action_ids.filtered(lambda a: a.state == "in_progress"):
            missing.append(
                self.env._("Decide on the actions that are still in progress.")
            )
        return missing + self._undecided(case)

    @api.model
    def _undecided(self, case):
        """Hook: what an app still has open on a case that is about to be closed, as
        sentences (R22). Also asked before a case is closed as a duplicate (R4).
        """
        return []

    @api.model
    def _missing_for_goals_met(self, case, today):
        visits = self.env["remediation.visit"]
        since = case.reopened_on and case._day(case.reopened_on)
        done = case.visit_ids.filtered(
            lambda v: not since or (v.date_done and v.date_done >= since)
        )
        series = visits._clean_series(done)
        if not series:
            earliest = today + timedelta(days=CLEAN_VISITS_APART)
            return [
                self.env._(
                    "Two clean visits at least %(days)s days apart are needed; the "
                    "earliest closure is %(day)s.",
                    days=CLEAN_VISITS_APART,
                    day=self._say_day(earliest),
                )
            ]
        first, last = series[0].date_done, series[-1].date_done
        missing = []
        if len(series) < CLEAN_VISITS or (last - first).days < CLEAN_VISITS_APART:
            earliest = max(first + timedelta(days=CLEAN_VISITS_APART), today)
            missing.append(
                self.env._(
                    "Another clean visit is needed, at least %(days)s days after the "
                    "one "
                    "of %(first)s; the earliest is %(day)s.",
                    days=CLEAN_VISITS_APART,
                    first=self._say_day(first),
                    day=self._say_day(earliest),
                )
            )
        elif (today - last).days > LAST_VISIT_MAX_AGE:
            missing.append(
                self.env._(
                    "The last clean visit, of %(last)s, is more than %(days)s days "
                    "old: "
                    "visit again.",
                    last=self._say_day(last),
                    days=LAST_VISIT_MAX_AGE,
                )
            )
        return missing

    @api.model
    def _missing_for_reached_age(self, case, today):
        child = case.beneficiary_id
        if case._takes_any_age() and case._is_adult(case.identified_on):
            return [
                self.env._(
                    "The person was an adult when the case opened: choose another "
                    "reason."
                )
            ]
        age = child._age_on(today)
        if age is None or age < 18 or not child.age_method:
            return [
                self.env._(
                    "The youngest reading of the child's age must be 18 or more, "
                    "with the "
                    "method it was found by."
                )
            ]
        return []

    @api.model
    def _missing_for_lost_contact(self, case, today):
        attempts = case.note_ids.filtered(lambda n: n.kind == "contact_attempt")
        days = sorted({case._day(attempt.date) for attempt in attempts})
        if len(days) < CONTACT_ATTEMPTS or (days[-1] - days[0]).days < (
            CONTACT_ATTEMPTS_DAYS
        ):
            earliest = (days[0] if days else today) + timedelta(
                days=CONTACT_ATTEMPTS_DAYS
            )
            return [
                self.env._(
                    "Record at least %(count)s dated attempts to contact over %(days)s "
                    "days; the earliest closure is %(day)s.",
                    count=CONTACT_ATTEMPTS,
                    days=CONTACT_ATTEMPTS_DAYS,
                    day=self._say_day(max(earliest, today)),
                )
            ]
        return []

    def _after_approval(self):
        result = super()._after_approval()
        for closure in self:
            case = closure.case_id
            if case.closed_on:
                raise UserError(self.env._("This case is closed already."))
            case._unprotected().write(
                {
                    "closure_id": closure.id,
                    "closed_on": closure.approved_on,
                    "closure_reason": closure.reason,
                    "closure_outcome": closure.outcome,
                    "hold_on": False,
                }
            )
        self.case_id.active_plan_id._unprotected().write(
            {"state": "completed", "completed_on": fields.Datetime.now()}
        )
        # Nothing is due on a closed case.
        open_deadlines = self.case_id.deadline_ids.filtered(lambda d: not d.done_on)
        for kind in set(open_deadlines.mapped("kind")):
            open_deadlines._done(kind)
        self.filtered(lambda c: c.reason in CHECKED_REASONS)._plan_checks()
        return result

    def _plan_checks(self):
        """R23: visits and due dates at 3, 6, 12 and 24 months, by themselves."""
        visits, moments = [], []
        for closure in self:
            case = closure.case_id
            closed = case._day(closure.approved_on)
            for months in CHECK_MONTHS:
                visits.append(
                    {
                        "case_id": case.id,
                        "date_planned": closed + relativedelta(months=months),
                        "is_post_closure": True,
                    }
                )
                moments.append(
                    (case, closure.approved_on + relativedelta(months=months))
                )
        self.env["remediation.visit"]._unprotected().create(visits)
        self.env["remediation.deadline"]._open_at("post_closure", moments)
