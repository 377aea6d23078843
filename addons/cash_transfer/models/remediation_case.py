from odoo import models

from odoo.addons.remediation_base.tools.money import Money


class Case(models.Model):
    _inherit = "remediation.case"

    def _booked_costs(self):
        """Add the cash that was delivered and posted, at its cost in the books."""
        costs = super()._booked_costs()
        rows = self.env["cash.transfer.payment.split"]._read_group(
            [
                ("entitlement_id.case_id", "in", self.ids),
                ("company_posted", "!=", 0),
            ],
            ["entitlement_id"],
            ["company_posted:sum"],
        )
        for entitlement, amount in rows:
            case = entitlement.case_id
            key = (case.id, "cost_cash")
            units = Money.of(amount, case.currency_id).units
            costs[key] = costs.get(key, 0) + units
        return costs
