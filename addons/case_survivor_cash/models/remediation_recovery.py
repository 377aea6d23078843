from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from odoo.addons.case_survivor.models.remediation_legal_matter import DUTY as LEGAL
from odoo.addons.case_survivor.models.remediation_money_account import DUTY as TRACE
from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

_lt = LazyTranslate(__name__)

#: Who knows what the money is for. Finance knows a code and an amount.
WRITERS = (LEGAL, TRACE)
KNOW = ",".join(WRITERS)
#: Accountants open the entries; the duties of cash and law do not.
BOOKS = "account.group_account_readonly,account.group_account_invoice"
#: The survivor has the money.
PAID = ("paid", "recorded")
#: It is on its way, and a currency without a rate keeps it from being counted.
ON_ITS_WAY = ("submitted", "received", "approved")


class Recovery(models.Model):
    """One sum that a court, a respondent or an employer pays to a survivor.

    Paid directly, it is recorded without an entry: draft → recorded. Otherwise it
    comes through the organisation, which owes it until it is handed on, whole:
    draft → submitted → received → approved → paid. A payment that comes back is
    approved again; money that goes back to whoever paid is given back.

    The duty of the matter, or of the money's trace, prepares it. The duties of cash
    receive, approve and pay it, and see its code, its amount and the payee's code.
    """

    _name = "remediation.recovery"
    _description = "Recovered Money"
    _inherit = [
        "remediation.coded.mixin",
        "remediation.case.owned",
        "remediation.shown",
        "cash.transfer.books",
    ]
    _rules_of = "remediation.in.company"
    _order = "id desc"

    _code_prefix = "RC"
    _protected_fields = frozenset(
        {
            *("state", "reason", "paid_on", "received_on", "journal_id"),
            *("submitted_by_id", "received_by_id", "approved_by_id", "paid_by_id"),
            "method_id",
        }
    )
    _frozen_fields = frozenset({"matter_id", "wage_id"})
    _open_fields = {
        "draft": EVERYTHING,
        # the payee may have been stopped, and a rate may be missing
        "submitted": {"payee_id", "settled"},
        "received": {"payee_id", "settled"},
        "approved": {"settled"},
    }

    case_id = fields.Many2one(
        compute="_compute_case_id",
        store=True,
        precompute=True,
        readonly=False,
        groups=KNOW,
    )
    matter_id = fields.Many2one(
        "remediation.legal.matter",
        string="Legal Matter",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups=LEGAL,
    )
    wage_id = fields.Many2one(
        "remediation.survivor.wage",
        string="Arrears of Wages",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups=TRACE,
    )
    is_direct = fields.Boolean(
        string="Paid Directly",
        help="The survivor got it from the court or the respondent: no entry is made.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    amount = fields.Monetary(required=True)
    award_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_award_currency_id",
        compute_sudo=True,
        string="Currency of the Award",
        groups=KNOW,
    )
    settled = fields.Monetary(
        currency_field="award_currency_id",
        string="Counts As",
        copy=False,
        groups=KNOW,
        help="In the currency of the award. By the rate of the day it came, where "
        "you enter nothing.",
    )
    payee_id = fields.Many2one(
        "cash.transfer.payee",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain=[("state", "=", "approved")],
    )
    method_id = fields.Many2one(
        "cash.transfer.payment.method",
        string="Paid To",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    proof = fields.Char(
        string="Proof of Payment", copy=False, groups=KNOW, help="Receipt or letter."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Expected"),
            ("received", "Received"),
            ("approved", "Approved"),
            ("paid", "Handed On"),
            ("recorded", "Paid Directly"),
            ("given_back", "Given Back"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    received_on = fields.Date(readonly=True, copy=False)
    paid_on = fields.Date(readonly=True, copy=False)
    journal_id = fields.Many2one(
        "account.journal",
        string="Bank or Cash",
        readonly=True,
        copy=False,
        check_company=True,
        domain=[("type", "in", ("bank", "cash"))],
    )
    reason = fields.Char(readonly=True, copy=False, help="No names: finance reads it.")
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    received_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    paid_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    payment_ids = fields.One2many(
        "account.payment", "recovery_id", string="Payments", groups=BOOKS
    )

    _amount_positive = models.Constraint("CHECK (amount > 0)", "Enter what was paid.")
    _settled_not_negative = models.Constraint(
        "CHECK (settled IS NULL OR settled >= 0)", "What it counts as is not negative."
    )
    _one_source = models.Constraint(
        "CHECK ((matter_id IS NULL) <> (wage_id IS NULL))",
        "Money is recovered for one legal matter or for one time of work.",
    )

    @api.depends("matter_id", "wage_id")
    def _compute_case_id(self):
        # sudo: each duty reads its own link
        for recovery in self.sudo():
            recovery.case_id = recovery._award().case_id

    @api.depends("matter_id", "wage_id")
    def _compute_currency_id(self):
        # sudo: as above
        for recovery in self.sudo():
            recovery.currency_id = recovery.currency_id or recovery._award().currency_id

    @api.depends("matter_id.currency_id", "wage_id.currency_id")
    def _compute_award_currency_id(self):
        for recovery in self:
            recovery.award_currency_id = recovery._award().currency_id

    def _shown_facts(self):
        """Finance signs an amount and a payee, and is told of no case."""
        return False

    def _award(self):
        """The matter or the time of work that it settles. Read with sudo()."""
        return self.matter_id or self.wage_id

    def _refuse_other_hands(self):
        if self:
            raise UserError(
                self.env._(
                    "This entry belongs to %(recovery)s: use its steps to correct it.",
                    recovery=self[0].name,
                )
            )

    # -- what keeps a step -------------------------------------------------------
    def _missing_to_record(self):
        """Nobody is paid more than was awarded or claimed."""
        award = self.sudo()._award()  # sudo: each duty reads its own link
        due = award[award._due_field]
        others = award.recovery_ids.filtered(
            lambda r: r.state in (*ON_ITS_WAY, *PAID) and r != self
        )
        amounts = [r._counts_as() for r in others | self.sudo()]
        total = sum(amount for amount in amounts if amount is not None)
        if award.currency_id.compare_amounts(total, due) <= 0:
            return []
        return [
            self.env._(
                "%(total)s would be paid of %(due)s: enter first what was awarded "
                "or claimed.",
                total=award.currency_id.format(total),
                due=award.currency_id.format(due),
            )
        ]

    def _missing_to_submit(self):
        missing = self._missing_to_record()
        if self.is_direct:
            missing.append(self.env._("It was paid directly: record it instead."))
        elif not self.payee_id:
            missing.append(self.env._("Choose the payee who gets the money."))
        return missing

    def _missing_to_pay(self):
        payee = self.sudo().payee_id  # sudo: a sentence by code, as at a lock
        if payee.state != "approved" or not payee.active_method_id:
            return [
                self.env._(
                    "%(payee)s has no approved account: a supervisor approves payee "
                    "and account.",
                    payee=payee.name,
                )
            ]
        problem = payee._payee_problem(self._place_today())
        missing = [problem] if problem else []
        # sudo: finance is told of a rate that is missing, and of no matter.
        sentence = self.sudo()._missing_rate()
        if sentence:
            return [*missing, sentence]
        # A rate may have come since it was announced, or an appeal.
        if self._missing_to_record():
            missing.append(
                self.env._(
                    "%(recovery)s: more would be paid than is due. Ask who announced "
                    "it.",
                    recovery=self.name,
                )
            )
        return missing

    def _missing_to_settle(self):
        if not self.is_direct:
            return [self.env._("It comes through the organisation: submit it.")]
        sentence = self._missing_rate()
        return [*self._missing_to_record(), *([sentence] if sentence else [])]

    # -- currencies --------------------------------------------------------------
    def _rate_day(self):
        return self.received_on or self.paid_on or self._place_today()

    def _counts_as(self):
        """What it counts as in the currency of the award, or None without a rate."""
        target = self._award().currency_id
        if self.currency_id == target:
            return self.amount
        if self.settled:
            return self.settled
        day = self._rate_day()
        if not all(self._has_rate(one, day) for one in (self.currency_id, target)):
            return None
        return self.currency_id._convert(self.amount, target, self.company_id, day)

    def _has_rate(self, currency, day):
        company = self.company_id
        return currency == company.currency_id or bool(
            self.env["res.currency.rate"].search_count(
                [
                    ("currency_id", "=", currency.id),
                    ("name", "<=", day),
                    ("company_id", "in", [False, company.root_id.id]),
                ],
                limit=1,
            )
        )

    def _missing_rate(self):
        """A sentence where it cannot be counted in the currency of the award."""
        waiting = self.state in ("draft", *ON_ITS_WAY)
        # sudo: the currency of the award, for whoever is told of the rate.
        if not waiting or self.sudo()._counts_as() is not None:
            return False
        return self.env._(
            "%(recovery)s: no rate between %(currency)s and %(award)s on %(day)s. "
            "Enter what it counts as.",
            recovery=self.name,
            currency=self.currency_id.name,
            award=self.sudo()._award().currency_id.name,  # sudo: as above
            day=self._say_day(self._rate_day()),
        )

    def _settle(self):
        for recovery in self:
            recovery._unprotected().settled = recovery._counts_as()

    # -- four eyes ---------------------------------------------------------------
    def _check_four_eyes(self, step):
        result = super()._check_four_eyes(step)
        duties = self.env["cash.transfer.duty"]
        for duty in step.duty:
            for recovery in self.sudo():  # sudo: whose work it is, nothing is shown
                people = duties._people((duty,), recovery.company_id)
                recovery._check_apart_from(people | self.env.user, duty)
        return result

    def _check_apart_from(self, people, duty):
        """Who carried out a duty that excludes this one decides no more (R37)."""
        done_by = {
            "prepare": self.submitted_by_id | self.create_uid,
            "approve": self.approved_by_id,
            "release": self.paid_by_id,
            "reconcile": self.received_by_id,
        }
        others = self.env["cash.transfer.duty"]._conflicting_duties(
            duty, self.company_id
        )
        touched = (
            self.payee_id.changed_by_ids
            if duty in ("approve", "release")
            else self.payee_id.changed_by_ids.browse()
        )
        if any(done_by[other] & people for other in others) or touched & people:
            raise AccessError(
                self.env._("Nobody decides on their own work: ask somebody else.")
            )

    # -- steps of whoever knows what it is for -------------------------------------
    @step(
        frm="draft",
        to="submitted",
        group=WRITERS,
        stamp="submitted",
        check="_missing_to_submit",
    )
    def action_submit(self):
        """Announce the money to finance, by code. For the duty, in cases it holds."""

    @step(
        frm="draft",
        to="recorded",
        group=WRITERS,
        check="_missing_to_settle",
        stamp="submitted",
        asks={"date": "paid_on", "proof": "proof"},
        title=_lt("It Was Paid Directly"),
    )
    def action_record(self, date, proof):
        """Record what the survivor got without us: no entry is made. For the duty.

        :param date: day on which it was paid
        :param str proof: what shows it
        """
        self._settle()

    @step(
        frm=("draft", "submitted"),
        to="cancelled",
        group=WRITERS,
        asks={"reason": "reason"},
        title=_lt("The Money Does Not Come"),
    )
    def action_cancel(self, reason):
        """Give up what was announced and did not come. For the duty.

        :param str reason: why; no names
        """
