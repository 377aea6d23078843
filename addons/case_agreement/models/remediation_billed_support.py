from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.remediation_base.tools.money import Money

#: Where the money for one support stands.
BILL_STATES = [
    ("none", "Not Billed"),
    ("drafted", "Bill Drafted"),
    ("booked", "Booked"),
    ("paid", "Paid"),
]


class BilledSupport(models.AbstractModel):
    """Support that somebody bills: what was delivered, a school's fees.

    Finance drafts one bill per supplier and month (:class:`remediation.support.bill`);
    here stands how far it is. What left the own stock is an entry instead of a bill.
    What is cancelled after it was billed is credited.
    """

    _name = "remediation.billed.support"
    _description = "Support That Is Billed"

    _protected_fields = frozenset({"bill_id", "credit_id", "bill_state"})

    bill_id = fields.Many2one(
        "account.move",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    credit_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    bill_state = fields.Selection(
        BILL_STATES,
        compute="_compute_bill_state",
        store=True,
        precompute=True,
        compute_sudo=True,
    )

    # compute_sudo: who sees the case reads how far the bill is, not the bill.
    @api.depends(
        "bill_id.state", "bill_id.payment_state", "credit_id.state", "bill_id.move_type"
    )
    def _compute_bill_state(self):
        for support in self:
            bill = support.bill_id
            credited = support.credit_id and support.credit_id.state != "cancel"
            undone = bill.state == "cancel" or bill.payment_state == "reversed"
            if not bill or undone or credited:
                support.bill_state = "none"
            elif bill.state == "draft":
                support.bill_state = "drafted"
            elif bill.payment_state in ("paid", "in_payment"):
                support.bill_state = "paid"
            else:
                support.bill_state = "booked"

    @api.model
    def _domain_to_bill(self, company, first, last):
        """What is to be billed for a time: given, with a cost, on no bill that counts.

        :param first, last: days, both included
        """
        raise NotImplementedError

    @api.model
    def _domain_to_credit(self, company):
        """What was taken back after it was billed, and is not credited yet."""
        return Domain.FALSE

    def _is_from_stock(self):
        """Whether nobody bills it: it left the organisation's own stock."""
        return False

    def _supplier(self):
        """Who sends the bill; empty where nobody is known."""
        raise NotImplementedError

    def _bill_parts(self):
        """``(day, label of what it is, amount)`` of one support, without a name."""
        raise NotImplementedError

    def _parts_by_grant(self):
        """Return ``{analytic account id or False: Money}`` of one support: the shares
        of the agreement on its day."""
        day, _label, amount = self._bill_parts()
        shares = self.case_id._analytic_shares(day)
        parts = Money.of(amount, self.currency_id).split(list(shares.values()))
        return dict(zip(shares, parts, strict=True))

    def _units_by_payer(self, payers):
        """The same as units, where what none of these payers pays is under None."""
        units = {}
        for analytic, part in self._parts_by_grant().items():
            payer = analytic if analytic in payers else None
            units[payer] = units.get(payer, 0) + part.units
        return units
