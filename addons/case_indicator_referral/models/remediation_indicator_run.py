from odoo import models

#: I1: what became of concerns by the end of the period. A report of several children
#: is one.
CONCERNS = """
INSERT INTO indicator_fact
SELECT 'i1_received', id, id, NULL::integer, 1, 1, FALSE
  FROM remediation_concern
 WHERE company_id = %(company)s AND received_at >= %(start)s AND received_at < %(end)s
   AND part_of_id IS NULL
UNION ALL
SELECT 'i1_confirmed', id, id, NULL::integer,
       (state = 'accepted' AND decided_on < %(end)s)::int, 1, FALSE
  FROM remediation_concern
 WHERE company_id = %(company)s AND received_at >= %(start)s AND received_at < %(end)s
   AND part_of_id IS NULL
   AND coalesce(triaged_on, decided_on) < %(end)s
"""

#: I7, and the overrides of I21.
REFERRALS = """
WITH sent AS (
    SELECT r.*, r.answered_on < %(end)s AND r.reject_reason IS NULL AS accepted,
           r.done_on <= %(date_to)s AND r.state = 'done' AS done
      FROM remediation_referral r
      JOIN indicator_case c ON c.case_id = r.case_id
     WHERE r.sent_on >= %(start)s AND r.sent_on < %(end)s
)
INSERT INTO indicator_fact
SELECT 'i7_accepted', id, id, case_id, coalesce(accepted, FALSE)::int, 1, FALSE
  FROM sent
UNION ALL
SELECT 'i7_done', id, id, case_id, coalesce(done, FALSE)::int, 1, FALSE FROM sent
UNION ALL
SELECT 'i7_unavailable', id, id, case_id,
       coalesce(answered_on < %(end)s AND reject_reason IN (
           'full', 'not_our_service', 'out_of_area'), FALSE)::int, 1, FALSE
  FROM sent
UNION ALL
SELECT 'i7_answer', id, id, case_id,
       round(extract(epoch FROM answered_on - sent_on) / 86400, 2), 1, FALSE
  FROM sent WHERE answered_on < %(end)s
UNION ALL
SELECT 'i21_overrides', id, id, case_id, 1, 1, FALSE FROM sent
 WHERE basis = 'override'
"""

#: I17: a new concern about a child within a year after the first closure.
AGAIN = """
INSERT INTO indicator_fact
SELECT 'i17_again', c.child_id, c.case_id, c.case_id,
       EXISTS (SELECT FROM remediation_concern n
                 JOIN remediation_case x ON x.id = n.case_id
                WHERE x.beneficiary_id = c.child_id
                  AND n.received_at > c.first_closed
                  AND n.received_at <= c.first_closed + interval '12 months')::int,
       1, FALSE
  FROM (SELECT DISTINCT ON (child_id) * FROM indicator_case
         WHERE first_closed IS NOT NULL AND NOT duplicate
         ORDER BY child_id, first_closed) c
 WHERE (c.closed_day + interval '12 months')::date
       BETWEEN %(date_from)s AND %(date_to)s
"""


class IndicatorRun(models.Model):
    _inherit = "remediation.indicator.run"

    def _families(self):
        return [*super()._families(), CONCERNS, REFERRALS, AGAIN]
