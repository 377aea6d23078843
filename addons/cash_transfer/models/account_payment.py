from odoo import api, fields, models
from odoo.exceptions import UserError

#: Plan states from which a funding does not change any more.
FIXED_STATES = ("released", "instructed", "partly_reconciled", "reconciled", "closed")


class AccountPayment(models.Model):
    """Funding of payment plans and money that providers give back."""

    _inherit = "account.payment"

    provider_id = fields.Many2one(
        "cash.transfer.provider",
        string="Payment Provider",
        check_company=True,
        copy=False,
        index="btree_not_null",
        domain="[('kind', '!=', 'prefinanced')]",
    )
    cash_movement_ids = fields.One2many("cash.transfer.movement", "payment_id")
    payment_plan_ids = fields.Many2many(
        "cash.transfer.payment.plan", string="Payment Plans", readonly=True, copy=False
    )

    @api.model
    def _get_valid_payment_account_types(self):
        return [*super()._get_valid_payment_account_types(), "asset_current"]

    @api.depends(
        "provider_id.kind",
        "provider_id.advance_account_id",
        "company_id.cash_advance_account_id",
    )
    def _compute_destination_account_id(self):
        """Send funding to the advance or transfer account, never to the payable that
        the partner would bring."""
        result = super()._compute_destination_account_id()
        for payment in self.filtered("provider_id"):
            payment.destination_account_id = (
                payment.company_id.transfer_account_id
                if payment.provider_id.kind == "wallet"
                else payment.provider_id._get_advance_account()
            )
        return result

    def write(self, vals):
        fixed = {
            "partner_id",
            "journal_id",
            "destination_account_id",
            "amount",
            "currency_id",
            "date",
            "provider_id",
            "payment_type",
        } & vals.keys()
        if fixed:
            # sudo: accountants do not read payment plans; only their state is asked.
            for payment in self.filtered("provider_id").sudo():
                if payment.payment_plan_ids.filtered(lambda p: p.state in FIXED_STATES):
                    self._refuse_change(payment, fixed, vals)
        return super().write(vals)

    def _refuse_change(self, payment, names, vals):
        for name in names:
            field, value = self._fields[name], vals[name]
            before = field.convert_to_write(payment[name], payment)
            if field.type == "date":
                before, value = payment[name], fields.Date.to_date(value)
            if before != value:
                raise UserError(
                    self.env._(
                        "This payment funds a released payment plan: partner, "
                        "journal, account, amount and date do not change. Return "
                        "the money and fund anew."
                    )
                )

    def action_draft(self):
        self._check_not_funding()
        return super().action_draft()

    def action_cancel(self):
        self._check_not_funding()
        return super().action_cancel()

    def _check_not_funding(self):
        # sudo: as in write.
        if self.sudo().filtered("cash_movement_ids"):
            raise UserError(
                self.env._(
                    "This payment belongs to a payment plan's funds: register a "
                    "return on the plan instead of undoing it."
                )
            )
