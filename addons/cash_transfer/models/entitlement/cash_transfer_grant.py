from collections import defaultdict
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.rates import know_rates

from .cash_transfer_entitlement import LIVE_STATES

#: What the posted ledger charged to grants of one analytic plan, by account; by day
#: where it was not posted in the grant's currency.
SPENT = """
SELECT g.id, l.account_id,
       CASE WHEN l.currency_id = g.currency_id
                  THEN l.currency_id END,
       CASE WHEN l.currency_id = g.currency_id THEN NULL
            ELSE l.date END,
       sum(CASE WHEN l.balance <> 0
                THEN -a.amount * l.amount_currency / l.balance
                ELSE 0 END),
       sum(-a.amount)
  FROM cash_transfer_grant g
  JOIN account_analytic_line a ON a.%(column)s
       = g.analytic_account_id AND a.company_id = g.company_id
  JOIN account_move_line l ON l.id = a.move_line_id
       AND l.parent_state = 'posted'
  JOIN account_account t ON t.id = l.account_id
  JOIN res_company c ON c.id = g.company_id
 WHERE g.id = ANY(%(ids)s)
   AND (t.account_type IN ('expense', 'expense_direct_cost',
                           'expense_depreciation',
                           'expense_other')
        OR t.id = c.income_currency_exchange_account_id)
   AND l.date BETWEEN %(since)s AND %(until)s
 GROUP BY 1, 2, 3, 4
"""


