from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.cash_transfer.models.entitlement.cash_transfer_entitlement import (
    PAID_STATES,
)
from odoo.addons.cash_transfer.models.plan.cash_transfer_movement import INFLOWS
from odoo.addons.remediation_base.tools.money import Money, split_units

#: SQL: the shares of the grants that pay a period of the entitlement `e`.
SHARES = """
  LEFT JOIN LATERAL (
       SELECT coalesce(array_agg(f.grant_id ORDER BY f.id), '{}') AS grants,
              coalesce(array_agg(round(f.share * 100)::int ORDER BY f.id), '{}')
              AS shares
         FROM cash_transfer_entitlement_funding f
         JOIN cash_transfer_grant g ON g.id = f.grant_id
        WHERE f.entitlement_id = e.id
          AND coalesce(f.date_from, due.period) <= due.period
          AND coalesce(f.date_to, due.period) >= due.period
          AND date_trunc('month', g.date_start) <= due.period
          AND g.date_end >= due.period) s ON TRUE
"""
#: SQL: the account that the payee of the entitlement `e` is paid on.
METHOD = """
  LEFT JOIN LATERAL (
       SELECT pm.provider_id
         FROM cash_transfer_payment_method pm
        WHERE pm.payee_id = e.payee_id AND pm.state = 'approved'
          AND pm.effective_from <= %(now)s
        ORDER BY pm.effective_from DESC, pm.id DESC
        LIMIT 1) m ON TRUE
"""
#: Periods of approved support that no cycle has a line for yet; alike ones together.
TO_COME = f"""
SELECT e.scheme_id, e.amount, due.period, due.number, m.provider_id,
       s.grants, s.shares, count(*)
  FROM cash_transfer_entitlement e
  JOIN cash_transfer_scheme c ON c.id = e.scheme_id
 CROSS JOIN LATERAL (
       SELECT CASE c.frequency WHEN 'monthly' THEN 1 WHEN 'quarterly' THEN 3
                               WHEN 'yearly' THEN 12 ELSE 0 END AS step) t
 CROSS JOIN LATERAL (
       SELECT CASE WHEN t.step = 0 THEN greatest(
                   date_trunc('month', e.date_from)::date, %(first)s) ELSE w.month END
              AS period,
              CASE WHEN t.step = 0 THEN 1 ELSE w.months / t.step + 1 END AS number
         FROM (SELECT (%(first)s::date + make_interval(months => n))::date AS month,
                      ((extract(year FROM %(first)s::date)
                        - extract(year FROM e.date_from)) * 12
                       + extract(month FROM %(first)s::date)
                       - extract(month FROM e.date_from))::int + n AS months,
                      n
                 FROM generate_series(0, %(cycles)s - 1) AS n) w
        WHERE CASE WHEN t.step = 0 THEN w.n = 0
                   ELSE w.months >= 0 AND w.months %% t.step = 0 END) due
{METHOD}
{SHARES}
 WHERE e.company_id = %(company)s AND e.state = ANY(%(paid)s)
   AND due.period <= %(last)s
   AND (t.step = 0 OR e.date_to IS NULL OR e.date_to >= due.period)
   AND (coalesce(c.max_payments, 0) = 0 OR due.number <= c.max_payments)
   AND NOT EXISTS (
       SELECT 1 FROM cash_transfer_cycle_line l
        WHERE l.entitlement_id = e.id AND l.kind = 'regular'
          AND (t.step = 0 OR (l.period <= due.period
               AND l.period + make_interval(months => t.step) > due.period)))
 GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
#: What cycles say is due and no locked plan pays yet.
DUE = f"""
SELECT l.currency_id, due.period, m.provider_id, s.grants, s.shares,
       sum(l.amount_due - l.amount_live - l.amount_delivered), count(*)
  FROM cash_transfer_cycle_line l
  JOIN cash_transfer_entitlement e ON e.id = l.entitlement_id
 CROSS JOIN LATERAL (SELECT l.period) due
{METHOD}
{SHARES}
 WHERE e.company_id = %(company)s AND e.state = ANY(%(paid)s) AND l.payable
   AND l.amount_due > l.amount_live + l.amount_delivered
   AND due.period <= %(last)s
   AND NOT EXISTS (
       SELECT 1 FROM cash_transfer_payment_line p
        WHERE p.cycle_line_id = l.id
          AND (p.status = 'stopped' OR p.owed_decision = 'nothing'))
 GROUP BY 1, 2, 3, 4, 5
"""
#: What locked plans pay and no report says was paid, on their day of payment.
IN_PLANS = f"""
SELECT p.currency_id, date_trunc('month', n.pay_on)::date, p.provider_id,
       s.grants, s.shares, sum(p.amount_due - p.amount_delivered), count(*)
  FROM cash_transfer_payment_line p
  JOIN cash_transfer_payment_plan n ON n.id = p.plan_id
  JOIN cash_transfer_entitlement e ON e.id = p.entitlement_id
 CROSS JOIN LATERAL (SELECT p.period) due
{SHARES}
 WHERE p.company_id = %(company)s AND p.is_live AND n.pay_on <= %(until)s
 GROUP BY 1, 2, 3, 4, 5
