"""Facts about children: identified, supported, out of child labour, closed.

A fact is ``(measure, unit, res, case_id, num, den, unseen)``: who counts once, the
record behind it, the case whose site, programme … it is broken down by.
"""

#: I2, I9, I13 on the day, I14, I18: children identified up to the day. SDG 8.7.1: those
#: of 5 to 17 who were monitored.
IDENTIFIED = """
WITH first AS (
    SELECT DISTINCT ON (f.child_id) f.child_id, f.date, f.case_id
      FROM indicator_finding f JOIN indicator_case c ON c.case_id = f.case_id
     WHERE f.labour ORDER BY f.child_id, f.date, f.id
), monitored AS (
    SELECT DISTINCT child_id FROM indicator_finding
     WHERE date BETWEEN %(date_from)s AND %(date_to)s
), latest AS (
    SELECT DISTINCT ON (child_id) child_id, labour FROM indicator_finding
     WHERE date BETWEEN %(date_from)s AND %(date_to)s
     ORDER BY child_id, date DESC, id DESC
), support AS (
    SELECT c.child_id, count(DISTINCT coalesce(d.plan_action_id, -d.id)) AS kinds
      FROM remediation_service_delivery d
      JOIN indicator_case c ON c.case_id = d.case_id
     WHERE d.state = 'given' AND d.date <= %(date_to)s
     GROUP BY c.child_id
), seen AS (
    SELECT c.child_id, count(*) AS visits
      FROM remediation_visit v JOIN indicator_case c ON c.case_id = v.case_id
     WHERE v.state = 'done' AND v.child_seen = 'yes' AND v.visit_type <> 'phone'
       AND v.date_done <= %(date_to)s
     GROUP BY c.child_id
), attended AS (
    SELECT DISTINCT c.child_id, date_trunc('month', a.month)::date AS month
      FROM remediation_attendance a JOIN indicator_case c ON c.case_id = a.case_id
     WHERE a.days_present > 0 AND a.month <= %(date_to)s
), series AS (
    SELECT child_id, count(*) AS months
      FROM (SELECT child_id, month - (row_number() OVER (
                       PARTITION BY child_id ORDER BY month) * interval '1 month')
                       AS island
              FROM attended) islands
     GROUP BY child_id, island
), learned AS (
    SELECT DISTINCT child_id FROM series WHERE months >= 3
), main AS (
    SELECT c.*, first.date AS first_on, support.kinds, seen.visits,
           learned.child_id IS NOT NULL AS learned
      FROM indicator_case c
      LEFT JOIN first ON first.child_id = c.child_id
      LEFT JOIN support ON support.child_id = c.child_id
      LEFT JOIN seen ON seen.child_id = c.child_id
      LEFT JOIN learned ON learned.child_id = c.child_id
     WHERE c.main
)
INSERT INTO indicator_fact
SELECT 'i2_identified', child_id, case_id, case_id, 1, 1, FALSE FROM main
 WHERE first_on BETWEEN %(date_from)s AND %(date_to)s
UNION ALL
SELECT 'i2_share', main.child_id, case_id, case_id,
       coalesce(first_on BETWEEN %(date_from)s AND %(date_to)s, FALSE)::int, 1, FALSE
  FROM main JOIN monitored ON monitored.child_id = main.child_id
UNION ALL
SELECT sdg.measure, main.child_id, case_id, case_id, latest.labour::int, 1, FALSE
  FROM main JOIN latest ON latest.child_id = main.child_id,
       (VALUES ('s871_number'), ('s871_share')) sdg (measure)
 WHERE main.age_band IN ('5-11', '12-14', '15-17')
   AND (sdg.measure = 's871_share' OR latest.labour)
UNION ALL
SELECT 'i9_' || least.kinds, child_id, case_id, case_id,
       (coalesce(main.kinds, 0) >= least.kinds)::int, 1, FALSE
  FROM main, (VALUES (1), (2), (4)) least (kinds) WHERE first_on IS NOT NULL
UNION ALL
SELECT 'i13_now', child_id, case_id, case_id, (NOT labour AND NOT stale)::int, 1, stale
  FROM main WHERE first_on IS NOT NULL
UNION ALL
SELECT 'i14_withdrawn', child_id, case_id, case_id,
       (NOT labour AND NOT stale AND learned)::int, 1, stale
  FROM main WHERE first_on IS NOT NULL
UNION ALL
SELECT 'i18_two', child_id, case_id, case_id, (coalesce(visits, 0) >= 2)::int, 1, FALSE
  FROM main WHERE first_on IS NOT NULL
"""

#: I3: the day on which a child first reached each state.
REACHED = """
WITH reached AS (
    SELECT 'i3_referred' AS measure, child_id, received_at AS moment, case_id
      FROM indicator_case
    UNION ALL
    SELECT 'i3_accepted', child_id, opened_at, case_id FROM indicator_case
    UNION ALL
    SELECT 'i3_in_remediation', c.child_id, l.changed_on, c.case_id
      FROM remediation_case_stage_log l JOIN indicator_case c ON c.case_id = l.case_id
     WHERE l.to_stage = 'in_remediation'
    UNION ALL
    SELECT 'i3_completed', c.child_id, p.completed_on, c.case_id
      FROM remediation_plan p JOIN indicator_case c ON c.case_id = p.case_id
     WHERE p.completed_on IS NOT NULL
    UNION ALL
    SELECT 'i3_closed', child_id, first_closed, case_id FROM indicator_case
     WHERE first_closed IS NOT NULL AND NOT duplicate
), first AS (
    SELECT DISTINCT ON (measure, child_id) * FROM reached
     ORDER BY measure, child_id, moment
)
INSERT INTO indicator_fact
SELECT measure, child_id, case_id, case_id, 1, 1, FALSE FROM first
 WHERE moment >= %(start)s AND moment < %(end)s
"""

#: I13 at 6, 12 and 24 months after the first plan began.
COHORTS = """
INSERT INTO indicator_fact
SELECT 'i13_' || k.months, c.child_id, c.case_id, c.case_id,
       coalesce(NOT k.labour, FALSE)::int, 1, k.labour IS NULL
  FROM indicator_cohort k JOIN indicator_case c ON c.child_id = k.child_id AND c.main
"""

#: I15 and I16: closed, and what was found afterwards.
CLOSED = """
WITH closing AS (
    SELECT DISTINCT ON (c.child_id) c.child_id, c.case_id, x.outcome,
           (x.approved_on AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day
      FROM remediation_closure x JOIN indicator_case c ON c.case_id = x.case_id
     WHERE x.state = 'approved' AND x.reason <> 'duplicate'
       AND x.approved_on >= %(start)s AND x.approved_on < %(end)s
     ORDER BY c.child_id, x.approved_on DESC
), clean AS (
    SELECT closing.child_id,
           max(v.date_done) - min(v.date_done) >= 60 AS apart
      FROM closing JOIN remediation_visit v ON v.case_id = closing.case_id
     WHERE v.state = 'done' AND v.is_clean AND v.date_done <= closing.day
     GROUP BY closing.child_id HAVING count(*) >= 2
), after AS (
    SELECT c.child_id, c.case_id,
           bool_or(f.labour) AS labour, count(f.id) AS findings
      FROM (SELECT DISTINCT ON (child_id) * FROM indicator_case
             WHERE first_closed IS NOT NULL AND NOT duplicate
             ORDER BY child_id, first_closed) c
      LEFT JOIN indicator_finding f ON f.child_id = c.child_id
           AND f.date > c.closed_day AND f.date <= c.closed_day + interval '12 months'
     WHERE (c.closed_day + interval '12 months')::date
           BETWEEN %(date_from)s AND %(date_to)s
     GROUP BY c.child_id, c.case_id
)
INSERT INTO indicator_fact
SELECT 'i15_clean', closing.child_id, closing.case_id, closing.case_id,
       (closing.outcome = 'out_of_child_labour' AND coalesce(clean.apart, FALSE))::int,
       1, FALSE
  FROM closing LEFT JOIN clean ON clean.child_id = closing.child_id
UNION ALL
SELECT 'i16_again', child_id, case_id, case_id, coalesce(labour, FALSE)::int, 1,
       findings = 0
  FROM after
"""
