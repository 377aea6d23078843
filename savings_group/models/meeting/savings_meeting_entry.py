from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.remediation_base.tools.steps import EVERYTHING

#: What an entry does to (loan fund cash, social fund, bank, debts, grants kept). The
#: word "pot" stands for the pot chosen on the entry.
EFFECTS = {
    "grant_kept": {"loan": 1, "grant": 1},
    "grant_shared": {"loan": 1},
    "debt_in": {"loan": 1, "debt": 1},
    "debt_out": {"loan": -1, "debt": -1},
    "debt_charge": {"loan": -1},
    "bank_deposit": {"loan": -1, "bank": 1},
    "bank_withdrawal": {"loan": 1, "bank": -1},
    "bank_interest": {"bank": 1},
    "bank_charge": {"bank": -1},
    "to_social": {"loan": -1, "social": 1},
    "to_loan": {"loan": 1, "social": -1},
    "income": {"pot": 1},
    "expense": {"pot": -1},
    "difference": {"pot": 1},
    "joiner": {"loan": 1},
    "leaver": {"loan": -1},
}


class SavingsMeetingEntry(models.Model):
    """What moves money in a meeting besides the members' lines.

    Grants and debts of the group, the bank, common income and expenses, late joiners
    and leavers, and the named difference between book and box (R48).

    Who may what: agent and savings manager write them while the meeting is open;
    late joiners, leavers and their amounts come from named methods.
    """

    _name = "savings.meeting.entry"
    _description = "Group Entry of a Savings Meeting"
    _inherit = ["savings.owned"]
    _order = "meeting_id, id"

    _protected_fields = frozenset(
        {"membership_id", "shares", "leave_reason", "heir", "meeting_state", "cycle_id"}
    )
    _frozen_fields = frozenset({"meeting_id"})
    _decided_by = "meeting_id"
    _open_fields = {"open": EVERYTHING}
    #: Kinds that only a named method enters.
    _method_kinds = ("joiner", "leaver")

    meeting_id = fields.Many2one(
        "savings.meeting", required=True, index=True, ondelete="restrict"
    )
    cycle_id = fields.Many2one(related="meeting_id.cycle_id", store=True, index=True)
    group_id = fields.Many2one(
        related="meeting_id.group_id", store=True, index=True, required=False
    )
    meeting_state = fields.Selection(related="meeting_id.state", store=True)
    kind = fields.Selection(
        [
            ("difference", "Difference between Book and Box"),
            ("income", "Other Income"),
            ("expense", "Expense"),
            ("bank_deposit", "Paid in at the Bank"),
            ("bank_withdrawal", "Fetched from the Bank"),
            ("bank_interest", "Interest from the Bank"),
            ("bank_charge", "Charge of the Bank"),
            ("to_social", "From the Loan Fund to the Social Fund"),
            ("to_loan", "From the Social Fund to the Loan Fund"),
            ("grant_kept", "Grant That the Group Keeps"),
            ("grant_shared", "Grant That Is Shared Out"),
            ("debt_in", "Loan to the Group"),
            ("debt_out", "Loan to the Group Paid Back"),
            ("debt_charge", "Charge on a Loan to the Group"),
            ("joiner", "Late Joiner Buys In"),
            ("leaver", "Member Leaves"),
        ],
        required=True,
        default="difference",
    )
    pot = fields.Selection(
        [("loan", "Loan Fund"), ("social", "Social Fund")],
        required=True,
        default="loan",
    )
    amount = fields.Monetary(required=True)
    explanation = fields.Char(required=True)
    membership_id = fields.Many2one(
        "savings.membership", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    shares = fields.Integer(readonly=True)
    leave_reason = fields.Selection(
        [
            ("own_wish", "Own Wish"),
            ("moved", "Moved Away"),
            ("expelled", "Expelled"),
            ("died", "Died"),
        ],
        readonly=True,
    )
    heir = fields.Char(readonly=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0 OR (kind = 'difference' AND amount <> 0) "
        "OR kind = 'leaver')",
        "Give an amount above zero; only a difference may be below it.",
    )

    def _effect(self, pot):
        """Return what this entry adds to one balance of the group."""
        self.ensure_one()
        effects = EFFECTS.get(self.kind, {})
        sign = effects.get(pot, 0)
        if "pot" in effects and self.pot == pot:
            sign += effects["pot"]
        return sign * self.amount

    @api.constrains("explanation")
    def _check_explanation(self):
        if self.filtered(lambda entry: not entry.explanation.strip()):
            raise ValidationError(self.env._("Explain each entry in a few words."))

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_unprotected() and any(
            vals.get("kind") in self._method_kinds for vals in vals_list
        ):
            raise UserError(
                self.env._("Late joiners and leavers are entered by their own buttons.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_unprotected() and (
            vals.get("kind") in self._method_kinds
            or vals.keys() - {"explanation"}
            and self.filtered(lambda entry: entry.kind in self._method_kinds)
        ):
            raise UserError(
                self.env._("Late joiners and leavers are entered by their own buttons.")
            )
        return super().write(vals)

    def _pay_leaver(self):
        """Net the debt against the savings and close the membership."""
        self.ensure_one()
        member, meeting = self.membership_id, self.meeting_id
        lines = meeting.line_ids.filtered(lambda line: line.membership_id == member)
        if any(line._amount(pot) for line in lines for pot in ("loan", "social")):
            raise UserError(
                self.env._(
                    "Member %(who)s leaves in this meeting: leave their line empty "
                    "but for the attendance.",
                    who=member.member_number,
                )
            )
        loans = self.env["savings.loan"]._live_of(member)
        debt = sum(loans.mapped("balance"))
        face = -self.shares * member.cycle_id.share_value
        if self.currency_id.compare_amounts(face - debt, self.amount):
            raise UserError(
                self.env._(
                    "What member %(who)s is paid has changed since it was entered: "
                    "delete the entry and enter the leaving again.",
                    who=member.member_number,
                )
            )
        self.env["savings.loan.move"]._unprotected().create(
            [
                loan._prepare_payment(
                    loan.balance, "netting", meeting.date, meeting_id=meeting.id
                )
                for loan in loans
            ]
        )
        loans._settle_state()
        member._unprotected().write(
            {
                "state": "left",
                "left_on": meeting.date,
                "leave_reason": self.leave_reason,
                "heir": self.heir,
                "minute": self.explanation,
            }
        )
        member.member_id._unprotected().write({"active": False})
