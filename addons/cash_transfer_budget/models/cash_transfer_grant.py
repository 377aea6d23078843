from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.cash_transfer.models.entitlement.cash_transfer_entitlement import (
    LIVE_STATES,
)
from odoo.addons.cash_transfer.models.scheme.cash_transfer_scheme import MONTHS
from odoo.addons.remediation_base.tools.money import Money

from ..tools.spread import spread
from .cash_budget_line import line_at, units_of

#: Approved support of grants that is not paid yet; one representative share for all
#: that run alike.
PROMISED = """
SELECT min(f.id), f.grant_id,
       coalesce(s.expense_account_id, c.cash_expense_account_id),
       sum(f.planned), sum(f.committed)
  FROM cash_transfer_entitlement_funding f
  JOIN cash_transfer_entitlement e ON e.id = f.entitlement_id
  JOIN cash_transfer_scheme s ON s.id = e.scheme_id
  JOIN res_company c ON c.id = e.company_id
 WHERE f.grant_id = ANY(%(ids)s) AND f.state = ANY(%(live)s) AND f.committed > 0
 GROUP BY f.grant_id, s.id, c.id, e.date_from, e.date_to, f.date_from, f.date_to
"""
#: Bills that are entered and not posted, by grant, account, day and currency.
OPEN_BILLS = """
SELECT g.id, l.account_id, coalesce(m.invoice_date, m.date), l.currency_id,
       sum(l.amount_currency * d.share::numeric / 100),
       sum(l.balance * d.share::numeric / 100)
  FROM account_move m
  JOIN account_move_line l ON l.move_id = m.id
  JOIN account_account t ON t.id = l.account_id AND t.account_type LIKE 'expense%%'
 CROSS JOIN LATERAL jsonb_each_text(l.analytic_distribution) AS d(key, share)
  JOIN cash_transfer_grant g ON g.company_id = m.company_id
       AND g.analytic_account_id::text = ANY(string_to_array(d.key, ','))
 WHERE m.state = 'draft' AND m.move_type IN ('in_invoice', 'in_refund')
   AND g.id = ANY(%(ids)s)
 GROUP BY 1, 2, 3, 4
"""


