from odoo import fields, models


class SavingsLoanInstalment(models.Model):
    """One line of a loan's schedule, as agreed when the money was given."""

    _name = "savings.loan.instalment"
    _description = "Instalment of a Savings Group Loan"
    _inherit = ["savings.owned"]
    _order = "loan_id, number"

    _protected_fields = frozenset(
        {"loan_id", "number", "date_due", "principal", "charge"}
    )

    loan_id = fields.Many2one(
        "savings.loan", required=True, index=True, ondelete="restrict", readonly=True
    )
    group_id = fields.Many2one(
        related="loan_id.group_id", store=True, index=True, required=False
    )
    number = fields.Integer(readonly=True)
    date_due = fields.Date(readonly=True)
    principal = fields.Monetary(readonly=True)
    charge = fields.Monetary(readonly=True)
