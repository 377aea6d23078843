from odoo import fields, models


class CashTransferApprovalRule(models.Model):
    """An approval that a payment plan needs from some amount on (R37).

    Every row at or below the plan's total applies, in the order of the sequence.
    Administrators maintain the table; a second person with a cash duty agrees (R63).
    """

    _name = "cash.transfer.approval.rule"
    _description = "Approval Needed from an Amount"
    _inherit = ["cash.transfer.steered"]
    _rules_of = "remediation.in.company"
    _order = "sequence, min_amount, id"

    _steering_fields = frozenset(
        {"sequence", "company_id", "min_amount", "group_id", "active"}
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    min_amount = fields.Monetary(string="From", help="In the company's currency.")
    group_id = fields.Many2one(
        "res.groups", help="Besides being an approver, the person is in this group."
    )

    _amount_not_negative = models.Constraint(
        "CHECK (min_amount >= 0)", "The amount cannot be negative."
    )
