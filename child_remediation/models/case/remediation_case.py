from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import (
    AccessError,
    RedirectWarning,
    UserError,
    ValidationError,
)
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

from .remediation_classification import CLASSES

_lt = LazyTranslate(__name__)

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
#: The stage itself, and the case's own facts that it follows from.
STAGE_FACTS = frozenset(
    {"stage", "closed_on", "hold_on", "first_contact_on", "reopened_on"}
)
#: States of an urgent action that answer the safety alarm (R16).
HELPING_STATES = ("planned", "in_progress", "done")
#: The supervisor's task to assign a case, and the days for it by risk.
ASSIGN_ACTIVITY = "child_remediation.mail_activity_type_assign"
ASSIGN_WITHIN_DAYS = {"high": 0, "medium": 3, "low": 7}


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
    _inherit = [
        "remediation.coded.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "remediation.identity.text",
    ]
    _order = "opened_at desc, id desc"
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
        string="Workers Related to the Child",
        groups="child_remediation.group_case_worker",
        help="Hold the case only by the supervisor's override, with safeguards (R14).",
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
        required=True,
        default="medium",
        index=True,
        help="Set at registration; later by an approved assessment or a supervisor.",
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
    stage_log_ids = fields.One2many("remediation.case.stage.log", "case_id")
    holder_log_ids = fields.One2many("remediation.case.holder", "case_id")
    cost_delivered = fields.Monetary(
        compute="_compute_cost_delivered", string="Cost So Far"
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
    missing_html = fields.Html(compute="_compute_missing_html", sanitize=False)

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
    _by_stage = models.Index("(stage, company_id)")
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
            case.area_id = case.area_id or case.site_id.area_id

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

    @api.depends(
        "risk_level",
        "no_safety_action_reason",
        "plan_action_ids.is_urgent",
        "plan_action_ids.state",
        "plan_action_ids.description",
        "plan_action_ids.service_type_id",
    )
    def _compute_needs_safety_action(self):
        for case in self:
            case.needs_safety_action = (
                case.risk_level == "high"
                and not (case.no_safety_action_reason or "").strip()
                and not any(action._helps_at_once() for action in case.plan_action_ids)
            )

    @api.depends(
        "closed_on",
        "hold_on",
        "first_contact_on",
        "reopened_on",
        "assessment_ids.state",
        "assessment_ids.approved_on",
        "plan_ids.state",
        "plan_ids.revision_of_id",
        "plan_ids.open_action_count",
    )
    def _compute_stage(self):
        """The stage follows from dated facts of the case, never from today's date."""
        for case in self:
            case.stage = case._stage_from_facts()
        self.env["remediation.case.stage.log"]._note(self)

    def modified(self, fnames, create=False, before=False):
        if not before and STAGE_FACTS.intersection(fnames):
            self.env["remediation.case.stage.log"]._note(self)
        return super().modified(fnames, create=create, before=before)

    def _stage_from_facts(self):
        self.ensure_one()
        if self.closed_on:
            return "closed"
        if self.hold_on:
            return "on_hold"
        since = self.reopened_on
        assessments = self.assessment_ids
        assessed = assessments.filtered(
            lambda a: (
                a.state in ("approved", "superseded")
                and (not since or (a.approved_on and a.approved_on > since))
            )
        )
        if not assessed:
            if since or assessments.filtered(
                lambda a: a.state in ("draft", "submitted")
            ):
                return "assessment"
            return "first_contact" if self.first_contact_on else "registered"
        current = self.plan_ids.filtered(
            lambda p: (
                p.state == "active"
                or (p.revision_of_id and p.state in ("draft", "submitted"))
            )
        )
        if current:
            running = any(current.mapped("open_action_count"))
            return "in_remediation" if running else "monitoring"
        completed = self.plan_ids.filtered(
            lambda p: (
                p.state == "completed"
                and (not since or (p.approved_on and p.approved_on > since))
            )
        )
        return "monitoring" if completed else "planning"

    @api.depends(
        "stage",
        "first_contact_on",
        "consent_ids.state",
        "consent_ids.standing",
        "needs_safety_action",
        "case_manager_id",
        "beneficiary_id.birth_date",
        "beneficiary_id.age_estimated",
        "beneficiary_id.age_margin",
        "beneficiary_id.age_confidence",
    )
    def _compute_missing_html(self):
        """What is missing for the next stage, as links (read by the form)."""
        for case in self:
            case.missing_html = case._missing_as_html()

    @api.depends("plan_action_ids.cost_delivered")
    def _compute_cost_delivered(self):
        today = fields.Date.context_today(self)
        for case in self:
            case.cost_delivered = sum(
                action.currency_id._convert(
                    action.cost_delivered, case.currency_id, case.company_id, today
                )
                for action in case.plan_action_ids
            )

    # -- constraints -----------------------------------------------------------
    @api.constrains("identified_on", "survivor_reason", "beneficiary_id")
    def _check_age_on_identification(self):
        """R2: nobody of 18 or over on the day of the concern, unless a survivor."""
        for case in self:
            age = case.beneficiary_id._age_on(case.identified_on)
            if age is not None and age >= 18 and not case.survivor_reason:
                raise ValidationError(
                    self.env._(
                        "This person was %(age)s on %(day)s: a case is for children. "
                        "If "
                        "exploitation began before 18, give the reason in the field "
                        "Survivor Reason.",
                        age=age,
                        day=fields.Date.to_string(case.identified_on),
                    )
                )

    @api.constrains("identified_on", "received_at")
    def _check_identified_on(self):
        today = fields.Date.context_today(self)
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
        may_hold = profile and not profile._problems_to_hold()
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

    @api.model
    def _team_by_rule(self, rules, vals):
        """Return the team that the assignment rules name, if the user may file there:
        a coordinator anywhere, a supervisor in the own teams."""
        site = self.env["remediation.site"].browse(vals.get("site_id"))
        area = self.env["remediation.area"].browse(vals.get("area_id")) or site.area_id
        programme = self.env["remediation.programme"].browse(vals.get("programme_id"))
        team = rules._team_for(area, programme)
        user = self.env.user
        if team in user.remediation_team_ids or user.has_group(
            "child_remediation.group_coordinator"
        ):
            return team
        return team.browse()

    @api.model
    def _default_team(self):
        # sudo: a queue must be found for whoever registers.
        teams = (
            self.env["remediation.team"]
            .sudo()
            .search([("company_id", "=", self.env.company.id)], order="id")
        )
        own = teams.filtered(lambda team: team in self.env.user.remediation_team_ids)
        team = (own or teams)[:1]
        if not team:
            raise UserError(
                self.env._(
                    "No case team exists yet: ask a coordinator to create one under "
                    "Configuration, Teams."
                )
            )
        return team

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
        cases.filtered("needs_safety_action")._alert_on_call()
        return cases

    def write(self, vals):
        result = super().write(vals)
        if "risk_level" in vals:
            self.filtered("needs_safety_action")._alert_on_call()
        return result

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

    # -- holder ----------------------------------------------------------------
    def _check_supervises(self):
        """The user supervises every one of these cases (or coordinates)."""
        self.check_access("write")
        user = self.env.user
        if user.has_group("child_remediation.group_coordinator"):
            return
        if not user.has_group("child_remediation.group_supervisor") or (
            self.team_id - user.remediation_team_ids
        ):
            raise AccessError(
                self.env._("This is for the supervisor of the case: ask them to do it.")
            )

    def action_assign(
        self, case_manager_id, reason=None, override_reason=None, handover_days=0
    ):
        """Give the cases to a case manager (R11–R13). For supervisors of the cases.

        :param int case_manager_id: a ``remediation.case.manager`` in the same company
        :param str reason: kept in the holder log
        :param str override_reason: lets the load pass the maximum, recorded
        :param int handover_days: for so long the former worker reads along (R26); a
            supervisor who held a case needs no handover
        :raises UserError: the worker may not hold cases, or is full
        """
        self._check_supervises()
        manager = self.env["remediation.case.manager"].browse(case_manager_id).exists()
        manager.check_access("read")
        if not manager:
            raise UserError(self.env._("Choose a case manager."))
        if handover_days:
            self._check_handover_days(handover_days)
        problems = manager._problems_to_hold()
        problems += self._conflicts_of_interest(manager, override_reason)
        if problems:
            raise UserError("\n".join(problems))
        self.lock_for_update()
        if self.filtered("closed_on"):
            raise UserError(
                self.env._("A closed case is not assigned: reopen it first.")
            )
        added = self.filtered(lambda case: case.case_manager_id != manager)
        if not (override_reason or "").strip():
            problems = added._problems_of_load(manager)
            if problems:
                raise UserError("\n".join(problems))
        former = {case: case.user_id for case in added if case.case_manager_id}
        overridden = added._overridden(manager) if override_reason else {}
        added._set_holder(
            manager, override_reason or reason or self.env._("Assigned"), overridden
        )
        if handover_days and former:
            added._grant_handover(former, handover_days, reason)
        return True

    def _overridden(self, manager):
        """``{fact of the holder log: cases}``: what an assignment to this worker passes
        over (R13, R14, R8)."""
        # sudo: as in _conflicts_of_interest.
        partner = manager.sudo().organisation_id.commercial_partner_id
        return {
            "over_caseload": self if self._problems_of_load(manager) else self.browse(),
            "over_conflict": self.filtered(
                lambda case: manager in case.related_manager_ids
            ),
            "over_withheld": self.filtered(
                lambda case: (
                    partner
                    in case.sudo()
                    .consent_ids.filtered("withhold_item_ids")
                    .withhold_from_ids.commercial_partner_id
                )
            ),
        }

    def _weight(self):
        from ..people.remediation_case_manager import CASELOAD_WEIGHTS

        return sum(CASELOAD_WEIGHTS[case.risk_level] for case in self)

    def _problems_of_load(self, manager):
        """Sentences for R13: these cases would take the worker over the largest load.

        By whatever door a case comes to somebody; custody and reopening never ask.
        """
        # Cases given earlier in this transaction count too.
        manager.invalidate_recordset(["weighted_caseload", "open_case_count"])
        added = self.filtered(lambda case: case.case_manager_id != manager)
        load = manager.weighted_caseload + added._weight()
        if load <= manager.max_caseload:
            return []
        return [
            self.env._(
                "%(name)s would carry %(load).1f weighted cases of at most "
                "%(max).1f: choose another worker, or have the supervisor override it "
                "with a reason.",
                name=manager.display_name,
                load=load,
                max=manager.max_caseload,
            )
        ]

    def _conflicts_of_interest(self, manager, override_reason=None):
        """Sentences for R14: whoever works for the site's operator cannot hold its
        children's cases; a relative only by an override that names the safeguards."""
        if manager in self.related_manager_ids and not (override_reason or "").strip():
            return [
                self.env._(
                    "%(name)s is related to the child: choose another worker, or "
                    "give the "
                    "reason and the safeguards for an override.",
                    name=manager.display_name,
                )
            ]
        # What the family withheld from an organisation its workers would read (R8).
        organisation = manager.sudo().organisation_id  # sudo: name of the receiver
        if not (override_reason or "").strip() and any(
            organisation.commercial_partner_id
            in case.sudo()
            .consent_ids.filtered("withhold_item_ids")
            .withhold_from_ids.commercial_partner_id
            for case in self
            if case.organisation_id != organisation
        ):
            return [
                self.env._(
                    "The family asked that %(organisation)s is not told everything: "
                    "choose another worker, or give the reason for an override.",
                    organisation=organisation.name,
                )
            ]
        operators = self.site_id.operator_id.commercial_partner_id
        if manager.organisation_id.commercial_partner_id in operators:
            return [
                self.env._(
                    "%(name)s works for the operator of the site: choose another "
                    "worker.",
                    name=manager.display_name,
                )
            ]
        return []

    def _set_holder(self, manager, reason, overridden=None):
        """Move custody in one transaction: columns, followers, activities, log.

        Called by methods that checked the right to do so; an empty manager gives the
        cases to the supervisors of their teams.
        """
        if not self:
            return
        former = {case: case.user_id for case in self}
        vals = {"case_manager_id": manager.id}
        if manager:
            vals["team_id"] = manager.team_id.id
        # sudo: the person who assigns may lose sight of the case by assigning it.
        cases = self.sudo()
        cases._unprotected().write(vals)
        cases._log_holder(reason, overridden)
        cases._pass_activities(former)
        if manager:
            cases._clear_assign_tasks()
        else:
            cases._ask_to_assign()

    def _pass_with_team(self, former):
        """Log the new holder of cases that the team's supervisor holds, and pass the
        activities on.

        :param dict former: ``{case: user}`` before the team changed
        """
        moved = self.filtered(lambda case: case.user_id != former[case])
        moved._log_holder(
            self.env.context.get("remediation_holder_reason")
            or self.env._("New supervisor of the team")
        )
        moved._pass_activities(former)

    def _ask_to_assign(self):
        """Give the supervisor the task to assign open cases that nobody but the
        supervisor holds; those at high risk are due first."""
        self.filtered(
            lambda case: not case.closed_on and not case.case_manager_id
        )._plan_activities(
            ASSIGN_ACTIVITY,
            lambda case: case.team_id.supervisor_id,
            lambda case: ASSIGN_WITHIN_DAYS[case.risk_level],
        )

    def _clear_assign_tasks(self):
        # sudo: the task belongs to the supervisor; assigning ends it.
        self.env["mail.activity"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self.env.ref(ASSIGN_ACTIVITY).id),
            ]
        ).with_context(mail_activity_quick_update=True).unlink()

    def _pass_activities(self, former):
        # sudo: activities and followers of the former holder, in the same transaction.
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        by_case = activities.grouped("res_id")
        for new_holder, cases in self.grouped("user_id").items():
            moved = (
                self.env["mail.activity"]
                .sudo()
                .union(
                    *(
                        by_case[case.id].filtered(
                            lambda a, case=case: (
                                a.user_id == former[case.with_env(self.env)]
                                if case in former
                                else False
                            )
                        )
                        for case in cases
                        if case.id in by_case
                    )
                )
            )
            if new_holder.share:
                moved.unlink()  # activities are for internal users
            else:
                moved.with_context(mail_activity_quick_update=True).write(
                    {"user_id": new_holder.id}
                )
        self.env["mail.followers"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()

    def _log_holder(self, reason, overridden=None):
        """Note who holds the cases now.

        :param dict overridden: ``{fact: cases}`` as :meth:`_overridden` gives it
        """
        # sudo: the log has no write right for anybody.
        self.env["remediation.case.holder"].sudo().search(
            [("case_id", "in", self.ids), ("date_to", "=", False)]
        ).write({"date_to": fields.Datetime.now()})
        self.env["remediation.case.holder"].sudo().create(
            [
                {
                    "case_id": case.id,
                    "case_manager_id": case.case_manager_id.id,
                    "holder_user_id": case.user_id.id,
                    "reason": reason,
                    "done_by_id": self.env.uid,
                    **{
                        name: case in cases
                        for name, cases in (overridden or {}).items()
                    },
                }
                for case in self
            ]
        )

    def _refuse_service_on_closed(self):
        """A service added to a closed case asks to reopen it; the button for whoever
        may, whom to ask for the others."""
        for case in self.filtered("closed_on"):
            message = self.env._(
                "%(code)s is closed: ask the supervisor to reopen it before adding a "
                "service.",
                code=case.name,
            )
            user = self.env.user
            if case.team_id in user.remediation_team_ids or user.has_group(
                "child_remediation.group_coordinator"
            ):
                raise RedirectWarning(
                    self.env._(
                        "%(code)s is closed: reopen it before adding a service.",
                        code=case.name,
                    ),
                    self.env.ref("remediation_base.remediation_step_window_action").id,
                    self.env._("Reopen"),
                    {
                        "step_view_ref": "remediation.case,action_reopen",
                        "step_ids": case.ids,
                    },
                )
            raise UserError(message)

    # -- deadlines -------------------------------------------------------------
    def _tz(self):
        self.ensure_one()
        # sudo: the zone of the company, also for who has just passed the case on.
        return pytz.timezone(
            self.sudo().company_id.partner_id.tz or "Africa/Lubumbashi"
        )

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

    def _start_deadlines(self):
        """Open first contact and assessment, from the concern's receipt on (R15)."""
        self.env["remediation.deadline"]._open(
            self, ["first_contact", "assessment"], {c: c.received_at for c in self}
        )

    # -- facts -----------------------------------------------------------------
    def _missing_to_contact(self):
        self.ensure_one()
        if self.closed_on:
            return [self.env._("The case is closed: reopen it first.")]
        if self.first_contact_on:
            return [
                self.env._(
                    "The first contact was recorded on %(day)s already.",
                    day=fields.Date.to_string(self.first_contact_on),
                )
            ]
        return []

    @step(
        check="_missing_to_contact",
        asks={"day": Ask("first_contact_on", required=False, keep=False)},
        title=_lt("Record First Contact"),
        hint=_lt("Empty: today."),
    )
    def action_record_first_contact(self, day=None):
        """Record that the child was met. For the holder or a supervisor.

        :param day: date of the contact, today where empty
        """
        day = day or fields.Date.context_today(self)
        if day > fields.Date.context_today(self):
            raise UserError(self.env._("The first contact cannot lie in the future."))
        if self.filtered(lambda case: day < case.identified_on):
            raise UserError(
                self.env._("The first contact cannot come before the concern.")
            )
        self._unprotected().write(
            {"first_contact_on": day, "first_contact_by_id": self.env.uid}
        )
        self.deadline_ids._done("first_contact")

    @step(
        allowed="_check_supervises",
        asks={
            "risk_level": Ask("risk_level", keep=False),
            "reason": Ask(label=_lt("Reason")),
        },
        title=_lt("Set Risk"),
    )
    def action_set_risk(self, risk_level, reason):
        """Change the risk level with a reason. For supervisors; due dates follow."""
        self._set_risk(risk_level)
        self._message_log_batch(
            bodies={case.id: self.env._("Risk level changed.") for case in self}
        )

    def _set_risk(self, risk_level):
        order = ["low", "medium", "high"]
        moved = self.filtered(lambda case: case.risk_level != risk_level)
        rising = moved.filtered(
            lambda case: order.index(risk_level) > order.index(case.risk_level)
        )
        moved._unprotected().write({"risk_level": risk_level})
        self.env["remediation.deadline"]._tighten(rising)

    # -- hold ------------------------------------------------------------------
    @step(
        allowed="_check_supervises",
        stamp="hold",
        asks={"reason": "hold_reason", "until": "hold_until"},
        check="_missing_to_hold",
        title=_lt("Put on Hold"),
    )
    def action_hold(self, reason, until):
        """Put the case on hold until a day. For supervisors.

        :param str reason: why work pauses
        :param until: date on which it is taken up again
        """
        if self.filtered(
            lambda case: case.hold_until <= fields.Date.context_today(case)
        ):
            raise UserError(self.env._("The hold ends on a day to come."))

    def _missing_to_hold(self):
        if self.closed_on or self.hold_on:
            return [self.env._("A closed case or one on hold cannot be held.")]
        return []

    @step(allowed="_check_supervises")
    def action_resume(self):
        """End the hold. For supervisors."""
        self.filtered("hold_on")._unprotected().write(
            {
                "hold_on": False,
                "hold_reason": False,
                "hold_until": False,
                "hold_by_id": False,
            }
        )

    # -- reopening -------------------------------------------------------------
    @step(
        allowed="_check_supervises",
        asks={"reason": Ask("reopened_reason", keep=False)},
        check="_missing_to_reopen",
        title=_lt("Reopen the Case"),
        hint=_lt("Say what was seen or heard since the closure."),
    )
    def action_reopen(self, reason):
        """Reopen a closed case into assessment (R23). For supervisors.

        Never fails for want of a worker: where the former case manager may not hold
        it, the supervisor does.

        :raises UserError: not closed, no reason, or the child has another open case
        """
        self._refuse_second_open_case(self.beneficiary_id)
        self._reopen(reason)

    def _missing_to_reopen(self):
        if not self.closed_on:
            return [self.env._("Only a closed case can be reopened.")]
        return []

    def _reopen(self, reason):
        now = fields.Datetime.now()
        for case in self:
            manager = case.case_manager_id
            may_hold = manager and not manager.sudo()._problems_to_hold()
            case._unprotected().write(
                {
                    "closed_on": False,
                    "closure_reason": False,
                    "closure_outcome": False,
                    "closure_id": False,
                    "reopened_on": now,
                    "reopened_reason": reason,
                    "reopened_count": case.reopened_count + 1,
                    "case_manager_id": manager.id if may_hold else False,
                }
            )
        self.visit_ids.filtered(
            lambda v: v.is_post_closure and v.state == "planned"
        ).action_cancel(self.env._("Case reopened"))
        self.deadline_ids._done("post_closure")
        self._log_holder(reason)
        self._ask_to_assign()
        self.env["remediation.deadline"]._open(
            self, ["assessment"], {case: now for case in self}
        )

    # -- alerts ----------------------------------------------------------------
    def _alert_on_call(self):
        """One activity for the supervisor on call of a child at high risk (R16)."""
        self._plan_activities(
            "child_remediation.mail_activity_type_urgent",
            lambda case: case.team_id._on_call(),
        )

    def _alert_danger(self):
        """Tell at once who is on call and who holds these cases: somebody wrote of
        immediate danger, in a visit or in words that wait (R59)."""
        for user_of in (lambda c: c.team_id._on_call(), lambda c: c.user_id):
            self._plan_activities(
                "child_remediation.mail_activity_type_urgent", user_of
            )
        for case in self.sudo():  # sudo: codes alone, to those who answer for the case
            self._tell_of_danger(
                case.team_id._on_call() | case.user_id,
                case.name,
                f"/odoo/remediation.case/{case.id}",
                f"/my/remediation/case/{case.name}",
            )

    @api.model
    def _tell_of_danger(self, users, code, path, portal_path="/my/remediation"):
        """Tell users at once, by code and link alone, that a child is in danger."""
        mails = []
        for user in users.filtered("active"):
            reader = self.with_context(lang=user.lang)
            title = reader.env._("Child in immediate danger")
            user._bus_send(
                "simple_notification",
                {"type": "danger", "sticky": True, "title": title, "message": code},
            )
            link = self.get_base_url() + (portal_path if user.share else path)
            mails.append(
                {
                    "subject": f"{title}: {code}",
                    "email_to": user.email_formatted,
                    "body_html": reader.env["ir.qweb"]._render(
                        "child_remediation.danger_alert", {"code": code, "link": link}
                    ),
                    "auto_delete": True,
                }
            )
        # sudo: mails are queued by facts, which no role may write.
        self.env["mail.mail"].sudo().create([m for m in mails if m["email_to"]])

    def _plan_activities(self, type_xmlid, user_of, days_of=None):
        """Plan one activity of a type per case and user, where none is open yet.

        :param user_of: function of a case (superuser) that names the user; portal
            users have "due now" on the portal instead.
        :param days_of: function of a case that says in how many days it is due; today
            where None
        """
        if not self:
            return
        activity_type = self.env.ref(type_xmlid)
        # sudo: an alert goes to somebody else's activities.
        activities = self.env["mail.activity"].sudo()
        open_for = {
            (res_id, user.id)
            for res_id, user in activities._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", activity_type.id),
                ],
                ["res_id", "user_id"],
            )
        }
        model_id = self.env["ir.model"]._get_id(self._name)
        today = fields.Date.context_today(self)
        vals_list = []
        for case in self.sudo():  # sudo: as above
            user = user_of(case)
            if user and not user.share and (case.id, user.id) not in open_for:
                vals_list.append(
                    {
                        "res_model_id": model_id,
                        "res_id": case.id,
                        "activity_type_id": activity_type.id,
                        "summary": case.name,
                        "date_deadline": today
                        + timedelta(days=days_of(case) if days_of else 0),
                        "user_id": user.id,
                    }
                )
        activities.with_context(mail_activity_quick_update=True).create(vals_list)

    # -- what is missing -------------------------------------------------------
    def _missing_in_any_stage(self):
        """The steps that an open case may lack whatever its stage."""
        steps = []
        if self.needs_safety_action:
            steps.append(
                (
                    self.env._(
                        "Record an urgent safety action, or why none is needed."
                    ),
                    "plan_action_case_action",
                )
            )
        if self.stage == "closed":
            return steps
        if not self.case_manager_id:
            steps.append(
                (
                    self.env._(
                        "Assign a case manager: only the supervisor holds this case."
                    ),
                    None,
                )
            )
        doubt = self.beneficiary_id._doubt_of_age()
        if doubt:
            steps.append((doubt, None))
        return steps

    def _missing_steps(self):
        """Return ``[(sentence, action xmlid or None)]`` for the next stage."""
        self.ensure_one()
        stage = self.stage
        steps = self._missing_in_any_stage()
        if stage == "registered":
            steps.append(
                (self.env._("Meet the child and record the first contact."), None)
            )
        steps += self._steps_of_consent(stage)
        if stage in ("first_contact", "assessment"):
            drafts = self.assessment_ids.filtered(lambda a: a.state == "draft")
            waiting = self.assessment_ids.filtered(lambda a: a.state == "submitted")
            if waiting:
                steps.append(
                    (
                        self.env._("A supervisor approves the assessment."),
                        "assessment_case_action",
                    )
                )
            elif drafts:
                steps.append(
                    (
                        self.env._("Finish and submit the assessment."),
                        "assessment_case_action",
                    )
                )
            else:
                steps.append(
                    (
                        self.env._("Assess the child's situation."),
                        "assessment_case_action",
                    )
                )
        if stage == "planning":
            if self.plan_ids.filtered(lambda p: p.state == "submitted"):
                text = self.env._("A supervisor approves the plan.")
            elif self.plan_ids.filtered(lambda p: p.state == "draft"):
                text = self.env._("Finish and submit the plan.")
            else:
                text = self.env._("Make a plan with the family.")
            steps.append((text, "plan_case_action"))
        if stage == "in_remediation":
            count = self.active_plan_id.open_action_count
            steps.append(
                (
                    self.env._(
                        "Carry out the plan: %(count)s actions are open.", count=count
                    ),
                    "plan_action_case_action",
                )
            )
        if stage == "monitoring":
            for sentence in self.env["remediation.closure"]._missing_for(
                self, "goals_met"
            ):
                steps.append((sentence, "visit_case_action"))
        if self.sibling_prompt and stage in ("planning", "in_remediation"):
            steps.append((self.sibling_prompt, "plan_action_case_action"))
        if stage == "on_hold":
            steps.append((self.env._("A supervisor ends the hold."), None))
        return steps

    def _missing_as_html(self):
        from markupsafe import Markup

        items = [
            Markup("<li>%s</li>") % sentence
            if not xmlid or not self._origin.id
            else Markup('<li><a href="/odoo/cases/%s/%s">%s</a></li>')
            % (self._origin.id, self._action_path(xmlid), sentence)
            for sentence, xmlid in self._missing_steps()
        ]
        return (
            Markup("<ul class='mb-0 ps-3'>%s</ul>") % Markup("").join(items)
            if items
            else False
        )

    def _action_path(self, xmlid):
        action = self.env.ref(f"child_remediation.{xmlid}", raise_if_not_found=False)
        # sudo: the address of a screen is no secret; portal users read no actions.
        return action.sudo().path or f"action-{action.id}" if action else ""

    # -- siblings --------------------------------------------------------------
    def _siblings_to_support(self):
        """Siblings of 5 to 17, or of unknown age, out of school and without an action
        for siblings on the plan (R24)."""
        self.ensure_one()
        if self.plan_action_ids.filtered(
            lambda a: a.domain == "sibling_support" and a.state != "cancelled"
        ):
            return self.env["remediation.household.member"]
        today = fields.Date.context_today(self)
        return self.household_id.member_ids.filtered(
            lambda m: (
                m.relationship == "sibling"
                and m.in_school != "yes"
                and not m.is_deceased
                and (m._age_on(today) is False or 5 <= m._age_on(today) <= 17)
            )
        )

    @api.depends(
        "household_id.member_ids.in_school",
        "household_id.member_ids.age",
        "plan_action_ids.domain",
        "plan_action_ids.state",
    )
    def _compute_sibling_prompt(self):
        for case in self:
            siblings = case._siblings_to_support()
            case.sibling_prompt = (
                case.env._(
                    "Siblings not in school: %(codes)s. Add an action for siblings "
                    "to the "
                    "plan, so that work is not passed on to them.",
                    codes=", ".join(siblings.mapped("name")),
                )
                if siblings
                else False
            )

    # -- funding ---------------------------------------------------------------
    def action_set_funding(self, date_from, shares):
        """Set who pays for these cases from a day on. For supervisors of the cases.

        :param date_from: first day of the new split; not before the present one began
        :param dict shares: ``{res.partner id: percentage}``, adding up to 100
        :raises UserError: the sum is not 100, or the day comes before a later split
        """
        self._check_supervises()
        date_from = fields.Date.to_date(date_from)
        shares = {
            int(funder): round(float(share), 2) for funder, share in shares.items()
        }
        total = round(sum(shares.values()), 2)
        if total != 100.0 or min(shares.values(), default=0) <= 0:
            raise UserError(
                self.env._(
                    "The shares add up to %(total).2f %%: change them to add up to "
                    "100 %%.",
                    total=total,
                )
            )
        self.lock_for_update()
        current = self.funding_ids.filtered(lambda f: not f.date_to)
        if current.filtered(lambda f: f.date_from >= date_from):
            raise UserError(
                self.env._(
                    "A split that begins on that day or later exists: choose a later "
                    "day."
                )
            )
        # sudo: nobody has write rights on shares; this method is their only writer.
        current.sudo()._unprotected().write({"date_to": date_from - timedelta(days=1)})
        self.env["remediation.funding"].sudo()._unprotected().create(
            [
                {
                    "case_id": case.id,
                    "funder_id": funder,
                    "share": share,
                    "date_from": date_from,
                }
                for case in self
                for funder, share in shares.items()
            ]
        )
        return True

    def _funding_on(self, day):
        """Return the funder shares in force on a day."""
        return self.funding_ids.filtered(
            lambda f: f.date_from <= day and (not f.date_to or f.date_to >= day)
        )

    # -- consent ---------------------------------------------------------------
    def _steps_of_consent(self, stage):
        """What is missing for the child to be heard and the family to have agreed."""
        steps = []
        if self._has_caregiver_who_gains() and not self.best_interest_ids:
            steps.append(
                (
                    self.env._(
                        "A caregiver gains by the child's work: prepare a "
                        "best-interest decision."
                    ),
                    "best_interest_case_action",
                )
            )
        if stage in ("first_contact", "registered") and not self._has_consent(
            "services"
        ):
            waiting = self.consent_ids.filtered(
                lambda consent: (
                    consent.purpose == "services"
                    and consent.state == "given"
                    and consent.standing != "counts"
                )
            )
            steps.append(
                (
                    self.env._(
                        "The consent to services does not count yet: read what it "
                        "waits for."
                    )
                    if waiting
                    else self.env._("Record consent to services."),
                    "consent_case_action",
                )
            )
        return steps

    def _gains_by_work(self, member):
        """Whether a member of the family employs the child, receives the pay or is owed
        money: by the tick or by what any work situation of the child says (R57)."""
        works = self.beneficiary_id.case_ids.work_situation_ids
        parent = member.relationship in ("mother", "father")
        return bool(
            member.is_employer_or_creditor
            or "caregiver" in works.mapped("paid_to")
            or "caregiver" in works.mapped("debt_holder")
            or ("parent" if parent else "relative")
            in works.mapped("employer_relationship")
        )

    def _has_caregiver_who_gains(self):
        return any(
            self._gains_by_work(member)
            for member in self.household_id.member_ids
            if member.is_caregiver and not member.is_deceased
        )

    def _has_consent(self, purpose, organisation=None, on=None):
        """Whether a consent for ``purpose`` is in force on a day (R6).

        :param organisation: res.partner that must be covered by a sharing consent
        """
        self.ensure_one()
        return bool(self._consents_in_force(purpose, organisation, on))

    def _consents_in_force(self, purpose, organisation=None, on=None):
        """The consents of these cases for ``purpose`` in force on a day, for an
        organisation."""
        on = on or fields.Date.context_today(self)
        return self._consents_agreed(purpose, organisation, on).filtered(
            lambda consent: consent._has_not_ended(on)
        )

    def _consents_agreed(self, purpose, organisation, on):
        """The same, with those whose last day has passed."""
        consents = self.consent_ids
        about = [
            consent
            for consent in consents
            if consent.purpose == purpose and consent.given_on <= on
        ]
        agreed = [consent for consent in about if consent._covers(organisation, on)]
        # A "no" ends what was agreed before it, for whom it names.
        last_no = {}
        for consent in about:
            if consent._refuses(organisation):
                case_id, answered = consent.case_id.id, (consent.given_on, consent.id)
                last_no[case_id] = max(answered, last_no.get(case_id, answered))
        if last_no:
            agreed = [
                consent
                for consent in agreed
                if consent.case_id.id not in last_no
                or (consent.given_on, consent.id) > last_no[consent.case_id.id]
            ]
        # The consents of the other cases at hand are fetched in the same query.
        return consents.browse(consent.id for consent in agreed).with_prefetch(
            consents._prefetch_ids
        )
