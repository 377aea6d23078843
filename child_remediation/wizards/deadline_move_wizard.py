from odoo import fields, models


class DeadlineMoveWizard(models.TransientModel):
    """Ask to when a due date moves and why."""

    _name = "remediation.deadline.move.wizard"
    _description = "Move a Deadline"

    deadline_id = fields.Many2one("remediation.deadline", required=True)
    date_due = fields.Datetime(string="New Due Date", required=True)
    reason = fields.Char(required=True)

    def action_apply(self):
        """Move; the rights are those of the deadline's ``action_move``."""
        self.ensure_one()
        self.deadline_id.action_move(self.date_due, self.reason)
        return {"type": "ir.actions.act_window_close"}
