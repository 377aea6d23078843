from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

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
    _inherit = ["remediation.coded.mixin", "remediation.case.owned"]
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
        help="Starts before assessment and plan (R19); paid as emergency cash."
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
        string="Ends on that Day",
        help="A supervisor decided that support ends on its last day; otherwise it "
        "goes on until somebody decides (R43).",
    )
    extended_count = fields.Integer(
        readonly=True, copy=False, help="Periods added because nobody decided (R43)."
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
    asked_reason = fields.Char(readonly=True, copy=False, string="Why It is Asked")
    asked_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, string="Asked by"
    )
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
        string="Without Funder from",
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

    def _add_default_funding(self):
        """Propose grants: those of the case's funders in their shares, or the scheme's
        only one. Where that does not settle it, whoever proposes chooses."""
        self.env["cash.transfer.entitlement.funding"].create(
            [
                {
                    "case_id": entitlement.case_id.id,
                    "entitlement_id": entitlement.id,
                    "grant_id": grant.id,
                    "share": share,
                }
                for entitlement in self
                if not entitlement.funding_ids
                for grant, share in entitlement._default_shares()
            ]
        )

    def _default_shares(self):
        """Return ``[(grant, share)]`` of a new entitlement."""
        self.ensure_one()
        grants = self.scheme_id.grant_ids
        if len(grants) == 1:
            return [(grants, 100.0)]
        start = self.date_from
        grants = grants.filtered(
            lambda g: g.active and g.date_start <= start <= g.date_end
        )
        shares = []
        # sudo: the case's funders are matched for whoever proposes, not shown.
        for funding in self.sudo().case_id._funding_on(start):
            grant = grants.filtered(lambda g, f=funding: g.funder_id == f.funder_id)
            if len(grant) != 1:
                return []
            shares.append((grant, funding.share))
        return shares

    def _set_amount(self):
        earnings = self._last_earnings()
        for entitlement in self.filtered(lambda e: e.state == "draft"):
            amount = entitlement.scheme_id._first_amount(
                earnings.get(entitlement.id, 0.0), entitlement.child_count
            )
            if amount != entitlement.amount:
                entitlement._unprotected().amount = amount

    def _check_floor(self):
        """A stipend below the child's last earnings and the minimum wage takes a reason
        and the second person who approves it (R80).

        :raises UserError: the amounts, and that the justification is missing.
        """
        stipends = self.filtered(lambda e: e.scheme_id.purpose_id.is_stipend)
        earnings = stipends._last_earnings(stipends)
        for entitlement in self:
            earned = earnings.get(entitlement.id, 0.0)
            wage = 0.0
            if entitlement in stipends:
                wage = entitlement._minimum_wage()
            floor = entitlement.currency_id.round(max(earned, wage))
            low = entitlement.currency_id.compare_amounts(entitlement.amount, floor) < 0
            # sudo: whether a reason stands there; it is not shown
            if low and not (entitlement.sudo().justification or "").strip():
                raise UserError(
                    self.env._(
                        "%(code)s pays %(amount)s: the child earned %(earned)s and the "
                        "minimum wage is %(wage)s. Pay as much, or write in the "
                        "justification why less.",
                        code=entitlement.name,
                        amount=entitlement.currency_id.format(entitlement.amount),
                        earned=entitlement.currency_id.format(earned),
                        wage=entitlement.currency_id.format(wage),
                    )
                )
            entitlement._unprotected().floor_amount = floor if low else 0.0

    def _minimum_wage(self):
        """Return the minimum wage of the country's framework for one payment, in the
        entitlement's currency; zero where none is given."""
        self.ensure_one()
        # sudo: a figure of the law, whoever proposes
        framework = (
            self.env["remediation.legal.framework"].sudo()._for_company(self.company_id)
        )
        if not framework.minimum_wage:
            return 0.0
        monthly = (
            framework.minimum_wage
            * {"day": 26, "week": 52 / 12, "month": 1}[
                framework.minimum_wage_period or "month"
            ]
        )
        currency = framework.currency_id or self.company_id.currency_id
        return currency._convert(
            monthly * (MONTHS[self.scheme_id.frequency] or 1),
            self.currency_id,
            self.company_id,
            self.date_from,
        )

    def _last_earnings(self, wanted=None):
        """Return entitlement id → the child's last earnings per period of the
        scheme.

        :param wanted: those asked about; by default where the scheme replaces them.
        """
        if wanted is None:
            wanted = self.filtered(lambda e: e.scheme_id.amount_rule == "income")
        earnings = {}
        if not wanted:
            return earnings
        # sudo: earnings are read for whoever saves; only the amount that the scheme's
        # rule makes of them is kept.
        situations = (
            self.env["remediation.work.situation"]
            .sudo()
            .search(
                [
                    ("case_id", "in", wanted.case_id.ids),
                    ("pay", ">", 0),
                    ("pay_period", "in", ["day", "week", "month"]),
                ],
                order="date, id",
            )
        )
        last = {situation.case_id: situation for situation in situations}
        for entitlement in wanted:
            situation = last.get(entitlement.case_id)
            if not situation:
                continue
            monthly = (
                situation.pay
                * {
                    "day": (situation.days_week or 6) * 52 / 12,
                    "week": 52 / 12,
                    "month": 1,
                }[situation.pay_period]
            )
            currency = situation.currency_id or entitlement.currency_id
            earnings[entitlement.id] = currency._convert(
                monthly * (MONTHS[entitlement.scheme_id.frequency] or 1),
                entitlement.currency_id,
                entitlement.company_id,
                entitlement.date_from,
            )
        return earnings

    def _birthday_limit(self):
        """Return the last day before the child reaches the scheme's age, if known."""
        self.ensure_one()
        # sudo: the limit is a date of the scheme, no identity; the birth date stays.
        birth = self.sudo().case_id.beneficiary_id.birth_date
        if not birth:
            return None
        return birth + relativedelta(years=self.scheme_id.end_age, days=-1)

    # -- decisions -------------------------------------------------------------
    @step(
        frm="draft",
        to="proposed",
        stamp="proposed",
        check="_problems",
        referencing=True,
    )
    def action_propose(self):
        """Propose drafts for approval. For whoever holds the case.

        :raises UserError: something that approval needs is missing.
        """
        self._check_floor()

    def _problems(self):
        """Return what is missing before the entitlement can be approved."""
        self.ensure_one()
        env, problems = self.env, []
        if self.amount <= 0:
            problems.append(
                env._(
                    "%(code)s: the scheme's rule gives no amount. For replaced income, "
                    "record what the child earned.",
                    code=self.name,
                )
            )
        if self.payee_id.state == "stopped":
            problems.append(
                env._("%(code)s: the payee is stopped, choose another.", code=self.name)
            )
        # shares are entered to two digits
        present = self.funding_ids.filtered(lambda f: not f.date_to)
        if round(sum(present.mapped("share")), 6) != 100.0:
            problems.append(
                env._(
                    "%(code)s: the grants' shares do not add up to 100 %%.",
                    code=self.name,
                )
            )
        foreign = self.funding_ids.grant_id - self.scheme_id.grant_ids
        if foreign:
            problems.append(
                env._(
                    "%(code)s: the scheme does not allow the grant %(grant)s.",
                    code=self.name,
                    grant=foreign[0].display_name,
                )
            )
        for record in (self.scheme_id, *self.funding_ids.grant_id):
            if not record.is_in_force:
                problems.append(
                    env._(
                        "%(code)s: %(record)s waits for a second person to agree to "
                        "it.",
                        code=self.name,
                        record=record.display_name,
                    )
                )
        if not self.plan_action_id and not self.is_emergency:
            problems.append(
                env._(
                    "%(code)s: link the cash action of the child's plan, or mark it "
                    "as an emergency.",
                    code=self.name,
                )
            )
        return problems

    def _unfunded(self):
        """Return ``(first day, amount)`` of the periods that the grants' dates do not
        cover with 100 %, ``(False, 0.0)`` where each has its funders (R65)."""
        self.ensure_one()
        scheme, start = self.scheme_id, self.date_from
        # sudo: grants' dates are compared for case staff; a day and a sum are shown
        shares = {}
        for funding in self.sudo().funding_ids:
            for number in funding._payment_numbers():
                shares[number] = shares.get(number, 0.0) + funding.share
        end = self.date_to or start
        first, amount = False, 0.0
        for number in range(1, scheme._periods(start, end) + 1):
            missing = round(100.0 - shares.get(number, 0.0), 6)
            if missing > 0:
                months = MONTHS[scheme.frequency] * (number - 1)
                first = first or max(
                    start, start.replace(day=1) + relativedelta(months=months)
                )
                amount += scheme._amount_for(self.amount, number) * missing / 100.0
        return first, self.currency_id.round(amount)

    def _unfunded_problems(self):
        """Return a sentence per entitlement with a period that nobody pays for."""
        problems = []
        for entitlement in self:
            first, amount = entitlement._unfunded()
            if first:
                problems.append(
                    self.env._(
                        "%(code)s: from %(day)s on, %(amount)s have no grant. Name a "
                        "grant for that time, or end the support earlier.",
                        code=entitlement.name,
                        day=fields.Date.to_string(first),
                        amount=entitlement.currency_id.format(amount),
                    )
                )
        return problems

    def _note_unfunded(self):
        """Store what has no funder (finance's worklist shows it) and tell the
        supervisor of the case when it begins."""
        told = self.browse()
        for entitlement in self:
            first, amount = False, 0.0
            if entitlement.state in LIVE_STATES:
                first, amount = entitlement._unfunded()
            if (first, amount) == (
                entitlement.unfunded_from,
                entitlement.unfunded_amount,
            ):
                continue
            if first and not entitlement.unfunded_from:
                told |= entitlement
            entitlement._unprotected().write(
                {"unfunded_from": first, "unfunded_amount": amount}
            )
        told._alert_supervisor(
            self.env._("Part of this support has no grant: ask finance for one.")
        )

    def _problems_to_approve(self):
        problems = self._problems()
        if self.payee_id.state != "approved":
            problems.append(
                self.env._("%(code)s: approve the payee first.", code=self.name)
            )
        return problems + self._unfunded_problems()

    @step(
        frm="proposed",
        to=("approved",),
        group="child_remediation.group_supervisor",
        not_by="proposed_by_id",
        check="_problems_to_approve",
        referencing=True,
    )
    def action_approve(self, leave_out=False):
        """Approve proposed entitlements within the budget of their grants (R33).

        For supervisors of the case who did not propose them (R18). All or nothing per
        grant: where one grant does not suffice, none of its entitlements is approved.

        :param bool leave_out: approve the others and leave those out.
        :return: the entitlements approved.
        :raises AccessError: not a supervisor, or own proposal.
        :raises UserError: not proposed, payee not approved, budget exceeded.
        """
        # sudo: budgets are sums over cases that the supervisor cannot read.
        fundings = self.sudo().funding_ids
        fundings.grant_id.lock_for_update(allow_referencing=True)
        short = fundings._get_shortfalls()
        if short and not leave_out:
            raise UserError(
                self.env._(
                    "These grants do not suffice:\n%(grants)s\nApprove fewer "
                    "entitlements, or leave these out: %(codes)s.",
                    grants="\n".join(short.values()),
                    codes=", ".join(
                        fundings.filtered(
                            lambda f: f.grant_id in short
                        ).entitlement_id.mapped("name")
                    ),
                )
            )
        refused = fundings.filtered(lambda f: f.grant_id in short).entitlement_id
        approved = self - refused
        approved._unprotected().write(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_on": fields.Datetime.now(),
                "reason": False,
            }
        )
        approved.sudo().funding_ids._commit_budget()
        return approved

    @step(
        frm="proposed",
        to="draft",
        group="child_remediation.group_supervisor",
        asks={"reason": "reason"},
        referencing=True,
        title=_lt("Send Back"),
    )
    def action_send_back(self, reason):
        """Send a proposal back to draft, with the reason. For supervisors."""

    @step(
        frm=PAID_STATES,
        to="suspended",
        group="child_remediation.group_supervisor",
        asks={"reason": "reason"},
        referencing=True,
        title=_lt("Suspend"),
    )
    def action_suspend(self, reason):
        """Suspend approved or active entitlements; their payments that can be stopped
        are stopped (R42). For supervisors; the reason is the best-interest note."""
        self._forget_asked()
        self._stop_pending(self.env._("Entitlement suspended"))

    def _stop_pending(self, reason):
        """Stop the payments that were not handed to the provider yet (R67)."""
        # sudo: supervisors do not read payment lines (R45).
        self.env["cash.transfer.payment.line"].sudo().search(
            [("entitlement_id", "in", self.ids), ("status", "=", "pending")]
        )._stop(reason)

    @step(
        frm="suspended",
        group="child_remediation.group_supervisor",
        check="_waiting_change",
        referencing=True,
    )
    def action_resume(self):
        """Ask to take up suspended entitlements again. For supervisors; a second person
        agrees (R65)."""
        self._let_wait("resume")

    @step(
        frm=LIVE_STATES,
        to=("ended",),
        group="child_remediation.group_supervisor",
        asks={
            "reason": "reason",
            "until": Ask(kind="date", required=False, label=_lt("Last Day")),
        },
        referencing=True,
        title=_lt("End"),
    )
    def action_end(self, reason, until=None):
        """End entitlements now or on a later day. For supervisors.

        What ends now is paid no more: payments that can be stopped are (R67)."""
        until = until or self._place_today()
        today = self._place_today()
        if self.filtered(lambda e: e.date_to and until > max(e.date_to, today)):
            raise UserError(
                self.env._(
                    "Support ends earlier already: keeping it longer takes a second "
                    "person."
                )
            )
        values = {"end_decided_by_id": self.env.uid, "is_end_decided": True}
        if until <= today:
            values["state"] = "ended"
        for entitlement in self:
            entitlement._unprotected().write(
                dict(values, date_to=max(until, entitlement.date_from))
            )
        self._forget_asked()
        if until <= today:
            self._stop_pending(self.env._("Entitlement ended"))
        self.sudo().funding_ids._commit_budget()  # sudo: budget rows

    @step(
        frm=LIVE_STATES,
        group="child_remediation.group_supervisor",
        asks={"until": "asked_until", "reason": "asked_reason"},
        check="_waiting_change",
        referencing=True,
        title=_lt("Keep Longer"),
    )
    def action_extend(self, until, reason):
        """Ask to keep entitlements beyond their end (R43). For supervisors; a second
        person agrees, within the budget (R65).

        :param until: the new last day.
        :param str reason: required.
        """
        self._check_until(until)
        self._let_wait("extend")

    def _check_until(self, until):
        if not until or self.filtered(lambda e: e.date_to and until <= e.date_to):
            raise UserError(self.env._("Choose a day after the present end."))

    @step(
        frm=("draft", "proposed"),
        to="cancelled",
        asks={"reason": "reason"},
        referencing=True,
        title=_lt("Cancel"),
    )
    def action_cancel(self, reason):
        """Cancel what was not approved yet. For whoever may write it."""

    @step(
        frm=LIVE_STATES,
        group="child_remediation.group_supervisor",
        check="_waiting_change",
        referencing=True,
    )
    def action_switch_payee(self):
        """Ask to pay the alternate from now on (R31). For supervisors; a second person
        agrees (R65). The alternate must have been approved before the cooling period
        began; locked plans do not change."""
        self._check_alternate()
        self._let_wait("switch")

    def _check_alternate(self):
        now = fields.Datetime.now()
        for entitlement in self:
            alternate = entitlement.alternate_payee_id
            hours = entitlement.company_id.cash_cooling_hours
            if not alternate or alternate.state != "approved":
                raise UserError(self.env._("There is no approved alternate to pay."))
            if alternate.approved_on > now - relativedelta(hours=hours):
                raise UserError(
                    self.env._(
                        "The alternate was approved less than %(hours)s hours "
                        "ago: wait until then.",
                        hours=hours,
                    )
                )

    # -- the second person (R65) -----------------------------------------------
    def _waiting_change(self):
        if not self.asked_change:
            return []
        return [
            self.env._(
                "%(code)s: a change waits already. Agree to it or decline it first.",
                code=self.name,
            )
        ]

    def _let_wait(self, change):
        """Let a change of approved support wait for somebody else's agreement."""
        self._unprotected().write(
            {
                "asked_change": change,
                "asked_by_id": self.env.uid,
                "asked_on": fields.Datetime.now(),
            }
        )

    def _forget_asked(self):
        self._unprotected().write(
            {
                "asked_change": False,
                "asked_until": False,
                "asked_reason": False,
                "asked_by_id": False,
                "asked_on": False,
            }
        )

    def _no_change_asked(self):
        if self.asked_change:
            return []
        return [self.env._("No change is asked for any more: reload the page.")]

    @step(
        frm=LIVE_STATES,
        group=(
            "child_remediation.group_supervisor",
            "cash_transfer.group_cash_approver",
        ),
        not_by="asked_by_id",
        check="_no_change_asked",
        right="read",
        referencing=True,
        sudo="cash approvers have no write right on entitlements",
    )
    def action_agree(self):
        """Agree to a change that somebody asked for: keeping support longer, taking it
        up again, paying the alternate. For supervisors and cash approvers who did not
        ask (R65).

        :raises AccessError: no such duty, or one's own wish.
        :raises UserError: nothing is asked, it is no longer possible, budget exceeded.
        """
        for change, group in self.grouped("asked_change").items():
            getattr(group, f"_agree_{change}")()
        self._forget_asked()

    @step(
        frm=LIVE_STATES,
        group=(
            "child_remediation.group_supervisor",
            "cash_transfer.group_cash_approver",
        ),
        check="_no_change_asked",
        right="read",
        referencing=True,
        sudo="cash approvers have no write right on entitlements",
    )
    def action_decline(self):
        """Decline a change that somebody asked for, or take one's own wish back. For
        supervisors and cash approvers."""
        self._forget_asked()

    def _read_again(self, step):
        self.invalidate_recordset(["asked_change", "asked_until", "asked_reason"])
        return super()._read_again(step)

    def _agree_extend(self):
        for entitlement in self:
            entitlement._check_until(entitlement.asked_until)
            entitlement._unprotected().write(
                {
                    "date_to": entitlement.asked_until,
                    "reason": entitlement.asked_reason,
                    "end_asked_on": False,
                    "end_decided_by_id": self.env.uid,
                    "is_end_decided": False,
                }
            )
        self.funding_ids.grant_id.lock_for_update(allow_referencing=True)
        short = self.funding_ids._get_shortfalls()
        problems = [*short.values(), *self._unfunded_problems()]
        if problems:
            raise UserError("\n".join(problems))
        self.funding_ids._commit_budget()

    def _agree_resume(self):
        self._unprotected().write({"state": "active", "reason": False})

    def _agree_switch(self):
        self._check_alternate()
        for entitlement in self:
            entitlement._unprotected().write(
                {
                    "payee_id": entitlement.alternate_payee_id.id,
                    "alternate_payee_id": entitlement.payee_id.id,
                }
            )

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
        asking._unprotected().write({"end_asked_on": today})
        asking._alert_supervisor(
            self.env._("Support ends soon: decide to end or to keep it.")
        )
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
        for entitlement in over:
            months = MONTHS[entitlement.scheme_id.frequency]
            end = entitlement.date_to + relativedelta(days=1, months=months)
            entitlement._unprotected().write(
                {
                    "date_to": end + relativedelta(days=-1),
                    "extended_count": entitlement.extended_count + 1,
                }
            )
        over.funding_ids._commit_budget()
        over._alert_supervisor(
            self.env._("No decision on the end of support: it goes on for one period.")
        )
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
        decided._unprotected().write({"state": "ended"})
        decided.funding_ids._commit_budget()

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
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            values
        )
