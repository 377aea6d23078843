from odoo import models
from odoo.fields import Domain

#: What one of a currency is worth in the company's on the day; NULL without a rate.
WORTH = """
    SELECT u.id, CASE WHEN u.id = %(currency)s THEN 1
                      ELSE coalesce(own.rate, 1) / rate.rate END AS worth
      FROM res_currency u
      LEFT JOIN LATERAL (
           SELECT r.rate FROM res_currency_rate r
            WHERE r.currency_id = u.id AND r.name <= %(date_to)s
              AND (r.company_id IS NULL OR r.company_id = %(root)s)
            ORDER BY r.company_id, r.name DESC LIMIT 1) rate ON TRUE
      LEFT JOIN LATERAL (
           SELECT r.rate FROM res_currency_rate r
            WHERE r.currency_id = %(currency)s AND r.name <= %(date_to)s
              AND (r.company_id IS NULL OR r.company_id = %(root)s)
            ORDER BY r.company_id, r.name DESC LIMIT 1) own ON TRUE
"""
#: Cycles whose money is left out, as nobody knows what their currency is worth.
WITHOUT_RATE = f"""
SELECT u.name, count(*)
  FROM (%(ratio)s) ratio
  JOIN res_currency u ON u.id = ratio.currency_id
  JOIN ({WORTH}) money ON money.id = u.id
 WHERE ratio.company_id = %(company)s AND money.worth IS NULL
   AND ratio.quarter = date_trunc('quarter', %(date_to)s::date)
 GROUP BY u.name
"""
#: I30: the last validated meeting of the quarter speaks for each cycle, in the currency
#: of the company on the day. No figure separates caregivers of children from other
#: members (R51).
GROUPS = f"""
WITH money AS ({WORTH}), ratio AS (
    SELECT ratio.*, money.worth::numeric FROM (%(ratio)s) ratio
      JOIN money ON money.id = ratio.currency_id
     WHERE company_id = %(company)s
       AND quarter = date_trunc('quarter', %(date_to)s::date)
), shared AS (
    SELECT s.cycle_id, sum(l.payout * money.worth::numeric) AS payout,
           count(*) AS members
      FROM savings_share_out s
      JOIN savings_share_out_line l ON l.share_out_id = s.id
      JOIN savings_group g ON g.id = s.group_id
      JOIN money ON money.id = g.currency_id AND money.worth IS NOT NULL
     WHERE g.company_id = %(company)s AND s.state IN ('confirmed', 'closed')
       AND s.date BETWEEN %(date_from)s AND %(date_to)s
     GROUP BY s.cycle_id
), known AS (
    SELECT cycle_id, members, savings::numeric * worth AS savings,
           gain_year::numeric * worth AS gain_year,
           savings_days::numeric * worth AS savings_days,
           loans_outstanding::numeric * worth AS loans_outstanding,
           loans_late::numeric * worth AS loans_late,
           loan_fund::numeric * worth AS loan_fund
      FROM ratio WHERE worth IS NOT NULL
)
INSERT INTO indicator_fact
SELECT f.measure, f.cycle_id, f.cycle_id, NULL::integer, coalesce(f.num, 0),
       coalesce(f.den, 0), FALSE
  FROM (
    SELECT 'i30_members' AS measure, cycle_id, members::numeric AS num,
           members::numeric AS den
      FROM ratio
    UNION ALL
    SELECT 'i30_attendance', cycle_id, attended_recent, members_recent FROM ratio
    UNION ALL
    SELECT 'i30_retention', cycle_id, stayers, members_at_start FROM ratio
    UNION ALL
    SELECT 'i30_savings', cycle_id, round(savings, 2), members FROM known
    UNION ALL
    SELECT 'i30_return', cycle_id, gain_year, savings_days FROM known
    UNION ALL
    SELECT 'i30_utilisation', cycle_id, loans_outstanding, loan_fund FROM known
    UNION ALL
    SELECT 'i30_risk', cycle_id, loans_late, loans_outstanding FROM known
    UNION ALL
    SELECT 'i30_share_out', cycle_id, round(payout::numeric, 2), members FROM shared
  ) f
"""


class IndicatorRun(models.Model):
    _inherit = "remediation.indicator.run"

    def _parameters(self):
        """The ratios are no view of the database: what they are read from is theirs,
        as of the run's day."""
        # sudo: ratios of all groups of the company, whoever makes the run.
        return {
            **super()._parameters(),
            "ratio": self.env["savings.ratio"].sudo()._query_until(self.date_to),
        }

    def _families(self):
        return [*super()._families(), GROUPS]

    def _booked_sources(self):
        """A child's part of what its caregivers' groups were given, by the rule of
        what its case cost so far."""
        supports = self._support_billed()

        def divide(charges, _payers):
            # sudo: the link to the member is secret (R51); sums alone come out of here
            cases = self.env["remediation.case"].sudo()
            return [
                (case, charge, charge.units > 0)
                for case, charge in cases._divided_support(supports, charges)
            ]

        return [*super()._booked_sources(), (supports.move_id, divide)]

    def _support_billed(self):
        """Support of groups for which something was posted since costs count."""
        within = Domain("date", ">=", self._costs_since())
        within &= Domain("date", "<=", self.date_to)
        posted = within | Domain("reversal_move_ids", "any", within)
        # sudo: as in _booked_sources
        supports = self.env["savings.support"].sudo()
        return supports.search_fetch(
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "=", "posted")
            & Domain("move_id", "any", posted),
            ["group_id", "move_id"],
        )

    def _without_rate(self):
        return [*super()._without_rate(), WITHOUT_RATE]
