from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.answers import UNKNOWN, YES, YES_NO, Answer
from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

from ...tools.classification import CHILD_LABOUR
from ..case.remediation_classification import CLASSES

_lt = LazyTranslate(__name__)

#: Visits by these means see nobody: they neither count nor break a series (R22).
UNSEEN_TYPES = ("phone",)
#: A visit made so many days before a planned one answers it (R60).
EARLY = timedelta(days=14)
#: What whoever makes a visit says of it, through any door (R61).
RECORD_FIELDS = (
    "visit_type",
    "date_done",
    "child_seen",
    "child_seen_alone",
    "present",
    "occupation",
    "wellbeing",
    "child_working",
    "work_activity",
    "site_id",
    "hours_week",
    "hazard_ids",
    "at_night",
    "is_light_work",
    "interferes_with_school",
    "is_worst_form",
    "immediate_danger",
    "safety_concern",
    "note",
)


class Visit(models.Model):
    """A follow-up visit (E12).

    The holder plans and records it. Recording one where the child was seen adds a
    dated work situation, whose class says whether the visit is clean (R22).
    """

    _name = "remediation.visit"
    _description = "Follow-up Visit"
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"hours_week"})
    _inherit = ["remediation.case.owned"]
    _order = "date_planned desc, id desc"

    _protected_fields = frozenset(
        {
            "state",
            "outcome",
            "is_clean",
            "classification",
            "done_by_id",
            "cancel_reason",
            "is_post_closure",
            "answered_by_id",
        }
    )
    _open_fields = {"planned": EVERYTHING}

    visit_type = fields.Selection(
        [
            ("home", "Home"),
            ("school", "School"),
            ("site", "Site"),
            ("workplace", "Workplace"),
            ("phone", "Phone"),
            ("office", "Office"),
            ("unannounced", "Unannounced"),
        ],
        help="How the child was visited: asked when the visit is recorded.",
    )
    programme_id = fields.Many2one(
        related="case_id.programme_id", store=True, precompute=True
    )
    properties = fields.Properties(
        definition="programme_id.visit_properties",
        groups="child_remediation.group_case_worker",
        copy=False,
    )
    date_planned = fields.Date(
        required=True, default=fields.Date.context_today, index=True
    )
    date_done = fields.Date(copy=False)
    is_post_closure = fields.Boolean(
        readonly=True, copy=False, string="Check after Closure"
    )
    child_seen = Answer("Child Seen in Person", selection=YES_NO)
    child_seen_alone = Answer("Child Seen Alone", selection=YES_NO)
    present = fields.Char(string="Who Was Present")
    child_working = Answer("Child Working")
    work_activity = fields.Char(string="What Work")
    site_id = fields.Many2one("remediation.site", check_company=True)
    hours_week = fields.Float(string="Hours per Week")
    hazard_ids = fields.Many2many("remediation.hazard", string="Hazards")
    at_night = Answer("At Night")
    is_light_work = Answer("Light Work")
    interferes_with_school = Answer("Interferes with School")
    is_worst_form = Answer("Other Worst Form")
    occupation = fields.Selection(
        [
            ("school", "In School"),
            ("training", "In Training"),
            ("decent_work", "In Decent Work"),
            ("holidays", "School Holidays"),
            ("none", "None"),
        ],
        string="School, Training or Decent Work",
    )
    wellbeing = fields.Selection(
        [
            ("1", "1 – Very Poor"),
            ("2", "2 – Poor"),
            ("3", "3 – Fair"),
            ("4", "4 – Good"),
            ("5", "5 – Very Good"),
        ]
    )
    immediate_danger = Answer("Immediate Danger")
    safety_concern = fields.Text()
    note = fields.Text()
    answered_by_id = fields.Many2one(
        "remediation.visit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        string="Made As",
        help="The visit that was recorded in place of this planned one.",
    )
    state = fields.Selection(
        [("planned", "Planned"), ("done", "Done"), ("cancelled", "Cancelled")],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    classification = fields.Selection(CLASSES, readonly=True, copy=False)
    outcome = fields.Selection(
        [
            ("clean", "Clean"),
            ("not_clean", "Not Clean"),
            ("not_counting", "Not Counting"),
        ],
        readonly=True,
        copy=False,
        help="Phone and proxy visits, and visits where the child was absent, neither "
        "count nor break the series.",
    )
    is_clean = fields.Boolean(readonly=True, copy=False)

    _hours_possible = models.Constraint(
        "CHECK (hours_week BETWEEN 0 AND 168)",
        "Hours per week lie between 0 and 168.",
    )

    @api.depends("visit_type", "date_planned", "date_done", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        types = dict(self._fields["visit_type"]._description_selection(self.env))
        for visit in self:
            parts = (visit.case_id.name, types.get(visit.visit_type))
            visit.display_name = ": ".join(filter(None, parts))

    @api.constrains("date_done")
    def _check_date_done(self):
        for visit in self:
            if visit._is_ahead(visit.date_done):
                raise ValidationError(
                    self.env._(
                        "Date Done lies in the future: a visit is recorded after it "
                        "took place."
                    )
                )
            if visit.date_done and visit.date_done < visit.case_id.identified_on:
                raise ValidationError(
                    self.env._("Date Done comes before the child was identified.")
                )

    @step(frm="planned", to=("done",), check="_missing_answers")
    def action_done(self):
        """Record the visit as made: adds the work situation, judges cleanness (R22),
        finishes the planned visit it answers (R60), meets the visit deadline and
        opens the next. For the holder.

        :raises UserError: an answer that a rule reads is missing (R58, R81)
        """
        for visit in self.filtered(lambda v: not v.date_done):
            visit.date_done = visit.case_id._day()
        seen = self.filtered(lambda v: v._sees_child())
        seen._take_over_planned()
        known = seen.filtered(lambda v: v.child_working != UNKNOWN)
        situations = (
            self.env["remediation.work.situation"]
            ._unprotected()
            .create([visit._prepare_work_situation_vals() for visit in known])
        )
        by_visit = {situation.visit_id: situation for situation in situations}
        for visit in self:
            situation = by_visit.get(visit)
            outcome = visit._outcome(situation)
            visit._unprotected().write(
                {
                    "state": "done",
                    "done_by_id": self.env.uid,
                    "classification": situation.classification if situation else False,
                    "outcome": outcome,
                    "is_clean": outcome == "clean",
                }
            )
        self.filtered(lambda v: v.immediate_danger == YES).case_id._alert_danger()
        if seen:
            first = seen.case_id.filtered(
                lambda c: not c.first_contact_on and not c.closed_on
            )
            for case in first:
                case.action_record_first_contact(
                    min(v.date_done for v in seen if v.case_id == case)
                )
            seen.case_id.deadline_ids._done("visit")
            self.env["remediation.deadline"]._open(
                seen.case_id.filtered(
                    lambda c: c.stage not in ("closed", "registered")
                ),
                ["visit"],
                {
                    case: max(v._made_at() for v in seen if v.case_id == case)
                    for case in seen.case_id
                },
            )
        self.filtered("is_post_closure")._after_check()

    def _missing_answers(self):
        """Sentences for the answers that a rule reads and nobody gave (R58, R81)."""
        self.ensure_one()
        missing = []
        if not self.visit_type:
            missing.append(self.env._("Say what kind of visit it was."))
        if not self.child_seen:
            missing.append(self.env._("Say whether the child was seen in person."))
        if self.child_seen == YES and self.visit_type in UNSEEN_TYPES:
            missing.append(
                self.env._("Nobody is seen by phone: say that the child was not seen.")
            )
        if self._sees_child():
            if not self.occupation:
                missing.append(
                    self.env._("Say whether the child is in school, training or work.")
                )
            if not self.child_working:
                missing.append(
                    self.env._(
                        "Say whether the child works: yes, no, or not known. A visit "
                        "without this answer does not count."
                    )
                )
        return missing

    def _made_at(self):
        """The moment from which the next visit is counted: the end of the day of this
        one where the case is, or now where that day has not ended (R15)."""
        self.ensure_one()
        zone = self.case_id._tz()
        end = zone.localize(datetime.combine(self.date_done, time(23, 59)))
        return min(end.astimezone(pytz.utc).replace(tzinfo=None), fields.Datetime.now())

    @api.model
    def _planned_for(self, case, day):
        """The planned visits that one made on ``day`` may answer, the first to be
        taken first (R60).

        On a closed case the checks in their order; otherwise what was due by then or
        is due within two weeks.
        """
        return case.visit_ids.filtered(
            lambda v: (
                v.state == "planned"
                and v.is_post_closure == bool(case.closed_on)
                and (case.closed_on or v.date_planned <= day + EARLY)
            )
        ).sorted(lambda v: (v.date_planned, v.id))

    @api.model
    def _record(self, case, vals):
        """Record a visit that was made, in the planned one it answers or in a new one
        (R60). The caller checked the right and whitelisted the values.

        :param dict vals: values of ``RECORD_FIELDS``; ``date_done`` is needed
        """
        case.lock_for_update(allow_referencing=True)
        day = fields.Date.to_date(vals["date_done"])
        visit = self.browse()
        if vals.get("child_seen") == YES and vals.get("visit_type") not in UNSEEN_TYPES:
            visit = self._planned_for(case, day)[:1].with_env(self.env)
        if visit:
            visit.write(vals)
        else:
            visit = self.create(dict(vals, case_id=case.id, date_planned=day))
        visit.action_done()
        return visit

    def _take_over_planned(self):
        """A visit written down after it was made answers the planned one it finds
        (R60): it takes its day and its place, and the planned one names it."""
        for visit in self:
            case = visit.case_id
            # What was put down before its day was planned itself.
            planned_itself = case._day(visit.create_date) < visit.date_done
            if visit.is_post_closure or planned_itself:
                continue
            planned = self._planned_for(case, visit.date_done).filtered(
                lambda v, visit=visit: v.id < visit.id
            )[:1]
            vals = {"is_post_closure": bool(case.closed_on)}
            if planned:
                vals["date_planned"] = planned.date_planned
                planned._unprotected().write(
                    {"state": "cancelled", "answered_by_id": visit.id}
                )
            visit._unprotected().write(vals)

    @api.model
    def _cron_yearly_checks(self):
        """R23: where the programme says so, a closed case is seen every year until the
        child is 18. Daily; the next check follows one year after the last, also where
        that one was not made."""
        today = self._place_today()
        last_checks = self._read_group(
            [
                ("is_post_closure", "=", True),
                ("state", "!=", "cancelled"),
                ("case_id.stage", "=", "closed"),
                ("programme_id.yearly_checks", "=", True),
            ],
            ["case_id"],
            ["date_planned:max"],
            having=[("date_planned:max", "<=", today)],
        )
        days = {case: last + relativedelta(years=1) for case, last in last_checks}
        due = {
            case: day
            for case, day in days.items()
            if (case.beneficiary_id._age_on(day) or 0) < 18
        }
        each_batch(
            self.env["remediation.case"].union(*due),
            lambda batch: self._plan_checks({case: due[case] for case in batch}),
        )

    def _plan_checks(self, due):
        self._unprotected().create(
            [
                {"case_id": case.id, "date_planned": day, "is_post_closure": True}
                for case, day in due.items()
            ]
        )
        self.env["remediation.deadline"]._open_at(
            "post_closure",
            [
                (case, datetime.combine(day, case.closed_on.time()))
                for case, day in due.items()
            ],
        )

    def _after_check(self):
        """A check after closure meets its due date; a bad one reopens (R23)."""
        for visit in self:
            # A check that saw nobody leaves its due date open.
            if visit.outcome == "not_counting":
                continue
            first = visit.case_id.deadline_ids.filtered(
                lambda d: d.kind == "post_closure" and not d.done_on
            ).sorted("date_due")[:1]
            first._done("post_closure")
            if visit.classification in CHILD_LABOUR and visit.case_id.closed_on:
                # sudo: the finding reopens the case, whoever made the visit; the
                # supervisor holds it where the worker may not (R23).
                visit.case_id.sudo()._reopen(
                    self.env._("Found in child labour at a check after closure")
                )

    def _sees_child(self):
        return self.child_seen == YES and self.visit_type not in UNSEEN_TYPES

    def _outcome(self, situation):
        if not situation:
            return "not_counting"
        if situation.classification in CHILD_LABOUR or self.occupation == "none":
            return "not_clean"
        return "clean"

    def _prepare_work_situation_vals(self):
        return {
            "case_id": self.case_id.id,
            "visit_id": self.id,
            "date": self.date_done,
            "works": self.child_working,
            "activity": self.work_activity,
            "site_id": self.site_id.id,
            "hours_week": self.hours_week,
            "hazard_ids": [fields.Command.set(self.hazard_ids.ids)],
            "at_night": self.at_night,
            "is_light_work": self.is_light_work,
            "interferes_with_school": self.interferes_with_school,
            "is_worst_form": self.is_worst_form,
        }

    @step(
        frm="planned",
        to="cancelled",
        asks={"reason": Ask("cancel_reason", required=False)},
        title=_lt("Cancel the Visit"),
    )
    def action_cancel(self, reason=None):
        """Cancel a planned visit. For the holder."""

    @api.model
    def _clean_series(self, visits):
        """Return the latest run of consecutive clean visits among ``visits``, oldest
        first; visits that do not count are passed over (R22)."""
        counting = visits.filtered(
            lambda v: v.state == "done" and v.outcome in ("clean", "not_clean")
        ).sorted(lambda v: (v.date_done, v.id))
        series = self.browse()
        for visit in counting:
            series = series + visit if visit.is_clean else self.browse()
        return series
