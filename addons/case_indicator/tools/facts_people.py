"""Facts about workers, consent, families, complaints and sites."""

#: I19 and I20: who held cases when the period ended.
WORKERS = """
WITH held AS (
    SELECT DISTINCT ON (h.case_id) h.case_id, h.case_manager_id
      FROM remediation_case_holder h
      JOIN indicator_case c ON c.case_id = h.case_id AND NOT c.closed
     WHERE h.date_from < %(end)s AND (h.date_to IS NULL OR h.date_to >= %(end)s)
     ORDER BY h.case_id, h.date_from DESC, h.id DESC
), worker AS (
    SELECT m.id, m.team_id, m.max_caseload,
           sum(CASE c.risk WHEN 'low' THEN 0.5 WHEN 'medium' THEN 1 ELSE 1.5 END)
               AS weight
      FROM held JOIN indicator_case c ON c.case_id = held.case_id
      JOIN remediation_case_manager m ON m.id = held.case_manager_id
     GROUP BY m.id
), checked AS (
    SELECT DISTINCT ON (v.case_manager_id) v.case_manager_id,
           v.result = 'clear' AND v.expiry_date >= %(date_to)s AS valid
      FROM remediation_vetting v
     WHERE v.result <> 'pending' AND v.date <= %(date_to)s
     ORDER BY v.case_manager_id, v.date DESC, v.id DESC
)
INSERT INTO indicator_fact
SELECT 'i19_load', id, id, NULL::integer, weight, 1, FALSE FROM worker
UNION ALL
SELECT 'i19_over', id, id, NULL::integer, (weight > max_caseload)::int, 1, FALSE
  FROM worker
UNION ALL
SELECT 'i19_ratio', team_id, team_id, NULL::integer, count(*), 1, FALSE
  FROM worker GROUP BY team_id
UNION ALL
SELECT 'i20_vetted', w.id, w.id, NULL::integer, coalesce(k.valid, FALSE)::int, 1, FALSE
  FROM worker w LEFT JOIN checked k ON k.case_manager_id = w.id
"""

#: I21. ``consented``: cases with a consent to services in force on the day.
CONSENT = """
INSERT INTO indicator_fact
SELECT 'i21_valid', child_id, case_id, case_id,
       (case_id = ANY(%(consented)s))::int, 1, FALSE
  FROM indicator_case WHERE main AND NOT closed AND NOT duplicate
"""

#: I22 and I23: families.
FAMILIES = """
WITH given AS (
    SELECT c.household_id, d.domain, d.recipient
      FROM remediation_service_delivery d
      JOIN indicator_case c ON c.case_id = d.case_id
     WHERE d.state = 'given' AND c.household_id IS NOT NULL
       AND d.date BETWEEN %(date_from)s AND %(date_to)s
), family AS (
    SELECT household_id, bool_or(domain IN ('livelihood', 'savings_group')) AS income,
           bool_or(recipient = 'sibling' OR domain = 'sibling_support') AS siblings
      FROM given GROUP BY household_id
), watched AS (
    SELECT DISTINCT c.household_id
      FROM remediation_visit v JOIN indicator_case c ON c.case_id = v.case_id
     WHERE v.state = 'done' AND v.child_seen = 'yes' AND v.occupation IS NOT NULL
       AND v.child_working IN ('yes', 'no')
       AND v.date_done BETWEEN %(date_from)s AND %(date_to)s
), sibling AS (
    SELECT m.household_id, count(*) AS total,
           count(*) FILTER (WHERE m.in_school = 'yes') AS pupils
      FROM remediation_household_member m
     WHERE m.company_id = %(company)s AND m.relationship = 'sibling' AND m.active
     GROUP BY m.household_id
), one AS (
    SELECT DISTINCT ON (household_id) household_id, case_id FROM indicator_case
     WHERE main ORDER BY household_id, case_id
)
INSERT INTO indicator_fact
SELECT f.measure, f.household_id, one.case_id, one.case_id, f.num, f.den, FALSE
  FROM (
    SELECT 'i22_supported' AS measure, household_id, 1 AS num, 1 AS den
      FROM family WHERE income
    UNION ALL
    SELECT 'i22_monitored', family.household_id,
           (watched.household_id IS NOT NULL)::int, 1
      FROM family LEFT JOIN watched ON watched.household_id = family.household_id
     WHERE family.income
    UNION ALL
    SELECT 'i23_supported', household_id, 1, 1 FROM family WHERE siblings
    UNION ALL
    SELECT 'i23_in_school', family.household_id, sibling.pupils, sibling.total
      FROM family JOIN sibling ON sibling.household_id = family.household_id
     WHERE family.siblings
  ) f JOIN one ON one.household_id = f.household_id
"""

#: I29: complaints; of sensitive ones the number alone, with no record behind it.
COMPLAINTS = """
INSERT INTO indicator_fact
SELECT 'i29_opened', id, CASE WHEN is_restricted THEN NULL ELSE id END, NULL::integer,
       1, 1, FALSE
  FROM remediation_complaint
 WHERE company_id = %(company)s
   AND received_on >= %(start)s AND received_on < %(end)s
UNION ALL
SELECT 'i29_in_time', id, CASE WHEN is_restricted THEN NULL ELSE id END, NULL::integer,
       coalesce((answered_on AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                <= answer_due, FALSE)::int, 1, FALSE
  FROM remediation_complaint
 WHERE company_id = %(company)s
   AND answer_due BETWEEN %(date_from)s AND %(date_to)s
UNION ALL
SELECT 'i29_sensitive', id, NULL::integer, NULL::integer, 1, 1, FALSE
  FROM remediation_complaint
 WHERE company_id = %(company)s AND is_restricted
   AND received_on >= %(start)s AND received_on < %(end)s
"""

#: I32: what is done at the places of work.
SITES = """
WITH site AS (
    SELECT s.id, s.control_measures,
           EXISTS (SELECT FROM remediation_visit v
                    WHERE v.site_id = s.id AND v.state = 'done'
                      AND v.visit_type IN ('site', 'workplace', 'unannounced')
                      AND v.date_done BETWEEN %(date_from)s AND %(date_to)s)
               OR coalesce(s.last_visit_on BETWEEN %(date_from)s AND %(date_to)s, FALSE)
               AS visited
      FROM remediation_site s
     WHERE s.active
       AND (s.company_id = %(company)s
            OR s.id::text IN (SELECT site FROM indicator_case))
)
INSERT INTO indicator_fact
SELECT 'i32_visited', id, id, NULL::integer, visited::int, 1, FALSE FROM site
UNION ALL
SELECT 'i32_controls', id, id, NULL::integer,
       (coalesce(trim(control_measures), '') <> '')::int, 1, FALSE
  FROM site
UNION ALL
SELECT 'i32_findings', a.id, a.id, c.case_id,
       (a.state = 'done' AND a.date_done <= %(date_to)s)::int, 1, FALSE
  FROM remediation_plan_action a
  JOIN remediation_plan p ON p.id = a.plan_id AND p.approved_on < %(end)s
  JOIN indicator_case c ON c.case_id = a.case_id
 WHERE a.domain = 'site_action' AND a.state <> 'cancelled'
   AND a.date_due BETWEEN %(date_from)s AND %(date_to)s
"""
