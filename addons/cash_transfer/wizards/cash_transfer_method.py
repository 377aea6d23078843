from odoo import fields, models


class CashTransferMethodWizard(models.TransientModel):
    """Enter an account for a payee: afterwards it shows masked (R45)."""

    _name = "cash.transfer.method.wizard"
    _description = "Enter an Account"

    payee_id = fields.Many2one(
        "cash.transfer.payee",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    company_id = fields.Many2one(related="payee_id.company_id")
    provider_id = fields.Many2one(
        "cash.transfer.provider",
        required=True,
        domain="[('company_id', '=', company_id)]",
    )
    mechanism = fields.Selection(related="provider_id.mechanism")
    number = fields.Char(
        required=True,
        help="Mobile wallet with country code, bank account, or the "
        "number of the identity card for cash.",
    )

    def action_confirm(self):
        """Propose the account. For whoever may write the payee; a second person
        approves it."""
        self.ensure_one()
        self.payee_id.check_access("write")
        self.env["cash.transfer.payment.method"]._propose(
            self.payee_id, self.provider_id, self.number
        )
        self.number = "-"
        return {"type": "ir.actions.act_window_close"}
