from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

from ..entitlement.cash_transfer_cycle import KINDS
from ..entitlement.cash_transfer_entitlement import PAID_STATES
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
    _job_duties = {"prepare": "prepare", "lock": "prepare", "instruct": "release"}
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
                        day=fields.Date.to_string(contract_end),
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

    # -- preparing -------------------------------------------------------------
    @api.model
    def _unplanned_query(self, cycle_id, columns, tail):
        """Payable cycle lines that no payment was made for, with the account in use.

        What was stopped is in no new plan, nor what is suspended or ended (R67)."""
        return SQL(
            """
            SELECT %(columns)s
              FROM cash_transfer_cycle_line c
              JOIN cash_transfer_entitlement e ON e.id = c.entitlement_id
              LEFT JOIN LATERAL (
                   SELECT pm.id, pm.provider_id
                     FROM cash_transfer_payment_method pm
                    WHERE pm.payee_id = e.payee_id AND pm.state = 'approved'
                      AND pm.effective_from <= %(now)s
                    ORDER BY pm.effective_from DESC, pm.id DESC
                    LIMIT 1) m ON TRUE
             WHERE c.cycle_id = %(cycle)s
               AND c.payable AND c.amount_due > 0
               AND c.amount_live + c.amount_delivered < c.amount_due
               AND e.state = ANY(%(live)s)
               AND NOT EXISTS (
                   SELECT 1 FROM cash_transfer_payment_line l
                    WHERE l.cycle_line_id = c.id AND l.status <> 'cancelled')
             %(tail)s
            """,
            columns=SQL(columns),
            cycle=cycle_id,
            tail=SQL(tail),
            now=fields.Datetime.now(),
            live=list(PAID_STATES),
        )

    def _is_follow_up(self):
        if self.plan_type != "follow_up":
            return []
        return [self.env._("The payments of a follow-up are drafted with it.")]

    @step(frm="draft", duty="prepare", check="_is_follow_up", referencing=True)
    def action_prepare(self):
        """Draft the payments of a plan whose drafting stopped, in the background. For
        cash officers.

        :raises UserError: the plan is no draft, or every payable line is planned.
        """
        self.ensure_one()
        counts = self.cycle_id._get_unplanned_providers()
        with_missing = (self.job_data or {}).get("with_missing", False)
        total = counts.get(self.provider_id.id, 0)
        if with_missing:
            total += counts.get(None, 0)
        self._queue_job("prepare", total, {"with_missing": with_missing})

    def _job_prepare(self):
        """Make the next portion of draft lines."""
        self.env.flush_all()
        with_missing = self.job_data.get("with_missing")
        query = SQL(
            "%s",
            self._unplanned_query(
                self.cycle_id.id,
                "c.id, c.entitlement_id, c.beneficiary_id, e.household_id, e.payee_id,"
                " m.id, c.amount_due - c.amount_live - c.amount_delivered, c.compliant",
                "",
            ),
        )
        self.env.cr.execute(
            SQL(
                "%s AND (m.provider_id = %s OR (m.id IS NULL AND %s)) ORDER BY c.id "
                "LIMIT %s",
                query,
                self.provider_id.id,
                bool(with_missing),
                self._job_size,
            )
        )
        rows = self.env.cr.fetchall()
        scheme = self.scheme_id
        lines = (
            self.env["cash.transfer.payment.line"]
            ._unprotected()
            .create(
                [
                    {
                        **self._line_vals(),
                        "cycle_line_id": row[0],
                        "entitlement_id": row[1],
                        "beneficiary_id": row[2],
                        "household_id": row[3],
                        "payee_id": row[4],
                        "method_id": row[5],
                        "amount_due": row[6],
                        "compliant": row[7],
                        "kind": self.plan_type,
                        "period": self.cycle_id.period,
                        "purpose_id": scheme.purpose_id.id,
                        "one_per_household": scheme.one_per_household,
                    }
                    for row in rows
                ]
            )
        )
        self._unprotected().job_done = self.job_done + len(lines)
        self._mark_planned(lines)
        if len(rows) == self._job_size:
            return False
        self.cycle_id._update_state()
        return True

    def _line_vals(self):
        return {
            "plan_id": self.id,
            "company_id": self.company_id.id,
            "provider_id": self.provider_id.id,
            "currency_id": self.currency_id.id,
        }

    def _mark_planned(self, lines):
        lines.cycle_line_id.filtered(
            lambda c: c.payment_status == "none"
        )._unprotected().write({"payment_status": "planned"})

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
                  FROM unnest(%s) AS p (id)
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

    # -- who may do the next step (R37) ----------------------------------------
    def _done_by(self):
        """Return duty → users who carried it out on this plan, principals included."""
        self.ensure_one()
        approvals = self.approval_ids.filtered(lambda a: a.state == "approved")
        return {
            "prepare": self.prepared_by_id,
            "approve": approvals.user_id | approvals.on_behalf_of_id,
            # whoever moved its money released it as well
            "release": self.released_by_id
            | self.instructed_by_id
            | self.movement_ids.payment_id.create_uid,
            "reconcile": self.reconciled_by_ids,
        }

    def _duty_plans(self):
        return self

    def _check_apart(self, duty):
        """Check that the user has the duty and did not do what it excludes.

        :return: the user acted for (oneself, or whom one is deputy of).
        :raises AccessError: a sentence that says who has to do it instead.
        """
        self.ensure_one()
        duties = self.env["cash.transfer.duty"]
        principal = duties._check_duty(duty, self.company_id)
        plan = self.sudo()  # sudo: who did what is compared, nothing is shown
        done_by, labels = plan._done_by(), duties._duty_labels()
        people = self.env.user | principal
        for other in duties._conflicting_duties(
            duty, self.company_id, plan.is_emergency
        ):
            if done_by[other] & people:
                raise AccessError(
                    self.env._(
                        "%(first)s and %(second)s the same plan are for different "
                        "people: ask somebody who did not take part in %(second)s "
                        "%(plan)s.",
                        first=labels[duty].capitalize(),
                        second=labels[other],
                        plan=plan.name,
                    )
                )
        if duty in ("approve", "release"):
            self._check_rate_hands(people)
            touched = (
                self.env["cash.transfer.payment.line"]
                .sudo()
                .search_count(
                    [
                        ("plan_id", "=", self.id),
                        ("status", "=", "pending"),
                        ("payee_id.changed_by_ids", "in", people.ids),
                    ],
                    limit=1,
                )
            )
            if touched:
                raise AccessError(
                    self.env._(
                        "You entered or changed a payee of %(plan)s: somebody else "
                        "has to approve and release it.",
                        plan=plan.name,
                    )
                )
        return principal

    # -- moving back, aborting -------------------------------------------------
    def _undo_job(self):
        if self.job == "lock":
            self._thaw_lines()
        elif self.job == "prepare":  # what was drafted stays, and is counted
            self.cycle_id._update_state()
        return super()._undo_job()

    def _is_funded(self):
        statement = self._get_statements()[self]
        if not (statement["remaining"] or statement["remaining_company"]):
            return []
        return [
            self.env._(
                "The plan is funded: return the money or move it to another plan first."
            )
        ]

    @step(
        frm=("draft", "locked", "approved", "released"),
        to="aborted",
        duty="prepare",
        asks={"reason": Ask(label=_lt("Reason"))},
        check="_is_funded",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Abort"),
    )
    def action_abort(self, reason):
        """Give the plan up before anything was instructed. For cash officers.

        :param str reason: required.
        """
        self.ensure_one()
        self._release_live_lines("cancelled", reason)
        self._log_event(self.env._("Aborted: %(reason)s", reason=reason))
        self.cycle_id._update_state()

    def _release_live_lines(self, status, reason):
        """Take every pending line out and give back what it held, set-wise."""
        values = {"plan": self.id, "status": status, "reason": reason}
        self._execute(
            """
            UPDATE cash_transfer_cycle_line c
               SET amount_live = greatest(c.amount_live - l.amount_due, 0),
                   payment_status = CASE WHEN %(status)s = 'cancelled' THEN 'none'
                                         ELSE c.payment_status END
              FROM cash_transfer_payment_line l
             WHERE l.cycle_line_id = c.id AND l.plan_id = %(plan)s AND l.is_live
            """,
            **values,
        )
        self._execute(
            """
            UPDATE cash_transfer_cycle_line c
               SET payment_status = CASE WHEN l.origin_line_id IS NULL THEN 'none'
                                         ELSE 'failed' END
              FROM cash_transfer_payment_line l
             WHERE l.cycle_line_id = c.id AND l.plan_id = %(plan)s
               AND %(status)s = 'cancelled' AND l.status IN ('pending', 'set_aside')
            """,
            **values,
        )
        self._execute(
            """
            UPDATE cash_transfer_payment_line
               SET status = CASE WHEN %(status)s = 'pending' THEN status
                                 ELSE %(status)s END,
                   is_live = FALSE, locked = FALSE, reason = %(reason)s
             WHERE plan_id = %(plan)s
               AND (status = 'pending' OR (status = 'set_aside'
                    AND %(status)s = 'cancelled'))
            """,
            **values,
        )
        self._figures_changed()

    # -- follow-up -------------------------------------------------------------
    @step(
        frm=(
            "locked",
            "approved",
            "released",
            "instructed",
            "partly_reconciled",
            "reconciled",
            "closed",
        ),
        duty="prepare",
        referencing=True,
    )
    def action_follow_up(self):
        """Draft a follow-up plan with everything that was not delivered: failed, not
        collected, the rest of partial payments, set aside, reversed (R39). For cash
        officers. What is sent, in question or missing from the report never enters.

        :return: action that opens the new plan.
        """
        self.ensure_one()
        lines = self.line_ids.filtered_domain(self._reissuable_domain()).filtered(
            # a stop by the case side ends the matter; set aside waits for an account
            lambda line: (
                line.cycle_line_id.sudo().payable  # sudo: a yes or no
                and line.entitlement_id.sudo().state in PAID_STATES  # sudo: as above
            )
        )
        amounts = {line: line._open_amount() for line in lines}
        lines = lines.filtered(lambda line: amounts[line] > 0)
        if not lines:
            raise UserError(self.env._("Nothing of this plan waits to be paid again."))
        follow_up = self._unprotected().create(
            {
                "cycle_id": self.cycle_id.id,
                "plan_type": "follow_up",
                "provider_id": self.provider_id.id,
                "currency_id": self.currency_id.id,
                "is_emergency": self.is_emergency,
                "origin_plan_id": self.id,
            }
        )
        follow_up = self.browse(follow_up.id)
        # sudo: payment lines have no create right; the duty was checked.
        self.env["cash.transfer.payment.line"].sudo()._unprotected().create(
            [
                {
                    **follow_up._line_vals(),
                    "cycle_line_id": line.cycle_line_id.id,
                    "entitlement_id": line.entitlement_id.id,
                    "beneficiary_id": line.beneficiary_id.id,
                    "household_id": line.household_id.id,
                    "payee_id": line.sudo().entitlement_id.payee_id.id,
                    "amount_due": amounts[line],
                    "kind": line.kind,
                    "period": line.period,
                    "purpose_id": line.purpose_id.id,
                    "one_per_household": line.one_per_household,
                    "origin_line_id": line.id,
                    "compliant": line.compliant,
                }
                for line in lines
            ]
        )
        follow_up.sudo()._refresh_methods()
        self._log_event(self.env._("Follow-up %(plan)s drafted.", plan=follow_up.name))
        return follow_up._get_records_action()

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
