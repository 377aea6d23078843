from odoo import models


class AccountMove(models.Model):
    """An entry of recovered money is changed by the steps of the recovery alone."""

    _inherit = "account.move"

    def _check_cash_entries(self):
        result = super()._check_cash_entries()
        if self and not self._is_cash_step():
            self._recoveries()._refuse_other_hands()
        return result

    def _recoveries(self):
        # sudo: accountants do not read recoveries; one of them is named by code.
        return self.sudo().origin_payment_id.recovery_id
