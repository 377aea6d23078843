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

    is_from_stock = fields.Boolean(
        string="From Our Own Stock",
        help="What was given was bought before: its value leaves the stock for the "
        "grant, by an entry of the month.",
    )

    _stock_or_shop = models.Constraint(
        "CHECK (NOT COALESCE(is_from_stock, FALSE) OR bought_from_id IS NULL)",
        "What left our own stock was not bought for the child: choose one of the two.",
    )

    def _is_from_stock(self):
        return self.is_from_stock

    @api.model
    def _domain_to_bill(self, company, first, last):
        # Nobody sends a bill for the organisation's own work; what leaves its stock is
        # charged all the same.
        billed = (
            Domain("is_from_stock", "=", True)
            | Domain("bought_from_id", "!=", False)
            | Domain("provider_id", "not in", [False, company.partner_id.id])
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
        if self.is_from_stock:
            return self.bought_from_id.browse()
        return self.bought_from_id or self.provider_id

    def _bill_parts(self):
        domains = dict(self._fields["domain"]._description_selection(self.env))
        return self.date, domains.get(self.domain, ""), self.cost
