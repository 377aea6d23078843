from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .remediation_classification import CLASSES

RISK_LEVELS = [("high", "High"), ("medium", "Medium"), ("low", "Low")]
STAGES = [
    ("registered", "Registered"),
    ("first_contact", "First Contact"),
    ("assessment", "Assessment"),
    ("planning", "Planning"),
    ("in_remediation", "In Remediation"),
    ("monitoring", "Monitoring"),
    ("on_hold", "On Hold"),
    ("closed", "Closed"),
]
CLOSURE_REASONS = [
    ("goals_met", "Out of Child Labour"),
    ("reached_age", "Reached Working Age"),
    ("transferred", "Transferred"),
    ("moved_in_country", "Moved within the Country"),
    ("moved_abroad", "Moved Abroad"),
    ("refused", "Refused"),
    ("lost_contact", "Lost Contact"),
    ("missing", "Missing"),
    ("died", "Died"),
    ("not_eligible", "Not Eligible"),
    ("duplicate", "Duplicate"),
    ("resources", "Lack of Resources"),
    ("other", "Other"),
]
OUTCOMES = [
    ("out_of_child_labour", "Out of Child Labour"),
    ("reduced_hazard", "Reduced Hazard"),
    ("unchanged", "Unchanged"),
    ("returned_to_work", "Returned to Work"),
    ("unknown", "Unknown"),
]
#: States of an urgent action that answer the safety alarm (R16).
HELPING_STATES = ("planned", "in_progress", "done")


