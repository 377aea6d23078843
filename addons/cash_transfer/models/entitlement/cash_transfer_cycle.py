from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

KINDS = [
    ("regular", "Regular"),
    ("top_up", "Top-Up"),
    ("correction", "Correction"),
]


class CashTransferCycle(models.Model):
    """One period of a scheme: who is due how much, and who met the conditions.

    Cash officers build and validate cycles; supervisors decide on single lines.
    """

    _name = "cash.transfer.cycle"
    _description = "Payment Cycle"
    _inherit = ["remediation.coded.mixin", "cash.transfer.job"]
    _rules_of = "remediation.in.company"
    _order = "period desc, id desc"
    _check_company_auto = True

    _code_prefix = "CY"
    _job_buttons = {
        "generate": "action_generate",
        "compliance": "action_check_compliance",
    }
    _job_duties = {"generate": ("prepare",), "compliance": ("prepare",)}
    _protected_fields = frozenset(
        {"state", "validated_by_id", "validated_on", "company_id"}
    )
    _frozen_fields = frozenset({"scheme_id", "period", "kind"})
    _open_fields = {"draft": EVERYTHING}

    # the company comes from the scheme: no check_company, which would offer none
    scheme_id = fields.Many2one(
        "cash.transfer.scheme", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="scheme_id.currency_id")
    period = fields.Date(
        required=True,
        help="First day of the period.",
        default=lambda self: fields.Date.context_today(self).replace(day=1),
    )
    period_end = fields.Date(compute="_compute_period_end", store=True)
    kind = fields.Selection(KINDS, required=True, default="regular")
    top_up_percent = fields.Float(
        default=100.0, help="Top-up: this share of the regular amount."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("compliance_check", "Compliance"),
            ("validated", "Validated"),
            ("in_payment", "In Payment"),
            ("reconciled", "Reconciled"),
            ("closed", "Closed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    validated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    validated_on = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many("cash.transfer.cycle.line", "cycle_id")
    plan_ids = fields.One2many("cash.transfer.payment.plan", "cycle_id")
    # Whoever reads a cycle reads its figures; its lines and plans are the money's own.
    line_count = fields.Integer(compute="_compute_counts", compute_sudo=True)
    payable_count = fields.Integer(
        compute="_compute_counts", compute_sudo=True, string="Payable Lines"
    )
    amount_due = fields.Monetary(compute="_compute_counts", compute_sudo=True)
    amount_delivered = fields.Monetary(compute="_compute_counts", compute_sudo=True)
    not_compliant_count = fields.Integer(
        compute="_compute_counts",
        compute_sudo=True,
        string="Eligible but Not Compliant",
    )
    unplanned_count = fields.Integer(
        compute="_compute_counts", compute_sudo=True, string="Payable, in No Plan"
    )
    plan_count = fields.Integer(compute="_compute_counts", compute_sudo=True)

    _period_once = models.UniqueIndex(
        "(scheme_id, period) WHERE kind = 'regular'",
        "This scheme has a regular cycle for the period already: open that one, or "
        "make a top-up or a correction.",
    )

    @api.depends("period", "scheme_id.frequency")
    def _compute_period_end(self):
        for cycle in self:
            cycle.period_end = (
                cycle.scheme_id._period_end(cycle.period)
                if cycle.scheme_id and cycle.period
                else False
            )

    @api.depends("name", "scheme_id.name", "period")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for cycle in self:
            month = cycle.period.strftime("%Y-%m") if cycle.period else ""
            cycle.display_name = f"{cycle.name} {cycle.scheme_id.name or ''} {month}"

    @api.depends("line_ids")
    def _compute_counts(self):
        lines = self.env["cash.transfer.cycle.line"]
        domain = [("cycle_id", "in", self.ids)]
        totals = {
            cycle: values
            for cycle, *values in lines._read_group(
                domain,
                ["cycle_id"],
                ["__count", "amount_due:sum", "amount_delivered:sum"],
            )
        }
        payable = dict(
            lines._read_group(
                [*domain, ("payable", "=", True)], ["cycle_id"], ["__count"]
            )
        )
        failing = dict(
            lines._read_group(
                [*domain, ("eligible", "=", True), ("compliant", "=", "no")],
                ["cycle_id"],
                ["__count"],
            )
        )
        unplanned = dict(
            lines._read_group(
                [*domain, ("payable", "=", True), ("payment_status", "=", "none")],
                ["cycle_id"],
                ["__count"],
            )
        )
        plans = dict(
            self.env["cash.transfer.payment.plan"]._read_group(
                domain, ["cycle_id"], ["__count"]
            )
        )
        for cycle in self:
            count, due, delivered = totals.get(cycle, (0, 0.0, 0.0))
            cycle.line_count = count
            cycle.amount_due = due
            cycle.amount_delivered = delivered
            cycle.payable_count = payable.get(cycle, 0)
            cycle.not_compliant_count = failing.get(cycle, 0)
            cycle.unplanned_count = unplanned.get(cycle, 0)
            cycle.plan_count = plans.get(cycle, 0)

    @api.constrains("period", "scheme_id")
    def _check_period(self):
        for cycle in self:
            if cycle.period.day != 1:
                raise ValidationError(
                    self.env._("A period begins on the first day of a month.")
                )

    # -- building --------------------------------------------------------------
    @step(frm="draft", duty="prepare", referencing=True)
    def action_generate(self):
        """Build the lines of the period in the background. For cash officers."""
        self.ensure_one()
        # sudo: a number for the progress bar
        total = (
            self.env["cash.transfer.entitlement"]
            .sudo()
            .search_count(self._entitlement_domain())
        )
        if not total:
            raise UserError(
                self.env._(
                    "No approved entitlement of this scheme falls in the period."
                )
            )
        self._queue_job("generate", total)

    def _entitlement_domain(self):
        self.ensure_one()
        return [
            ("scheme_id", "=", self.scheme_id.id),
            ("state", "in", ["approved", "active"]),
            ("date_from", "<=", self.period_end),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", self.period),
        ]

    def _job_generate(self):
        """Make the next portion of lines; the unique index keeps a repeat out."""
        entitlements = self.env["cash.transfer.entitlement"].search(
            [*self._entitlement_domain(), ("id", ">", self.job_cursor)],
            order="id",
            limit=self._job_size,
        )
        if entitlements:
            self._create_lines(entitlements)
            self._unprotected().write(
                {
                    "job_cursor": entitlements[-1].id,
                    "job_done": self.job_done + len(entitlements),
                }
            )
        if len(entitlements) == self._job_size:
            return False
        self._unprotected().state = "compliance_check"
        return True

    def _create_lines(self, entitlements):
        lines = self.env["cash.transfer.cycle.line"]
        there = {
            entitlement.id
            for [entitlement] in lines._read_group(
                [
                    ("entitlement_id", "in", entitlements.ids),
                    ("period", "=", self.period),
                    ("kind", "=", self.kind),
                ],
                ["entitlement_id"],
            )
        }
        paid = {
            entitlement.id: count
            for entitlement, count in lines._read_group(
                [
                    ("entitlement_id", "in", entitlements.ids),
                    ("kind", "=", "regular"),
                    ("period", "<", self.period),
                ],
                ["entitlement_id"],
                ["__count"],
            )
        }
        scheme, vals_list = self.scheme_id, []
        for entitlement in entitlements:
            if entitlement.id in there:
                continue
            number = paid.get(entitlement.id, 0) + 1
            if (
                self.kind == "regular"
                and scheme.max_payments
                and (number > scheme.max_payments)
            ):
                continue
            amount = scheme._amount_for(entitlement.amount, number)
            if self.kind == "top_up":
                amount = scheme._round(amount * self.top_up_percent / 100.0)
            elif self.kind == "correction":
                amount = 0.0
            vals_list.append(
                {
                    "case_id": entitlement.case_id.id,
                    "cycle_id": self.id,
                    "entitlement_id": entitlement.id,
                    "period": self.period,
                    "kind": self.kind,
                    "payment_number": number,
                    "amount_due": amount,
                    "currency_id": scheme.currency_id.id,
                    "compliant": "not_applicable",
                    "eligible": amount > 0 or self.kind == "correction",
                    "ineligible_reason": False if amount else "no_amount",
                }
            )
        lines._unprotected().create(vals_list)
        fresh = entitlements.filtered(lambda e: e.state == "approved")
        fresh._unprotected().write({"state": "active"})

    # -- compliance (R42) ------------------------------------------------------
    @step(frm="compliance_check", duty="prepare", referencing=True)
    def action_check_compliance(self):
        """Compare attendance and visits with the conditions, in the background. For
        cash officers; may be repeated until the cycle is validated."""
        self.ensure_one()
        # sudo: a number for the progress bar
        self._queue_job("compliance", len(self.sudo().line_ids))

    def _job_compliance(self):
        lines = self.env["cash.transfer.cycle.line"].search(
            [("cycle_id", "=", self.id), ("id", ">", self.job_cursor)],
            order="id",
            limit=self._job_size,
        )
        if lines:
            lines._check_compliance()
            self._unprotected().write(
                {"job_cursor": lines[-1].id, "job_done": self.job_done + len(lines)}
            )
        return len(lines) < self._job_size

    @step(
        frm="compliance_check",
        to="validated",
        duty="prepare",
        stamp="validated",
        referencing=True,
    )
    def action_validate(self):
        """Validate the cycle: nothing of it can be paid before (R34). For cash
        officers.

        :raises UserError: lines missing, or conditions not checked.
        """

    def _locked_plans(self):
        if not self.plan_ids.filtered(lambda p: p.state not in ("draft", "aborted")):
            return []
        return [self.env._("A plan of this cycle is locked: make a correction cycle.")]

    @step(
        frm="validated",
        to="compliance_check",
        duty="prepare",
        check="_locked_plans",
        referencing=True,
    )
    def action_reopen(self):
        """Take a validated cycle back to compliance. For cash officers; refused once a
        plan of it is locked."""

    # -- payment ---------------------------------------------------------------
    @step(frm=("validated", "in_payment"), duty="prepare", referencing=True)
    def action_create_plans(self):
        """Draft one payment plan per provider of the payable lines, in the background.
        Lines whose payee has no usable account go to the first plan, where they block
        the lock until they are set aside (R36). For cash officers.

        :return: action that opens the plans.
        """
        self.ensure_one()
        self.env.flush_all()
        counts = self._get_unplanned_providers()
        if not counts:
            raise UserError(self.env._("Every payable line is in a plan already."))
        without = counts.pop(None, 0)
        if not counts:
            raise UserError(
                self.env._(
                    "No payee of the %(count)s payable lines has an approved "
                    "account: enter and approve accounts first.",
                    count=without,
                )
            )
        plans = self.env["cash.transfer.payment.plan"].create(
            [
                {
                    "cycle_id": self.id,
                    "plan_type": self.kind,
                    "provider_id": provider_id,
                    "currency_id": self.currency_id.id,
                }
                for provider_id in sorted(counts)
            ]
        )
        for index, plan in enumerate(plans):
            extra = without if not index else 0
            plan._queue_job(
                "prepare",
                counts[plan.provider_id.id] + extra,
                {"with_missing": not index},
            )
        return plans._get_records_action()

    def _get_unplanned_providers(self):
        """Return provider id (None without account) → number of lines to plan."""
        self.env.cr.execute(
            self.env["cash.transfer.payment.plan"]._unplanned_query(
                self.id, "m.provider_id, count(*)", "GROUP BY m.provider_id"
            )
        )
        return dict(self.env.cr.fetchall())

    def action_open_lines(self):
        """Open the lines of the cycle."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lines"),
            "res_model": "cash.transfer.cycle.line",
            "view_mode": "list,form,pivot",
            "domain": [("cycle_id", "=", self.id)],
        }

    def action_open_plans(self):
        """Open the payment plans of the cycle."""
        self.ensure_one()
        return self.plan_ids._get_records_action()

    def _update_state(self):
        """Follow the plans: in payment, reconciled, closed."""
        for cycle in self:
            plans = cycle.plan_ids.filtered(lambda plan: plan.state != "aborted")
            if not plans or cycle.state in ("draft", "compliance_check"):
                continue
            states = set(plans.mapped("state"))
            if states == {"closed"} and not cycle.unplanned_count:
                state = "closed"
            elif states <= {"reconciled", "closed"} and not cycle.unplanned_count:
                state = "reconciled"
            elif states - {"draft"}:
                state = "in_payment"
            else:
                continue
            if cycle.state != state:
                cycle._unprotected().state = state
