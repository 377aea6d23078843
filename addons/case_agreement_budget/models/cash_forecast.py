from odoo import models

from odoo.addons.remediation_base.tools.money import Money


class CashForecast(models.AbstractModel):
    """What agreements pay for schools, training and health is paid by bills, without a
    provider of cash transfers."""

    _inherit = "cash.forecast"

    def _get_elsewhere(self, company, first, last):
        agreements = self.env["remediation.agreement"].search(
            [("company_id", "=", company.id), ("state", "=", "approved")]
        )
        grants = {
            grant.analytic_account_id: grant.id
            for grant in self.env["cash.transfer.grant"].search(
                [("company_id", "=", company.id)]
            )
        }
        rows = super()._get_elsewhere(company, first, last)
        nobody = self.env["cash.transfer.provider"]
        for row, units in agreements._get_agreed():
            if not first <= row.month <= last:
                continue
            grant = grants.get(row.party_id.analytic_account_id)
            currency = row.currency_id
            amount = Money(units, currency).amount
            shares = {grant: 10_000} if grant else {}
            rows = [*rows, (currency, row.month, nobody, amount, shares, 1)]
        return rows
