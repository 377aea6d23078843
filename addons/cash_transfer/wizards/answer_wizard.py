from odoo import fields, models


class CashTransferAnswerWizard(models.TransientModel):
    """The questions of the verification after distribution."""

    _name = "cash.transfer.answer.wizard"
    _description = "Record an Answer"

    answer_id = fields.Many2one(
        "cash.transfer.verification.answer",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    currency_id = fields.Many2one(related="answer_id.currency_id")
    received = fields.Selection(
        [("yes", "Yes"), ("no", "No"), ("with_issues", "With Issues")], required=True
    )
    amount_received = fields.Monetary()
    safe = fields.Boolean(string="Felt Safe", default=True)
    fee_asked = fields.Boolean(string="Somebody Asked for a Fee")
    child_working = fields.Boolean(string="The Child Works")
    issue = fields.Text()

    def action_confirm(self):
        """Record the answer through its own method, which checks rights."""
        self.ensure_one()
        self.answer_id.action_answer(
            self.received,
            self.amount_received,
            self.safe,
            self.fee_asked,
            self.child_working,
            self.issue,
        )
        return {"type": "ir.actions.act_window_close"}
