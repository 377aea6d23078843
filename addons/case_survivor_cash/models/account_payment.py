from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    """Money that came for a survivor, and money that was handed on."""

    _inherit = "account.payment"

    recovery_id = fields.Many2one(
        "remediation.recovery",
        string="Recovered Money",
        readonly=True,
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _get_valid_payment_account_types(self):
        types = super()._get_valid_payment_account_types()
        # sudo: whether there is one
        return [*types, "liability_current"] if self.sudo().recovery_id else types

    @api.depends("recovery_id", "company_id.recovery_account_id")
    def _compute_destination_account_id(self):
        """Recovered money is owed to the survivor, never to a partner."""
        result = super()._compute_destination_account_id()
        for payment in self.filtered("recovery_id"):
            payment.destination_account_id = payment.company_id.recovery_account_id
        return result

    def _check_plan_funds(self):
        result = super()._check_plan_funds()
        if not self.env["account.move"]._is_cash_step():
            # sudo: accountants do not read recoveries; one of them is named by code.
            self.sudo().recovery_id._refuse_other_hands()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        # sudo: as in _check_plan_funds; a default of the context counts too
        if payments.sudo().recovery_id:
            payments._check_linked_by_step()
        return payments

    def write(self, vals):
        if "recovery_id" in vals:
            self._check_linked_by_step()
        return super().write(vals)

    def _check_linked_by_step(self):
        if not self.env["account.move"]._is_cash_step():
            raise UserError(
                self.env._("Recovered money makes its own payments: link none by hand.")
            )
