from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step


class SavingsHeldHandover(models.Model):
    """Money given back to the group, with the receipt the group signed.

    Who may what: finance alone writes; the savings manager reads.
    """

    _name = "savings.held.handover"
    _description = "Handover of Funds Held for a Savings Group"
    _inherit = ["savings.system.mixin", "remediation.protected.mixin"]
    _order = "date, id"
    _rules_of = "savings.held.fund"

    _protected_fields = frozenset({"company_id", "move_id"})
    _frozen_fields = frozenset({"held_id"})
    # What is booked is corrected in accounting.
    _state_field = "move_id"
    _open_fields = {False: EVERYTHING}

    held_id = fields.Many2one(
        "savings.held.fund", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="held_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="held_id.currency_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    amount = fields.Monetary(required=True)
    receipt = fields.Char(string="Receipt Signed by the Group", required=True)
    move_id = fields.Many2one(
        "account.move", string="Entry", readonly=True, copy=False, ondelete="restrict"
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "Give the amount that was handed over."
    )

    @api.depends("held_id.display_name", "receipt")
    def _compute_display_name(self):
        for handover in self:
            handover.display_name = (
                f"{handover.held_id.display_name} {handover.receipt}"
            )

    def _missing_to_book(self):
        held = self.held_id
        held.invalidate_recordset(["move_id"])
        if held._is_booked(self.move_id):
            return [self.env._("The handover is booked already.")]
        if held.state == "draft":
            return [self.env._("Book the receipt of the money and post it first.")]
        return []

    @step(
        group="account.group_account_invoice", locks="held_id", check="_missing_to_book"
    )
    def action_book(self):
        """Draft the entry of the handover. For finance.

        :raises UserError: booked already, or more than is held.
        """
        for handover in self:
            held = handover.held_id
            waiting = sum(
                (held.handover_ids - handover)
                .filtered(lambda one: one.move_id.state == "draft")
                .mapped("amount")
            )
            left = held.currency_id.round(held.balance - waiting)
            if held.currency_id.compare_amounts(handover.amount, left) > 0:
                raise UserError(
                    self.env._(
                        "%(amount)s is more than is still held, %(balance)s.",
                        amount=held.currency_id.format(handover.amount),
                        balance=held.currency_id.format(left),
                    )
                )
            handover._unprotected().move_id = held._make_move(
                -handover.amount, handover.date, handover.receipt
            )
