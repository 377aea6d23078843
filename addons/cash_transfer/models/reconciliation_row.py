from odoo import fields, models

OUTCOMES = [
    ("delivered", "Delivered"),
    ("partial", "Partly Delivered"),
    ("over", "Delivered too Much"),
    ("not_collected", "Not Collected"),
    ("failed", "Failed"),
    ("in_question", "In Question"),
    ("late", "Paid Late"),
    ("paid_twice", "Paid Twice"),
    ("unknown", "Unknown"),
    ("conflict", "Contradicts the Books"),
    ("no_change", "No Change"),
]


class CashTransferReconciliationRow(models.Model):
    """One row of a provider's report and what it means. Codes and figures only."""

    _name = "cash.transfer.reconciliation.row"
    _description = "Row of a Provider's Report"
    _inherit = ["remediation.protected.mixin"]
    _order = "reconciliation_id desc, number, id"
    _rec_name = "payment_code"

    _protected_fields = frozenset(
        {
            "reconciliation_id",
            "company_id",
            "number",
            "payment_code",
            "provider_ref",
            "amount",
            "currency_id",
            "fee",
            "date",
            "meaning",
            "failure_reason",
            "line_id",
            "plan_id",
            "outcome",
            "booked",
            "disputed",
            "question_reason",
        }
    )

    reconciliation_id = fields.Many2one(
        "cash.transfer.reconciliation",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    number = fields.Integer(string="Row", readonly=True)
    payment_code = fields.Char(readonly=True)
    provider_ref = fields.Char(string="Provider's Reference", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    has_amount = fields.Boolean(readonly=True)
    fee = fields.Monetary(readonly=True)
    date = fields.Date(readonly=True)
    meaning = fields.Char(readonly=True)
    failure_reason = fields.Selection("_selection_failure_reason", readonly=True)
    line_id = fields.Many2one(
        "cash.transfer.payment.line", readonly=True, index="btree_not_null"
    )
    plan_id = fields.Many2one("cash.transfer.payment.plan", readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    question_reason = fields.Char(readonly=True)
    booked = fields.Monetary(readonly=True, help="Delivered by this row.")
    disputed = fields.Monetary(readonly=True, help="Goes to dispute.")

    def _selection_failure_reason(self):
        return self.env["cash.transfer.payment.line"]._failure_reasons()
