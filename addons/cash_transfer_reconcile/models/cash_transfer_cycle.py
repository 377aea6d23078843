from odoo import models


class CashTransferCycle(models.Model):
    _name = "cash.transfer.cycle"
    _inherit = ["cash.transfer.cycle", "cash.transfer.bank.lines"]

    def _bank_journals(self):
        providers = self.plan_ids.provider_id
        return providers.bank_journal_id | providers.journal_id
