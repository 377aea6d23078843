from odoo import api, fields, models


class SavingsBuyIn(models.TransientModel):
    """Ask how many shares a late joiner brings, and show what they cost."""

    _name = "savings.buy.in"
    _description = "Late Joiner Buys In"

    membership_id = fields.Many2one(
        "savings.membership",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    full_name = fields.Char(related="membership_id.full_name", related_sudo=False)
    currency_id = fields.Many2one(related="membership_id.currency_id")
    shares = fields.Integer(required=True, default=1)
    price = fields.Monetary(compute="_compute_price")

    @api.depends("shares", "membership_id")
    def _compute_price(self):
        for wizard in self:
            value = (
                wizard.membership_id._buy_in_value() if wizard.membership_id else 0.0
            )
            wizard.price = wizard.shares * value

    def action_confirm(self):
        """Enter the shares; rights and conditions are those of the membership."""
        self.ensure_one()
        self.membership_id.action_buy_in(self.shares)
        return {"type": "ir.actions.act_window_close"}
