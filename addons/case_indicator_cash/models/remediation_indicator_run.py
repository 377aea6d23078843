from collections import Counter
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from odoo.addons.case_indicator.models.remediation_indicator_run_facts import INTO, WHO
from odoo.addons.case_indicator.tools.prelude import SCOPE
from odoo.addons.remediation_base.tools.rates import know_rates

#: What a payment cost, on the day it was delivered.
PAYMENT_COSTS = """
SELECT e.case_id, l.delivered_on AS date, s.company_posted AS amount,
       %(currency)s AS currency_id, g.analytic_account_id AS payer, TRUE AS given
  FROM cash_transfer_payment_split s
  LEFT JOIN cash_transfer_grant g ON g.id = s.grant_id
  JOIN cash_transfer_payment_line l ON l.id = s.line_id
  JOIN cash_transfer_entitlement e ON e.id = s.entitlement_id
 WHERE s.company_id = %(company)s AND s.company_posted <> 0
   AND l.delivered_on BETWEEN %(since)s AND %(date_to)s
"""

#: I25 and I28.
PAYMENTS = """
WITH line AS (
    SELECT l.*, p.pay_on, p.locked_on, v.settlement_days,
           CASE WHEN l.currency_id = %(currency)s THEN 1 ELSE rate.rate END AS rate,
           l.delivered_on <= %(date_to)s AS known,
           l.sent_on BETWEEN %(date_from)s AND %(date_to)s AS sent
      FROM cash_transfer_payment_line l
      JOIN cash_transfer_payment_plan p ON p.id = l.plan_id
      JOIN cash_transfer_provider v ON v.id = l.provider_id
      LEFT JOIN LATERAL (
           SELECT r.rate FROM res_currency_rate r
            WHERE r.currency_id = l.currency_id
              AND r.name <= coalesce(l.sent_on, p.locked_on::date)
              AND (r.company_id IS NULL OR r.company_id = %(root)s)
            ORDER BY r.company_id, r.name DESC LIMIT 1) rate ON TRUE
     WHERE l.company_id = %(company)s
)
INSERT INTO indicator_fact
SELECT 'i25_on_time', id, id, NULL::integer,
       coalesce(known AND delivered_on <= pay_on + coalesce(settlement_days, 0),
                FALSE)::int, 1, FALSE
  FROM line
 WHERE pay_on BETWEEN %(date_from)s AND %(date_to)s
   AND status NOT IN ('pending', 'set_aside', 'stopped', 'cancelled')
UNION ALL
SELECT 'i25_failed', id, id, NULL::integer,
       (status IN ('failed', 'not_collected'))::int, 1, FALSE
  FROM line WHERE sent
UNION ALL
SELECT 'i25_reconciled', id, id, NULL::integer,
       (status NOT IN ('sent', 'in_question'))::int, 1, FALSE
  FROM line WHERE sent
UNION ALL
SELECT 'i25_value', id, id, NULL::integer,
       CASE WHEN known THEN round(amount_delivered / rate, 2) ELSE 0 END,
       round(amount_due / rate, 2), FALSE
  FROM line WHERE sent AND rate IS NOT NULL
UNION ALL
SELECT 'i25_days', id, id, NULL::integer, greatest(delivered_on - sent_on, 0), 1, FALSE
  FROM line WHERE sent AND known
UNION ALL
SELECT 'i28_lines', id, id, NULL::integer, 1, 1, FALSE FROM line
 WHERE status IN ('set_aside', 'stopped')
   AND locked_on >= %(start)s AND locked_on < %(end)s
UNION ALL
SELECT 'i28_value', id, id, NULL::integer, round(amount_due / rate, 2), 1, FALSE
  FROM line
 WHERE status IN ('set_aside', 'stopped') AND rate IS NOT NULL
   AND locked_on >= %(start)s AND locked_on < %(end)s
"""

