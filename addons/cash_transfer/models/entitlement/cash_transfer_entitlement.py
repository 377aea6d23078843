from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.batches import each_batch
from odoo.addons.remediation_base.tools.steps import EVERYTHING

from ..res_users import CASH_DUTIES
from ..scheme.cash_transfer_scheme import MONTHS

_lt = LazyTranslate(__name__)

#: What is paid; nothing else is in a plan, a follow-up or a file (R67).
PAID_STATES = ("approved", "active")
LIVE_STATES = ("approved", "active", "suspended")
#: What a closure or a merge has to settle first.
OPEN_STATES = ("proposed", *LIVE_STATES)


class CashTransferEntitlement(models.Model):
    """What a child's household is due, from when to when, on whose money (E18).

    The case manager proposes, a supervisor who did not propose approves; cash duties
    read it without the narrative (R45).
    """

    _name = "cash.transfer.entitlement"
    _description = "Entitlement to Cash"
    _inherit = [
        "remediation.coded.mixin",
        "remediation.case.owned",
        "remediation.shown",
    ]
    _order = "id desc"
    # Whoever moves money has to know why it stopped.
    _text_readers = dict.fromkeys(
        ("reason", "asked_change", "asked_reason"), CASH_DUTIES
    )
    _check_company_auto = True

    _code_prefix = "E"
    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "state",
            "amount",
            "proposed_by_id",
            "proposed_on",
            "approved_by_id",
            "approved_on",
            "reason",
            "end_asked_on",
            "end_decided_by_id",
            "is_end_decided",
            "extended_count",
            "failure_count",
            "asked_change",
            "asked_until",
            "asked_reason",
            "asked_by_id",
            "asked_on",
            "unfunded_from",
            "unfunded_amount",
            "floor_amount",
        }
    )
    _frozen_fields = frozenset({"scheme_id"})
    _open_fields = {"draft": EVERYTHING}

    scheme_id = fields.Many2one(
        "cash.transfer.scheme",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    purpose_id = fields.Many2one(related="scheme_id.purpose_id")
    beneficiary_id = fields.Many2one(
        related="case_id.beneficiary_id", store=True, index=True
    )
    household_id = fields.Many2one(
        related="case_id.household_id", store=True, index=True
    )
    plan_action_id = fields.Many2one(
        "remediation.plan.action",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('case_id', '=', case_id), ('domain', '=', 'cash')]",
    )
    payee_id = fields.Many2one(
        "cash.transfer.payee",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('case_id', '=', case_id)]",
    )
    alternate_payee_id = fields.Many2one(
        "cash.transfer.payee",
        ondelete="restrict",
        check_company=True,
        domain="[('case_id', '=', case_id)]",
    )
    child_count = fields.Integer(
        default=1, string="Children Supported", help="For amounts per child."
    )
    currency_id = fields.Many2one(related="scheme_id.currency_id", store=True)
    amount = fields.Monetary(
        readonly=True,
        copy=False,
        string="First Payment",
        help="What the scheme's rule gives; the withdrawal fee comes on top.",
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date(
        compute="_compute_date_to", store=True, readonly=False, precompute=True
    )
    justification = fields.Text(groups="child_remediation.group_case_worker")
    funding_ids = fields.One2many("cash.transfer.entitlement.funding", "entitlement_id")
    is_emergency = fields.Boolean(
        help="Starts before assessment and plan; paid as emergency cash."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("ended", "Ended"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    reason = fields.Char(readonly=True, copy=False)
    proposed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    proposed_on = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    end_asked_on = fields.Date(readonly=True, copy=False)
    end_decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    is_end_decided = fields.Boolean(
        readonly=True,
        copy=False,
        default=False,
        string="Ends on That Day",
        help="A supervisor decided that support ends on its last day; otherwise it "
        "goes on until somebody decides.",
    )
    extended_count = fields.Integer(
        readonly=True, copy=False, help="Periods added because nobody decided."
    )
    failure_count = fields.Integer(
        readonly=True, copy=False, string="Failures in a Row"
    )
    # a change of approved support waits here for the second person (R65)
    asked_change = fields.Selection(
        [
            ("extend", "Keep Longer"),
            ("resume", "Take Up Again"),
            ("switch", "Pay the Alternate"),
        ],
        readonly=True,
        copy=False,
        string="Change Asked For",
        index="btree_not_null",
    )
    asked_until = fields.Date(readonly=True, copy=False, string="Until")
    asked_reason = fields.Char(readonly=True, copy=False, string="Why It Is Asked")
    asked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    asked_on = fields.Datetime(readonly=True, copy=False)
    floor_amount = fields.Monetary(
        readonly=True,
        copy=False,
        string="Earned or Minimum Wage",
        help="The higher of the child's last earnings and the minimum wage, for one "
        "payment. Filled where the stipend is less.",
    )
    unfunded_from = fields.Date(
        readonly=True,
        copy=False,
        string="Without Funder From",
        help="First period that the grants' dates do not cover in full.",
    )
    unfunded_amount = fields.Monetary(
        readonly=True, copy=False, string="Without Funder"
    )
    cycle_line_ids = fields.One2many("cash.transfer.cycle.line", "entitlement_id")
    amount_delivered = fields.Monetary(compute="_compute_amount_delivered")

    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "An entitlement ends after it starts.",
    )
    _children = models.Constraint(
        "CHECK (child_count BETWEEN 1 AND 30)", "Support at least one child."
    )
    _live = models.Index("(scheme_id, date_from) WHERE state IN ('approved', 'active')")

    @api.depends("scheme_id", "date_from")
    def _compute_date_to(self):
        for entitlement in self:
            scheme, start = entitlement.scheme_id, entitlement.date_from
            if not scheme or not start:
                entitlement.date_to = False
                continue
            entitlement.date_to = scheme._default_end(
                start,
                entitlement._birthday_limit() if scheme.end_rule == "age" else None,
            )

    def _compute_amount_delivered(self):
        groups = dict(
            self.env["cash.transfer.cycle.line"]._read_group(
                [("entitlement_id", "in", self.ids)],
                ["entitlement_id"],
                ["amount_delivered:sum"],
            )
        )
        for entitlement in self:
            entitlement.amount_delivered = groups.get(entitlement, 0.0)

    @api.constrains("payee_id", "alternate_payee_id", "case_id")
    def _check_payee_case(self):
        for entitlement in self:
            payees = entitlement.payee_id | entitlement.alternate_payee_id
            if payees.case_id - entitlement.case_id:
                raise ValidationError(self.env._("Choose a payee of this case."))
            if entitlement.payee_id == entitlement.alternate_payee_id:
                raise ValidationError(
                    self.env._("The alternate is somebody other than the payee.")
                )

    @api.constrains("plan_action_id")
    def _check_plan_action(self):
        for entitlement in self:
            action = entitlement.plan_action_id
            if action and (
                action.case_id != entitlement.case_id or action.domain != "cash"
            ):
                raise ValidationError(
                    self.env._("Choose a cash action of this child's plan.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        entitlements = super().create(vals_list)
        entitlements._add_default_funding()
        entitlements._set_amount()
        return entitlements

    def write(self, vals):
        result = super().write(vals)
        if {"child_count", "date_from"} & vals.keys():
            self._set_amount()
        return result

    # -- the end (R43) ---------------------------------------------------------
    def _cron_ask_end(self):
        """Ask for a decision 60 days before the end; without one, go on for one more
        period and alert the supervisor. Nothing stops by itself."""
        today = self._place_today()
        asking = self.search(
            [
                ("state", "in", ["approved", "active"]),
                ("end_asked_on", "=", False),
                ("is_end_decided", "=", False),
                ("scheme_id.frequency", "!=", "once"),
                ("date_to", "<=", today + relativedelta(days=60)),
            ],
            limit=1000,
        )
        each_batch(asking, lambda batch: batch._ask_end(today))
        over = self.search(
            [
                ("state", "in", ["approved", "active"]),
                ("date_to", "<", today),
                ("end_asked_on", "!=", False),
                ("is_end_decided", "=", False),
                ("scheme_id.frequency", "!=", "once"),
            ],
            limit=1000,
        )
        each_batch(over, lambda batch: batch._go_on_undecided())
        decided = self.search(
            [
                ("state", "in", list(LIVE_STATES)),
                ("is_end_decided", "=", True),
                ("date_to", "<", today),
                # the last period is paid first: what has ended is paid no more
                (
                    "cycle_line_ids",
                    "not any",
                    [
                        ("payable", "=", True),
                        ("payment_status", "not in", ["paid", "stopped"]),
                    ],
                ),
            ],
            limit=1000,
        )
        each_batch(decided, lambda batch: batch._end_decided())

    def _ask_end(self, today):
        self._unprotected().write({"end_asked_on": today})
        self._alert_supervisor(
            self.env._("Support ends soon: decide to end or to keep it.")
        )

    def _go_on_undecided(self):
        for entitlement in self:
            months = MONTHS[entitlement.scheme_id.frequency]
            end = entitlement.date_to + relativedelta(days=1, months=months)
            entitlement._unprotected().write(
                {
                    "date_to": end + relativedelta(days=-1),
                    "extended_count": entitlement.extended_count + 1,
                }
            )
        self.funding_ids._commit_budget()
        self._alert_supervisor(
            self.env._("No decision on the end of support: it goes on for one period.")
        )

    def _end_decided(self):
        self._unprotected().write({"state": "ended"})
        self.funding_ids._commit_budget()

    def _alert_supervisor(self, summary):
        """Leave a task on the case for its supervisor: code only, no narrative."""
        values = []
        activity_type = self.env.ref("mail.mail_activity_data_todo")
        model = self.env["ir.model"]._get_id("remediation.case")
        for entitlement in self:
            supervisor = entitlement.team_id.supervisor_id
            if supervisor:
                values.append(
                    {
                        "res_model_id": model,
                        "res_id": entitlement.case_id.id,
                        "activity_type_id": activity_type.id,
                        "summary": summary,
                        "user_id": supervisor.id,
                        "date_deadline": entitlement._place_today(),
                    }
                )
        self.env["remediation.notice"]._plan(values)
