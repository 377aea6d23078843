from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

from ..meeting.savings_meeting_line import FIGURES

_lt = LazyTranslate(__name__)


class SavingsMembership(models.Model):
    """A member's part in one cycle: shares, savings, debt, attendance.

    Who may what: written by the register (a new member joins the running cycle), by
    a validated meeting (leaving) and by the start of a cycle. Agent and savings
    manager read; nobody deletes.
    """

    _name = "savings.membership"
    _description = "Membership in a Savings Cycle"
    _inherit = ["savings.owned"]
    _unknown_without = {"attendance_rate": "meetings_held"}
    _order = "cycle_id desc, member_number, id"

    _protected_fields = frozenset(
        {
            "state",
            "left_on",
            "leave_reason",
            "heir",
            "minute",
            "is_mid_cycle",
            "joined_on",
        }
    )
    _frozen_fields = frozenset({"cycle_id", "member_id"})
    # Opening shares are settled when the cycle starts.
    _decided_by = "cycle_id"
    _open_fields = {"forming": EVERYTHING}

    cycle_id = fields.Many2one(
        "savings.cycle", required=True, index=True, ondelete="restrict"
    )
    group_id = fields.Many2one(
        related="cycle_id.group_id", store=True, index=True, required=False
    )
    member_id = fields.Many2one(
        "savings.member", required=True, index=True, ondelete="restrict"
    )
    member_number = fields.Integer(
        related="member_id.number", store=True, string="Number"
    )
    full_name = fields.Char(related="member_id.full_name", string="Name")
    sex = fields.Selection(related="member_id.sex", store=True)
    officer_role = fields.Selection(related="member_id.officer_role")
    # course
    state = fields.Selection(
        [("active", "Active"), ("left", "Left")],
        default="active",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    joined_on = fields.Date(string="Joined In", readonly=True)
    is_mid_cycle = fields.Boolean(string="Joined Mid-cycle", readonly=True)
    left_on = fields.Date(readonly=True, copy=False)
    leave_reason = fields.Selection(
        [
            ("own_wish", "Own Wish"),
            ("moved", "Moved Away"),
            ("expelled", "Expelled"),
            ("died", "Died"),
        ],
        readonly=True,
        copy=False,
    )
    heir = fields.Char(readonly=True, copy=False)
    minute = fields.Text(readonly=True, copy=False)
    opening_shares = fields.Integer(
        help="Shares left in from the cycle before, or held when records began."
    )
    # movements
    line_ids = fields.One2many("savings.meeting.line", "membership_id")
    entry_ids = fields.One2many("savings.meeting.entry", "membership_id")
    loan_ids = fields.One2many("savings.loan", "membership_id")
    # figures
    shares = fields.Integer(compute="_compute_figures")
    savings = fields.Monetary(compute="_compute_figures")
    loan_balance = fields.Monetary(compute="_compute_figures")
    attended = fields.Integer(compute="_compute_attendance")
    meetings_held = fields.Integer(compute="_compute_attendance")
    attendance_rate = fields.Float(compute="_compute_attendance")

    _member_unique = models.UniqueIndex(
        "(cycle_id, member_id)", "A member takes part in a cycle once."
    )
    _opening_not_negative = models.Constraint(
        "CHECK (opening_shares >= 0)", "Opening shares are not negative."
    )

    @api.depends("member_id.display_name", "cycle_id.number")
    def _compute_display_name(self):
        for membership in self:
            membership.display_name = membership.member_id.display_name

    @api.depends(
        "opening_shares",
        "line_ids.meeting_state",
        "entry_ids.meeting_state",
        "loan_ids.balance",
        "loan_ids.state",
    )
    def _compute_figures(self):
        shares = self._shares()
        debts = self.env["savings.loan"]._balance_by_membership(self)
        for membership in self:
            membership.shares = shares[membership]
            membership.savings = shares[membership] * membership.cycle_id.share_value
            membership.loan_balance = debts.get(membership, 0.0)

    @api.depends("line_ids.meeting_state", "line_ids.attendance")
    def _compute_attendance(self):
        rows = self.env["savings.meeting.line"]._read_group(
            [
                ("membership_id", "in", self.ids),
                ("kind", "=", "regular"),
                ("meeting_state", "=", "validated"),
            ],
            ["membership_id", "attendance"],
            ["__count"],
        )
        held, attended = {}, {}
        for membership, attendance, count in rows:
            held[membership] = held.get(membership, 0) + count
            if attendance in ("present", "late"):
                attended[membership] = attended.get(membership, 0) + count
        for membership in self:
            membership.meetings_held = held.get(membership, 0)
            membership.attended = attended.get(membership, 0)
            membership.attendance_rate = (
                membership.attended / membership.meetings_held
                if membership.meetings_held
                else 0.0
            )

    def _shares(self):
        """Return the shares held now, per membership: two queries for any number."""
        result = {membership: membership.opening_shares for membership in self}
        domain = [
            ("membership_id", "in", self.ids),
            ("meeting_state", "=", "validated"),
        ]
        for model in ("savings.meeting.line", "savings.meeting.entry"):
            for membership, shares in self.env[model]._read_group(
                domain, ["membership_id"], ["shares:sum"]
            ):
                result[membership] += shares
        return result

    @api.model
    def _shares_by_cycle(self, cycles):
        """Return the shares held now, per cycle."""
        result = {
            cycle: shares
            for cycle, shares in self._read_group(
                [("cycle_id", "in", cycles.ids)], ["cycle_id"], ["opening_shares:sum"]
            )
        }
        domain = [("cycle_id", "in", cycles.ids), ("meeting_state", "=", "validated")]
        for model in ("savings.meeting.line", "savings.meeting.entry"):
            for cycle, shares in self.env[model]._read_group(
                domain, ["cycle_id"], ["shares:sum"]
            ):
                result[cycle] = result.get(cycle, 0) + shares
        return result

    @api.constrains("cycle_id", "member_id")
    def _check_same_group(self):
        for membership in self:
            if membership.member_id.group_id != membership.cycle_id.group_id:
                raise ValidationError(
                    self.env._("A member takes part in cycles of the own group only.")
                )

    @api.model
    def _add_protected_values(self, vals_list):
        cycles = self.env["savings.cycle"].browse(
            {vals["cycle_id"] for vals in vals_list if vals.get("cycle_id")}
        )
        forming = {cycle.id for cycle in cycles if cycle.state == "forming"}
        # The month alone: a day on which the group did not meet would tell who came
        # by another way (R51).
        month = self._place_today().replace(day=1)
        return super()._add_protected_values(
            [
                {
                    "joined_on": month,
                    "is_mid_cycle": vals.get("cycle_id") not in forming,
                }
                | vals
                for vals in vals_list
            ]
        )

    @api.model_create_multi
    def create(self, vals_list):
        memberships = super().create(vals_list)
        late = memberships.filtered("is_mid_cycle")
        if late.filtered("opening_shares"):
            raise UserError(
                self.env._(
                    "The cycle has started: enter in a meeting what a late joiner "
                    "brings."
                )
            )
        if late:
            meetings = self.env["savings.meeting"].search(
                [("cycle_id", "in", late.cycle_id.ids), ("state", "=", "open")]
            )
            meetings._create_lines(late)
        return memberships

    def _buy_in_value(self):
        """Return what a late joiner pays for one share today."""
        self.ensure_one()
        cycle = self.cycle_id
        if cycle.late_joiner_value == "current_value":
            return max(cycle.currency_id.round(cycle.share_worth), 0.0)
        return cycle.share_value

    @step(frm="active", locks="cycle_id", referencing=True)
    def action_buy_in(self, shares):
        """Enter in the open meeting the shares a late joiner brings at once.

        For the group's agent or a savings manager. The price follows the
        constitution: the share value, or the worth of a share on the day.

        :param int shares: how many shares.
        :raises UserError: no meeting is open, or the member is no late joiner.
        """
        self.ensure_one()
        meeting = self._require_open_meeting()
        if not self.is_mid_cycle:
            raise UserError(
                self.env._(
                    "Only a member who joined mid-cycle buys in: others buy shares on "
                    "their line of the meeting."
                )
            )
        if shares < 1:
            raise UserError(self.env._("Enter at least one share."))
        entries = self.env["savings.meeting.entry"].search(
            [
                ("membership_id", "=", self.id),
                ("kind", "=", "joiner"),
                ("meeting_state", "!=", "cancelled"),
            ],
            limit=1,
        )
        if entries:
            raise UserError(
                self.env._("This member has bought in already: reload the page.")
            )
        self.env["savings.meeting.entry"]._unprotected().create(
            {
                "meeting_id": meeting.id,
                "kind": "joiner",
                "pot": "loan",
                "membership_id": self.id,
                "shares": shares,
                "amount": self.currency_id.round(shares * self._buy_in_value()),
                "explanation": self.env._("Buys in mid-cycle"),
            }
        )

    @step(
        frm="active",
        locks="cycle_id",
        referencing=True,
        asks={
            "reason": Ask("leave_reason", keep=False),
            "minute": Ask("minute", keep=False, label=_lt("What the Group Decided")),
            "heir": Ask("heir", keep=False, required=False),
        },
        title=_lt("Member Leaves"),
        hint=_lt(
            "The member is paid the face value of their shares less their debt when "
            "the open meeting is validated. After a death, name the heir."
        ),
    )
    def action_leave(self, reason, minute, heir=None):
        """Enter in the open meeting that a member leaves or has died.

        For the group's agent or a savings manager. The member is paid the face value
        of her shares minus her debt when the meeting is validated; after a death the
        named heir is.

        :param str reason: own_wish, moved, expelled or died.
        :param str minute: what the group decided; required.
        :param str heir: who receives the money; required after a death.
        :raises UserError: no open meeting, no minute, no heir, or debt over savings.
        """
        self.ensure_one()
        if reason == "died" and not (heir or "").strip():
            raise UserError(
                self.env._("Name the heir who receives the money of the member.")
            )
        meeting = self._require_open_meeting()
        entry = self.env["savings.meeting.entry"]
        if entry.search_count(
            [("membership_id", "=", self.id), ("meeting_id", "=", meeting.id)]
        ):
            raise UserError(
                self.env._(
                    "This meeting holds another entry for the member: take it out, or "
                    "enter the leaving in the next meeting."
                )
            )
        shares = self._shares()[self]
        debt = self.env["savings.loan"]._debt_on(self, meeting.date)[self]
        amount = self.currency_id.round(shares * self.cycle_id.share_value - debt)
        if amount < 0:
            raise UserError(
                self.env._(
                    "The member owes more than their savings: the rest is repaid, "
                    "or written off by a decision of the meeting, before they leave."
                )
            )
        line = meeting.line_ids.filtered(
            lambda line: line.membership_id == self and line.kind == "regular"
        )
        line.write(dict.fromkeys(FIGURES, 0))
        entry._unprotected().create(
            {
                "meeting_id": meeting.id,
                "kind": "leaver",
                "pot": "loan",
                "membership_id": self.id,
                "shares": -shares,
                "amount": amount,
                "leave_reason": reason,
                "heir": heir,
                "explanation": minute,
            }
        )

    def _require_open_meeting(self):
        self.ensure_one()
        self.cycle_id._lock()
        meeting = self.env["savings.meeting"].search(
            [("cycle_id", "=", self.cycle_id.id), ("state", "=", "open")], limit=1
        )
        if not meeting:
            raise UserError(
                self.env._("Open a meeting first: this is decided before the members.")
            )
        return meeting
