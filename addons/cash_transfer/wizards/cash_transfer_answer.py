from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.answers import YES, YES_NO, Answer


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
    safe = Answer("Felt Safe", selection=YES_NO)
    fee_asked = Answer("Somebody Asked for a Fee", selection=YES_NO)
    child_working = Answer("The Child Works", selection=YES_NO)
    issue = fields.Text()

    def action_confirm(self):
        """Record the answer through its own method, which checks rights."""
        self.ensure_one()
        if not (self.safe and self.fee_asked and self.child_working):
            # A task for the supervisor hangs on each of them (R81).
            raise UserError(
                self.env._(
                    "Ask whether the family felt safe, a fee was asked, and the child "
                    "works."
                )
            )
        self.answer_id.action_answer(
            self.received,
            self.amount_received,
            self.safe == YES,
            self.fee_asked == YES,
            self.child_working == YES,
            self.issue,
        )
        return {"type": "ir.actions.act_window_close"}
