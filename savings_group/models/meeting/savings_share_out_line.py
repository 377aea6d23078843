from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step


class SavingsShareOutLine(models.Model):
    """What one member gets at the share-out, and the decision about her debt.

    Who may what: agent and savings manager decide while the share-out is a draft and
    note signatures once it is confirmed; nobody deletes.
    """

    _name = "savings.share.out.line"
    _description = "Line of a Share-out"
    _inherit = ["savings.owned"]
    _order = "share_out_id, member_number, id"

    _protected_fields = frozenset(
        {
            "shares",
            "debt",
            "gross",
            "netted",
            "unpaid",
            "to_bring",
            "payout",
            "signed_on",
            "member_number",
            "state",
        }
    )
    _frozen_fields = frozenset({"share_out_id", "membership_id"})
    _decided_by = "share_out_id"
    _open_fields = {"draft": EVERYTHING}

    share_out_id = fields.Many2one(
        "savings.share.out", required=True, index=True, ondelete="restrict"
    )
    group_id = fields.Many2one(
        related="share_out_id.group_id", store=True, index=True, required=False
    )
    state = fields.Selection(related="share_out_id.state", store=True)
    membership_id = fields.Many2one(
        "savings.membership", required=True, index=True, ondelete="restrict"
    )
    member_number = fields.Integer(
        related="membership_id.member_number", store=True, string="No."
    )
    full_name = fields.Char(related="membership_id.full_name", string="Name")
    decision = fields.Selection(
        [
            ("net", "Netted against the Payout"),
            ("net_write_off", "Netted, the Rest Written Off"),
            ("write_off", "Written Off"),
        ],
        string="Decision on the Debt",
    )
    minute = fields.Char(help="What the group decided, in its words.")
    shares_left_in = fields.Integer()
    # figures
    shares = fields.Integer(readonly=True)
    debt = fields.Monetary(readonly=True)
    gross = fields.Monetary(string="Share of the Fund", readonly=True)
    netted = fields.Monetary(readonly=True)
    unpaid = fields.Monetary(string="Debt Left", readonly=True)
    to_bring = fields.Monetary(
        readonly=True,
        help="The least the member repays in a meeting, so that their payout covers "
        "the rest of their debt.",
    )
    payout = fields.Monetary(readonly=True)
    left_in = fields.Monetary(compute="_compute_left_in")
    cash = fields.Monetary(string="To Hand Over", compute="_compute_left_in")
    signed_on = fields.Datetime(readonly=True, copy=False)

    _member_unique = models.UniqueIndex(
        "(share_out_id, membership_id)", "A member has one line in a share-out."
    )
    _left_in_not_negative = models.Constraint(
        "CHECK (shares_left_in >= 0)", "Shares left in are not below zero."
    )

    @api.depends("member_number", "share_out_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.share_out_id.display_name}/{line.member_number:02d}"
            )

    @api.depends("shares_left_in", "payout", "share_out_id.cycle_id.share_value")
    def _compute_left_in(self):
        for line in self:
            value = line.share_out_id.cycle_id.share_value
            line.left_in = line.shares_left_in * value
            line.cash = line.payout - line.left_in

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_unprotected():
            raise UserError(
                self.env._("The lines of a share-out are made with it: nothing to add.")
            )
        return super().create(vals_list)

    def write(self, vals):
        result = super().write(vals)
        if {"decision", "shares_left_in"} & vals.keys() and not self._is_unprotected():
            self.share_out_id._recompute()
        return result

    def _check_decided(self):
        """Raise the first thing that R49 still asks for."""
        for line in self:
            who = line.member_number
            if line.debt and not line.decision:
                raise UserError(
                    self.env._(
                        "Nobody has decided on the loan of member %(who)s: they "
                        "repay it in a meeting, it is netted, or the group writes "
                        "it off.",
                        who=who,
                    )
                )
            if line.decision == "net" and line.unpaid:
                raise UserError(
                    self.env._(
                        "Member %(who)s owes more than their payout: they bring at "
                        "least %(amount)s to a meeting, or the group writes the "
                        "rest off.",
                        who=who,
                        amount=line.currency_id.format(line.to_bring),
                    )
                )
            if line.debt and line.decision != "net" and not (line.minute or "").strip():
                raise UserError(
                    self.env._(
                        "Write down what the group decided about the loan of member "
                        "%(who)s.",
                        who=who,
                    )
                )
            if line.currency_id.compare_amounts(line.cash, 0.0) < 0:
                raise UserError(
                    self.env._(
                        "Member %(who)s leaves more shares in than their payout "
                        "covers: leave fewer.",
                        who=who,
                    )
                )

    @step(frm="confirmed", locks="share_out_id", referencing=True)
    def action_sign(self):
        """Note that the member received the payout and signed the list.

        For the group's agent or a savings manager.

        :raises UserError: the share-out is not confirmed, or closed.
        """
        self._sign()

    def _sign(self):
        self.filtered(lambda line: not line.signed_on)._unprotected().write(
            {"signed_on": fields.Datetime.now()}
        )
