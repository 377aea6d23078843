from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

from ..group.savings_cycle import BALANCES
from .savings_loan import LIVE_STATES

_lt = LazyTranslate(__name__)


class SavingsMeeting(models.Model):
    """One meeting as it happens round the table.

    open → validated, or cancelled while open. Opening makes a line per member and
    takes the counted cash of the last meeting; validating checks the group's limits
    (R46), ties the cash of each pot (R48), writes the loans' movements and keeps the
    figures of the day. A validated meeting never changes: a later meeting reverses.

    Members' money is the group's: nothing here makes a journal entry (R50).

    Who may what: the group's agent and the savings manager open, type and validate;
    nobody deletes.
    """

    _name = "savings.meeting"
    _description = "Savings Meeting"
    _inherit = ["savings.owned"]
    _order = "date desc, id desc"

    #: Figures kept at validation, for ratios and graphs; all but the first four are
    #: sums since the cycle began.
    _snapshot_fields = (
        "member_count",
        "women_count",
        "attended_count",
        "represented_count",
        "stayer_count",
        "shares_total",
        "savings_total",
        "loans_outstanding",
        "loans_late",
        "loan_count",
        "loan_principal",
        "borrower_count",
        "written_off_count",
        "written_off_amount",
        "joiner_count",
        "leaver_count",
    )
    _protected_fields = frozenset(
        {
            "number",
            "state",
            "source",
            "opened_by_id",
            "validated_by_id",
            "validated_on",
            "cancel_reason",
            *(f"opening_{pot}" for pot in BALANCES),
            *(f"closing_{pot}" for pot in BALANCES),
            *_snapshot_fields,
        }
    )
    _frozen_fields = frozenset({"cycle_id"})
    _open_fields = {"open": EVERYTHING}

    cycle_id = fields.Many2one(
        "savings.cycle", required=True, index=True, ondelete="restrict"
    )
    group_id = fields.Many2one(
        related="cycle_id.group_id", store=True, index=True, required=False
    )
    number = fields.Integer(readonly=True, copy=False)
    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    place = fields.Char()
    minutes = fields.Text(help="What was decided, in the group's words.")
    state = fields.Selection(
        [("open", "Open"), ("validated", "Validated"), ("cancelled", "Cancelled")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    source = fields.Selection(
        [("live", "At the table"), ("paper", "Paper book")],
        default="live",
        required=True,
        readonly=True,
    )
    opened_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    validated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    validated_on = fields.Datetime(readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    # lines
    line_ids = fields.One2many("savings.meeting.line", "meeting_id")
    entry_ids = fields.One2many("savings.meeting.entry", "meeting_id")
    # cash per pot
    opening_loan = fields.Monetary(string="Loan Fund: Opening", readonly=True)
    opening_social = fields.Monetary(string="Social Fund: Opening", readonly=True)
    opening_bank = fields.Monetary(string="Bank: Opening", readonly=True)
    opening_debt = fields.Monetary(string="Debts: Opening", readonly=True)
    opening_grant = fields.Monetary(string="Grants Kept: Opening", readonly=True)
    in_loan = fields.Monetary(string="Loan Fund: In", compute="_compute_cash")
    out_loan = fields.Monetary(string="Loan Fund: Out", compute="_compute_cash")
    expected_loan = fields.Monetary(
        string="Loan Fund: Should Hold", compute="_compute_cash"
    )
    in_social = fields.Monetary(string="Social Fund: In", compute="_compute_cash")
    out_social = fields.Monetary(string="Social Fund: Out", compute="_compute_cash")
    expected_social = fields.Monetary(
        string="Social Fund: Should Hold", compute="_compute_cash"
    )
    counted_loan = fields.Monetary(string="Loan Fund: Counted")
    counted_social = fields.Monetary(string="Social Fund: Counted")
    counted_by_id = fields.Many2one(
        "savings.membership", domain="[('cycle_id', '=', cycle_id)]"
    )
    gap_loan = fields.Monetary(string="Loan Fund: Difference", compute="_compute_gap")
    gap_social = fields.Monetary(
        string="Social Fund: Difference", compute="_compute_gap"
    )
    closing_loan = fields.Monetary(string="Loan Fund: Closing", readonly=True)
    closing_social = fields.Monetary(string="Social Fund: Closing", readonly=True)
    closing_bank = fields.Monetary(string="Bank: Closing", readonly=True)
    closing_debt = fields.Monetary(string="Debts: Closing", readonly=True)
    closing_grant = fields.Monetary(string="Grants Kept: Closing", readonly=True)
    # figures of the day
    member_count = fields.Integer(string="Members", readonly=True)
    women_count = fields.Integer(string="Women", readonly=True)
    attended_count = fields.Integer(string="Attended", readonly=True)
    represented_count = fields.Integer(string="Represented", readonly=True)
    stayer_count = fields.Integer(string="Members since the Start", readonly=True)
    shares_total = fields.Integer(string="Shares", readonly=True)
    savings_total = fields.Monetary(string="Savings", readonly=True)
    loans_outstanding = fields.Monetary(readonly=True)
    loans_late = fields.Monetary(readonly=True)
    loan_count = fields.Integer(string="Loans Given", readonly=True)
    loan_principal = fields.Monetary(string="Amount Lent", readonly=True)
    borrower_count = fields.Integer(string="Borrowers", readonly=True)
    written_off_count = fields.Integer(string="Loans Written off", readonly=True)
    written_off_amount = fields.Monetary(readonly=True)
    joiner_count = fields.Integer(string="Joined Mid-cycle", readonly=True)
    leaver_count = fields.Integer(string="Left", readonly=True)

    _one_open = models.UniqueIndex(
        "(cycle_id) WHERE state = 'open'",
        "The cycle has an open meeting: validate or cancel it first.",
    )
    _number_unique = models.UniqueIndex(
        "(cycle_id, number) WHERE state <> 'cancelled'",
        "Two meetings of a cycle cannot share a number.",
    )
    _date_unique = models.UniqueIndex(
        "(cycle_id, date) WHERE state <> 'cancelled'",
        "The cycle has a meeting on this day: correct the date.",
    )
    _counted_not_negative = models.Constraint(
        "CHECK (counted_loan >= 0 AND counted_social >= 0)",
        "Cash that was counted is not below zero.",
    )
    _by_group_date = models.Index("(group_id, date) WHERE state = 'validated'")

    @api.depends("cycle_id.display_name", "number")
    def _compute_display_name(self):
        for meeting in self:
            meeting.display_name = f"{meeting.cycle_id.display_name}/M{meeting.number}"

    @api.depends(
        "line_ids.share_amount",
        "line_ids.loan_repaid",
        "line_ids.loan_given",
        "line_ids.fine",
        "line_ids.social_in",
        "line_ids.social_out",
        "line_ids.shares",
        "entry_ids.amount",
        "entry_ids.kind",
        "entry_ids.pot",
        "opening_loan",
        "opening_social",
        "cycle_id.fines_to",
    )
    def _compute_cash(self):
        for meeting in self:
            for pot in ("loan", "social"):
                movements = meeting._movements(pot)
                into = meeting.currency_id.round(sum(m for m in movements if m > 0))
                out = meeting.currency_id.round(-sum(m for m in movements if m < 0))
                meeting[f"in_{pot}"] = into
                meeting[f"out_{pot}"] = out
                meeting[f"expected_{pot}"] = meeting.currency_id.round(
                    meeting[f"opening_{pot}"] + into - out
                )

    def _movements(self, pot):
        """Return what went in (above zero) and out (below) of one pot, one by one."""
        self.ensure_one()
        to_pot = self.cycle_id.fines_to == pot
        movements = [entry._effect(pot) for entry in self.entry_ids]
        for line in self.line_ids:
            if to_pot:
                movements.append(line.fine)
            if pot == "loan":
                movements += [line.share_amount, line.loan_repaid, -line.loan_given]
            else:
                movements += [line.social_in, -line.social_out]
        return movements

    @api.depends("expected_loan", "expected_social", "counted_loan", "counted_social")
    def _compute_gap(self):
        for meeting in self:
            for pot in ("loan", "social"):
                meeting[f"gap_{pot}"] = meeting.currency_id.round(
                    meeting[f"counted_{pot}"] - meeting[f"expected_{pot}"]
                )

    @api.model
    def _last_validated(self, cycles):
        """Return the last validated meeting of each cycle, in two queries."""
        rows = self._read_group(
            [("cycle_id", "in", cycles.ids), ("state", "=", "validated")],
            ["cycle_id"],
            ["id:recordset"],
        )
        self.union(*(meetings for _cycle, meetings in rows)).fetch(["number"])
        return {cycle: meetings.sorted("number")[-1:] for cycle, meetings in rows}

    # -- CRUD ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_unprotected():
            raise UserError(
                self.env._("Open a meeting from its cycle, with the button there.")
            )
        # The unique indexes see what was validated or cancelled a moment ago.
        self.flush_model(["state", "number", "date"])
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("date") and not self._is_unprotected():
            date = fields.Date.to_date(vals["date"])
            last = self._last_validated(self.cycle_id)
            for meeting in self:
                meeting.cycle_id._check_meeting_date(date, last.get(meeting.cycle_id))
        return super().write(vals)

    def _create_lines(self, memberships=None):
        """Make the regular lines of open meetings, for all members or those given."""
        if memberships is None:
            memberships = self.env["savings.membership"].search(
                [("cycle_id", "in", self.cycle_id.ids), ("state", "=", "active")]
            )
        by_cycle = memberships.grouped("cycle_id")
        self.env["savings.meeting.line"]._unprotected().create(
            [
                {
                    "meeting_id": meeting.id,
                    "membership_id": membership.id,
                    "social_in": (
                        meeting.cycle_id.social_amount
                        if meeting.cycle_id.has_social_fund and meeting.source == "live"
                        else 0.0
                    ),
                }
                for meeting in self
                for membership in by_cycle.get(meeting.cycle_id, ())
            ]
        )

    # -- steps -----------------------------------------------------------------
    def action_take_expected(self):
        """Enter the expected cash as counted. For the group's agent or a manager.

        A convenience of the screen for a box that ties; the counting is theirs.
        """
        self.check_access("write")
        for meeting in self:
            meeting.write(
                {
                    "counted_loan": max(meeting.expected_loan, 0.0),
                    "counted_social": max(meeting.expected_social, 0.0),
                }
            )
        return True

    def _missing_to_cancel(self):
        moves = self.env["savings.loan.move"].search_count(
            [("meeting_id", "in", self.ids)]
        )
        if moves:
            return [
                self.env._(
                    "This meeting wrote off a loan: it took place, so validate it."
                )
            ]
        return []

    @step(
        frm="open",
        to="cancelled",
        locks="cycle_id",
        referencing=True,
        asks={"reason": "cancel_reason"},
        check="_missing_to_cancel",
        title=_lt("Cancel the Meeting"),
    )
    def action_cancel(self, reason):
        """Cancel an open meeting that did not take place.

        For the group's agent or a savings manager.

        :param str reason: why; required.
        :raises UserError: validated before, or a decision of it stands.
        """
        loans = self.env["savings.loan"].search(
            [("meeting_id", "in", self.ids), ("state", "=", "approved")]
        )
        loans._unprotected().write(
            {"state": "requested", "meeting_id": False, "line_id": False}
        )

    @step(frm="open", to=("validated",), locks="cycle_id", referencing=True)
    def action_validate(self):
        """Validate open meetings, whole or not at all.

        For the group's agent or a savings manager. Checks R46 at the table; what a
        paper book holds beyond the limits is flagged, never refused. Cash must tie
        per pot (R48), if need be by an entry that names the difference.

        :raises UserError: validated before, beyond the limits, or a pot not tying.
        """
        self._check_dates()
        self._accrue()
        self._reverse_lines()
        self._check_limits()
        self._tie_paper()
        self._check_cash()
        self._settle_repayments()
        self._give_loans()
        self._settle_entries()
        self._unprotected().write(
            {
                "state": "validated",
                "validated_by_id": self.env.uid,
                "validated_on": fields.Datetime.now(),
            }
        )
        self._take_snapshot()
        self.group_id._message_log_batch(
            bodies={
                meeting.group_id.id: self.env._(
                    "Meeting %(number)s validated.", number=meeting.number
                )
                for meeting in self
            }
        )
        return True

    def _check_dates(self):
        last = self._last_validated(self.cycle_id)
        for meeting in self:
            meeting.cycle_id._check_meeting_date(
                meeting.date, last.get(meeting.cycle_id)
            )

    def _accrue(self):
        """Write the charges that fell due before the meeting."""
        live = self.env["savings.loan"].search(
            [("cycle_id", "in", self.cycle_id.ids), ("state", "in", LIVE_STATES)]
        )
        by_cycle = live.grouped("cycle_id")
        vals_list = []
        for meeting in self:
            loans = by_cycle.get(meeting.cycle_id, live.browse())
            vals_list += loans._prepare_charges(meeting.date, meeting)
            loans._mark_late(meeting.date)
        self.env["savings.loan.move"]._unprotected().create(vals_list)

    def _reverse_lines(self):
        """Take back the loan movements of the lines that this meeting reverses."""
        lines = self.line_ids.filtered(lambda line: line.kind == "reversal")
        if not lines:
            return
        moves_model = self.env["savings.loan.move"]
        moves = moves_model.search(
            [("line_id", "in", lines.reverses_id.ids), ("kind", "!=", "reversal")]
        )
        given = moves.filtered(lambda move: move.kind == "given").loan_id
        if any(loan._was_touched() for loan in given):
            raise UserError(
                self.env._(
                    "A loan given on a reversed line was repaid meanwhile: take the "
                    "reversal out, and reverse the repayment first."
                )
            )
        if (moves.loan_id - given).filtered(lambda loan: loan.state == "written_off"):
            raise UserError(
                self.env._(
                    "The loan of a reversed repayment was written off: it stays."
                )
            )
        moves |= given.move_ids.filtered(lambda move: move.kind == "charge")
        by_line = moves.grouped("line_id")
        vals_list = []
        for line in lines:
            own = by_line.get(line.reverses_id, moves_model)
            own |= own.filtered(
                lambda move: move.kind == "given"
            ).loan_id.move_ids.filtered(lambda move: move.kind == "charge")
            vals_list += own._prepare_reversal(line.meeting_id, line)
        moves_model._unprotected().create(vals_list)
        given._unprotected().write({"state": "cancelled"})
        back = (moves.loan_id - given).filtered(lambda loan: loan.state == "repaid")
        back._unprotected().write({"state": "outstanding"})
        for meeting in self:
            back.filtered(
                lambda loan, meeting=meeting: loan.cycle_id == meeting.cycle_id
            )._mark_late(meeting.date)

    def _check_limits(self):
        """R46: refuse at the table what goes beyond the limits, flag it on paper."""
        loans = self.env["savings.loan"]
        lines = self.line_ids
        memberships = lines.membership_id
        shares = memberships._shares()
        live = loans._live_of(memberships).grouped("membership_id")
        leavers = self.entry_ids.filtered(lambda e: e.kind == "leaver").membership_id
        typed = {}
        for line in lines:
            typed[line.membership_id] = typed.get(line.membership_id, 0) + line.shares
        refused, flags = [], {}
        for line in lines.filtered(lambda line: line.kind == "regular"):
            member = line.membership_id
            own = live.get(member, loans)
            debt = sum(own.mapped("balance"))
            after = debt - min(line.loan_repaid, debt)
            problems = []
            if member not in leavers:
                problems = line._limit_problems(
                    (shares[member] + typed[member]) * line.cycle_id.share_value,
                    after,
                    bool(after and own.filtered(lambda loan: loan.state == "late")),
                )
            hard = []
            if line.currency_id.compare_amounts(line.loan_repaid, debt) > 0:
                hard.append(
                    self.env._(
                        "Member %(who)s repays %(paid)s but owes %(debt)s: correct the "
                        "repayment.",
                        who=line.member_number,
                        paid=line.currency_id.format(line.loan_repaid),
                        debt=line.currency_id.format(debt),
                    )
                )
            if line.meeting_id.source == "paper":
                if problems or hard:
                    flags[line] = "\n".join(hard + problems)
            elif hard or (problems and not line.group_decided):
                refused += hard + ([] if line.group_decided else problems)
        if refused:
            raise UserError(
                self.env._("The meeting is not validated yet:")
                + "\n"
                + "\n".join(refused[:10])
                + "\n"
                + self.env._(
                    "Correct the lines, or tick 'Group decided' with a reason where "
                    "the group went beyond its own limits."
                )
            )
        for line, text in flags.items():
            line._unprotected().flag = text

    def _tie_paper(self):
        """Name the difference of a paper book that does not tie (R48)."""
        vals_list = []
        for meeting in self.filtered(lambda meeting: meeting.source == "paper"):
            vals_list += [
                {
                    "meeting_id": meeting.id,
                    "kind": "difference",
                    "pot": pot,
                    "amount": meeting[f"gap_{pot}"],
                    "explanation": self.env._("As counted in the paper book"),
                }
                for pot in ("loan", "social")
                if not meeting.currency_id.is_zero(meeting[f"gap_{pot}"])
            ]
        self.env["savings.meeting.entry"].create(vals_list)

    def _check_cash(self):
        names = {"loan": self.env._("loan fund"), "social": self.env._("social fund")}
        for meeting in self:
            for pot, name in names.items():
                gap = meeting[f"gap_{pot}"]
                if not meeting.currency_id.is_zero(gap):
                    raise UserError(
                        self.env._(
                            "The %(pot)s does not tie: it should hold %(expected)s and "
                            "%(counted)s was counted. Count again, or enter the "
                            "difference of %(gap)s with an explanation.",
                            pot=name,
                            expected=meeting.currency_id.format(
                                meeting[f"expected_{pot}"]
                            ),
                            counted=meeting.currency_id.format(
                                meeting[f"counted_{pot}"]
                            ),
                            gap=meeting.currency_id.format(gap),
                        )
                    )
            if meeting.source == "paper":
                continue
            closing = meeting._closing_balances()
            if min(closing["bank"], closing["debt"]) < 0:
                raise UserError(
                    self.env._(
                        "More is fetched from the bank, or paid back, than there is: "
                        "correct the group's entries."
                    )
                )
            self._check_fund_covers_loans(meeting)

    def _check_fund_covers_loans(self, meeting):
        """R46: new loans are covered by the cash of the loan fund."""
        given = sum(
            line.loan_given for line in meeting.line_ids if line.kind == "regular"
        )
        differences = sum(
            entry.amount
            for entry in meeting.entry_ids
            if entry.kind == "difference" and entry.pot == "loan"
        )
        if given and meeting.expected_loan - min(differences, 0.0) < 0:
            raise UserError(
                self.env._(
                    "The loans of this meeting come to %(given)s, more than the loan "
                    "fund holds: give less.",
                    given=meeting.currency_id.format(given),
                )
            )

    def _settle_repayments(self):
        """Spread each repayment over the member's loans, the one due first in front."""
        lines = self.line_ids.filtered(
            lambda line: line.kind == "regular" and line.loan_repaid
        )
        live = self.env["savings.loan"]._live_of(lines.membership_id)
        by_member = live.grouped("membership_id")
        vals_list = []
        for line in lines:
            left = line.loan_repaid
            for loan in by_member.get(line.membership_id, live.browse()):
                paid = min(left, loan.balance)
                if not paid:
                    continue
                vals_list.append(
                    loan._prepare_payment(
                        paid,
                        "repayment",
                        line.meeting_id.date,
                        meeting_id=line.meeting_id.id,
                        line_id=line.id,
                    )
                )
                left = line.currency_id.round(left - paid)
        self.env["savings.loan.move"]._unprotected().create(vals_list)
        live._settle_state()

    def _give_loans(self):
        """Make the loans of the lines: approved requests, or typed at the table."""
        loans = self.env["savings.loan"]
        lines = self.line_ids.filtered(lambda line: line.kind == "regular")
        approved = loans.search(
            [("meeting_id", "in", self.ids), ("state", "=", "approved")]
        )
        by_line = approved.grouped("line_id")
        giving = lines.filtered("loan_given")
        dropped = approved.filtered(lambda loan: loan.line_id not in giving)
        dropped._unprotected().write(
            {"state": "requested", "meeting_id": False, "line_id": False}
        )
        new = (
            loans._unprotected()
            .create(
                [
                    {
                        "membership_id": line.membership_id.id,
                        "amount": line.loan_given,
                        "meeting_id": line.meeting_id.id,
                        "line_id": line.id,
                    }
                    for line in giving
                    if line not in by_line
                ]
            )
            .with_env(self.env)
        )
        given = new | (approved - dropped)
        for meeting, own in given.grouped("meeting_id").items():
            own._unprotected().write(
                {"state": "outstanding", "disbursed_on": meeting.date}
            )
        for loan in given:
            loan._unprotected().write(
                {
                    "amount": loan.line_id.loan_given,
                    "due_on": loan.disbursed_on + loan.cycle_id._period() * loan.term,
                    "charge_periods": 1,
                }
            )
        vals_list = []
        for loan in given:
            common = {
                "loan_id": loan.id,
                "date": loan.disbursed_on,
                "meeting_id": loan.meeting_id.id,
            }
            vals_list.append(
                dict(
                    common, kind="given", principal=loan.amount, line_id=loan.line_id.id
                )
            )
            charge = loan.currency_id.round(
                loan.amount * loan.cycle_id.charge_rate / 100
            )
            if charge:
                vals_list.append(dict(common, kind="charge", charge=charge))
        self.env["savings.loan.move"]._unprotected().create(vals_list)
        given._make_schedule()

    def _settle_entries(self):
        """Pay leavers out: net their debt, close their membership."""
        for entry in self.entry_ids.filtered(lambda entry: entry.kind == "leaver"):
            entry._pay_leaver()

    def _closing_balances(self):
        self.ensure_one()
        closing = {"loan": self.counted_loan, "social": self.counted_social}
        for pot in BALANCES[2:]:
            closing[pot] = self.currency_id.round(
                self[f"opening_{pot}"]
                + sum(entry._effect(pot) for entry in self.entry_ids)
            )
        return closing

    def _take_snapshot(self):
        """Keep the figures of the day, in a fixed number of queries for any batch."""
        cycles = self.cycle_id
        shares = self.env["savings.membership"]._shares_by_cycle(cycles)
        members = self._count_members(cycles)
        loans = self._sum_loans(cycles)
        for meeting in self:
            cycle = meeting.cycle_id
            regular = meeting.line_ids.filtered(lambda line: line.kind == "regular")
            attendance = regular.mapped("attendance")
            vals = {
                f"closing_{pot}": amount
                for pot, amount in meeting._closing_balances().items()
            }
            vals.update(members[cycle])
            vals.update(loans[cycle])
            vals.update(
                attended_count=attendance.count("present") + attendance.count("late"),
                represented_count=attendance.count("represented"),
                shares_total=shares.get(cycle, 0),
                savings_total=shares.get(cycle, 0) * cycle.share_value,
            )
            meeting._unprotected().write(vals)

    def _count_members(self, cycles):
        result = {
            cycle: dict.fromkeys(
                (
                    "member_count",
                    "women_count",
                    "stayer_count",
                    "joiner_count",
                    "leaver_count",
                ),
                0,
            )
            for cycle in cycles
        }
        for cycle, state, sex, late, count in self.env[
            "savings.membership"
        ]._read_group(
            [("cycle_id", "in", cycles.ids)],
            ["cycle_id", "state", "sex", "is_mid_cycle"],
            ["__count"],
        ):
            figures = result[cycle]
            if late:
                figures["joiner_count"] += count
            if state == "left":
                figures["leaver_count"] += count
                continue
            figures["member_count"] += count
            if sex == "female":
                figures["women_count"] += count
            if not late:
                figures["stayer_count"] += count
        return result

    def _sum_loans(self, cycles):
        result = {
            cycle: dict.fromkeys(
                (
                    "loans_outstanding",
                    "loans_late",
                    "loan_count",
                    "loan_principal",
                    "borrower_count",
                    "written_off_count",
                    "written_off_amount",
                ),
                0,
            )
            for cycle in cycles
        }
        given = ("outstanding", "late", "repaid", "written_off")
        domain = [("cycle_id", "in", cycles.ids), ("state", "in", given)]
        loans = self.env["savings.loan"]
        for cycle, state, count, amount, balance in loans._read_group(
            domain, ["cycle_id", "state"], ["__count", "amount:sum", "balance:sum"]
        ):
            figures = result[cycle]
            figures["loan_count"] += count
            figures["loan_principal"] += amount
            figures["loans_outstanding"] += balance
            if state == "late":
                figures["loans_late"] += balance
            elif state == "written_off":
                figures["written_off_count"] += count
        for cycle, borrowers in loans._read_group(
            domain, ["cycle_id"], ["membership_id:count_distinct"]
        ):
            result[cycle]["borrower_count"] = borrowers
        for cycle, amount in self.env["savings.loan.move"]._read_group(
            [("cycle_id", "in", cycles.ids), ("kind", "=", "write_off")],
            ["cycle_id"],
            ["principal:sum"],
        ):
            result[cycle]["written_off_amount"] = -amount
        return result

    def _action_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }
