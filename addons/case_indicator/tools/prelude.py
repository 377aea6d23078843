"""What every family of indicators reads: the cases of a company as they stood on a day,
what was found out about the children, and what support cost.

Each statement fills a table of the transaction. Parameters: ``company``, ``start`` and
``end`` (moments in UTC, ``end`` is the first after the period), ``date_from``,
``date_to``, ``labour`` (classes that are child labour), ``unseen_days``, ``zone``: the
day of a moment is that of the place of work.
"""

#: A finding holds so long; then nobody knows (R52).
UNSEEN_DAYS = 180

FACTS = """
CREATE TEMP TABLE indicator_fact (
    measure text NOT NULL,
    unit integer NOT NULL,
    res integer,
    case_id integer,
    num numeric NOT NULL,
    den numeric NOT NULL,
    unseen boolean NOT NULL,
    -- R53: whoever it is counts once
    PRIMARY KEY (measure, unit)
) ON COMMIT DROP
"""

#: What was found out about a child, when, and whether it was child labour.
FINDINGS = """
CREATE TEMP TABLE indicator_finding ON COMMIT DROP AS
SELECT w.id, w.case_id, c.beneficiary_id AS child_id, w.date, w.visit_id,
       w.classification, w.classification = ANY(%(labour)s) AS labour
  FROM remediation_work_situation w
  JOIN remediation_case c ON c.id = w.case_id
 WHERE c.company_id = %(company)s AND w.date <= %(date_to)s
   AND w.works IN ('yes', 'no') AND w.classification IS NOT NULL
"""

#: The cases as they stood when the period ended, with what figures are broken down by.
CASES = """
CREATE TEMP TABLE indicator_case ON COMMIT DROP AS
WITH log AS (
    SELECT DISTINCT ON (case_id) case_id, to_stage
      FROM remediation_case_stage_log
     WHERE company_id = %(company)s AND changed_on < %(end)s
     ORDER BY case_id, changed_on DESC, id DESC
), closing AS (
    SELECT case_id, min(changed_on) AS first_closed
      FROM remediation_case_stage_log
     WHERE company_id = %(company)s AND changed_on < %(end)s AND to_stage = 'closed'
     GROUP BY case_id
), latest AS (
    SELECT DISTINCT ON (child_id) child_id, date, labour, classification
      FROM indicator_finding ORDER BY child_id, date DESC, id DESC
), child AS (
    SELECT b.id, b.sex, b.household_id, coalesce(b.has_disability, FALSE) AS disability,
           b.school_status,
           greatest(0, least(
               extract(year FROM age(%(date_to)s::date, b.birth_date)),
               CASE WHEN b.age_estimated > 0 AND b.age_recorded_on IS NOT NULL
                    THEN b.age_estimated - coalesce(b.age_margin, 0)
                         + extract(year FROM age(%(date_to)s::date, b.age_recorded_on))
                    END)) AS age
      FROM remediation_beneficiary b WHERE b.company_id = %(company)s
)
SELECT c.id AS case_id, c.beneficiary_id AS child_id, child.household_id,
       c.received_at, c.opened_at, c.first_contact_on, c.case_manager_id,
       (c.received_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS received_on,
       c.closure_reason IS NOT DISTINCT FROM 'duplicate' AS duplicate,
       first.closed AS first_closed,
       (first.closed AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS closed_day,
       coalesce(c.closed_on < %(end)s, FALSE)
           OR coalesce(log.to_stage = 'closed', FALSE) AS closed,
       row_number() OVER (
           PARTITION BY c.beneficiary_id
           ORDER BY c.closure_reason IS NOT DISTINCT FROM 'duplicate',
                    c.opened_at DESC, c.id DESC) = 1 AS main,
       latest.date AS found_on, latest.labour,
       latest.date < %(date_to)s::date - %(unseen_days)s::int AS stale,
       child.sex,
       CASE WHEN child.age IS NULL THEN 'unknown' WHEN child.age < 5 THEN '0-4'
            WHEN child.age < 12 THEN '5-11' WHEN child.age < 15 THEN '12-14'
            WHEN child.age < 18 THEN '15-17' ELSE '18+' END AS age_band,
       CASE WHEN child.disability THEN 'yes' ELSE 'no' END AS disability,
       c.risk_level AS risk, latest.classification,
       c.site_id::text AS site, site.commodity, site.tier::text AS tier,
       c.organisation_id::text AS partner, c.programme_id::text AS programme,
       child.school_status AS school
  FROM remediation_case c
  JOIN child ON child.id = c.beneficiary_id
  LEFT JOIN log ON log.case_id = c.id
  LEFT JOIN closing ON closing.case_id = c.id
 CROSS JOIN LATERAL (SELECT least(
       closing.first_closed, CASE WHEN c.closed_on < %(end)s THEN c.closed_on END)
       AS closed) first
  LEFT JOIN latest ON latest.child_id = c.beneficiary_id
  LEFT JOIN remediation_site site ON site.id = c.site_id
 WHERE c.company_id = %(company)s AND c.opened_at < %(end)s
"""

