from odoo import fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING


class CashFundingRequestLine(models.Model):
    """What is asked for a month, currency, provider and grant. The officer may ask for
    more or less than the forecast says, while the request is a draft."""

    _name = "cash.funding.request.line"
    _description = "Line of a Funding Request"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "period, currency_id, provider_id, id"
    _check_company_auto = True

    _protected_fields = frozenset({"due", "held"})
    _frozen_fields = frozenset({"request_id"})
    _decided_by = "request_id"
    _open_fields = {"draft": EVERYTHING}

    request_id = fields.Many2one(
        "cash.funding.request", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="request_id.company_id", store=True, index=True, precompute=True
    )
    period = fields.Date(string="Month", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    provider_id = fields.Many2one(
        "cash.transfer.provider", ondelete="restrict", check_company=True
    )
    grant_id = fields.Many2one(
        "cash.transfer.grant", ondelete="restrict", check_company=True
    )
    due = fields.Monetary(
        readonly=True, copy=False, help="By the forecast, with the provider's fees."
    )
    held = fields.Monetary(readonly=True, copy=False)
    amount = fields.Monetary(string="Asked For", required=True)

    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "What is asked for cannot be negative."
    )
