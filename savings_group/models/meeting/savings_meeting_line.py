from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

_lt = LazyTranslate(__name__)

#: What is typed on a line, in the order of the round at the table.
FIGURES = ("shares", "loan_repaid", "loan_given", "fine", "social_in", "social_out")


class SavingsMeetingLine(models.Model):
    """What one member does in one meeting.

    A regular line is made for each member when the meeting opens, and is typed over
    while it is open. A reversal takes a validated line back in a later meeting: it
    holds the same figures below zero and is never typed (the right figures are typed
    on that meeting's regular line). Nobody deletes a line.
    """

    _name = "savings.meeting.line"
    _description = "Line of a Savings Meeting"
    _inherit = ["savings.owned"]
    _order = "meeting_id desc, kind, member_number, id"

    _protected_fields = frozenset(
        {
            "cycle_id",
            "meeting_state",
            "meeting_date",
            "kind",
            "reverses_id",
            "flag",
            "member_number",
        }
    )
    _frozen_fields = frozenset({"meeting_id", "membership_id"})
    _decided_by = "meeting_id"
    _open_fields = {"open": EVERYTHING}

    meeting_id = fields.Many2one(
        "savings.meeting", required=True, index=True, ondelete="restrict"
    )
    membership_id = fields.Many2one(
        "savings.membership", required=True, index=True, ondelete="restrict"
    )
    cycle_id = fields.Many2one(related="meeting_id.cycle_id", store=True, index=True)
    group_id = fields.Many2one(
        related="meeting_id.group_id", store=True, index=True, required=False
    )
    meeting_state = fields.Selection(related="meeting_id.state", store=True)
    meeting_date = fields.Date(related="meeting_id.date", store=True)
    member_number = fields.Integer(
        related="membership_id.member_number", store=True, string="No."
    )
    full_name = fields.Char(related="membership_id.full_name", string="Name")
    kind = fields.Selection(
        [("regular", "Regular"), ("reversal", "Reversal")],
        required=True,
        default="regular",
        readonly=True,
        copy=False,
    )
    # what is typed
    attendance = fields.Selection(
        [
            ("present", "Present"),
            ("late", "Late"),
            ("represented", "Represented"),
            ("absent", "Absent"),
        ],
        required=True,
        default="present",
    )
    shares = fields.Integer()
    loan_repaid = fields.Monetary()
    loan_given = fields.Monetary()
    fine = fields.Monetary()
    social_in = fields.Monetary()
    social_out = fields.Monetary()
    group_decided = fields.Boolean(
        help="The group decided to go beyond its own limits."
    )
    decision_reason = fields.Char()
    # what follows
    share_amount = fields.Monetary(compute="_compute_share_amount", store=True)
    loan_due = fields.Monetary(
        compute="_compute_loan_due", help="What the member owes before this meeting."
    )
    reverses_id = fields.Many2one(
        "savings.meeting.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    reversal_ids = fields.One2many("savings.meeting.line", "reverses_id")
    flag = fields.Text(
        readonly=True, copy=False, help="What the paper book holds beyond the limits."
    )

    _one_regular_line = models.UniqueIndex(
        "(meeting_id, membership_id) WHERE kind = 'regular'",
        "A member has one line in a meeting.",
    )
    _reversed_once = models.UniqueIndex(
        "(reverses_id) WHERE reverses_id IS NOT NULL AND meeting_state <> 'cancelled'",
        "A line is reversed once.",
    )
    _figures_not_negative = models.Constraint(
        "CHECK (kind = 'reversal' OR (shares >= 0 AND loan_repaid >= 0 "
        "AND loan_given >= 0 AND fine >= 0 AND social_in >= 0 AND social_out >= 0))",
        "Figures of a meeting are not below zero: use the button Reverse to take a "
        "line back.",
    )
    _by_member = models.Index("(membership_id, meeting_state)")

    @api.depends("meeting_id.display_name", "member_number")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.meeting_id.display_name}/{line.member_number:02d}"
            )

    @api.depends("shares", "cycle_id.share_value")
    def _compute_share_amount(self):
        for line in self:
            line.share_amount = line.shares * line.cycle_id.share_value

    @api.depends("membership_id", "meeting_id.date")
    def _compute_loan_due(self):
        for meeting, lines in self.grouped("meeting_id").items():
            due = self.env["savings.loan"]._debt_on(
                lines.membership_id._origin, meeting.date
            )
            for line in lines:
                line.loan_due = due.get(line.membership_id._origin, 0.0)

    @api.constrains("group_decided", "decision_reason")
    def _check_decision_reason(self):
        if self.filtered(
            lambda line: line.group_decided and not (line.decision_reason or "").strip()
        ):
            raise ValidationError(
                self.env._("Write down why the group went beyond its limits.")
            )

    @api.constrains("membership_id", "meeting_id")
    def _check_same_cycle(self):
        if self.filtered(lambda line: line.membership_id.cycle_id != line.cycle_id):
            raise ValidationError(
                self.env._("A line belongs to a member of the meeting's own cycle.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_unprotected():
            raise UserError(
                self.env._(
                    "Lines are made when the meeting opens: add the member there."
                )
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_unprotected() and self.filtered(
            lambda line: line.kind == "reversal"
        ):
            raise UserError(self.env._("A reversal is not typed over."))
        return super().write(vals)

    @step(
        locks="cycle_id",
        referencing=True,
        asks={"reason": Ask("decision_reason", keep=False)},
        title=_lt("Reverse the Line"),
        hint=_lt("Say what was wrong with the line."),
    )
    def action_reverse(self, reason):
        """Take validated lines back by a reversal in the meeting that is open now.

        For the group's agent or a savings manager. What is right is then typed on the
        regular line of that meeting.

        :param str reason: what was wrong; required.
        :raises UserError: not validated, no meeting open, reversed before, the member
            has left, or the loan given has been repaid in part.
        """
        self.invalidate_recordset(["meeting_state"])
        meetings = {
            meeting.cycle_id: meeting
            for meeting in self.env["savings.meeting"].search(
                [("cycle_id", "in", self.cycle_id.ids), ("state", "=", "open")]
            )
        }
        vals_list = []
        for line in self:
            line._check_can_reverse(meetings.get(line.cycle_id))
            vals = {
                "meeting_id": meetings[line.cycle_id].id,
                "membership_id": line.membership_id.id,
                "kind": "reversal",
                "attendance": line.attendance,
                "reverses_id": line.id,
                "group_decided": True,
                "decision_reason": reason,
            }
            vals.update({name: -line[name] for name in FIGURES})
            vals_list.append(vals)
        self.env["savings.meeting.line"]._unprotected().create(vals_list)
        return True

    def _check_can_reverse(self, meeting):
        self.ensure_one()
        if self.kind != "regular" or self.meeting_state != "validated":
            raise UserError(
                self.env._(
                    "Only a line of a validated meeting is reversed; an open one is "
                    "typed over."
                )
            )
        if not meeting:
            raise UserError(
                self.env._("Open the next meeting first: the reversal belongs there.")
            )
        if self.reversal_ids.filtered(lambda line: line.meeting_state != "cancelled"):
            raise UserError(
                self.env._("This line was reversed already: reload the page.")
            )
        if self.membership_id.state != "active":
            raise UserError(
                self.env._(
                    "The member has left and was paid out: the line stays as it is."
                )
            )
        loans = self.env["savings.loan"].search(
            [("line_id", "=", self.id), ("state", "not in", ("requested", "cancelled"))]
        )
        if loans.filtered(lambda loan: loan._was_touched()):
            raise UserError(
                self.env._(
                    "The loan given on this line was repaid, in part at least: reverse "
                    "the repayments first."
                )
            )

    def _amount(self, pot):
        """Return what this line adds to the cash of one pot."""
        self.ensure_one()
        fine = self.fine if self.cycle_id.fines_to == pot else 0.0
        if pot == "social":
            return self.social_in - self.social_out + fine
        return self.share_amount + self.loan_repaid - self.loan_given + fine

    def _limit_problems(self, savings, debt, late):
        """Return the sentences of R46 for one line.

        :param savings: the member's savings with the shares of this line.
        :param debt: what the member owes after the repayment of this line.
        :param late: whether the member has an overdue loan.
        """
        self.ensure_one()
        cycle = self.cycle_id
        who = self.member_number
        problems = []
        if self.attendance == "absent":
            if any(self[name] for name in FIGURES if name != "fine"):
                problems.append(
                    self.env._(
                        "Member %(who)s is absent: enter a fine only, or mark the "
                        "member as represented.",
                        who=who,
                    )
                )
        elif not cycle.shares_min <= self.shares <= cycle.shares_max:
            problems.append(
                self.env._(
                    "Member %(who)s buys %(shares)s shares: the group's rule is from "
                    "%(least)s to %(most)s.",
                    who=who,
                    shares=self.shares,
                    least=cycle.shares_min,
                    most=cycle.shares_max,
                )
            )
        if self.loan_given:
            ceiling = cycle.loan_multiple * savings
            if cycle.currency_id.compare_amounts(debt + self.loan_given, ceiling) > 0:
                problems.append(
                    self.env._(
                        "Member %(who)s would owe %(debt)s: at most %(ceiling)s, "
                        "%(multiple)s times their savings, is allowed.",
                        who=who,
                        debt=cycle.currency_id.format(debt + self.loan_given),
                        ceiling=cycle.currency_id.format(ceiling),
                        multiple=cycle.loan_multiple,
                    )
                )
            if late and not cycle.loan_while_late:
                problems.append(
                    self.env._(
                        "Member %(who)s has an overdue loan: it is repaid before a new "
                        "one.",
                        who=who,
                    )
                )
        return problems
