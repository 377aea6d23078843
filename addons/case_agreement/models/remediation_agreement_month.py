from odoo import api, fields, models


class AgreementMonth(models.Model):
    """What a party pays in a month for all children of an agreement together, as it was
    last forecast; without a party: what nobody pays. Code alone makes these rows; who
    reads the agreement reads them, and no child is in them."""

    _name = "remediation.agreement.month"
    _description = "Month of an Agreement"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "month, party_id, id"

    _protected_fields = frozenset(
        {"agreement_id", "party_id", "month", "amount", "company_id"}
    )

    agreement_id = fields.Many2one(
        "remediation.agreement",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    party_id = fields.Many2one(
        "remediation.agreement.party",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: nobody pays it.",
    )
    month = fields.Date(required=True, readonly=True, index=True)
    amount = fields.Monetary(required=True, readonly=True)

    @api.depends("agreement_id.name", "month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            month = row.month and row._say_day(row.month, "MMMM y")
            row.display_name = f"{row.agreement_id.name} {month or ''}"
