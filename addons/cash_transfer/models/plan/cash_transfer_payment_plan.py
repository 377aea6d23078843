from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING

from ..entitlement.cash_transfer_cycle import KINDS
from ..entitlement.cash_transfer_payment_method import CASH_GROUPS, EVIDENCE_GROUPS
from .cash_transfer_payment_line import FINAL, REISSUABLE

_lt = LazyTranslate(__name__)

STATES = [
    ("draft", "Draft"),
    ("locked", "Locked"),
    ("approved", "Approved"),
    ("released", "Released"),
    ("instructed", "Instructed"),
    ("partly_reconciled", "Partly Reconciled"),
    ("reconciled", "Reconciled"),
    ("closed", "Closed"),
    ("aborted", "Aborted"),
]

#: What is added up of a plan's payments.
FIGURES = (
    "line_count",
    "pending_count",
    "open_count",
    "delivered_count",
    "failed_count",
    "amount_total",
    "amount_delivered",
    "amount_disputed",
)


class CashTransferPaymentPlan(models.Model):
    """Payments of a cycle through one provider, from draft to a reconciled ledger.

    Prepared, approved, released and reconciled by different people (R37). Long steps
    run in the background and go on after a crash.
    """

    _name = "cash.transfer.payment.plan"
    _description = "Payment Plan"
    _inherit = [
        "remediation.coded.mixin",
        "cash.transfer.job",
        "cash.transfer.plan.lock",
        "cash.transfer.plan.approval",
        "cash.transfer.plan.instruct",
        "cash.transfer.plan.ledger",
        "cash.transfer.plan.check",
        "cash.transfer.plan.rates",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _rules_of = "remediation.in.company"
    _order = "id desc"
    _check_company_auto = True

    _code_prefix = "PP"
    _job_buttons = {
        "prepare": "action_prepare",
        "lock": "action_lock",
        "instruct": "action_instruct",
    }
    _job_duties = {
        "prepare": ("prepare",),
        "lock": ("prepare",),
        "instruct": ("release",),
    }
    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "state",
            "company_id",
            "prepared_by_id",
            "locked_on",
            "released_by_id",
            "released_on",
            "instructed_by_id",
            "instructed_on",
            "reconciled_by_ids",
            "closed_by_id",
            "closed_on",
            "content_hash",
            "snapshot",
            "file_hash",
            "file_content",
            "file_name",
            "file_generation",
            "origin_plan_id",
            "expected_fee",
            "ledger_checked_on",
            *FIGURES,
            "amount_matched",
        }
    )
    _frozen_fields = frozenset({"cycle_id", "plan_type", "provider_id", "currency_id"})
    #: The note stands on the documents and moves no money.
    _open_fields = {"draft": EVERYTHING} | {
        state: {"note"} for state, _label in STATES if state != "draft"
    }

    cycle_id = fields.Many2one(
        "cash.transfer.cycle", required=True, index=True, ondelete="restrict"
    )
    scheme_id = fields.Many2one(related="cycle_id.scheme_id", store=True, index=True)
    company_id = fields.Many2one(related="cycle_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    plan_type = fields.Selection(
        [*KINDS, ("follow_up", "Follow-Up")], required=True, default="regular"
    )
    origin_plan_id = fields.Many2one(
        "cash.transfer.payment.plan", readonly=True, copy=False, index="btree_not_null"
    )
    follow_up_plan_ids = fields.One2many("cash.transfer.payment.plan", "origin_plan_id")
    note = fields.Char(help="Shown on the documents; no names.")
    is_emergency = fields.Boolean(
        string="Emergency Cash",
        help="Up to the company's limit two people suffice; listed for review.",
    )
    provider_id = fields.Many2one(
        "cash.transfer.provider",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    provider_kind = fields.Selection(
        related="provider_id.kind", string="Kind of Provider"
    )
    mechanism = fields.Selection(related="provider_id.mechanism")
    currency_id = fields.Many2one("res.currency", required=True)
    pay_on = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Day of payment: wallet limits count it.",
    )
    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    # people
    prepared_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        required=True,
        default=lambda self: self.env.user,
    )
    locked_on = fields.Datetime(readonly=True, copy=False)
    approval_ids = fields.One2many("cash.transfer.approval", "plan_id")
    released_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    released_on = fields.Datetime(readonly=True, copy=False)
    instructed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    instructed_on = fields.Datetime(readonly=True, copy=False)
    reconciled_by_ids = fields.Many2many("res.users", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    # figures, stored: 10,000 lines are not added up to show a list of plans
    line_ids = fields.One2many("cash.transfer.payment.line", "plan_id")
    line_count = fields.Integer(compute="_compute_figures", store=True)
    pending_count = fields.Integer(
        compute="_compute_figures", store=True, string="Payments to Make"
    )
    open_count = fields.Integer(
        compute="_compute_figures", store=True, string="Without Report"
    )
    delivered_count = fields.Integer(
        compute="_compute_figures", store=True, string="Payments Delivered"
    )
    failed_count = fields.Integer(
        compute="_compute_figures", store=True, string="Payments Failed"
    )
    amount_total = fields.Monetary(compute="_compute_figures", store=True, string="Due")
    amount_delivered = fields.Monetary(
        compute="_compute_figures", store=True, string="Delivered"
    )
    amount_disputed = fields.Monetary(
        compute="_compute_figures", store=True, string="Disputed"
    )
    expected_fee = fields.Monetary(readonly=True, copy=False)
    # evidence
    content_hash = fields.Char(
        readonly=True, copy=False, help="Over payees, accounts and amounts at the lock."
    )
    snapshot = fields.Json(
        readonly=True,
        copy=False,
        groups=CASH_GROUPS,
        help="What steers the plan's money, as it was at the lock: provider, file, "
        "scheme, grants, approvals.",
    )
    file_name = fields.Char(readonly=True, copy=False)
    file_content = fields.Binary(
        string="Instruction File", readonly=True, copy=False, groups=EVIDENCE_GROUPS
    )
    file_hash = fields.Char(readonly=True, copy=False)
    file_generation = fields.Integer(readonly=True, copy=False)
    # ledger
    amount_matched = fields.Monetary(
        readonly=True,
        copy=False,
        string="Matched with the Advance",
        help="What the plan's steps matched; the comparison finds it matched still.",
    )
    movement_ids = fields.One2many("cash.transfer.movement", "plan_id")
    dispute_ids = fields.One2many("cash.transfer.dispute", "plan_id")
    reconciliation_ids = fields.Many2many("cash.transfer.reconciliation")
    move_count = fields.Integer(compute="_compute_move_count")
    reissuable_count = fields.Integer(compute="_compute_reissuable_count")
    changed_accounts = fields.Char(
        compute="_compute_changed_accounts",
        help="Payments whose account was changed since the lock: the plan pays the "
        "account that was approved with it.",
    )
    statement_html = fields.Html(compute="_compute_statement", sanitize=False)
    is_balanced = fields.Boolean(compute="_compute_statement")

    _pay_day = models.Index("(provider_id, pay_on)")

    def _compute_move_count(self):
        # sudo: the number of entries; opening them asks for accounting rights.
        counts = dict(
            self.env["account.move"]
            .sudo()
            ._read_group(
                [("payment_plan_id", "in", self.ids)], ["payment_plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.move_count = counts.get(plan, 0)

    def _compute_reissuable_count(self):
        counts = dict(
            self.env["cash.transfer.payment.line"]._read_group(
                [("plan_id", "in", self.ids), *self._reissuable_domain()],
                ["plan_id"],
                ["__count"],
            )
        )
        for plan in self:
            plan.reissuable_count = counts.get(plan, 0)

    def _compute_changed_accounts(self):
        """Name the payments whose payee has another account in use by now (R70)."""
        self.changed_accounts = False
        plans = self.filtered(lambda p: p.state in ("locked", "approved", "released"))
        if not plans:
            return
        self.env.flush_all()
        codes = {}
        for plan, code in self.env.execute_query(
            SQL(
                """
                SELECT l.plan_id, l.name
                  FROM cash_transfer_payment_line l
                  LEFT JOIN LATERAL (
                       SELECT m.id, m.number FROM cash_transfer_payment_method m
                        WHERE m.payee_id = l.payee_id AND m.state = 'approved'
                          AND m.effective_from <= %(now)s
                        ORDER BY m.effective_from DESC, m.id DESC LIMIT 1) n ON TRUE
                 WHERE l.plan_id = ANY(%(ids)s) AND l.status = 'pending' AND l.locked
                   AND n.id IS DISTINCT FROM l.method_id
                 ORDER BY l.id
                """,
                ids=list(plans.ids),
                now=fields.Datetime.now(),
            )
        ):
            codes.setdefault(plan, []).append(code)
        for plan in plans:
            if plan.id in codes:
                plan.changed_accounts = ", ".join(codes[plan.id][:20])

    @api.model
    def _reissuable_domain(self):
        return [
            ("owed_decision", "!=", "nothing"),
            ("status", "in", list(REISSUABLE)),
            ("follow_up_line_ids", "not any", [("status", "!=", "cancelled")]),
        ]

    @api.constrains("currency_id", "cycle_id")
    def _check_currency(self):
        for plan in self:
            if plan.currency_id != plan.cycle_id.scheme_id.currency_id:
                raise ValidationError(
                    self.env._("The plan pays in the currency of its scheme.")
                )

    @api.constrains("pay_on")
    def _check_pay_on(self):
        for plan in self:
            contract_end = plan.provider_id.contract_to
            if contract_end and plan.pay_on > contract_end:
                raise ValidationError(
                    self.env._(
                        "The contract with %(provider)s ends on %(day)s: choose "
                        "an earlier day or renew it.",
                        provider=plan.provider_id.name,
                        day=self._say_day(contract_end),
                    )
                )

    def _creation_subtype(self):
        return self.env.ref("mail.mt_note")

    def _rate_date(self):
        """Return the day whose rate the plan uses for budgets and thresholds."""
        self.ensure_one()
        return self.pay_on or self._place_today()

    def _log_event(self, text):
        """Write a code-only line into the chatter."""
        self._message_log_batch(bodies={plan.id: text for plan in self})

    # -- figures ---------------------------------------------------------------
    @api.depends(
        "line_ids.status",
        "line_ids.amount_due",
        "line_ids.amount_delivered",
        "dispute_ids.state",
        "dispute_ids.amount",
    )
    def _compute_figures(self):
        """Add up the payments, once for whatever a portion changed."""
        self.env["cash.transfer.payment.line"].flush_model(
            ["plan_id", "status", "amount_due", "amount_delivered"]
        )
        self.env["cash.transfer.dispute"].flush_model(["plan_id", "state", "amount"])
        self.env.cr.execute(
            SQL(
                """
                SELECT p.id, count(l.id) AS line_count,
                       count(l.id) FILTER (
                           WHERE l.status = 'pending') AS pending_count,
                       count(l.id) FILTER (
                           WHERE l.status IN ('sent', 'in_question')) AS open_count,
                       count(l.id) FILTER (
                           WHERE l.status IN ('delivered', 'partial')
                       ) AS delivered_count,
                       count(l.id) FILTER (
                           WHERE l.status IN ('failed', 'not_collected')
                       ) AS failed_count,
                       coalesce(sum(l.amount_due) FILTER (
                           WHERE l.status NOT IN ('set_aside', 'stopped', 'cancelled')
                       ), 0) AS amount_total,
                       coalesce(sum(l.amount_delivered), 0) AS amount_delivered,
                       coalesce((SELECT sum(d.amount) FROM cash_transfer_dispute d
                                  WHERE d.plan_id = p.id
                                    AND d.state IN ('open', 'write_off_asked')),
                                0) AS amount_disputed
                  FROM unnest(%s::integer[]) AS p (id)
                  LEFT JOIN cash_transfer_payment_line l ON l.plan_id = p.id
                 GROUP BY p.id
                """,
                list(self._origin.ids),
            )
        )
        found = {row.pop("id"): row for row in self.env.cr.dictfetchall()}
        for plan in self:
            figures = found.get(plan._origin.id, {})
            for name in FIGURES:
                plan[name] = figures.get(name, 0)

    def _figures_changed(self):
        """Payments were changed by a statement of the database: what was added up
        before it is read again."""
        for name in FIGURES:
            self.env.add_to_compute(self._fields[name], self)

    def _update_state(self):
        """Follow the lines after a report: partly reconciled or reconciled. A report
        on a closed plan opens it again, for the money is no longer explained (R40)."""
        self.invalidate_recordset()
        for plan in self:
            if plan.state == "closed" and (
                not plan.is_balanced
                or plan.dispute_ids.filtered(lambda d: d.state == "open")
            ):
                plan._unprotected().write(
                    {"state": "reconciled", "closed_by_id": False, "closed_on": False}
                )
                plan._log_event(
                    self.env._("Opened again: the provider reported on it after all.")
                )
            if plan.state not in ("instructed", "partly_reconciled", "reconciled"):
                continue
            final = not plan.open_count and not plan.pending_count
            state = "reconciled" if final else "partly_reconciled"
            if plan.state != state:
                plan._unprotected().state = state
        self.cycle_id._update_state()

    def _undo_job(self):
        if self.job == "lock":
            self._thaw_lines()
        elif self.job == "prepare":  # what was drafted stays, and is counted
            self.cycle_id._update_state()
        return super()._undo_job()

    # -- its payments ----------------------------------------------------------
    def _listed_lines(self):
        """Return the payments of the payment list; its total is theirs."""
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: (
                line.locked
                and line.status in ("pending", "sent", "delivered", "partial")
            )
        )

    def _is_final(self):
        self.ensure_one()
        return not self.env["cash.transfer.payment.line"].search_count(
            [("plan_id", "=", self.id), ("status", "not in", list(FINAL))], limit=1
        )

    def action_open_lines(self):
        """Open the payments of the plan."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payments"),
            "res_model": "cash.transfer.payment.line",
            "view_mode": "list,form,pivot,graph",
            "domain": [("plan_id", "=", self.id)],
            "context": {"search_default_group_status": 1},
        }

    def action_open_follow_ups(self):
        """Open the follow-up plans."""
        self.ensure_one()
        return self.follow_up_plan_ids._get_records_action()

    def action_view_file(self):
        """Download the instruction file: the same bytes every time (R38)."""
        self.ensure_one()
        self.check_access("read")
        if not self.file_hash:
            raise UserError(self.env._("There is no instruction file yet."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file_content/"
            f"{self.file_name}?download=true",
            "target": "self",
        }
