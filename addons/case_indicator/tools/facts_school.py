"""Facts about school and training."""

#: I10, I11, I12.
SCHOOL = """
WITH attending AS (
    SELECT c.child_id, e.date_start, e.date_end, e.state
      FROM remediation_education_enrolment e
      JOIN indicator_case c ON c.case_id = e.case_id
     WHERE e.date_start <= %(date_to)s
), goal AS (
    SELECT DISTINCT c.child_id
      FROM remediation_plan_action a
      JOIN remediation_plan p ON p.id = a.plan_id AND p.approved_on < %(end)s
      JOIN indicator_case c ON c.case_id = a.case_id AND NOT c.closed
     WHERE a.domain IN ('education', 'vocational')
       AND a.state NOT IN ('refused', 'cancelled')
), month AS (
    SELECT c.child_id, sum(a.days_present) AS present, sum(a.days_open) AS days
      FROM remediation_attendance a JOIN indicator_case c ON c.case_id = a.case_id
     WHERE a.month BETWEEN date_trunc('month', %(date_from)s::date) AND %(date_to)s
     GROUP BY c.child_id HAVING sum(a.days_open) > 0
), cohort AS (
    SELECT first.child_id, months,
           (first.date_start + months * interval '1 month')::date AS mark
      FROM (SELECT child_id, min(date_start) AS date_start FROM attending
             GROUP BY child_id) first, (VALUES (6), (12)) t (months)
), kept AS (
    SELECT cohort.child_id, cohort.months,
           EXISTS (SELECT FROM attending a
                    WHERE a.child_id = cohort.child_id AND a.date_start <= cohort.mark
                      AND coalesce(a.date_end >= cohort.mark, a.state <> 'dropped'))
               AS enrolled,
           EXISTS (SELECT FROM remediation_attendance a
                     JOIN indicator_case c ON c.case_id = a.case_id
                    WHERE c.child_id = cohort.child_id AND a.days_present > 0
                      AND a.month BETWEEN cohort.mark - 92 AND cohort.mark) AS present
      FROM cohort WHERE cohort.mark BETWEEN %(date_from)s AND %(date_to)s
), fact AS (
    SELECT 'i10_enrolled' AS measure, goal.child_id,
           EXISTS (SELECT FROM attending a
                    WHERE a.child_id = goal.child_id
                      AND coalesce(a.date_end >= %(date_to)s, a.state NOT IN
                          ('dropped', 'completed', 'transferred')))::int AS num,
           1 AS den, FALSE AS unseen
      FROM goal
    UNION ALL
    SELECT 'i11_rate', child_id, present, days, FALSE FROM month
    UNION ALL
    SELECT 'i11_regular', child_id, (present >= 0.8 * days)::int, 1, FALSE FROM month
    UNION ALL
    SELECT 'i12_' || months, child_id, (enrolled AND present)::int, 1,
           enrolled AND NOT present
      FROM kept
)
INSERT INTO indicator_fact
SELECT fact.measure, c.child_id, c.case_id, c.case_id, fact.num, fact.den, fact.unseen
  FROM fact JOIN indicator_case c ON c.child_id = fact.child_id AND c.main
"""
