from collections import Counter, defaultdict

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL

from odoo.addons.child_remediation.tools.classification import CHILD_LABOUR
from odoo.addons.remediation_base.tools.ledger import charged
from odoo.addons.remediation_base.tools.money import Money

from ..tools import facts_children, facts_people, facts_plans, facts_school, prelude

#: What figures of children are broken down by: columns of ``indicator_case``.
COLUMNS = (
    "sex",
    "age_band",
    "disability",
    "risk",
    "classification",
    "site",
    "commodity",
    "tier",
    "partner",
    "programme",
    "school",
)

VALUE = """
    CASE m.kind
        WHEN 'ratio' THEN round(100 * sum(f.num) / nullif(sum(f.den), 0), 2)
        WHEN 'mean' THEN round(sum(f.num) / nullif(sum(f.den), 0), 2)
        WHEN 'median' THEN round((percentile_cont(0.5) WITHIN GROUP (ORDER BY f.num)
                                  FILTER (WHERE m.kind = 'median'))::numeric, 2)
        ELSE sum(f.num) END
"""
INTO = """
INSERT INTO remediation_indicator_figure (
    run_id, company_id, date_to, measure_id, indicator_id, sequence, dimension,
    group_key, numerator, denominator, unseen, units, value, counted_ids, whole_ids,
    create_uid, create_date, write_uid, write_date)
"""
WHO = "%(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'"

TOTALS = f"""{INTO}
SELECT %(run)s, %(company)s, %(date_to)s, m.id, m.indicator_id, m.sequence, 'all', NULL,
       coalesce(sum(f.num), 0), coalesce(sum(f.den), 0),
       count(*) FILTER (WHERE f.unseen), count(f.unit), coalesce({VALUE}, 0),
       jsonb_agg(f.res ORDER BY f.res) FILTER (WHERE f.num <> 0 AND f.res IS NOT NULL),
       jsonb_agg(f.res ORDER BY f.res) FILTER (WHERE f.den <> 0 AND f.res IS NOT NULL),
       {WHO}
  FROM remediation_indicator_measure m
  LEFT JOIN indicator_fact f ON f.measure = m.key
 GROUP BY m.id
"""
GROUPS = f"""{INTO}
SELECT %(run)s, %(company)s, %(date_to)s, m.id, m.indicator_id, m.sequence,
       CASE {" ".join(f"WHEN grouping(c.{name}) = 0 THEN '{name}'" for name in COLUMNS)}
       END AS dimension,
       coalesce({", ".join(f"c.{name}" for name in COLUMNS)}) AS group_key,
       sum(f.num), sum(f.den), count(*) FILTER (WHERE f.unseen), count(*),
       coalesce({VALUE}, 0), NULL::jsonb, NULL::jsonb, {WHO}
  FROM indicator_fact f
  JOIN indicator_case c ON c.case_id = f.case_id
  JOIN remediation_indicator_measure m ON m.key = f.measure AND m.persons
 GROUP BY GROUPING SETS ({", ".join(f"(m.id, c.{name})" for name in COLUMNS)})
"""
#: R53: a child counts with each funder's share on the day; all shares are one child.
FUNDERS = f"""{INTO}
SELECT %(run)s, %(company)s, %(date_to)s, m.id, m.indicator_id, m.sequence, 'funder',
       f.funder, sum(f.num), sum(f.den), count(*) FILTER (WHERE f.unseen), count(*),
       coalesce({VALUE}, 0), NULL::jsonb, NULL::jsonb, {WHO}
  FROM (SELECT f.measure, f.unseen, s.funder_id::text AS funder,
               CASE WHEN m.kind = 'median' THEN f.num
                    ELSE f.num * coalesce(s.share, 100) / 100 END AS num,
               f.den * coalesce(s.share, 100) / 100 AS den
          FROM indicator_fact f
          JOIN remediation_indicator_measure m ON m.key = f.measure AND m.persons
          LEFT JOIN LATERAL (
               SELECT s.funder_id, s.share::numeric
                 FROM remediation_funding s
                WHERE s.case_id = f.case_id AND s.date_from <= %(date_to)s
                  AND (s.date_to IS NULL OR s.date_to >= %(date_to)s)) s ON TRUE) f
  JOIN remediation_indicator_measure m ON m.key = f.measure
 GROUP BY m.id, f.funder
"""
DROP = """
DROP TABLE IF EXISTS indicator_fact, indicator_finding, indicator_case,
    indicator_cohort, indicator_cost
"""
#: The last two columns are the definition that a figure was computed by.
CONTENT = """
SELECT m.key, f.dimension, f.group_key, f.numerator::text, f.denominator::text,
       f.unseen, f.units, f.value::text, md5(f.counted_ids::text),
       md5(f.whole_ids::text), i.key, i.version
  FROM remediation_indicator_figure f
  JOIN remediation_indicator_measure m ON m.id = f.measure_id
  JOIN remediation_indicator i ON i.id = f.indicator_id
 WHERE f.run_id = %(run)s
 ORDER BY m.key, f.dimension, f.group_key NULLS FIRST
"""


