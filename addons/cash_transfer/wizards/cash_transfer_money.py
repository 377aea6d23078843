from odoo import api, fields, models


class CashTransferMoneyWizard(models.TransientModel):
    """Amount and date of what moves a plan's money; rights are the plan's methods'."""

    _name = "cash.transfer.money.wizard"
    _description = "Fund or Return"

    plan_ids = fields.Many2many(
        "cash.transfer.payment.plan",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    direction = fields.Selection(
        [
            ("fund", "Fund"),
            ("return", "Return"),
            ("move", "Move to Another Plan"),
            ("fee", "Fee"),
        ],
        required=True,
        default="fund",
    )
    provider_id = fields.Many2one(related="plan_ids.provider_id")
    target_id = fields.Many2one(
        "cash.transfer.payment.plan",
        string="To the Plan",
        domain="[('provider_id', '=', provider_id), ('id', 'not in', plan_ids),"
        " ('state', 'in', ['approved', 'released'])]",
    )
    reason = fields.Char(help="No names: it stands on the plan.")
    billed = fields.Boolean(
        string="Invoiced",
        help="The provider sends an invoice that the bank pays; otherwise the money "
        "left the advance or wallet.",
    )
    currency_id = fields.Many2one(related="plan_ids.currency_id")
    amount = fields.Monetary(
        compute="_compute_amount",
        readonly=False,
        store=True,
        help="For several plans: what each of them is missing.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    journal_id = fields.Many2one("account.journal")

    @api.depends("plan_ids", "direction")
    def _compute_amount(self):
        for wizard in self:
            plans = wizard.plan_ids
            if wizard.direction == "fund":
                # sudo: figures of the plan's money; whoever reads the plan sees them
                wizard.amount = sum(plan._missing_funding() for plan in plans.sudo())
            elif wizard.direction == "fee":
                wizard.amount = 0.0
            else:
                wizard.amount = sum(
                    values["remaining"] for values in plans._get_statements().values()
                )

    def action_confirm(self):
        """Create the payment through the plan's own method."""
        self.ensure_one()
        plans = self.plan_ids
        if self.direction == "fund":
            plans.action_fund(
                self.amount if len(plans) == 1 else None,
                self.date,
                self.journal_id.id or None,
            )
        elif self.direction == "move":
            plans.action_move_funding(self.target_id.id, self.amount)
        elif self.direction == "fee":
            plans.action_book_fee(self.amount, self.reason, self.date, self.billed)
        else:
            plans.action_return(self.amount, self.date)
        return {"type": "ir.actions.act_window_close"}
