from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CashTransferGrant(models.Model):
    """What one funder gives for cash: an analytic account with dates and a budget.

    Releasers maintain grants; the other cash duties read them.
    """

    _name = "cash.transfer.grant"
    _description = "Grant for Cash Transfers"
    _inherit = ["cash.transfer.steered"]
    _order = "date_start desc, id desc"
    _rec_name = "analytic_account_id"
    _check_company_auto = True

    _steering_fields = frozenset(
        {
            "analytic_account_id",
            "company_id",
            "funder_id",
            "date_start",
            "date_end",
            "currency_id",
            "budget",
            "exchange_ineligible",
            "deferred_account_id",
            "income_account_id",
            "scheme_ids",
            "active",
        }
    )

    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    funder_id = fields.Many2one("res.partner")
    date_start = fields.Date(required=True)
    date_end = fields.Date(required=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    budget = fields.Monetary(required=True)
    exchange_ineligible = fields.Boolean(
        string="Exchange Differences are Ineligible",
        help="The funder does not bear exchange differences: they go to the company's "
        "analytic account for ineligible costs.",
    )
    deferred_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        string="Restricted Grant",
        help="With the income account: releases restricted income as money is spent.",
    )
    income_account_id = fields.Many2one(
        "account.account", check_company=True, string="Grant Income"
    )
    scheme_ids = fields.Many2many("cash.transfer.scheme")
    committed = fields.Monetary(compute="_compute_budget_use")
    spent = fields.Monetary(compute="_compute_budget_use")
    available = fields.Monetary(compute="_compute_budget_use")
    active = fields.Boolean(default=True)

    _analytic_unique = models.UniqueIndex(
        "(analytic_account_id, company_id)", "This analytic account is a grant already."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_end >= date_start)", "A grant ends after it starts."
    )
    _budget_not_negative = models.Constraint(
        "CHECK (budget >= 0)", "A budget cannot be negative."
    )

    @api.depends("budget")
    @api.depends_context("uid")
    def _compute_budget_use(self):
        committed, spent = self._get_commitments(), self._get_spent()
        for grant in self:
            grant.committed = committed.get(grant.id, 0.0)
            grant.spent = spent.get(grant.id, 0.0)
            grant.available = grant.budget - grant.committed - grant.spent

    @api.constrains("deferred_account_id", "income_account_id")
    def _check_release_accounts(self):
        for grant in self:
            if bool(grant.deferred_account_id) != bool(grant.income_account_id):
                raise ValidationError(
                    self.env._(
                        "Releasing restricted income takes both accounts: choose the "
                        "restricted grant and the grant income, or neither."
                    )
                )

    def _get_commitments(self):
        """Return grant id → approved and unpaid amounts due within its dates (R33)."""
        # sudo: budget figures are sums; who reads a grant need not read entitlements.
        groups = (
            self.env["cash.transfer.entitlement.funding"]
            .sudo()
            ._read_group(
                [
                    ("grant_id", "in", self.ids),
                    ("state", "in", ["approved", "active", "suspended"]),
                ],
                ["grant_id"],
                ["committed:sum"],
            )
        )
        return {grant.id: amount for grant, amount in groups}

    def _get_spent(self):
        """Return grant id → what was delivered, in the grant's currency at the rate of
        each payment plan."""
        # sudo: as above, sums of payment splits.
        groups = (
            self.env["cash.transfer.payment.split"]
            .sudo()
            ._read_group(
                [("grant_id", "in", self.ids), ("amount_delivered", "!=", 0)],
                ["grant_id", "plan_id"],
                ["amount_delivered:sum"],
            )
        )
        spent = {}
        for grant, plan, amount in groups:
            spent[grant.id] = spent.get(grant.id, 0.0) + plan.currency_id._convert(
                amount, grant.currency_id, grant.company_id, plan._rate_date()
            )
        return spent