class IndicatorRun(models.Model):
    """Computing: a statement for what all read, one for each family of facts, and one
    for each kind of figure; however many children there are."""

    _inherit = "remediation.indicator.run"

    def _compute_all(self):
        """Compute, write the figures, and note what they were computed from."""
        self.ensure_one()
        self.env.flush_all()
        parameters = self._parameters()
        self._prepare(parameters, self._families())
        missing = Counter(self._add_facts(parameters))
        without = SQL(" UNION ALL ").join(
            SQL(statement, **parameters) for statement in self._without_rate()
        )
        for currency, count in self.env.execute_query(without):
            missing[currency] += count
        self._script([*self._breakdowns(), DROP], parameters)
        self.invalidate_recordset(["figure_ids", "total_ids"])
        rows = self.env.execute_query(SQL(CONTENT, run=self.id))
        versions = {row[-2]: row[-1] for row in rows}
        self._unprotected().write(
            {"versions": versions, "missing_rates": dict(missing)}
        )
        values = {"content_hash": self._hash([row[:-2] for row in rows])}
        if self.restates_id:
            values["changes"] = self._compared()
        self._unprotected().write(values)

    def _families(self):
        """Hook: the statements that add facts; a module adds its own."""
        return [
            facts_children.IDENTIFIED,
            facts_children.REACHED,
            facts_children.COHORTS,
            facts_children.CLOSED,
            facts_plans.TIMES,
            facts_plans.PLANS,
            facts_plans.COSTS,
            facts_plans.COHORT_COSTS,
            facts_school.SCHOOL,
            facts_people.WORKERS,
            facts_people.CONSENT,
            facts_people.FAMILIES,
            facts_people.COMPLAINTS,
            facts_people.SITES,
        ]

    def _without_rate(self):
        """Hook: statements of ``(currency, number)`` of the amounts that are left out,
        as their currency has no rate."""
        return [prelude.MISSING_RATES]

    def _breakdowns(self):
        """Hook: the statements that make figures of the facts."""
        return [TOTALS, GROUPS, FUNDERS]

    def _add_facts(self, parameters):
        """Hook: facts that a module works out of its own records, and not in SQL.

        :return: currency → number of amounts left out, as it has no rate
        """
        return {}

    def _cost_sources(self):
        """Hook: statements of ``(case_id, date, amount, currency_id, payer, given)``
        that say what support of children cost from ``since`` to ``date_to``; each
        amount stands in one of them alone."""
        return [prelude.DELIVERIES, prelude.BOOKED]

    def _payers(self):
        """Hook: the ids of the analytic accounts that count as payers."""
        return []

    def _booked_sources(self):
        """Hook: posted entries that charge support of children since
        :meth:`_costs_since`, and who divides them.

        :return: list of ``(account.move, divide)``: ``divide(charges, payers)`` takes
            the charges of these entries, and returns rows of ``(case, charge, whether
            it is a month of support)``
        """
        return []

    def _booked_charges(self):
        """What posted entries charged for children since :meth:`_costs_since`, in rows
        of ``(case id, day, whether it is a month of support, payer or None, units of
        the currency)``. The ledger is read once for all sources."""
        sources = [source for source in self._booked_sources() if source[0]]
        if not sources:
            return []
        payers, since = self._payers(), self._costs_since()
        whole = sources[0][0].union(*(moves for moves, _divide in sources))
        by_move = defaultdict(list)
        for charge in charged(whole, payers):
            by_move[charge.move].append(charge)
        return [
            (case.id, charge.day, given, charge.payer, charge.units)
            for moves, divide in sources
            for case, charge, given in divide(
                [charge for move in moves for charge in by_move[move]], payers
            )
            if since <= charge.day <= self.date_to
        ]

    def _costs_since(self):
        """The first day on which the plan began of a child whose cohort counts."""
        return self.date_from - relativedelta(months=24)

    def _booked_parameters(self):
        """The same, as :data:`prelude.BOOKED` takes it."""
        rows, currency = self._booked_charges(), self.company_id.currency_id
        return {
            "booked_cases": [row[0] for row in rows],
            "booked_days": [row[1] for row in rows],
            "booked_given": [row[2] for row in rows],
            "booked_payers": [row[3] for row in rows],
            "booked_amounts": [Money(row[4], currency).amount for row in rows],
        }

    def _parameters(self):
        """What the statements are given; see :mod:`..tools.prelude`."""
        zone = self.company_id._place_zone()
        start, end = self.company_id._place_moments(self.date_from, self.date_to)
        return {
            "run": self.id,
            "uid": self.env.uid,
            "company": self.company_id.id,
            "root": self.company_id.root_id.id,
            "currency": self.company_id.currency_id.id,
            "zone": str(zone),
            "start": start,
            "end": end,
            "date_from": self.date_from,
            "date_to": self.date_to,
            "since": self._costs_since(),
            "labour": sorted(CHILD_LABOUR),
            "unseen_days": prelude.UNSEEN_DAYS,
            "consented": self._consented(),
        }

    def _consented(self):
        """The ids of cases with a consent to services in force on the day."""
        # Fetched whole: read as they come, there would be a statement per thousand.
        consents = self.env["remediation.consent"].search_fetch(
            [("company_id", "=", self.company_id.id), ("purpose", "=", "services")],
            [
                "case_id",
                "purpose",
                "given_on",
                "answer",
                "standing",
                "withdrawn_on",
                "valid_until",
            ],
        )
        agreed = consents._agreed("services", None, self.date_to)
        # One that lapsed since was in force then, until its last day.
        return list(
            {
                consent.case_id.id
                for consent in agreed
                if not consent.valid_until or consent.valid_until >= self.date_to
            }
        )

    def _prepare(self, parameters, families=()):
        """Fill the tables of the transaction, and the facts of these families."""
        parameters = {**parameters, **self._booked_parameters()}
        sources = SQL(" UNION ALL ").join(
            SQL(source, **parameters) for source in self._cost_sources()
        )
        self._script(
            [
                DROP,
                prelude.FACTS,
                prelude.FINDINGS,
                prelude.CASES,
                prelude.INDEXES,
                prelude.COHORTS,
                prelude.COSTS,
                *families,
            ],
            {**parameters, "sources": sources},
        )

    def _script(self, statements, parameters):
        """Run statements that give nothing back, in one journey to the database."""
        self.env.cr.execute(
            SQL("; ").join(SQL(statement, **parameters) for statement in statements)
        )

    def _drop(self):
        self.env.cr.execute(DROP)

    def _in_group(self, measure, ids, dimension, key):
        """The ids of those records of a measure whose case belongs to a group of a
        breakdown, as the cases stand on the run's day."""
        model = measure.res_model
        table = self.env[model]._table
        column = "id" if model == "remediation.case" else "case_id"
        if dimension == "funder":
            where = SQL(
                """EXISTS (SELECT FROM remediation_funding s
                            WHERE s.case_id = r.%s AND s.date_from <= %s
                              AND (s.date_to IS NULL OR s.date_to >= %s)
                              AND s.funder_id = %s)""",
                SQL.identifier(column),
                self.date_to,
                self.date_to,
                int(key or 0),
            )
            return [
                row[0]
                for row in self.env.execute_query(
                    SQL(
                        "SELECT r.id FROM %s r WHERE r.id = ANY(%s) AND %s",
                        SQL.identifier(table),
                        ids,
                        where,
                    )
                )
            ]
        self._prepare(self._parameters())
        rows = self.env.execute_query(
            SQL(
                """SELECT r.id FROM %s r JOIN indicator_case c ON c.case_id = r.%s
                    WHERE r.id = ANY(%s) AND c.%s IS NOT DISTINCT FROM %s""",
                SQL.identifier(table),
                SQL.identifier(column),
                ids,
                SQL.identifier(dimension),
                key or None,
            )
        )
        self._drop()
        return [row[0] for row in rows]
