from odoo import api, fields, models
from odoo.fields import Domain


class ServiceDelivery(models.Model):
    _name = "remediation.service.delivery"
    _inherit = ["remediation.service.delivery", "remediation.billed.support"]

    bought_from_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        help="The shop, where the provider gives what was bought: the shop sends the "
        "bill.",
    )

    @api.model
    def _domain_to_bill(self, company, first, last):
        # Nobody sends a bill for what the organisation gives of its own.
        billed = Domain("bought_from_id", "!=", False) | Domain(
            "provider_id", "not in", [False, company.partner_id.id]
        )
        return billed & Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "given"),
                ("cost", ">", 0),
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
        return self.bought_from_id or self.provider_id

    def _bill_parts(self):
        domains = dict(self._fields["domain"]._description_selection(self.env))
        return self.date, domains.get(self.domain, ""), self.cost
