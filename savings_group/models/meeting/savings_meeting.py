from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

from ..group.savings_cycle import BALANCES

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
    share_value = fields.Monetary(related="cycle_id.share_value")
    shares_max = fields.Integer(related="cycle_id.shares_max")
    has_social_fund = fields.Boolean(related="cycle_id.has_social_fund")
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
        [("live", "At the Table"), ("paper", "Paper Book")],
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
    written_off_count = fields.Integer(string="Loans Written Off", readonly=True)
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

    def _action_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }
