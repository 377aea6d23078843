from odoo import models

#: I34: what stood at the end of the period. A case of drafts alone has no decision: it
#: is in no denominator but the first, and so it is never a no.
SURVIVORS = """
WITH status AS (
    SELECT s.case_id,
           bool_or(s.state IN ('decided', 'appealed')) AS decided,
           bool_or(s.state IN ('decided', 'appealed')
                   AND s.status = 'confirmed') AS confirmed,
           bool_or(s.state IN ('decided', 'appealed')
                   AND s.status = 'not_victim') AS no,
           bool_or(s.state IN ('decided', 'appealed')
                   AND s.status <> 'not_victim') AS yes,
           bool_or(s.state IN ('decided', 'appealed')
                   AND s.decided_by_kind IN ('authority', 'police', 'court')) AS outside
      FROM remediation_survivor_status s
      JOIN indicator_case c ON c.case_id = s.case_id
     WHERE s.state IN ('draft', 'decided', 'appealed')
       AND coalesce(s.date,
                    (s.create_date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date)
           <= %(date_to)s
     GROUP BY s.case_id
)
INSERT INTO indicator_fact
SELECT 'i34_decided', case_id, case_id, case_id, decided::int, 1, FALSE FROM status
UNION ALL
SELECT 'i34_confirmed', case_id, case_id, case_id, (confirmed AND NOT no)::int, 1, FALSE
  FROM status WHERE decided
UNION ALL
SELECT 'i34_none', case_id, case_id, case_id, (no AND NOT yes)::int, 1, FALSE
  FROM status WHERE decided
UNION ALL
SELECT 'i34_contradictory', case_id, case_id, case_id, (no AND yes)::int, 1, FALSE
  FROM status WHERE decided
UNION ALL
SELECT 'i34_outside', case_id, case_id, case_id, outside::int, 1, FALSE
  FROM status WHERE decided
"""


class IndicatorRun(models.Model):
    _inherit = "remediation.indicator.run"

    def _families(self):
        return [*super()._families(), SURVIVORS]