#: Payments whose value is left out, as nobody knows what their currency was worth.
WITHOUT_RATE = """
SELECT u.name, count(*)
  FROM cash_transfer_payment_line l
  JOIN cash_transfer_payment_plan p ON p.id = l.plan_id
  JOIN res_currency u ON u.id = l.currency_id
 WHERE l.company_id = %(company)s AND l.currency_id <> %(currency)s
   AND (l.sent_on BETWEEN %(date_from)s AND %(date_to)s
        OR l.status IN ('set_aside', 'stopped')
           AND p.locked_on >= %(start)s AND p.locked_on < %(end)s)
   AND NOT EXISTS (SELECT FROM res_currency_rate r
                    WHERE r.currency_id = l.currency_id
                      AND r.name <= coalesce(l.sent_on, p.locked_on::date)
                      AND (r.company_id IS NULL OR r.company_id = %(root)s))
 GROUP BY u.name
"""

#: I26: what providers held on the day, by the age of each advance.
ADVANCES = """
WITH account AS (
    SELECT coalesce(v.advance_account_id, c.cash_advance_account_id) AS id
      FROM cash_transfer_provider v JOIN res_company c ON c.id = v.company_id
     WHERE v.company_id = %(company)s AND v.kind = 'advance'
), open AS (
    SELECT l.id, %(date_to)s::date - l.date AS age,
           l.balance - coalesce((
               SELECT sum(r.amount) FROM account_partial_reconcile r
                WHERE r.debit_move_id = l.id AND r.max_date <= %(date_to)s), 0) AS rest
      FROM account_move_line l
     WHERE l.account_id IN (SELECT id FROM account) AND l.company_id = %(company)s
       AND l.parent_state = 'posted' AND l.balance > 0 AND l.date <= %(date_to)s
)
INSERT INTO indicator_fact
SELECT CASE WHEN age <= 30 THEN 'i26_30' WHEN age <= 60 THEN 'i26_60'
            WHEN age <= 90 THEN 'i26_90' ELSE 'i26_more' END,
       id, id, NULL::integer, rest, 1, FALSE
  FROM open WHERE rest > 0
"""

#: I27: what families said after a payment.
CHECKS = """
INSERT INTO indicator_fact
SELECT said.measure, a.id, a.id, NULL::integer,
       coalesce(CASE said.measure WHEN 'i27_received' THEN a.received = 'yes'
                     WHEN 'i27_safe' THEN a.safe ELSE NOT a.fee_asked END, FALSE)::int,
       1, FALSE
  FROM cash_transfer_verification_answer a
  JOIN cash_transfer_verification v ON v.id = a.verification_id,
       (VALUES ('i27_received'), ('i27_safe'), ('i27_free')) said (measure)
 WHERE v.company_id = %(company)s AND a.state = 'answered'
   AND a.answered_on >= %(start)s AND a.answered_on < %(end)s
"""


#: I24 by grant: a child counts with each grant's part of what it cost, so that the
#: parts add up to the whole and the money of a grant is what the ledger charged to it.
GRANTS = f"""{INTO}
SELECT %(run)s, %(company)s, %(date_to)s, m.id, m.indicator_id, m.sequence, 'grant',
       part.payer::text, sum(part.num), sum(part.den),
       count(*) FILTER (WHERE part.unseen), count(*),
       coalesce(round(sum(part.num) / nullif(sum(part.den), 0), 2), 0),
       NULL::jsonb, NULL::jsonb, {WHO}
  FROM (SELECT f.measure, f.unseen, paid.payer, coalesce(paid.cost, f.num) AS num,
               f.den * coalesce(paid.cost / nullif(sum(paid.cost) OVER child, 0),
                                1.0 / count(*) OVER child) AS den
          FROM indicator_fact f
          LEFT JOIN (SELECT c.scope, c.child_id, g.id AS payer, sum(c.cost) AS cost
                       FROM indicator_cost c
                       LEFT JOIN cash_transfer_grant g
                              ON g.analytic_account_id = c.payer
                                 AND g.company_id = %(company)s
                      GROUP BY 1, 2, 3 HAVING sum(c.cost) <> 0) paid
                 ON paid.child_id = f.unit AND paid.scope = {SCOPE}
         WHERE f.measure ^@ 'i24_'
        WINDOW child AS (PARTITION BY f.measure, f.unit)) part
  JOIN remediation_indicator_measure m ON m.key = part.measure
 GROUP BY m.id, part.payer
"""
#: Cases of those children for whom a grant, or any at all, paid what a measure counts;
#: or for whom none paid.
CASES_OF_GRANT = f"""
SELECT c.id FROM remediation_case c, (VALUES (%(measure)s)) f (measure)
 WHERE c.id = ANY(%(ids)s)
   AND %(paid)s = EXISTS (
               SELECT FROM indicator_cost paid
                 JOIN cash_transfer_grant g
                      ON g.analytic_account_id = paid.payer
                         AND g.company_id = %(company)s
                WHERE paid.child_id = c.beneficiary_id AND paid.cost <> 0
                  AND paid.scope = {SCOPE}
                  AND (NOT %(paid)s OR g.id = %(grant)s))
"""