class CashTransferGrant(models.Model):
    """What one funder gives for cash: an analytic account with dates and a budget.

    Releasers maintain grants; the other cash duties read them.
    """

    _name = "cash.transfer.grant"
    _description = "Grant for Cash Transfers"
    _inherit = ["cash.transfer.steered"]
    _rules_of = "remediation.in.company"
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

    new_name = fields.Char(
        string="Name of the Grant",
        store=False,
        help="An analytic account of this name is made with the grant. Or choose one "
        "that is there already.",
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
        string="Exchange Differences Are Ineligible",
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
    scheme_ids = fields.Many2many("cash.transfer.scheme", check_company=True)
    committed = fields.Monetary(compute="_compute_budget_use")
    spent = fields.Monetary(
        compute="_compute_budget_use",
        help="What the posted ledger charged to the grant's analytic account.",
    )
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

    @api.model
    def _add_protected_values(self, vals_list):
        """Make the analytic accounts of grants that were named (R64)."""
        self.check_access("create")
        for vals in vals_list:
            name = (vals.pop("new_name", None) or "").strip()
            if name and not vals.get("analytic_account_id"):
                vals["analytic_account_id"] = self._make_account(
                    name, vals.get("company_id") or self.env.company.id
                ).id
            if not vals.get("analytic_account_id"):
                raise UserError(
                    self.env._("Name the grant, or choose its analytic account.")
                )
        return super()._add_protected_values(vals_list)

    @api.model
    def _make_account(self, name, company_id):
        """Make the analytic account of a grant, in the plan where the others are."""
        # sudo: who makes grants keeps no analytic accounts; this one is the grant's.
        accounts = self.env["account.analytic.account"].sudo()
        company = self.env["res.company"].browse(company_id)
        other = self.sudo().search(  # sudo: as above
            [("company_id", "=", company.id)], limit=1
        )
        plan = other.analytic_account_id.plan_id
        if not plan:
            plans = self.env["account.analytic.plan"].sudo()  # sudo: as above
            plan = plans.search([], limit=1) or plans.create(
                {"name": self.env._("Grants")}
            )
        return accounts.create(
            {"name": name, "plan_id": plan.id, "company_id": company.id}
        )

    # All that is read for it, so that a list of grants asks one question.
    @api.depends("budget", "currency_id", "company_id", "date_start", "date_end")
    @api.depends_context("uid")
    def _compute_budget_use(self):
        # sudo: budget figures are sums; who reads a grant reads no journal items
        committed, spent = self._get_commitments(), self.sudo()._get_spent()
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
                    ("state", "in", list(LIVE_STATES)),
                ],
                ["grant_id"],
                ["committed:sum"],
            )
        )
        return {grant.id: amount for grant, amount in groups}

    def _get_spent(self):
        """Return grant id → what the posted ledger charged to its analytic account, in
        the grant's currency at posted cost (R65): deliveries, fees, bills, accepted
        disputes, exchange, what savings groups were given.

        What was posted in the grant's currency counts as posted; the rest at the
        company's amount and the rate of its own day.
        """
        by_account = self._get_spent_by_account()
        return {
            grant.id: grant.currency_id.round(sum(by_account[grant.id].values()))
            for grant in self.filtered("id")  # a new one spent nothing
        }

    def _get_spent_by_account(self, since=None, until=None):
        """Return ``{grant id: {account id: amount}}`` of what :meth:`_get_spent` adds
        up, unrounded; of the days from ``since`` to ``until`` where they are given."""
        spent = {grant_id: {} for grant_id in self.ids}
        if not self.ids:
            return spent
        self.env.flush_all()
        by_column = {}
        for grant in self:
            plan = grant.analytic_account_id.root_plan_id
            by_column.setdefault(plan._strict_column_name(), []).append(grant.id)
        rows = []
        for column, ids in by_column.items():
            rows += self.env.execute_query(
                SQL(
                    SPENT,
                    column=SQL.identifier(column),
                    ids=ids,
                    since=since or date.min,
                    until=until or date.max,
                )
            )
        self._know_rates((row[0], row[3]) for row in rows if not row[2])
        for grant_id, account_id, currency_id, day, amount, cost in rows:
            grant = self.browse(grant_id)
            if currency_id:
                value = float(amount or 0)
            else:
                value = grant._told(float(cost or 0), grant.company_id.currency_id, day)
            accounts = spent[grant_id]
            accounts[account_id] = accounts.get(account_id, 0.0) + value
        return spent

    def _know_rates(self, days):
        """Read the rates of these ``(grant id, day)`` once for all."""
        wanted = defaultdict(set)
        for grant_id, day in days:
            grant = self.browse(grant_id)
            home = grant.company_id.currency_id
            wanted[grant.company_id].add(
                (home, grant.currency_id, grant._rate_day(day))
            )
        for company, rows in wanted.items():
            know_rates(company, rows)

    def _rate_day(self, day):
        """Hook: the day whose rate tells the funder what was posted on a day (R53)."""
        return day

    def _told(self, amount, currency, day):
        """Return an amount of a day in the grant's currency, by its rate rule (R53)."""
        self.ensure_one()
        return currency._convert(
            amount, self.currency_id, self.company_id, self._rate_day(day)
        )

    def _rate_told(self, day):
        """Return what one unit of the company's currency is in the grant's."""
        self.ensure_one()
        return self.env["res.currency"]._get_conversion_rate(
            self.company_id.currency_id,
            self.currency_id,
            self.company_id,
            self._rate_day(day),
        )

    @api.model
    def _income_lines(self, company, charged):
        """Return the lines that release restricted income: what an entry charges to a
        grant's analytic account is released at once, whatever charged it (delivery,
        fee, bill, accepted dispute, exchange, support of a group), and taken back by
        what reverses it (R68).

        :param charged: ``[(analytic key, currency, amount, company amount)]``
        :return: value dicts of journal items, balanced.
        """
        sums = {}
        for key, currency, amount, balance in charged:
            before = sums.get((key, currency), (0.0, 0.0))
            sums[key, currency] = (before[0] + amount, before[1] + balance)
        grants = self.search(
            [("company_id", "=", company.id), ("deferred_account_id", "!=", False)]
        )
        by_account = {str(grant.analytic_account_id.id): grant for grant in grants}
        lines = []
        for (key, currency), (amount, balance) in sums.items():
            grant = next(
                (by_account[part] for part in key.split(",") if part in by_account),
                None,
            )
            amount = currency.round(amount)
            balance = company.currency_id.round(balance)
            if not grant or not (amount or balance):
                continue
            lines += [
                {
                    "account_id": account.id,
                    "currency_id": currency.id,
                    "amount_currency": sign * amount,
                    "balance": sign * balance,
                    "analytic_distribution": {key: 100.0},
                    "cash_event": "release",
                }
                for account, sign in (
                    (grant.deferred_account_id, 1),
                    (grant.income_account_id, -1),
                )
            ]
        return lines

    def _charged_and_released(self, account):
        """Return ``(charged, released)`` in company currency: what the posted ledger
        charged to the grants of this company whose income is booked on ``account``, and
        what was moved there from their restricted accounts (R68)."""
        mine = self.filtered(lambda grant: grant.income_account_id == account)
        self.env.flush_all()
        [(released, entries)] = self.env.execute_query(
            SQL(
                """
                SELECT coalesce(-sum(l.balance), 0), count(DISTINCT l.move_id)
                  FROM account_move_line l
                 WHERE l.account_id = %(account)s AND l.company_id = %(company)s
                   AND l.parent_state = 'posted'
                   AND EXISTS (SELECT 1 FROM account_move_line d
                                WHERE d.move_id = l.move_id
                                  AND d.account_id = ANY(%(restricted)s))
                """,
                account=account.id,
                company=mine.company_id.id,
                restricted=mine.deferred_account_id.ids,
            )
        )
        charged = 0.0
        for grant in mine:
            column = grant.analytic_account_id.root_plan_id._column_name()
            [(cost,)] = self.env.execute_query(
                SQL(
                    """
                    SELECT coalesce(-sum(a.amount), 0)
                      FROM account_analytic_line a
                      JOIN account_move_line l ON l.id = a.move_line_id
                           AND l.parent_state = 'posted'
                      JOIN account_account t ON t.id = l.account_id
                     WHERE a.%(column)s = %(analytic)s AND a.company_id = %(company)s
                       AND (t.account_type LIKE 'expense%%' OR t.id = %(exchange)s)
                    """,
                    column=SQL.identifier(column),
                    analytic=grant.analytic_account_id.id,
                    company=grant.company_id.id,
                    exchange=grant.company_id.income_currency_exchange_account_id.id
                    or 0,
                )
            )
            charged += float(cost)
        # each release is rounded by itself
        slack = entries * mine.company_id.currency_id.rounding
        return charged + slack, float(released)

    def write(self, vals):
        result = super().write(vals)
        if {"date_start", "date_end", "currency_id", "active"} & vals.keys():
            self._commit_again()
        return result

    def _commit_again(self):
        """Commitments follow the grant's dates and currency by themselves (R65)."""
        # sudo: budget rows of cases that whoever maintains the grant does not read
        self.env["cash.transfer.entitlement.funding"].sudo()._commit_open(
            [("grant_id", "in", self.ids)]
        )
