from odoo import models


class CashTransferPaymentPlan(models.Model):
    _name = "cash.transfer.payment.plan"
    _inherit = ["cash.transfer.payment.plan", "cash.transfer.bank.lines"]

    def _bank_journals(self):
        return self.provider_id.bank_journal_id | self.provider_id.journal_id
