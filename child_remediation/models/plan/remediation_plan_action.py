from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step
from odoo.addons.remediation_base.tools.words import say_pair

from ..case.remediation_case import HELPING_STATES
from .remediation_service_type import ACTION_DOMAINS

_lt = LazyTranslate(__name__)

#: Urgent help that waits for neither assessment nor plan (R19).
URGENT_DOMAINS = ("protection", "health", "food", "cash")
ACTION_STATES = [
    ("planned", "Planned"),
    ("in_progress", "In Progress"),
    ("done", "Done"),
    ("not_available", "Not Available"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]
#: States in which an action is still to be decided, and what its end asks for.
OPEN = ("planned", "in_progress")
NOTE = {"note": Ask("result_note", required=False)}


class PlanAction(models.Model):
    """One thing that is done for the child, the family or at the site.

    The joint of the system: referrals, entitlements and savings-group enrolments hang
    on an action. An urgent one may exist before there is a plan.
    """

    _name = "remediation.plan.action"
    _description = "Plan Action"
    _inherit = ["remediation.case.owned"]
    _order = "case_id, date_due, id"

    _stage_facts = frozenset({"state"})
    _protected_fields = frozenset({"state", "date_done", "done_by_id", "result_note"})
    _frozen_fields = frozenset({"plan_id"})
    # What was agreed is closed with the plan. Urgent help may begin without one.
    _decided_by = "plan_id"
    _open_fields = {False: EVERYTHING, "draft": EVERYTHING}

    plan_id = fields.Many2one("remediation.plan", index=True, ondelete="restrict")
    case_id = fields.Many2one(
        compute="_compute_case_id", store=True, precompute=True, readonly=False
    )
    domain = fields.Selection(ACTION_DOMAINS, required=True)
    service_type_id = fields.Many2one("remediation.service.type", check_company=True)
    description = fields.Char()
    provider_id = fields.Many2one("res.partner", index="btree_not_null")
    is_urgent = fields.Boolean(string="Urgent")
    date_due = fields.Date()
    cost_estimate = fields.Monetary()
    is_free = fields.Boolean(
        string="Costs Nothing", help="Nobody has to pay for this action."
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    delivery_ids = fields.One2many("remediation.service.delivery", "plan_action_id")
    cost_delivered = fields.Monetary(
        compute="_compute_cost_delivered",
        string="Cost So Far",
        help="What was given so far, in the currency of the estimate.",
    )
    state = fields.Selection(
        ACTION_STATES,
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    date_done = fields.Date(readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    result_note = fields.Char(readonly=True, copy=False)

    _cost_not_negative = models.Constraint(
        "CHECK (cost_estimate >= 0)", "A cost estimate cannot be negative."
    )

    @api.depends("plan_id")
    def _compute_case_id(self):
        for action in self:
            action.case_id = action.plan_id.case_id or action.case_id

    @api.depends("domain", "service_type_id.name", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        domains = dict(self._fields["domain"]._description_selection(self.env))
        for action in self:
            label = action.service_type_id.name or domains.get(action.domain, "")
            action.display_name = say_pair(self.env, action.case_id.name, label)

    @api.depends("delivery_ids.cost", "delivery_ids.state", "delivery_ids.date")
    def _compute_cost_delivered(self):
        for action in self:
            action.cost_delivered = sum(
                delivery.currency_id._convert(
                    delivery.cost,
                    action.currency_id,
                    delivery.company_id,
                    delivery.date,
                )
                for delivery in action.delivery_ids
                if delivery.state == "given"
            )

    @api.constrains("plan_id", "case_id", "is_urgent", "domain")
    def _check_plan_id(self):
        for action in self:
            if action.plan_id and action.plan_id.case_id != action.case_id:
                raise ValidationError(self.env._("The plan belongs to another case."))
            if not action.plan_id and (
                not action.is_urgent or action.domain not in URGENT_DOMAINS
            ):
                raise ValidationError(
                    self.env._(
                        "Before there is a plan, only urgent safety, health, food or "
                        "cash can be given: mark it urgent or make a plan."
                    )
                )

    @api.constrains("is_urgent", "description", "service_type_id")
    def _check_says_what(self):
        """R81: an urgent action that says nothing is none, and is not kept."""
        if self.filtered(lambda action: action.is_urgent and not action._says_what()):
            raise ValidationError(
                self.env._(
                    "Choose the service or write what is done at once: an empty "
                    "urgent action helps nobody."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        if not self._is_unprotected():
            actions.case_id._refuse_service_on_closed()
        closed = actions.plan_id.filtered(lambda p: p.state in ("completed", "revised"))
        if closed:
            raise UserError(
                self.env._("This plan is finished: add the action to a new version.")
            )
        actions._follow_due_dates()
        return actions

    def write(self, vals):
        result = super().write(vals)
        if "date_due" in vals:
            self._follow_due_dates()
        return result

    def _follow_due_dates(self):
        """Keep one open deadline for each running action that has a date: the end of
        that day where the child lives."""
        # sudo: deadlines are opened and closed by facts, whoever enters them.
        deadlines = (
            self.env["remediation.deadline"]
            .sudo()
            .search([("plan_action_id", "in", self.ids), ("done_on", "=", False)])
        )
        by_action = deadlines.grouped("plan_action_id")
        moments = []
        # sudo: as above.
        for action in self.sudo():
            known = by_action.get(action, deadlines.browse())
            if (
                not action.date_due
                or action.state not in ("planned", "in_progress")
                or not action._may_run()
                or action.case_id.closed_on
            ):
                known._done("action")
                continue
            due = action.case_id._end_of_day(action.date_due)
            if not known:
                moments.append((action.case_id, due, action))
            elif known.date_due != due:
                known._unprotected().write({"date_due": due})
        if moments:
            deadlines._open_at("action", moments)

    def _as_snapshot(self):
        return [
            {
                "id": action.id,
                "domain": action.domain,
                "state": action.state,
                "service": action.service_type_id.code or False,
                "due": fields.Date.to_string(action.date_due) or False,
                "cost": action.cost_estimate,
                "currency": action.currency_id.name,
            }
            for action in self
        ]

    def _says_what(self):
        return bool(self.service_type_id or (self.description or "").strip())

    def _helps_at_once(self):
        """Whether it answers the alarm of a child at high risk (R16, R81)."""
        self.ensure_one()
        return self.is_urgent and self._says_what() and self.state in HELPING_STATES

    def _missing_to_plan(self):
        """Sentences on what the actions of a plan still lack before it is submitted
        (R17): who does it, by when and for how much."""
        missing = []
        for sentence, lacking in (
            (
                self.env._("Enter by when: %(actions)s."),
                self.filtered(lambda action: not action.date_due),
            ),
            (
                self.env._("Choose who carries it out: %(actions)s."),
                self.filtered(lambda action: not action.provider_id),
            ),
            (
                self.env._("Estimate the cost, or tick Costs Nothing: %(actions)s."),
                self.filtered(
                    lambda action: not action.cost_estimate and not action.is_free
                ),
            ),
        ):
            open_ones = lacking.filtered(
                lambda action: action.state in ("planned", "in_progress")
            )
            if open_ones:
                domains = dict(self._fields["domain"]._description_selection(self.env))
                labels = [
                    action.service_type_id.name or domains[action.domain]
                    for action in open_ones
                ]
                missing.append(sentence % {"actions": ", ".join(labels)})
        return missing

    def _may_run(self):
        return self.is_urgent or self.plan_id.state == "active"

    def _missing_to_run(self):
        if not self._may_run():
            return [
                self.env._(
                    "Only urgent actions start before the plan is approved: submit "
                    "the plan first."
                )
            ]
        return []

    def _after_step(self, step, answers):
        result = super()._after_step(step, answers)
        self._follow_due_dates()
        # The alarm that an action had answered may ring again (R16).
        ended = self.filtered(lambda action: action.state not in HELPING_STATES)
        ended.case_id.filtered("needs_safety_action")._alert_on_call()
        return result

    @step(frm="planned", to="in_progress", check="_missing_to_run")
    def action_start(self):
        """Begin. For the holder; needs an active plan unless urgent (R19)."""

    @step(
        frm=OPEN,
        to="done",
        stamp="done",
        check="_missing_to_run",
        asks=NOTE,
        title=_lt("Carried Out"),
    )
    def action_done(self, note=None):
        """Record as carried out. For the holder."""

    @step(
        frm=OPEN,
        to="not_available",
        stamp="done",
        asks=NOTE,
        title=_lt("Nobody Offers It"),
    )
    def action_not_available(self, note=None):
        """Record that nobody offers it. For the holder."""

    @step(
        frm=OPEN,
        to="refused",
        stamp="done",
        asks=NOTE,
        title=_lt("Refused by Child or Family"),
    )
    def action_refuse(self, note=None):
        """Record that child or family refused. For the holder."""

    @step(
        frm=OPEN,
        to="cancelled",
        stamp="done",
        asks={"reason": Ask("result_note", required=False)},
        title=_lt("Take Off the Plan"),
    )
    def action_cancel(self, reason=None):
        """Take the action off the plan. For the holder."""