#: Children whose sixth, twelfth or twenty-fourth month since their first plan began
#: ended within the period; and what the visit nearest to that day found, NULL where
#: nobody saw the child.
COHORTS = """
CREATE TEMP TABLE indicator_cohort ON COMMIT DROP AS
WITH begun AS (
    SELECT c.child_id, min(p.date_start) AS began
      FROM remediation_plan p JOIN indicator_case c ON c.case_id = p.case_id
     WHERE p.approved_on < %(end)s GROUP BY c.child_id
), cohort AS (
    SELECT begun.*, months, (began + months * interval '1 month')::date AS mark
      FROM begun, (VALUES (6), (12), (24)) t (months)
)
SELECT cohort.*, nearest.labour
  FROM cohort
  LEFT JOIN LATERAL (
       SELECT f.labour FROM indicator_finding f
        WHERE f.child_id = cohort.child_id AND f.visit_id IS NOT NULL
          AND f.date BETWEEN cohort.mark - 45 AND cohort.mark + 45
        ORDER BY abs(f.date - cohort.mark), f.date DESC, f.id DESC LIMIT 1
  ) nearest ON TRUE
 WHERE cohort.mark BETWEEN %(date_from)s AND %(date_to)s;
CREATE INDEX ON indicator_cohort (child_id)
"""

INDEXES = """
CREATE UNIQUE INDEX ON indicator_case (case_id);
CREATE INDEX ON indicator_case (child_id);
CREATE INDEX ON indicator_finding (child_id, date);
ANALYZE indicator_case;
ANALYZE indicator_finding
"""

#: What support cost, in the company's currency: within the period (scope ``''``), and
#: of a cohort since its plans began (scope: its months). The sources are ``(case_id,
#: date, amount, currency_id, payer, given)``: the payer is the id of the analytic
#: account that the money was charged to, NULL where none is known; an amount that is
#: not given is no month of support, as a credit. A currency without a rate is counted
#: apart.
COSTS = """
CREATE TEMP TABLE indicator_cost ON COMMIT DROP AS
SELECT scope.name AS scope, source.number, source.case_id, c.child_id, source.date,
       source.given,
       CASE WHEN source.currency_id = %(currency)s THEN source.amount
            ELSE round(source.amount / rate.rate * coalesce(own.rate, 1), 2)
            END AS cost,
       source.currency_id, source.payer,
       source.amount <> 0 AND source.currency_id <> %(currency)s
           AND rate.rate IS NULL AS missing
  FROM (SELECT row_number() OVER () AS number, s.* FROM (%(sources)s) s) source
  JOIN indicator_case c ON c.case_id = source.case_id
  JOIN LATERAL (
       SELECT '' AS name WHERE source.date BETWEEN %(date_from)s AND %(date_to)s
       UNION ALL
       SELECT k.months::text FROM indicator_cohort k
        WHERE k.child_id = c.child_id AND source.date >= k.began
          AND source.date < k.mark) scope ON TRUE
  LEFT JOIN LATERAL (
       SELECT r.rate FROM res_currency_rate r
        WHERE r.currency_id = source.currency_id AND r.name <= source.date
          AND (r.company_id IS NULL OR r.company_id = %(root)s)
        ORDER BY r.company_id, r.name DESC LIMIT 1) rate ON TRUE
  LEFT JOIN LATERAL (
       SELECT r.rate FROM res_currency_rate r
        WHERE r.currency_id = %(currency)s AND r.name <= source.date
          AND (r.company_id IS NULL OR r.company_id = %(root)s)
        ORDER BY r.company_id, r.name DESC LIMIT 1) own ON TRUE
"""

#: The costs that a fact is made of, by the fact's measure.
SCOPE = "coalesce(substring(f.measure FROM '^i24_out_([0-9]+)$'), '')"

#: What was given to a child or for it. The sources are given ``since``: the first day
#: of the longest cohort's costs.
DELIVERIES = """
SELECT d.case_id, d.date, coalesce(d.cost, 0) AS amount, d.currency_id,
       NULL::integer AS payer, TRUE AS given
  FROM remediation_service_delivery d
 WHERE d.company_id = %(company)s AND d.state = 'given'
   AND d.date BETWEEN %(since)s AND %(date_to)s
"""

#: What posted bills charged for children: rows that the apps that bill work out.
BOOKED = """
SELECT b.case_id, b.date, b.amount, %(currency)s AS currency_id, b.payer, b.given
  FROM unnest(%(booked_cases)s::integer[], %(booked_days)s::date[],
              %(booked_given)s::boolean[], %(booked_amounts)s::numeric[],
              %(booked_payers)s::integer[])
       b (case_id, date, given, amount, payer)
"""

MISSING_RATES = """
SELECT u.name, count(DISTINCT i.number) FROM indicator_cost i JOIN res_currency u
    ON u.id = i.currency_id
 WHERE i.missing GROUP BY u.name
"""
