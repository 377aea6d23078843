from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.answers import Answer
from odoo.addons.remediation_base.tools.numbers import say_number
from odoo.addons.remediation_base.tools.steps import step

from ..case.remediation_case import HELPING_STATES

#: The kinds of action that make each replacement of the child's income real (R20).
INCOME_ACTIONS = {
    "stipend": ("cash",),
    "adult_job": ("livelihood", "site_action"),
    "livelihood": ("livelihood", "savings_group", "cash"),
}


class Plan(models.Model):
    """The individual remediation plan, in versions (E10).

    The holder of the case writes and submits it; a supervisor approves, and it is
    active from then. One plan is active at a time; completing or revising frees the
    slot. A revision keeps the actions: they move to the new version, the old one
    keeps a list of them as they were.

    draft → submitted → active → completed | revised
    """

    _name = "remediation.plan"
    _description = "Remediation Plan"
    _inherit = ["remediation.approval.mixin"]
    _order = "case_id, version desc"

    _approved_state = "active"
    _content_fields = (
        "goal",
        "target_date",
        "participants",
        "separation_discussed",
        "caregiver_agreed_on",
        "caregiver_not_agreed_reason",
        "child_assent",
        "income_replacement",
        "action_ids",
        "revision_of_id",
    )
    # The supervisor's note, for the approval.
    _open_fields = {"submitted": {"best_interest_note"}}
    _stage_facts = frozenset({"state"})
    _protected_fields = frozenset(
        {
            "version",
            "revision_of_id",
            "completed_on",
            "action_snapshot",
            "open_action_count",
        }
    )

    version = fields.Integer(readonly=True, copy=False, default=1)
    revision_of_id = fields.Many2one(
        "remediation.plan", readonly=True, copy=False, index="btree_not_null"
    )
    goal = fields.Text()
    date_start = fields.Date(default=fields.Date.context_today)
    target_date = fields.Date(string="Target Date of Exit")
    participants = fields.Char()
    separation_discussed = Answer(
        "Separation Discussed",
        help="Whether the child may live apart from the parents: then a best-interest "
        "decision is due.",
    )
    payer = fields.Selection(
        [
            ("ngo", "Organisation"),
            ("brand", "Buyer"),
            ("site", "Site or Operator"),
            ("government", "Government"),
            ("family", "Family"),
        ],
        string="Main Payer",
    )
    caregiver_member_id = fields.Many2one(
        "remediation.household.member", string="Caregiver"
    )
    caregiver_agreed_on = fields.Date()
    caregiver_not_agreed_reason = fields.Selection(
        [
            ("absent", "Absent"),
            ("suspected_of_harm", "Suspected of Harm"),
            ("refuses", "Refuses"),
            ("not_recorded", "Not Recorded (Case Taken Over)"),
        ]
    )
    child_assent = fields.Selection(
        [("yes", "Yes"), ("too_young", "Too Young"), ("not_heard", "Not Heard")]
    )
    child_assent_on = fields.Date()
    child_not_heard_reason = fields.Char()
    best_interest_note = fields.Text(
        help="The supervisor's, where the caregiver did not agree or the child was not "
        "heard.",
    )
    income_replacement = fields.Selection(
        [
            ("stipend", "Stipend"),
            ("adult_job", "Job for an Adult"),
            ("livelihood", "Livelihood Support"),
            ("none", "None"),
        ]
    )
    income_replacement_reason = fields.Char(string="Why No Income Is Replaced")
    action_ids = fields.One2many("remediation.plan.action", "plan_id")
    action_snapshot = fields.Json(readonly=True, copy=False)
    open_action_count = fields.Integer(
        compute="_compute_open_action_count", store=True, string="Open Actions"
    )
    action_count = fields.Integer(compute="_compute_open_action_count", store=True)
    cost_estimate = fields.Monetary(compute="_compute_cost_estimate")
    currency_id = fields.Many2one(related="company_id.currency_id")
    completed_on = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("active", "Active"),
            ("completed", "Completed"),
            ("revised", "Revised"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )

    _one_active = models.UniqueIndex(
        "(case_id) WHERE state = 'active'",
        "A case has one active plan: complete or revise it first.",
    )
    _one_open_draft = models.UniqueIndex(
        "(case_id) WHERE state IN ('draft', 'submitted')",
        "A plan for this case is being written already: continue that one.",
    )

    @api.depends("version", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self.env._(
                "%(code)s: plan %(version)s",
                code=plan.case_id.name,
                version=plan.version,
            )

    @api.depends("action_ids.state")
    def _compute_open_action_count(self):
        for plan in self:
            plan.action_count = len(plan.action_ids)
            plan.open_action_count = len(
                plan.action_ids.filtered(
                    lambda a: a.state in ("planned", "in_progress")
                )
            )

    @api.depends("action_ids.cost_estimate", "action_ids.currency_id")
    def _compute_cost_estimate(self):
        today = self._place_today()
        for plan in self:
            plan.cost_estimate = sum(
                action.currency_id._convert(
                    action.cost_estimate, plan.currency_id, plan.company_id, today
                )
                for action in plan.action_ids
                if action.state != "cancelled"
            )

    @api.constrains(
        "target_date", "date_start", "caregiver_agreed_on", "child_assent_on"
    )
    def _check_dates(self):
        for plan in self:
            if (
                plan.target_date
                and plan.date_start
                and plan.target_date < plan.date_start
            ):
                raise ValidationError(
                    self.env._("The target date comes before the plan starts.")
                )
            if plan._is_ahead(plan.caregiver_agreed_on) or plan._is_ahead(
                plan.child_assent_on
            ):
                raise ValidationError(
                    self.env._(
                        "An agreement is not given in the future: correct the date."
                    )
                )

    @api.model
    def _add_protected_values(self, vals_list):
        vals_list = super()._add_protected_values(vals_list)
        # sudo: versions are numbered over all of the case's plans.
        last = {
            case.id: version
            for case, version in self.sudo()._read_group(
                [("case_id", "in", [vals.get("case_id") for vals in vals_list])],
                ["case_id"],
                ["version:max"],
            )
        }
        result = []
        for vals in vals_list:
            version = last.get(vals.get("case_id"), 0) + 1
            last[vals.get("case_id")] = version
            result.append(dict(vals, version=version))
        return result

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        plans._take_over_urgent_actions()
        return plans

    def _take_over_urgent_actions(self):
        """R19: actions started before any plan belong to the first one."""
        orphans = self.env["remediation.plan.action"].search(
            [("case_id", "in", self.case_id.ids), ("plan_id", "=", False)]
        )
        for plan in self:
            orphans.filtered(
                lambda a, plan=plan: a.case_id == plan.case_id
            )._unprotected().write({"plan_id": plan.id})

    def _missing_to_submit(self):
        """R17 and R20: an action, a goal, agreement and assent or why not, and what
        replaces the child's income."""
        missing = super()._missing_to_submit()
        if not (self.goal or "").strip():
            missing.append(self.env._("Write down the goal of the plan."))
        actions = self.action_ids.filtered(
            lambda action: action.state in HELPING_STATES
        )
        if not actions:
            missing.append(self.env._("Add at least one action."))
        if not self.target_date:
            missing.append(self.env._("Enter the target date of the plan."))
        if not self.payer:
            missing.append(self.env._("Choose who pays for most of the plan."))
        missing += actions._missing_to_plan()
        adult = self.case_id._is_adult()
        if (
            not adult
            and not self.caregiver_agreed_on
            and not self.caregiver_not_agreed_reason
        ):
            missing.append(self.env._("Record when the caregiver agreed, or why not."))
        if self.caregiver_agreed_on:
            missing += self._problems_of_caregiver()
        missing += self._missing_assent(adult)
        if self._child_worked() and not self.income_replacement:
            missing.append(
                self.env._(
                    "Decide what replaces the income from the child's work: a "
                    "stipend, a "
                    "job for an adult, livelihood support, or none with a reason."
                )
            )
        if self.income_replacement == "none" and not self.income_replacement_reason:
            missing.append(self.env._("Say why no income is replaced."))
        wanted = INCOME_ACTIONS.get(self.income_replacement)
        if wanted and not set(wanted) & set(actions.mapped("domain")):
            labels = dict(
                self._fields["income_replacement"]._description_selection(self.env)
            )
            domains = dict(actions._fields["domain"]._description_selection(self.env))
            missing.append(
                self.env._(
                    "%(income)s replaces the income: add an action for it "
                    "(%(domains)s).",
                    income=labels[self.income_replacement],
                    domains=", ".join(domains[domain] for domain in wanted),
                )
            )
        return missing

    def _missing_assent(self, adult):
        """What is missing of the person's own answer (R17)."""
        missing = []
        if not self.child_assent:
            missing.append(
                self.env._("Record whether the person agrees to the plan.")
                if adult
                else self.env._("Record the child's assent, or why it is missing.")
            )
        if self.child_assent == "yes" and not self.child_assent_on:
            missing.append(
                self.env._("Enter the day on which the person agreed.")
                if adult
                else self.env._("Enter the day on which the child agreed.")
            )
        if self.child_assent == "not_heard" and adult:
            missing.append(self.env._("An adult agrees to the plan, or there is none."))
        elif self.child_assent == "not_heard" and not self.child_not_heard_reason:
            missing.append(self.env._("Say why the child was not heard."))
        return missing

    def _problems_of_caregiver(self):
        """Who agreed is one who may decide for the child (R17, R57)."""
        if not self.caregiver_member_id:
            return [self.env._("Choose the caregiver who agreed.")]
        # sudo: whether somebody may decide is the same for whoever asks.
        consents = self.env["remediation.consent"].sudo()
        problem = consents._giver_problem(
            self.caregiver_member_id.sudo(), self.caregiver_agreed_on
        )
        return [problem] if problem else []

    def _missing_to_approve(self):
        # What was there when it was submitted may be gone: an action that was refused.
        missing = super()._missing_to_approve() + self._missing_to_submit()
        case = self.case_id
        if not case.assessment_ids.filtered(lambda a: a.state == "approved"):
            missing.append(
                self.env._("Approve an assessment first: a plan rests on one.")
            )
        active = case.active_plan_id
        if active and active != self:
            missing.append(
                self.env._(
                    "Complete or revise the active plan first: only one is active."
                )
            )
        unheard = self.child_assent == "not_heard"
        if (self.caregiver_not_agreed_reason or unheard) and not (
            self.best_interest_note or ""
        ).strip():
            missing.append(
                self.env._(
                    "Write the best-interest note: the caregiver did not agree or the "
                    "child was not heard."
                )
            )
        return missing

    def _version_before(self):
        return self.revision_of_id or self.search(
            [
                ("case_id", "=", self.case_id.id),
                ("version", "<", self.version),
                ("state", "in", ("active", "completed", "revised")),
            ],
            order="version desc",
            limit=1,
        )

    def _shown_rows(self):
        """Each action with its day and cost; of a version that was revised, as its
        actions were then."""
        self.ensure_one()
        entries = self.action_snapshot or self.action_ids._as_snapshot()
        return {entry["id"]: self._row_of(entry) for entry in entries}

    def _row_of(self, entry):
        field = self.action_ids._fields
        domains = dict(field["domain"]._description_selection(self.env))
        states = dict(field["state"]._description_selection(self.env))
        services = self.env["remediation.service.type"]
        if entry["service"]:
            services = services.with_context(active_test=False).search(
                [("code", "=", entry["service"])], limit=1
            )
        cost = say_number(self.env, entry["cost"], 2)
        cost = f"{cost} {entry['currency']}" if entry["cost"] else ""
        return (
            services.name or domains[entry["domain"]],
            " · ".join(
                filter(
                    None,
                    (self._say_day(entry["due"]), cost, states[entry["state"]]),
                )
            ),
        )

    def _child_worked(self):
        return "yes" in self.case_id.work_situation_ids.mapped("works")

    def _after_approval(self):
        result = super()._after_approval()
        cases = self.case_id
        cases.deadline_ids._done("plan")
        cases.deadline_ids._done("review")
        self.action_ids._follow_due_dates()
        self._note_overrides()
        starts = {plan.case_id: plan.approved_on for plan in self}
        self.env["remediation.deadline"]._open(cases, ["review"], starts)
        without_visit = cases.filtered(
            lambda case: (
                not case.deadline_ids.filtered(
                    lambda d: d.kind == "visit" and not d.done_on
                )
            )
        )
        self.env["remediation.deadline"]._open(without_visit, ["visit"], starts)
        return result

    def _note_overrides(self):
        """Approved without the caregiver or the child, for the reason in the plan and
        with the supervisor's note (R17)."""
        for kind, plans in (
            ("not_agreed", self.filtered(lambda plan: not plan.caregiver_agreed_on)),
            ("not_heard", self.filtered(lambda plan: plan.child_assent == "not_heard")),
        ):
            self.env["remediation.override"]._note(
                kind, plans, lambda plan: plan.best_interest_note
            )

    def _missing_to_complete(self):
        if self.open_action_count:
            return [
                self.env._(
                    "Finish or cancel the open actions before completing the plan."
                )
            ]
        return []

    @step(frm="active", to="completed", stamp="completed", check="_missing_to_complete")
    def action_complete(self):
        """Close a plan whose actions are all decided. For the holder or supervisor."""
        self.case_id.deadline_ids._done("review")

    @step(frm="active", to="revised")
    def action_revise(self):
        """Start a new version with the same goal and all actions. For the holder.

        :return: action that opens the new version
        """
        self.ensure_one()
        actions = self.action_ids
        self._unprotected().write({"action_snapshot": actions._as_snapshot()})
        new = self._unprotected().create(
            {
                "case_id": self.case_id.id,
                "revision_of_id": self.id,
                "goal": self.goal,
                "target_date": self.target_date,
                "payer": self.payer,
                "income_replacement": self.income_replacement,
                "income_replacement_reason": self.income_replacement_reason,
                "caregiver_member_id": self.caregiver_member_id.id,
            }
        )
        actions._unprotected().write({"plan_id": new.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
