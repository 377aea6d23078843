from odoo import fields, models


class SavingsLeave(models.TransientModel):
    """Ask how a member leaves, then enter it in the open meeting."""

    _name = "savings.leave"
    _description = "Member Leaves a Savings Group"

    membership_id = fields.Many2one(
        "savings.membership",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    full_name = fields.Char(related="membership_id.full_name", related_sudo=False)
    reason = fields.Selection(
        [
            ("own_wish", "Own wish"),
            ("moved", "Moved away"),
            ("expelled", "Expelled"),
            ("died", "Died"),
        ],
        required=True,
        default="own_wish",
    )
    heir = fields.Char(help="Who receives the money after a death.")
    minute = fields.Text(string="What the Group Decided", required=True)

    def action_confirm(self):
        """Enter the leaving; rights and conditions are those of the membership."""
        self.ensure_one()
        self.membership_id.action_leave(self.reason, self.minute, self.heir)
        return {"type": "ir.actions.act_window_close"}