class Case(models.Model):
    """The file of one child from report to follow-up (E5).

    Who may what: the holder (``user_id``) works on it; supervisors of its team assign,
    approve, hold and reopen; coordinators see all. Nobody deletes. The stage is
    computed from facts; hold and close alone are decisions. The holder is the case
    manager, or the team's supervisor where there is none (R11): no open case is ever
    without one.

    registered → first_contact → assessment → planning → in_remediation → monitoring
    → closed; on_hold from anywhere; reopened into assessment.
    """

    _name = "remediation.case"
    _description = "Case"
    #: What is 0 where nobody knows it: shown as a dash.
    _zero_is_unknown = frozenset({"age"})
    _inherit = [
        "remediation.coded.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "remediation.identity.text",
    ]
    _order = "opened_at desc, id desc"
    _lists_at_once = True
    _check_company_auto = True
    _mail_post_access = "read"

    _code_prefix = "CR"
    _remediation_sensitive = True
    _rules_of = "remediation.case"
    # Codes; what is missing and who reads along are sentences of the application.
    _open_texts = frozenset(
        {"name", "display_name", "missing_html", "handover_text", "sibling_prompt"}
    )
    _protected_fields = frozenset(
        {
            "case_manager_id",
            "user_id",
            "team_id",
            "organisation_id",
            "household_id",
            "stage",
            "classification",
            "work_situation_id",
            "active_plan_id",
            "next_due",
            "needs_safety_action",
            "first_contact_on",
            "first_contact_by_id",
            "hold_on",
            "hold_reason",
            "hold_until",
            "hold_by_id",
            "closed_on",
            "closure_reason",
            "closure_outcome",
            "closure_id",
            "reopened_on",
            "reopened_count",
            "reopened_reason",
        }
    )
    _frozen_fields = frozenset(
        {"beneficiary_id", "company_id", "risk_level", "received_at", "opened_at"}
    )

    # Who
    beneficiary_id = fields.Many2one(
        "remediation.beneficiary",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    household_id = fields.Many2one(
        related="beneficiary_id.household_id", store=True, index=True
    )
    sex = fields.Selection(related="beneficiary_id.sex")
    age = fields.Integer(related="beneficiary_id.age")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    case_manager_id = fields.Many2one(
        "remediation.case.manager",
        readonly=True,
        copy=False,
        index=True,
        check_company=True,
        group_expand="_all_holders",
    )
    team_id = fields.Many2one(
        "remediation.team", required=True, readonly=True, check_company=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Holder",
        compute="_compute_user_id",
        store=True,
        compute_sudo=True,
    )
    organisation_id = fields.Many2one(
        related="case_manager_id.organisation_id", store=True, string="Organisation"
    )
    related_manager_ids = fields.Many2many(
        "remediation.case.manager",
        "remediation_case_related_manager_rel",
        check_company=True,
        string="Workers Related to the Child",
        groups="child_remediation.group_case_worker",
        help="Hold the case only by the supervisor's override, with safeguards.",
    )
    # What and where
    programme_id = fields.Many2one(
        "remediation.programme", index=True, check_company=True
    )
    site_id = fields.Many2one("remediation.site", index=True, check_company=True)
    area_id = fields.Many2one(
        "remediation.area",
        index=True,
        check_company=True,
        compute="_compute_area_id",
        store=True,
        readonly=False,
    )
    risk_level = fields.Selection(
        RISK_LEVELS,
        index=True,
        help="Set at registration; later by an approved assessment or a supervisor. "
        "Until somebody says it, dates and loads are those of a high risk.",
    )
    classification = fields.Selection(
        CLASSES,
        compute="_compute_classification",
        store=True,
        compute_sudo=True,
        copy=False,
        index=True,
    )
    work_situation_id = fields.Many2one(
        "remediation.work.situation",
        compute="_compute_classification",
        store=True,
        compute_sudo=True,
        copy=False,
        string="Latest Work Situation",
    )
    survivor_reason = fields.Char(
        help="Why a person of 18 or over is supported: exploitation began before 18."
    )
    # Dates
    identified_on = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Day on which somebody first reported the child.",
    )
    received_at = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        copy=False,
        help="Moment the concern reached us; deadlines count from here.",
    )
    opened_at = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        copy=False,
        readonly=True,
        string="Opened",
    )
    first_contact_on = fields.Date(readonly=True, copy=False)
    first_contact_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    next_due = fields.Datetime(compute="_compute_next_due", store=True, copy=False)
    # Hold, closure, reopening
    hold_on = fields.Datetime(readonly=True, copy=False)
    hold_until = fields.Date(readonly=True, copy=False)
    hold_reason = fields.Char(readonly=True, copy=False)
    hold_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    closure_id = fields.Many2one(
        "remediation.closure", readonly=True, copy=False, string="Approved Closure"
    )
    closed_on = fields.Datetime(readonly=True, copy=False)
    closure_reason = fields.Selection(CLOSURE_REASONS, readonly=True, copy=False)
    closure_outcome = fields.Selection(OUTCOMES, readonly=True, copy=False)
    reopened_on = fields.Datetime(readonly=True, copy=False)
    reopened_count = fields.Integer(readonly=True, copy=False)
    reopened_reason = fields.Char(readonly=True, copy=False)
    # Safety (R16)
    no_safety_action_reason = fields.Char(
        help="Why a child at high risk needs no immediate safety action."
    )
    needs_safety_action = fields.Boolean(
        compute="_compute_needs_safety_action", store=True, index=True
    )
    properties = fields.Properties(
        definition="programme_id.case_properties",
        groups="child_remediation.group_case_worker",
        copy=False,
    )
    # Below the case
    work_situation_ids = fields.One2many("remediation.work.situation", "case_id")
    consent_ids = fields.One2many("remediation.consent", "case_id")
    assessment_ids = fields.One2many("remediation.assessment", "case_id")
    plan_ids = fields.One2many("remediation.plan", "case_id")
    plan_action_ids = fields.One2many("remediation.plan.action", "case_id")
    active_plan_id = fields.Many2one(
        "remediation.plan", compute="_compute_active_plan_id", store=True, copy=False
    )
    visit_ids = fields.One2many("remediation.visit", "case_id")
    note_ids = fields.One2many("remediation.note", "case_id")
    deadline_ids = fields.One2many("remediation.deadline", "case_id")
    closure_ids = fields.One2many("remediation.closure", "case_id")
    breach_ids = fields.One2many("remediation.deadline.breach", "case_id")
    funding_ids = fields.One2many("remediation.funding", "case_id")
    enrolment_ids = fields.One2many("remediation.education.enrolment", "case_id")
    attendance_ids = fields.One2many("remediation.attendance", "case_id")
    delivery_ids = fields.One2many("remediation.service.delivery", "case_id")
    best_interest_ids = fields.One2many("remediation.best.interest.decision", "case_id")
    approval_ids = fields.One2many("remediation.approval", "case_id")
    override_ids = fields.One2many("remediation.override", "case_id")
    stage_log_ids = fields.One2many("remediation.case.stage.log", "case_id")
    holder_log_ids = fields.One2many("remediation.case.holder", "case_id")
    cost_delivered = fields.Monetary(
        compute="_compute_cost_delivered", string="Cost of Services"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    # Stage
    stage = fields.Selection(
        STAGES,
        compute="_compute_stage",
        store=True,
        copy=False,
        group_expand=True,
    )
    # compute_sudo: codes alone, also for readers who cannot open the family.
    sibling_prompt = fields.Text(compute="_compute_sibling_prompt", compute_sudo=True)

    _one_open_case = models.UniqueIndex(
        "(beneficiary_id) WHERE closed_on IS NULL",
        "This child has an open case: add the new concern to it.",
    )
    _list_by_user = models.Index("(company_id, user_id, opened_at DESC, id DESC)")
    _list_by_team = models.Index("(company_id, team_id, opened_at DESC, id DESC)")
    _list_by_organisation = models.Index(
        "(company_id, organisation_id, opened_at DESC, id DESC)"
    )
    _list_by_company = models.Index("(company_id, opened_at DESC, id DESC)")
    _list_by_due = models.Index(
        "(company_id, next_due, id DESC) WHERE stage <> 'closed'"
    )
    _by_stage = models.Index("(stage, company_id, site_id)")
    _by_risk = models.Index("(risk_level, company_id)")

    # -- computes --------------------------------------------------------------
    # compute_sudo: a portal worker's user is read here for whoever saves.
    @api.depends("case_manager_id.user_id", "team_id.supervisor_id")
    def _compute_user_id(self):
        for case in self:
            case.user_id = case.case_manager_id.user_id or case.team_id.supervisor_id

    @api.depends("site_id")
    def _compute_area_id(self):
        for case in self:
            if case.site_id.area_id or not case.area_id:
                case.area_id = case.site_id.area_id

    # compute_sudo: the newest situation counts, whoever entered it.
    @api.depends("work_situation_ids.date", "work_situation_ids.classification")
    def _compute_classification(self):
        """Take the class of the latest dated work situation."""
        for case in self:
            latest = case.work_situation_ids.sorted(lambda s: (s.date, s.id))[-1:]
            case.work_situation_id = latest
            case.classification = latest.classification

    @api.depends("deadline_ids.date_due", "deadline_ids.done_on")
    def _compute_next_due(self):
        for case in self:
            due = [d.date_due for d in case.deadline_ids if not d.done_on]
            case.next_due = min(due) if due else False

    @api.depends("plan_ids.state")
    def _compute_active_plan_id(self):
        for case in self:
            case.active_plan_id = case.plan_ids.filtered(
                lambda plan: plan.state == "active"
            )[:1]

    # -- constraints -----------------------------------------------------------
    @api.constrains(
        "identified_on", "survivor_reason", "beneficiary_id", "programme_id"
    )
    def _check_age_on_identification(self):
        """R2: nobody of 18 or over on the day of the concern, unless a survivor, or in
        a programme for survivors of any age."""
        for case in self.filtered(lambda case: not case._takes_any_age()):
            age = case.beneficiary_id._age_on(case.identified_on)
            if age is not None and age >= 18 and not case.survivor_reason:
                raise ValidationError(
                    self.env._(
                        "This person was %(age)s on %(day)s: a case is for children. "
                        "If "
                        "exploitation began before 18, give the reason in the field "
                        "Survivor Reason.",
                        age=age,
                        day=self._say_day(case.identified_on),
                    )
                )

    @api.constrains("identified_on", "received_at")
    def _check_identified_on(self):
        # The day has begun where the company works, or where the user is.
        today = max(self._place_today(), fields.Date.context_today(self))
        if self.filtered(lambda case: case.identified_on > today):
            raise ValidationError(
                self.env._("Identified On lies in the future: correct the date.")
            )
        if self.filtered(lambda c: c.received_at > fields.Datetime.now()):
            raise ValidationError(
                self.env._("Received At lies in the future: correct the date.")
            )

    @api.model
    def _refuse_second_open_case(self, children):
        """R5, as a sentence; the unique index holds it against two at once."""
        # sudo: the other case may belong to somebody else; only its existence is told.
        other = self.sudo().search(
            [("beneficiary_id", "in", children.ids), ("closed_on", "=", False)], limit=1
        )
        if other:
            raise ValidationError(
                self.env._(
                    "%(code)s has an open case: add the new concern to it.",
                    code=other.beneficiary_id.name,
                )
            )

    # -- creation --------------------------------------------------------------
    def _registers_for_a_team(self):
        """Whether the user may register a case that somebody else holds."""
        return self.env.su or self.env.user.has_group(
            "child_remediation.group_supervisor"
        )

    @api.model
    def _add_protected_values(self, vals_list):
        """Choose the holder: the person who registers if that person may hold cases,
        otherwise the supervisor of the team."""
        vals_list = super()._add_protected_values(vals_list)
        # sudo: the own profile and the team are read for a worker without rights on
        # other workers.
        profile = (
            self.env["remediation.case.manager"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.env.uid),
                    ("company_id", "=", self.env.company.id),
                ]
            )
        )
        problems = profile._problems_to_hold() if profile else []
        may_hold = profile and not problems
        if problems and not self._registers_for_a_team():
            ask = self.env._("Ask your supervisor to register the child.")
            raise UserError("\n".join([*problems, ask]))
        default_team = None
        # sudo: as above; browsed together, so that their teams come in one query.
        managers = (
            self.env["remediation.case.manager"]
            .sudo()
            .browse(
                {
                    vals["case_manager_id"]
                    for vals in vals_list
                    if vals.get("case_manager_id")
                }
            )
        )
        teams = {manager.id: manager.team_id.id for manager in managers | profile}
        result = []
        for vals in vals_list:
            vals = dict(vals)
            if "case_manager_id" not in vals and may_hold and "team_id" not in vals:
                vals["case_manager_id"] = profile.id
            if not vals.get("team_id"):
                if vals.get("case_manager_id"):
                    vals["team_id"] = teams[vals["case_manager_id"]]
                else:
                    if default_team is None:
                        default_team = profile.team_id or self._default_team()
                        # sudo: the rules decide for whoever registers.
                        rules = (
                            self.env["remediation.assignment.rule"]
                            .sudo()
                            .search([("company_id", "=", self.env.company.id)])
                        )
                    team = self._team_by_rule(rules, vals) if rules else default_team
                    vals["team_id"] = (team or default_team).id
            result.append(vals)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        children = self.env["remediation.beneficiary"].browse(
            {vals["beneficiary_id"] for vals in vals_list if vals.get("beneficiary_id")}
        )
        # The new case makes its holder the child's: nobody opens one on a child that
        # they do not see already.
        children.check_access("read")
        self._refuse_second_open_case(children)
        cases = (
            super(Case, self.with_context(tracking_disable=True))
            .create(vals_list)
            .with_env(self.env)
        )
        cases._start_deadlines()
        cases._log_holder(self.env._("Registered"))
        cases._note_no_safety()
        cases.filtered("needs_safety_action")._alert_on_call()
        return cases

    def _creation_subtype(self):
        return self.env["mail.message.subtype"]

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """A case has no followers: a mail would reach people who lost access (R26).

        For whoever reads the case (AccessError otherwise).
        """
        self.check_access("read")
        return True

    def _check_can_update_message_content(self, messages):
        raise UserError(self.env._("The log of a case is not edited: add a note."))

    # -- deadlines -------------------------------------------------------------
    def _tz(self):
        self.ensure_one()
        # sudo: the zone of the company, also for who has just passed the case on.
        return self.sudo().company_id._place_zone()

    def _day(self, moment=None):
        """The day it is, or was at a moment in UTC, where this case is worked on.

        What ends by the day for two people ends at one midnight, wherever they are.
        """
        moment = moment or fields.Datetime.now()
        return pytz.utc.localize(moment).astimezone(self._tz()).date()

    def _end_of_day(self, day):
        """The moment, in UTC, at which a day ends where this case is worked on."""
        midnight = datetime.combine(day + timedelta(days=1), time.min)
        return self._tz().localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)
