from odoo import models

from odoo.addons.remediation_base.tools.money import Money


class AccountMove(models.Model):
    _inherit = "account.move"

    def _charged_units(self):
        """Return ``{entry: units of its company's currency}`` that these entries
        charge to expense accounts, less what their reversals take back; nothing where
        they are not posted."""
        charged = dict.fromkeys(self, 0)
        rows = self.env["account.move.line"]._read_group(
            [
                "|",
                ("move_id", "in", self.ids),
                ("move_id.reversed_entry_id", "in", self.ids),
                ("parent_state", "=", "posted"),
                ("account_id.internal_group", "=", "expense"),
            ],
            ["move_id"],
            ["balance:sum"],
        )
        for move, balance in rows:
            money = move.company_id.currency_id
            own = move if move in charged else move.reversed_entry_id
            charged[own] += Money.of(balance, money).units
        return charged
