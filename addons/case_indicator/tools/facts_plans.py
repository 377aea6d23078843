"""Facts about the work: how long each part took, plans, actions, follow-up, cost."""

#: I4 and I5: days from the report to what happened within the period.
TIMES = """
WITH moment AS (
    SELECT 'i4_days' AS measure, case_id, first_contact_on AS day FROM indicator_case
    UNION ALL
    SELECT 'i5_assessment', a.case_id,
           (min(a.approved_on) AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
      FROM remediation_assessment a GROUP BY a.case_id
    UNION ALL
    SELECT 'i5_plan', p.case_id,
           (min(p.approved_on) AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
      FROM remediation_plan p GROUP BY p.case_id
    UNION ALL
    SELECT 'i5_service', d.case_id, min(d.date)
      FROM remediation_service_delivery d WHERE d.state = 'given' GROUP BY d.case_id
    UNION ALL
    SELECT 'i5_closure', case_id, closed_day FROM indicator_case
     WHERE NOT duplicate
)
INSERT INTO indicator_fact
SELECT m.measure, c.case_id, c.case_id, c.case_id,
       greatest(m.day - c.received_on, 0), 1, FALSE
  FROM moment m JOIN indicator_case c ON c.case_id = m.case_id
 WHERE m.day BETWEEN %(date_from)s AND %(date_to)s
UNION ALL
SELECT CASE WHEN d.kind = 'first_contact' THEN 'i4_in_time' ELSE 'i18_on_time' END,
       d.id, d.id, c.case_id, coalesce(d.done_on <= d.date_due, FALSE)::int, 1, FALSE
  FROM remediation_deadline d JOIN indicator_case c ON c.case_id = d.case_id
 WHERE d.kind IN ('first_contact', 'visit', 'post_closure')
   AND d.date_due >= %(start)s AND d.date_due < %(end)s
"""

#: I6, I8: plans in force and their actions. The plan in force is the last one that was
#: approved, be a newer one submitted or not.
PLANS = """
WITH submitted AS (
    SELECT p.id, p.case_id, p.version,
           coalesce(p.approved_on < %(end)s, FALSE) AS approved,
           coalesce(p.completed_on < %(end)s, FALSE) AS completed
      FROM remediation_plan p
      JOIN indicator_case c ON c.case_id = p.case_id AND NOT c.closed
     WHERE p.submitted_on < %(end)s
), latest AS (
    SELECT DISTINCT ON (case_id) * FROM submitted
     ORDER BY case_id, version DESC, id DESC
), in_force AS (
    SELECT DISTINCT ON (case_id) * FROM submitted WHERE approved
     ORDER BY case_id, version DESC, id DESC
)
INSERT INTO indicator_fact
SELECT 'i6_approved', id, id, case_id, approved::int, 1, FALSE
  FROM latest WHERE NOT completed
UNION ALL
SELECT 'i6_reviewed', l.id, l.id, l.case_id,
       (NOT EXISTS (SELECT FROM remediation_deadline d
                     WHERE d.case_id = l.case_id AND d.kind = 'review'
                       AND d.date_due < %(end)s
                       AND (d.done_on IS NULL OR d.done_on >= %(end)s)))::int, 1, FALSE
  FROM in_force l WHERE NOT l.completed
UNION ALL
SELECT due.measure, a.id, a.id, c.case_id,
       CASE due.measure
            WHEN 'i8_done' THEN (a.state = 'done' AND a.date_done <= a.date_due)::int
            ELSE (a.state = 'not_available')::int END, 1, FALSE
  FROM remediation_plan_action a
  JOIN remediation_plan p ON p.id = a.plan_id AND p.approved_on < %(end)s
  JOIN indicator_case c ON c.case_id = a.case_id,
       (VALUES ('i8_done'), ('i8_not_available')) due (measure)
 WHERE a.date_due BETWEEN %(date_from)s AND %(date_to)s AND a.state <> 'cancelled'
"""

#: I24 and what no other system shows: the cost of a month out of child labour.
COSTS = """
WITH child AS (
    SELECT child_id, sum(cost) AS cost,
           count(DISTINCT date_trunc('month', date)) FILTER (WHERE given) AS months
      FROM indicator_cost WHERE scope = '' GROUP BY child_id
), ends AS (
    SELECT least((date_trunc('month', day) + interval '1 month - 1 day')::date,
                 %(date_to)s) AS day
      FROM generate_series(date_trunc('month', %(date_from)s::timestamp),
                           %(date_to)s::timestamp, interval '1 month') day
), out AS (
    SELECT child.child_id, count(*) AS months
      FROM child CROSS JOIN ends
      JOIN LATERAL (SELECT f.labour, f.date FROM indicator_finding f
                     WHERE f.child_id = child.child_id AND f.date <= ends.day
                     ORDER BY f.date DESC, f.id DESC LIMIT 1) state ON TRUE
     WHERE NOT state.labour AND state.date >= ends.day - %(unseen_days)s::int
     GROUP BY child.child_id
), completed AS (
    SELECT DISTINCT c.child_id
      FROM remediation_plan p JOIN indicator_case c ON c.case_id = p.case_id
     WHERE p.completed_on >= %(start)s AND p.completed_on < %(end)s
)
INSERT INTO indicator_fact
SELECT f.measure, c.child_id, c.case_id, c.case_id, coalesce(f.num, 0), f.den, FALSE
  FROM (
    -- of a child who was given nothing within the period, the books alone tell
    SELECT 'i24_child' AS measure, child_id, cost AS num, (months > 0)::int AS den
      FROM child
    UNION ALL
    SELECT 'i24_month', child_id, cost, months FROM child
    UNION ALL
    SELECT 'i24_completed', coalesce(child.child_id, completed.child_id), child.cost,
           (completed.child_id IS NOT NULL)::int
      FROM child FULL JOIN completed ON completed.child_id = child.child_id
    UNION ALL
    SELECT 'i24_out', child.child_id, child.cost, coalesce(out.months, 0)
      FROM child LEFT JOIN out ON out.child_id = child.child_id
  ) f JOIN indicator_case c ON c.child_id = f.child_id AND c.main
"""

#: I24 of cohorts: what all their children cost since their plans began, for each month
#: of support of those who were seen out of child labour on the day.
COHORT_COSTS = """
INSERT INTO indicator_fact
SELECT 'i24_out_' || k.months, c.child_id, c.case_id, c.case_id, coalesce(p.cost, 0),
       CASE WHEN NOT k.labour THEN coalesce(p.months, 0) ELSE 0 END, k.labour IS NULL
  FROM indicator_cohort k
  JOIN indicator_case c ON c.child_id = k.child_id AND c.main
  LEFT JOIN (SELECT scope, child_id, sum(cost) AS cost,
                    count(DISTINCT date_trunc('month', date)) FILTER (WHERE given)
                        AS months
               FROM indicator_cost GROUP BY scope, child_id) p
         ON p.child_id = k.child_id AND p.scope = k.months::text
"""
