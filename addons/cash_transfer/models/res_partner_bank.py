from odoo import api, models
from odoo.exceptions import UserError

from .cash_transfer_steered import _by_program

#: What says where the money goes.
STEERING = frozenset(
    {"acc_number", "acc_holder_name", "partner_id", "bank_id", "company_id", "active"}
)


class ResPartnerBank(models.Model):
    """The account of a provider steers money: another one is chosen on the provider,
    where a second person agrees (R63)."""

    _inherit = "res.partner.bank"

    def write(self, vals):
        names = STEERING & vals.keys()
        if names:
            will_change = self.env["account.move"]._field_will_change
            self.filtered(
                lambda bank: any(will_change(bank, vals, name) for name in names)
            )._check_provider_accounts()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_providers(self):
        self._check_provider_accounts()

    def _check_provider_accounts(self):
        """Refuse to change the account that a provider is paid into.

        :raises UserError: names the provider.
        """
        if not self or _by_program(self.env):
            return
        # sudo: whoever edits accounts need not read providers; one is named
        provider = (
            self.env["cash.transfer.provider"]
            .sudo()
            .with_context(active_test=False)
            .search([("bank_account_id", "in", self.ids)], limit=1)
        )
        if provider:
            raise UserError(
                self.env._(
                    "%(provider)s is paid into this account: enter a new account, "
                    "choose it on the provider, and let a second person agree.",
                    provider=provider.name,
                )
            )
