from odoo import fields, models


class CashGrantInstalment(models.Model):
    """Money of a grant that arrived: how much of its currency, and what the bank made
    of it in the company's. What it pays for has the rate of the two amounts (R53).

    Instalments change with their grant, by two persons and with history (R63).
    """

    _name = "cash.grant.instalment"
    _description = "Instalment of a Grant"
    _inherit = ["cash.transfer.steered.line"]
    _rules_of = "remediation.in.company"
    _order = "grant_id, date, id"
    _rec_name = "date"

    _steering_parent = "grant_id"

    grant_id = fields.Many2one(
        "cash.transfer.grant", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="grant_id.currency_id")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    date = fields.Date(string="Received On", required=True)
    amount = fields.Monetary(required=True, help="In the grant's currency.")
    received = fields.Monetary(
        required=True,
        currency_field="company_currency_id",
        help="What the bank credited, in the company's currency.",
    )

    _amounts_positive = models.Constraint(
        "CHECK (amount > 0 AND received > 0)",
        "An instalment brings money: both amounts are greater than zero.",
    )

    def _steering_line(self):
        self.ensure_one()
        return (
            f"{self.date}: {self.currency_id.format(self.amount)} = "
            f"{self.company_currency_id.format(self.received)}"
        )

    def _get_rate(self):
        """Return what one unit of the company's currency is in the grant's."""
        self.ensure_one()
        return self.amount / self.received
