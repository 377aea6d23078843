from odoo import fields, models


class CashTransferPaymentSplit(models.Model):
    """A grant's part of one payment, frozen at the lock (R35).

    The analytic key names grant, programme and site; the parts of a line add up to the
    line, the parts of a grant to what the ledger shows.
    """

    _name = "cash.transfer.payment.split"
    _description = "Grant's Part of a Payment"
    _inherit = ["remediation.protected.mixin"]
    _order = "id"
    _rules_of = "cash.transfer.payment.plan"

    _protected_fields = frozenset(
        {
            "line_id",
            "plan_id",
            "company_id",
            "entitlement_id",
            "beneficiary_id",
            "grant_id",
            "analytic_key",
            "currency_id",
            "weight",
            "amount",
            "period",
            "amount_delivered",
            "amount_posted",
            "company_posted",
            "grant_posted",
            "programme_id",
            "site_id",
        }
    )

    line_id = fields.Many2one(
        "cash.transfer.payment.line",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    plan_id = fields.Many2one(
        "cash.transfer.payment.plan",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    entitlement_id = fields.Many2one(
        "cash.transfer.entitlement", required=True, index=True, readonly=True
    )
    beneficiary_id = fields.Many2one(
        "remediation.beneficiary",
        required=True,
        index=True,
        readonly=True,
        string="Child",
    )
    period = fields.Date(readonly=True)
    grant_id = fields.Many2one(
        "cash.transfer.grant", required=True, readonly=True, index=True
    )
    programme_id = fields.Many2one("remediation.programme", readonly=True)
    site_id = fields.Many2one("remediation.site", readonly=True)
    analytic_key = fields.Char(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    weight = fields.Integer(readonly=True, help="Share in hundredths of a percent.")
    amount = fields.Monetary(required=True, readonly=True, string="Due")
    amount_delivered = fields.Monetary(
        required=True, default=0.0, readonly=True, string="Delivered"
    )
    amount_posted = fields.Monetary(
        required=True, default=0.0, readonly=True, string="Posted"
    )
    company_posted = fields.Monetary(
        required=True,
        default=0.0,
        readonly=True,
        currency_field="company_currency_id",
        string="Cost in Company Currency",
    )

    grant_currency_id = fields.Many2one(
        related="grant_id.currency_id", store=True, string="Grant's Currency"
    )
    grant_posted = fields.Monetary(
        readonly=True,
        currency_field="grant_currency_id",
        string="Cost in the Grant's Currency",
        help="At posted cost, at the rate of the day of the entry.",
    )

    _unposted = models.Index("(plan_id) WHERE amount_delivered <> amount_posted")