"""


class CashForecast(models.AbstractModel):
    """What will be paid in the next cycles, by currency, provider and grant, less what
    providers hold already.

    Approved support counts by the months since it began, as its commitment does; what
    cycles say is due and what locked plans pay count by their own figures. What is
    late is due in the first month.
    """

    _name = "cash.forecast"
    _description = "Cash Forecast"

    @api.model
    def _get_rows(self, company, first, cycles):
        """Return the rows of the forecast of a company, the first month first.

        Called with sudo after the right was checked: sums over all support.

        :param first: first day of the first month
        :param cycles: number of months
        :return: list of dicts with ``period``, ``currency_id``, ``provider_id``,
            ``grant_id``, ``due``, ``fees``, ``held`` and ``needed``
        """
        due, counts = self._get_due(company, first, cycles)
        held = self._get_held(company)
        rows, purses = [], defaultdict(list)
        for period, provider, currency in due:
            purses[provider, currency].append(period)
        for purse in held:
            if held[purse] < 0 and purse not in purses:  # owed to the provider
                purses[purse] = [first]
                due[(first, *purse)] = {False: 0}
        for (provider, currency), periods in sorted(
            purses.items(), key=lambda item: (item[0][1].id, item[0][0].id or 0)
        ):
            left = held.get((provider, currency), 0)
            for period in sorted(periods):
                key = (period, provider, currency)
                parts, left = self._cover(due[key], counts[key], left, *key)
                rows += parts
        return rows

    def _cover(self, due, count, left, period, provider, currency):
        """Return the rows of one month of a provider, and what it holds after it."""
        grants = sorted(due, key=lambda grant: grant or 0)
        weights = [due[grant] for grant in grants]
        whole = sum(weights)
        fee = 0
        if provider:
            fee = provider._expected_fee(
                Money(whole, currency).amount, count, currency, period
            )
            fee = Money.of(fee, currency).units
        fees = split_units(fee, weights if whole else [1] * len(weights))
        needs = [weight + part for weight, part in zip(weights, fees, strict=True)]
        taken = min(left, sum(needs))
        covered = split_units(taken, needs if sum(needs) else [1] * len(needs))
        rows = [
            {
                "period": period,
                "currency_id": currency.id,
                "provider_id": provider.id,
                "grant_id": grant,
                "due": Money(weight, currency).amount,
                "fees": Money(part, currency).amount,
                "held": Money(there, currency).amount,
                "needed": Money(weight + part - there, currency).amount,
            }
            for grant, weight, part, there in zip(
                grants, weights, fees, covered, strict=True
            )
        ]
        return rows, left - taken

    def _get_due(self, company, first, cycles):
        """Return ``{(month, provider, currency): {grant id: units}}`` of what is to be
        paid, and how many payments that is."""
        last = first + relativedelta(months=cycles - 1)
        values = {
            "company": company.id,
            "first": first,
            "cycles": cycles,
            "last": last,
            "until": last + relativedelta(months=1, days=-1),
            "paid": list(PAID_STATES),
            "now": fields.Datetime.now(),
        }
        self.env.flush_all()
        due = defaultdict(lambda: defaultdict(int))
        counts = defaultdict(int)
        for currency, period, provider, amount, shares, count in [
            *self._get_to_come(values),
            *self._get_known(values),
            *self._get_elsewhere(company, first, last),
        ]:
            key = (max(period, first), provider, currency)
            counts[key] += count
            units = Money.of(amount, currency).units
            rest = max(10_000 - sum(shares.values()), 0)
            weights = [*shares.values(), rest]
            for grant, part in zip(
                (*shares, False), split_units(units, weights), strict=True
            ):
                if part:
                    due[key][grant] += part
        return due, counts

    def _get_to_come(self, values):
        schemes = self.env["cash.transfer.scheme"]
        providers = self.env["cash.transfer.provider"]
        for (
            scheme,
            amount,
            period,
            number,
            provider,
            grants,
            shares,
            count,
        ) in self.env.execute_query(SQL(TO_COME, **values)):
            one = schemes.browse(scheme)
            yield (
                one.currency_id,
                period,
                providers.browse(provider or ()),
                one._amount_for(float(amount), number) * count,
                dict(zip(grants, shares, strict=True)),
                count,
            )

    def _get_known(self, values):
        currencies = self.env["res.currency"]
        providers = self.env["cash.transfer.provider"]
        for query in (DUE, IN_PLANS):
            for (
                currency,
                period,
                provider,
                grants,
                shares,
                amount,
                count,
            ) in self.env.execute_query(SQL(query, **values)):
                yield (
                    currencies.browse(currency),
                    period,
                    providers.browse(provider or ()),
                    amount,
                    dict(zip(grants, shares, strict=True)),
                    count,
                )

    def _get_elsewhere(self, company, first, last):
        """Hook: what is paid by other ways than cash transfers, as
        ``(currency, month, provider, amount, {grant id: share in 1/100 %}, count)``."""
        return []

    def _get_held(self, company):
        """Return ``{(provider, currency): units}`` of what providers hold of our money;
        below zero where they paid more than they have."""
        inflows = list(INFLOWS)
        held = {}
        for provider, currency, amount in self.env.execute_query(
            SQL(
                """
                SELECT provider_id, currency_id,
                       sum(CASE WHEN kind = ANY(%s) THEN amount ELSE -amount END)
                  FROM cash_transfer_movement
                 WHERE company_id = %s
                 GROUP BY 1, 2
                """,
                inflows,
                company.id,
            )
        ):
            money = self.env["res.currency"].browse(currency)
            units = Money.of(amount, money).units
            if units:
                held[self.env["cash.transfer.provider"].browse(provider), money] = units
        return held
