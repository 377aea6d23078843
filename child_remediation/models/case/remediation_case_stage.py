from odoo import api, fields, models
from odoo.tools import ormcache

from .remediation_case import HELPING_STATES

#: The stage itself, and the case's own facts that it follows from.
STAGE_FACTS = frozenset(
    {"stage", "closed_on", "hold_on", "first_contact_on", "reopened_on"}
)

#: Best-interest decisions about a child who lives apart from the parents.
ABOUT_SEPARATION = (
    "separation",
    "placement",
    "emergency_placement",
    "authority_placement",
)


class Case(models.Model):
    """The stage of a case, which follows from its facts, and what is missing in it."""

    _inherit = "remediation.case"

    missing_html = fields.Html(
        compute="_compute_missing_html",
        sanitize=False,
        groups="child_remediation.group_case_worker,"
        "child_remediation.group_data_protection",
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
    @api.depends_context("lang")
    def _compute_missing_html(self):
        """What is missing for the next stage, as links (read by the form)."""
        for case in self:
            case.missing_html = case._missing_as_html()

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
        """Return ``[(sentence, action xmlid or None)]`` for the next stage; what
        follows a slash is the form that opens at once, by its id or ``new``."""
        self.ensure_one()
        stage = self.stage
        steps = self._missing_in_any_stage()
        if stage == "closed":
            return steps
        if stage == "registered":
            steps.append(
                (
                    self.env._("Meet the person and record the first contact.")
                    if self._is_adult()
                    else self.env._("Meet the child and record the first contact."),
                    None,
                )
            )
        if not self.risk_level:
            steps.append(
                (
                    self.env._(
                        "Say how high the risk is: until then it counts as high."
                    ),
                    None,
                )
            )
        steps += self._steps_of_consent(stage)
        if stage in ("first_contact", "assessment"):
            steps.append(self._next_assessment())
        if stage == "planning":
            steps.append(self._next_plan())
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

    def _next_assessment(self):
        action, states = "assessment_case_action", self.assessment_ids.grouped("state")
        if "submitted" in states:
            return self.env._("A supervisor approves the assessment."), action
        if "draft" in states:
            text = self.env._("Finish and submit the assessment.")
            return text, f"{action}/{states['draft'][0].id}"
        text = (
            self.env._("Assess the person's situation.")
            if self._is_adult()
            else self.env._("Assess the child's situation.")
        )
        return text, f"{action}/new"

    def _next_plan(self):
        action, states = "plan_case_action", self.plan_ids.grouped("state")
        if "submitted" in states:
            return self.env._("A supervisor approves the plan."), action
        if "draft" in states:
            text = self.env._("Finish and submit the plan.")
            return text, f"{action}/{states['draft'][0].id}"
        text = (
            self.env._("Make a plan with the person.")
            if self._is_adult()
            else self.env._("Make a plan with the family.")
        )
        return text, f"{action}/new"

    def _missing_as_html(self):
        steps = [
            (sentence, self._step_address(xmlid))
            for sentence, xmlid in self._missing_steps()
        ]
        return (
            self.env["ir.qweb"]._render(
                "child_remediation.case_missing_steps", {"steps": steps}
            )
            if steps
            else False
        )

    def _step_address(self, xmlid):
        if not xmlid or not self._origin.id:
            return None
        return f"/odoo/cases/{self._origin.id}/{self._action_path(xmlid)}"

    def _action_path(self, xmlid):
        xmlid, slash, form = xmlid.partition("/")
        path = self._screen_path(xmlid)
        return f"{path}{slash}{form}" if path else ""

    @api.model
    @ormcache("xmlid")
    def _screen_path(self, xmlid):
        """The address of a screen; core forgets it when an action changes."""
        action = self.env.ref(f"child_remediation.{xmlid}", raise_if_not_found=False)
        # sudo: the address of a screen is no secret; portal users read no actions.
        return action and (action.sudo().path or f"action-{action.id}") or ""

    # -- siblings --------------------------------------------------------------
    def _siblings_to_support(self):
        """Siblings of 5 to 17, or of unknown age, out of school and without an action
        for siblings on the plan (R24)."""
        self.ensure_one()
        if self.plan_action_ids.filtered(
            lambda a: a.domain == "sibling_support" and a.state in HELPING_STATES
        ):
            return self.env["remediation.household.member"]
        today = self._place_today()
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
    @api.depends_context("lang")
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

    # -- consent ---------------------------------------------------------------
    def _steps_of_consent(self, stage):
        """What is missing for the child to be heard and the family to have agreed."""
        steps = []
        if self._is_adult():
            return self._step_of_services(stage)
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
        if self._separation_discussed() and not self.best_interest_ids.filtered(
            lambda decision: decision.trigger in ABOUT_SEPARATION
        ):
            steps.append(
                (
                    self.env._(
                        "Separation from the parents is discussed: prepare a "
                        "best-interest decision."
                    ),
                    "best_interest_case_action",
                )
            )
        return steps + self._step_of_services(stage)

    def _step_of_services(self, stage):
        steps = []
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
                    "consent_case_action" if waiting else "consent_case_action/new",
                )
            )
        return steps
