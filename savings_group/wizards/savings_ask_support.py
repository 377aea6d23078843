from odoo import fields, models


class SavingsAskSupport(models.TransientModel):
    """Ask what the enrolment costs the organisation, then tell finance."""

    _name = "savings.ask.support"
    _description = "Ask for Support with an Enrolment"

    enrolment_id = fields.Many2one(
        "savings.enrolment",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    currency_id = fields.Many2one(related="enrolment_id.company_id.currency_id")
    kind = fields.Selection(
        [("kit", "Kit and Passbooks"), ("training", "Training")],
        required=True,
        default="kit",
    )
    amount = fields.Monetary(required=True)

    def action_confirm(self):
        """Ask for it; rights and conditions are those of the enrolment."""
        self.ensure_one()
        self.enrolment_id.action_ask_support(self.kind, self.amount)
        return {"type": "ir.actions.act_window_close"}
