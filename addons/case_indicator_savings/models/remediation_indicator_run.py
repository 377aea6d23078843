from odoo import models

#: I30: the last validated meeting of the quarter speaks for each cycle. No figure
#: separates caregivers of children from other members (R51).
GROUPS = """
WITH ratio AS (
    SELECT * FROM (%(ratio)s) ratio
     WHERE company_id = %(company)s
       AND quarter = date_trunc('quarter', %(date_to)s::date)
), shared AS (
    SELECT s.cycle_id, sum(l.payout) AS payout, count(*) AS members
      FROM savings_share_out s
      JOIN savings_share_out_line l ON l.share_out_id = s.id
      JOIN savings_group g ON g.id = s.group_id
     WHERE g.company_id = %(company)s AND s.state IN ('confirmed', 'closed')
       AND s.date BETWEEN %(date_from)s AND %(date_to)s
     GROUP BY s.cycle_id
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
    SELECT 'i30_savings', cycle_id, savings::numeric, members FROM ratio
    UNION ALL
    SELECT 'i30_return', cycle_id, gain_year::numeric, savings_days::numeric FROM ratio
    UNION ALL
    SELECT 'i30_utilisation', cycle_id, loans_outstanding::numeric, loan_fund::numeric
      FROM ratio
    UNION ALL
    SELECT 'i30_risk', cycle_id, loans_late::numeric, loans_outstanding::numeric
      FROM ratio
    UNION ALL
    SELECT 'i30_share_out', cycle_id, payout::numeric, members FROM shared
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
