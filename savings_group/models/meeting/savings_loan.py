from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

_lt = LazyTranslate(__name__)

LIVE_STATES = ("outstanding", "late")


class SavingsLoan(models.Model):
    """A loan from the group's fund to a member.

    requested → approved (in a meeting) → outstanding → repaid, or late, or written
    off by a decision of the meeting. Amounts change only through its moves, which a
    validated meeting or a share-out writes; the charge of a period accrues when the
    period begins, so the first one at once.

    Who may what: agent and savings manager request and approve; nobody deletes.
    """

    _name = "savings.loan"
    _description = "Savings Group Loan"
    _inherit = ["savings.owned"]
    _order = "cycle_id desc, disbursed_on desc, id desc"

    _protected_fields = frozenset(
        {
            "cycle_id",
            "state",
            "meeting_id",
            "line_id",
            "disbursed_on",
            "due_on",
            "charge_periods",
            "minute",
            "balance",
            "principal_balance",
            "charge_balance",
        }
    )
    _frozen_fields = frozenset({"membership_id"})
    # What was approved does not change: its line is reversed.
    _open_fields = {"requested": EVERYTHING}

    membership_id = fields.Many2one(
        "savings.membership", required=True, index=True, ondelete="restrict"
    )
    cycle_id = fields.Many2one(related="membership_id.cycle_id", store=True, index=True)
    group_id = fields.Many2one(
        related="membership_id.group_id", store=True, index=True, required=False
    )
    member_number = fields.Integer(
        related="membership_id.member_number", store=True, string="Number"
    )
    full_name = fields.Char(related="membership_id.full_name", string="Name")
    purpose = fields.Selection(
        [
            ("trade", "Small Trade"),
            ("farming", "Farming"),
            ("school", "School Fees"),
            ("health", "Health"),
            ("house", "House"),
            ("other", "Other"),
        ],
    )
    amount = fields.Monetary(required=True)
    term = fields.Integer(
        string="Term (Periods)", compute="_compute_term", store=True, readonly=False
    )
    # course
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("outstanding", "Outstanding"),
            ("late", "Late"),
            ("repaid", "Repaid"),
            ("written_off", "Written Off"),
            ("cancelled", "Cancelled"),
        ],
        default="requested",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    meeting_id = fields.Many2one(
        "savings.meeting",
        string="Given In",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    line_id = fields.Many2one(
        "savings.meeting.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    disbursed_on = fields.Date(readonly=True, copy=False)
    due_on = fields.Date(readonly=True, copy=False)
    charge_periods = fields.Integer(string="Periods Charged", readonly=True, copy=False)
    minute = fields.Text(string="Decision on the Write-off", readonly=True, copy=False)
    # figures
    move_ids = fields.One2many("savings.loan.move", "loan_id")
    instalment_ids = fields.One2many("savings.loan.instalment", "loan_id")
    principal_balance = fields.Monetary(compute="_compute_balance", store=True)
    charge_balance = fields.Monetary(compute="_compute_balance", store=True)
    balance = fields.Monetary(compute="_compute_balance", store=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "Lend an amount above zero."
    )
    _balance_not_negative = models.Constraint(
        "CHECK (principal_balance >= 0 AND charge_balance >= 0)",
        "More was repaid than is owed: correct the repayment.",
    )
    _live = models.Index("(cycle_id) WHERE state IN ('outstanding', 'late')")

    @api.depends("group_id.name", "disbursed_on")
    def _compute_display_name(self):
        for loan in self:
            loan.display_name = f"{loan.membership_id.display_name}/L{loan.id}"

    @api.depends("membership_id")
    def _compute_term(self):
        for loan in self:
            if not loan.term:
                loan.term = loan.membership_id.cycle_id.loan_term

    @api.depends("move_ids.principal", "move_ids.charge")
    def _compute_balance(self):
        for loan in self:
            # A loan without a group yet has no currency and owes nothing.
            in_coins = loan.currency_id.round if loan.currency_id else float
            loan.principal_balance = in_coins(sum(loan.move_ids.mapped("principal")))
            loan.charge_balance = in_coins(sum(loan.move_ids.mapped("charge")))
            loan.balance = loan.principal_balance + loan.charge_balance

    @api.constrains("term")
    def _check_term(self):
        if self.filtered(lambda loan: loan.term < 1):
            raise ValidationError(self.env._("A loan runs for at least one period."))

    # -- sums, in one query ----------------------------------------------------
    @api.model
    def _balance_by_cycle(self, cycles):
        return dict(
            self._read_group(
                [("cycle_id", "in", cycles.ids), ("state", "in", LIVE_STATES)],
                ["cycle_id"],
                ["balance:sum"],
            )
        )

    @api.model
    def _balance_by_membership(self, memberships):
        return dict(
            self._read_group(
                [
                    ("membership_id", "in", memberships.ids),
                    ("state", "in", LIVE_STATES),
                ],
                ["membership_id"],
                ["balance:sum"],
            )
        )

    @api.model
    def _live_of(self, memberships):
        """Return the unpaid loans of the members, the one due first in front."""
        return self.search(
            [("membership_id", "in", memberships.ids), ("state", "in", LIVE_STATES)],
            order="due_on, id",
        )

    @api.model
    def _debt_on(self, memberships, date):
        """Return what each member owes on a day, with charges not written yet."""
        debts = {membership: 0.0 for membership in memberships}
        for loan in self._live_of(memberships):
            debts[loan.membership_id] += loan.balance + sum(
                charge for _day, charge in loan._due_charges(date)
            )
        return debts

    # -- charges ---------------------------------------------------------------
    def _due_charges(self, date):
        """Return (day, charge) of each period that began before ``date``.

        A period that begins on the day itself is charged at the next meeting, so that
        a loan repaid on its due day bears no further charge.
        """
        self.ensure_one()
        cycle = self.cycle_id
        charges = []
        if not date or not self.disbursed_on or not self.principal_balance:
            return charges
        number = self.charge_periods
        limit = None if cycle.charge_when_late else self.term
        while limit is None or number < limit:
            start = self.disbursed_on + cycle._period() * number
            if start >= date:
                break
            charges.append((start, self._charge_of_period()))
            number += 1
        return charges

    def _charge_of_period(self):
        base = (
            self.amount
            if self.cycle_id.charge_method == "flat"
            else self.principal_balance
        )
        return self.currency_id.round(base * self.cycle_id.charge_rate / 100)

    def _prepare_charges(self, date, meeting):
        """Return the move values of the charges due before ``date``."""
        vals_list = []
        for loan in self:
            charges = loan._due_charges(date)
            if charges:
                loan._unprotected().charge_periods += len(charges)
            vals_list += [
                {
                    "loan_id": loan.id,
                    "kind": "charge",
                    "date": day,
                    "charge": charge,
                    "meeting_id": meeting.id,
                }
                for day, charge in charges
                if charge
            ]
        return vals_list

    # -- steps -----------------------------------------------------------------
    @step(frm="requested", to=("approved",), referencing=True)
    def action_approve(self):
        """Approve a request in the meeting that is open; the money is given there.

        For the group's agent or a savings manager.

        :raises UserError: not requested, or no meeting is open.
        """
        for loan in self:
            meeting = loan.membership_id._require_open_meeting()
            line = meeting.line_ids.filtered(
                lambda line, loan=loan: (
                    line.membership_id == loan.membership_id and line.kind == "regular"
                )
            )
            if not line:
                raise UserError(
                    self.env._("The member takes no part in the open meeting.")
                )
            if line.loan_given:
                raise UserError(
                    self.env._(
                        "The member's line already gives a loan in this meeting: one "
                        "loan per member and meeting."
                    )
                )
            line.loan_given = loan.amount
            loan._unprotected().write(
                {"state": "approved", "meeting_id": meeting.id, "line_id": line.id}
            )

    @step(
        frm=("requested", "approved"),
        to=("cancelled",),
        locks="cycle_id",
        referencing=True,
        check="_missing_to_cancel",
    )
    def action_cancel(self):
        """Withdraw a request, or an approval whose meeting is still open.

        For the group's agent or a savings manager.
        """
        # While the request stands, its line gives no other loan.
        self.line_id.filtered(lambda line: line.meeting_state == "open").write(
            {"loan_given": 0.0}
        )
        self._unprotected().write(
            {"state": "cancelled", "meeting_id": False, "line_id": False}
        )

    def _missing_to_cancel(self):
        if self.state == "approved" and self.meeting_id.state != "open":
            return [self.env._("Money was given: reverse the line of the meeting.")]
        return []

    @step(
        frm=LIVE_STATES,
        to=("written_off",),
        asks={"minute": Ask("minute", keep=False)},
        title=_lt("Write the Loan Off"),
        hint=_lt("Write down what the group decided about the loan."),
    )
    def action_write_off(self, minute):
        """Write a loan off by a decision of the meeting that is open.

        For the group's agent or a savings manager.

        :param str minute: what the group decided; required.
        :raises UserError: no open meeting, no minute, or nothing is owed.
        """
        self.ensure_one()
        meeting = self.membership_id._require_open_meeting()
        moves = self.env["savings.loan.move"]._unprotected()
        moves.create(self._prepare_charges(meeting.date, meeting))
        moves.create(self._prepare_write_off(meeting, minute))
        self._unprotected().write({"state": "written_off", "minute": minute})
        return True

    def _prepare_write_off(self, meeting, minute):
        self.ensure_one()
        return {
            "loan_id": self.id,
            "kind": "write_off",
            "date": meeting.date,
            "principal": -self.principal_balance,
            "charge": -self.charge_balance,
            "meeting_id": meeting.id,
            "explanation": minute,
        }

    def _prepare_payment(self, amount, kind, date, **values):
        """Return one move that pays ``amount``: the charge first, then principal."""
        self.ensure_one()
        charge = min(amount, self.charge_balance)
        return dict(
            values,
            loan_id=self.id,
            kind=kind,
            date=date,
            charge=-charge,
            principal=-self.currency_id.round(amount - charge),
        )

    def _settle_state(self):
        """Write what the balance says; live loans only."""
        paid = self.filtered(
            lambda loan: loan.state in LIVE_STATES and not loan.balance
        )
        paid._unprotected().write({"state": "repaid"})

    def _was_touched(self):
        """Say whether anything but charges happened since the loan was given."""
        self.ensure_one()
        reversed_ids = self.move_ids.reverses_id
        return bool(
            self.move_ids.filtered(
                lambda move: (
                    move.kind not in ("given", "charge", "reversal")
                    and move not in reversed_ids
                )
            )
        )

    def _make_schedule(self):
        """Write the instalments of loans just given: equal parts of the principal."""
        vals_list = []
        for loan in self:
            cycle, left = loan.cycle_id, loan.amount
            part = loan.currency_id.round(loan.amount / loan.term)
            for number in range(1, loan.term + 1):
                principal = left if number == loan.term else min(part, left)
                base = loan.amount if cycle.charge_method == "flat" else left
                vals_list.append(
                    {
                        "loan_id": loan.id,
                        "number": number,
                        "date_due": loan.disbursed_on + cycle._period() * number,
                        "principal": principal,
                        "charge": loan.currency_id.round(
                            base * cycle.charge_rate / 100
                        ),
                    }
                )
                left = loan.currency_id.round(left - principal)
        self.env["savings.loan.instalment"]._unprotected().create(vals_list)

    def _mark_late(self, date):
        late = self.filtered(
            lambda loan: (
                loan.state == "outstanding" and loan.due_on and loan.due_on < date
            )
        )
        late._unprotected().write({"state": "late"})

    @api.model
    def _cron_mark_late(self):
        """Mark the loans whose due day has passed; what time changes is a fact."""
        today = self._place_today()
        domain = Domain("state", "=", "outstanding") & Domain("due_on", "<", today)
        loans = self.search(domain, limit=1000)
        loans._mark_late(today)
        self.env["ir.cron"]._commit_progress(
            len(loans), remaining=self.search_count(domain)
        )
