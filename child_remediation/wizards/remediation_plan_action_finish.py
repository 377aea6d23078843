from odoo import fields, models


class PlanActionFinishWizard(models.TransientModel):
    """Ask how an action ended."""

    _name = "remediation.plan.action.finish.wizard"
    _description = "Finish an Action"

    action_id = fields.Many2one("remediation.plan.action", required=True)
    result = fields.Selection(
        [
            ("done", "Done"),
            ("not_available", "Nobody Offers It"),
            ("refused", "Refused by Child or Family"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="done",
    )
    note = fields.Char()

    def action_apply(self):
        """Finish; the rights are those of the action's own methods."""
        self.ensure_one()
        action = self.action_id
        methods = {
            "done": action.action_done,
            "not_available": action.action_not_available,
            "refused": action.action_refuse,
            "cancelled": action.action_cancel,
        }
        methods[self.result](self.note)
        return {"type": "ir.actions.act_window_close"}
