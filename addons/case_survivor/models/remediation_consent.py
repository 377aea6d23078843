from odoo import fields, models

from .remediation_money_account import PURPOSE


class Consent(models.Model):
    _inherit = "remediation.consent"

    purpose = fields.Selection(
        selection_add=[(PURPOSE, "Keeping Account Numbers")],
        ondelete={PURPOSE: "cascade"},
    )

    def _after_withdrawal(self):
        """What is withdrawn holds at once: the numbers are cut."""
        result = super()._after_withdrawal()
        self._cut_account_numbers()
        return result

    def _lapse(self):
        result = super()._lapse()
        self._cut_account_numbers()
        return result

    def _cut_account_numbers(self):
        ended = self.filtered(lambda consent: consent.purpose == PURPOSE)
        # sudo: the accounts are the duty's; who withdraws need not have it.
        ended.case_id.sudo().money_account_ids._cut_numbers()
