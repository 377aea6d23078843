from odoo import models

from odoo.addons.remediation_base.tools.money import Money


class CashTransferGrant(models.Model):
    """What agreements promise of a payer's grant is committed (R65)."""

    _inherit = "cash.transfer.grant"

    def _get_promised(self):
        return [*super()._get_promised(), *self._get_agreed()]

    def _get_commitments(self):
        committed = super()._get_commitments()
        # sudo: budget figures are sums; who reads a grant reads no agreements
        for grant, _account_id, _day, amount in self.sudo()._get_agreed():
            committed[grant.id] = committed.get(grant.id, 0.0) + amount
        return committed

    def _get_agreed(self):
        """Return ``[(grant, account id, day, amount)]`` of what agreements will pay
        from the grants of their payers, within the grants' dates."""
        by_account = {grant.analytic_account_id: grant for grant in self}
        parties = self.env["remediation.agreement.party"].search(
            [
                ("analytic_account_id", "in", self.analytic_account_id.ids),
                ("agreement_id.state", "=", "approved"),
            ]
        )
        today = self._place_today()
        agreed = []
        for row, units in parties.agreement_id._get_agreed():
            grant = by_account.get(row.party_id.analytic_account_id)
            if not grant or not grant.date_start <= row.month <= grant.date_end:
                continue
            company = grant.company_id
            account = (
                company.agreement_expense_account_id or company.cash_expense_account_id
            )
            amount = Money(units, row.currency_id).amount
            told = grant._told(amount, row.currency_id, today)
            agreed.append((grant, account.id, row.month, told))
        return agreed
