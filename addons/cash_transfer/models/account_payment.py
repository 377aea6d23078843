from odoo import api, fields, models
from odoo.exceptions import UserError

#: What a payment says. The rest (matching, mails, who paid the bank) is the bank's.
PAYMENT_CONTENT = frozenset(
    {
        "state",
        "move_id",
        "partner_id",
        "partner_bank_id",
        "partner_type",
        "journal_id",
        "company_id",
        "destination_account_id",
        "outstanding_account_id",
        "amount",
        "currency_id",
        "date",
        "memo",
        "payment_reference",
        "provider_id",
        "payment_type",
    }
)
#: States that a bank's confirmation brings.
PAID_STATES = ("in_process", "paid")


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

    def _check_plan_funds(self):
        """Refuse to change payments that belong to a plan's funds (R68).

        :raises UserError: names the plan whose steps change them.
        """
        if self.env["account.move"]._is_cash_step():
            return
        # sudo: accountants do not read payment plans; one of them is named by code.
        payments = self.sudo()
        plans = payments.payment_plan_ids | payments.move_id._payment_plans()
        if plans:
            raise UserError(
                self.env._(
                    "This payment belongs to the funds of %(plan)s: register a return "
                    "on the plan instead of changing it.",
                    plan=plans[0].name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        moves = self.env["account.move"]
        # sudo: as in _check_plan_funds
        if not moves._is_cash_step() and payments.sudo().payment_plan_ids:
            moves._refuse_cash_links()
        return payments

    def write(self, vals):
        moves = self.env["account.move"]
        if not moves._is_cash_step():
            if {"payment_plan_ids", "cash_movement_ids"} & vals.keys():
                moves._refuse_cash_links()
            names = PAYMENT_CONTENT & vals.keys()
            if vals.get("state") in PAID_STATES:
                names -= {"state"}
            will_change = moves._field_will_change
            self.filtered(
                lambda payment: any(will_change(payment, vals, name) for name in names)
            )._check_plan_funds()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_plan_funds(self):
        self._check_plan_funds()