class IndicatorRun(models.Model):
    _inherit = "remediation.indicator.run"

    def _without_rate(self):
        return [*super()._without_rate(), WITHOUT_RATE]

    def _breakdowns(self):
        return [*super()._breakdowns(), GRANTS]

    def _in_group(self, measure, ids, dimension, key):
        if dimension != "grant":
            return super()._in_group(measure, ids, dimension, key)
        self._prepare(self._parameters())
        rows = self.env.execute_query(
            SQL(
                CASES_OF_GRANT,
                measure=measure.key,
                ids=ids,
                paid=bool(key),
                grant=int(key or 0),
                company=self.company_id.id,
            )
        )
        self._drop()
        return [row[0] for row in rows]

    def _payers(self):
        """Grants pay, by their analytic accounts."""
        # sudo: whoever makes the run; ids alone come out of here
        grants = self.env["cash.transfer.grant"].sudo()
        grants = grants.with_context(active_test=False).search_fetch(
            [("company_id", "=", self.company_id.id)]
        )
        return grants.analytic_account_id.ids

    def _families(self):
        return [*super()._families(), PAYMENTS, ADVANCES, CHECKS]

    def _cost_sources(self):
        """A payment costs what was posted; what a worker notes of it is the same."""
        noted, *others = super()._cost_sources()
        return [f"{noted} AND d.domain IS DISTINCT FROM 'cash'", PAYMENT_COSTS, *others]

    def _add_facts(self, parameters):
        """I31: grants that run on the day, in the company's currency of that day."""
        missing = Counter(super()._add_facts(parameters))
        grants = self.env["cash.transfer.grant"].search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("date_start", "<=", self.date_to),
                ("date_end", ">=", self.date_to),
            ]
        )
        rates = self._rates_of(grants.currency_id)
        for grant in grants.filtered(lambda grant: grant.currency_id not in rates):
            missing[grant.currency_id.name] += 1
            grants -= grant
        spent = grants._get_spent_by_account(until=self.date_to)
        committed = grants._get_commitments()
        home = self.company_id.currency_id
        rows = []
        for grant in grants:
            used = sum(spent[grant.id].values())
            days = (self.date_to - grant.date_start + timedelta(days=1)).days
            whole = (grant.date_end - grant.date_start + timedelta(days=1)).days
            amounts = {
                "i31_spent": used,
                "i31_burn": used + committed.get(grant.id, 0.0),
                "i31_forecast": used * whole / days,
            }
            rate = rates[grant.currency_id]
            budget = home.round(grant.budget * rate)
            rows += [
                (key, grant.id, home.round(amount * rate), budget)
                for key, amount in amounts.items()
            ]
        if rows:
            self.env.cr.execute(
                SQL(
                    """INSERT INTO indicator_fact
                       SELECT r.measure, r.id, r.id, NULL::integer, r.num, r.den, FALSE
                         FROM unnest(%s::text[], %s::integer[], %s::numeric[],
                                     %s::numeric[]) r (measure, id, num, den)""",
                    *(list(column) for column in zip(*rows, strict=True)),
                )
            )
        return missing

    def _rates_of(self, currencies):
        """Currency → what one of it is worth in the company's on the day; those without
        a rate are not in it, where core would take them for the company's own."""
        company, home = self.company_id, self.company_id.currency_id
        groups = self.env["res.currency.rate"]._read_group(
            [
                ("currency_id", "in", currencies.ids),
                ("name", "<=", self.date_to),
                ("company_id", "in", [False, company.root_id.id]),
            ],
            ["currency_id"],
        )
        known = home.union(*(currency for (currency,) in groups))
        know_rates(company, [(one, home, self.date_to) for one in currencies])
        return {
            currency: currency._get_conversion_rate(
                currency, home, company, self.date_to
            )
            for currency in currencies & known
        }
