from odoo import fields, models


class SavingsStartGroup(models.TransientModel):
    """Ask for the name of a new group, then start it from the plan."""

    _name = "savings.start.group"
    _description = "Start a Savings Group from a Plan"

    enrolment_id = fields.Many2one(
        "savings.enrolment",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    label = fields.Char(string="Name", required=True)

    def action_confirm(self):
        """Start the group; rights and conditions are those of the enrolment."""
        self.ensure_one()
        self.enrolment_id.action_start_group(self.label)
        return {"type": "ir.actions.act_window_close"}
