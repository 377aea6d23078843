from odoo import api, models
from odoo.fields import Domain


class ServiceDelivery(models.Model):
    _name = "remediation.service.delivery"
    _inherit = ["remediation.service.delivery", "remediation.billed.support"]

    @api.model
    def _domain_to_bill(self, company, first, last):
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "given"),
                ("cost", ">", 0),
                ("provider_id", "!=", False),
                ("date", ">=", first),
                ("date", "<=", last),
                ("bill_state", "in", (False, "none")),
            ]
        )

    @api.model
    def _domain_to_credit(self, company):
        """Cancelled after it was billed, and not credited yet."""
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "cancelled"),
                ("bill_state", "in", ("drafted", "booked", "paid")),
            ]
        )

    def _supplier(self):
        return self.provider_id

    def _bill_parts(self):
        domains = dict(self._fields["domain"]._description_selection(self.env))
        return self.date, domains.get(self.domain, ""), self.cost