class CashTransferGrant(models.Model):
    """A grant's budget by the donor's headings, and the rate by which its costs in
    another currency are told: of the day, the month or the instalment (R53)."""

    _inherit = "cash.transfer.grant"

    _steering_fields = frozenset({"budget_line_ids", "rate_rule", "instalment_ids"})

    budget_line_ids = fields.One2many(
        "cash.budget.line", "grant_id", string="Budget Lines", copy=True
    )
    rate_rule = fields.Selection(
        [
            ("day", "Rate of the Day"),
            ("month", "Rate of the First Day of the Month"),
            ("instalment", "Rate of the Instalment Received"),
        ],
        required=True,
        default="day",
        help="By which rate costs in another currency are reported to the donor. "
        "Without an instalment, its rule is that of the day.",
    )
    instalment_ids = fields.One2many(
        "cash.grant.instalment", "grant_id", string="Instalments"
    )
    outside_lines = fields.Monetary(
        compute="_compute_outside_lines",
        help="Spent or committed on accounts or days that no budget line names.",
    )

    @api.depends("budget_line_ids")
    @api.depends_context("uid")
    def _compute_outside_lines(self):
        # sudo: budget figures are sums; who reads a grant reads no journal items
        own = self.sudo()
        figures = own._get_line_figures()
        committed, spent = own._get_commitments(), own._get_spent()
        for grant in self:
            inside = sum(
                sum(figures.get(line_id, (0.0, 0.0)))
                for line_id in grant.budget_line_ids._origin.ids
            )
            whole = committed.get(grant.id, 0.0) + spent.get(grant.id, 0.0)
            grant.outside_lines = (
                grant.currency_id.round(whole - inside) if grant.budget_line_ids else 0
            )

    # -- the lines and the whole ---------------------------------------------------
    @api.constrains("budget", "budget_line_ids", "date_start", "date_end")
    def _check_budget_lines(self):
        """A grant that changed as a whole has lines that add up to it, each cost one
        line."""
        self.budget_line_ids._check_places()
        for grant in self:
            problem = grant._problem_of_lines()
            if problem:
                raise ValidationError(problem)

    def _problem_of_lines(self):
        self.ensure_one()
        total = sum(self.budget_line_ids.mapped("amount"))
        if not self.budget_line_ids or not self.currency_id.compare_amounts(
            total, self.budget
        ):
            return None
        return self.env._(
            "The budget lines of %(grant)s come to %(total)s and its budget is "
            "%(budget)s: correct one of them.",
            grant=self.display_name,
            total=self.currency_id.format(total),
            budget=self.currency_id.format(self.budget),
        )

    def _apply_change(self, change):
        result = super()._apply_change(change)
        # lines of a grant that is not in force yet may have changed by themselves
        self._check_budget_lines()
        return result

    def action_budget_report(self):
        """Open budget against actual against committed as a report of MIS Builder. For
        who reads the books.

        :raises UserError: the grant has no budget lines.
        """
        self.ensure_one()
        self.check_access("read")
        self.env["mis.report.instance"].check_access("read")
        if not self.budget_line_ids:
            raise UserError(
                self.env._("Enter the budget lines of %s first.", self.display_name)
            )
        # sudo: the definition is made from the grant; the reader's rights show it
        instances = self.env["mis.report.instance"].sudo()
        return instances._of_grant(self.sudo()).with_env(self.env).preview()

    # -- figures ---------------------------------------------------------------------
    def _get_line_figures(self):
        """Return ``{line id: (spent, committed)}`` of the budget lines of these grants,
        in their currencies. For readers of budgets; called with sudo."""
        totals = defaultdict(lambda: [0.0, 0.0])
        grants = self.filtered("budget_line_ids")
        periods = defaultdict(lambda: grants.browse())
        for line in grants.budget_line_ids:
            periods[line._period()] |= line.grant_id
        for (since, until), those in periods.items():
            by_account = those._get_spent_by_account(since, until)
            for grant in those:
                for account_id, amount in by_account[grant.id].items():
                    line = line_at(grant.budget_line_ids, account_id, since)
                    if line:
                        totals[line.id][0] += amount
        for grant, account_id, day, amount in grants._get_promised():
            line = line_at(grant.budget_line_ids, account_id, day)
            if line:
                totals[line.id][1] += amount
        lines = grants.budget_line_ids
        return {
            line.id: tuple(line.currency_id.round(part) for part in totals[line.id])
            for line in lines
        }

    def _get_promised(self):
        """Return ``[(grant, account id, day, amount)]`` of what is committed: approved
        support by the months of its payments, and open bills."""
        return [*self._get_promised_support(), *self._get_open_bills()]

    def _get_promised_support(self):
        if not self.ids:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(PROMISED, ids=list(self.ids), live=list(LIVE_STATES))
        )
        # sudo: budget rows of cases that a reader of budgets does not read
        shares = self.env["cash.transfer.entitlement.funding"].sudo()
        shares = shares.browse(row[0] for row in rows)
        promised = []
        for share, (_id, grant_id, account_id, planned, committed) in zip(
            shares, rows, strict=True
        ):
            grant = self.browse(grant_id)
            currency = grant.currency_id
            numbers = share._payment_numbers()
            start = share.entitlement_id.date_from
            step = MONTHS[share.entitlement_id.scheme_id.frequency]
            units = units_of(float(committed), currency)
            each = -(-units_of(float(planned), currency) // max(len(numbers), 1))
            for number, part in spread(units, each, max(len(numbers), 1)):
                place = numbers[number - 1] if numbers else 1
                day = start + relativedelta(months=step * (place - 1))
                day = min(max(day, grant.date_start), grant.date_end)
                amount = float(Money(part, currency).amount)
                promised.append((grant, account_id, day, amount))
        return promised

    def _get_open_bills(self):
        """Return ``[(grant, account id, day, amount)]`` of bills not posted yet."""
        if not self.ids:
            return []
        self.env.flush_all()
        bills = []
        rows = self.env.execute_query(SQL(OPEN_BILLS, ids=list(self.ids)))
        self._know_rates((row[0], row[2]) for row in rows)
        for grant_id, account_id, day, currency_id, amount, cost in rows:
            grant = self.browse(grant_id)
            value = float(amount or 0)
            if currency_id != grant.currency_id.id:
                value = grant._told(float(cost or 0), grant.company_id.currency_id, day)
            bills.append((grant, account_id, day, value))
        return bills

    def _get_commitments(self):
        """Bills that are entered and not posted are promised money too (R65)."""
        committed = super()._get_commitments()
        # sudo: budget figures are sums; who reads a grant reads no bills
        for grant, _account_id, _day, amount in self.sudo()._get_open_bills():
            committed[grant.id] = committed.get(grant.id, 0.0) + amount
        return committed

    # -- the rule of the rates (R53) -----------------------------------------------
    def write(self, vals):
        result = super().write(vals)
        if {"rate_rule", "instalment_ids"} & vals.keys():
            self._commit_again()
        return result

    def _rate_day(self, day):
        if self.rate_rule == "month":
            return day.replace(day=1)
        return super()._rate_day(day)

    def _get_instalment(self, day):
        """Return the instalment whose rate counts on a day: the last one received by
        then, or the first one where costs came before it."""
        self.ensure_one()
        if self.rate_rule != "instalment":
            return self.env["cash.grant.instalment"]
        # sudo: a rate; whoever reads the grant's figures need not read instalments
        received = self.sudo().instalment_ids.sorted(lambda one: (one.date, one.id))
        by_then = received.filtered(lambda one: one.date <= day)
        return by_then[-1:] or received[:1]

    def _told(self, amount, currency, day):
        instalment = self._get_instalment(day)
        if not instalment or currency == self.currency_id:
            return super()._told(amount, currency, day)
        company = self.company_id
        cost = currency._convert(amount, company.currency_id, company, day, round=False)
        return self.currency_id.round(cost * instalment._get_rate())

    def _rate_told(self, day):
        instalment = self._get_instalment(day)
        return instalment._get_rate() if instalment else super()._rate_told(day)

    # -- checks (R65) ----------------------------------------------------------------
    def _problems_of_lines(self, wanted):
        """Return grant → sentence for the budget lines that cannot carry more.

        :param wanted: ``[(grant, account id, day, amount)]`` beside what is spent and
            committed.
        """
        figures = self.sudo()._get_line_figures()  # sudo: sums, as above
        sums, problems = defaultdict(float), {}
        for grant, account_id, day, amount in wanted:
            if not grant.budget_line_ids:
                continue
            line = line_at(grant.budget_line_ids, account_id, day)
            if line:
                sums[line] += amount
            elif amount > 0:
                # sudo: the code of an account is said to whoever asks for money
                account = self.env["account.account"].sudo().browse(account_id)
                problems[grant] = self.env._(
                    "%(grant)s: no budget line takes account %(account)s on %(day)s",
                    grant=grant.display_name,
                    account=account.code or "–",
                    day=day,
                )
        for line, amount in sums.items():
            left = line.amount - sum(figures.get(line.id, (0.0, 0.0)))
            if line.currency_id.compare_amounts(amount, left) > 0:
                problems[line.grant_id] = self.env._(
                    "%(grant)s, “%(heading)s”: %(wanted)s wanted, %(left)s left",
                    grant=line.grant_id.display_name,
                    heading=line.heading,
                    wanted=line.currency_id.format(amount),
                    left=line.currency_id.format(left),
                )
        return problems
