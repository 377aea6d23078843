"""What an outside analysis tool may read: the views of the schema ``bi``, column by
column (R10). Nothing here names a child or a case, and no number of children is told
that a funder would not be told.

``setup/docs`` makes the data dictionary ``docs/bi.md`` of this; it imports nothing.
"""

#: Breakdowns of the whole that are told, one by one and never crossed.
BROKEN_DOWN = ("sex", "age_band", "commodity")
#: Never told outside, not even as a number.
UNTOLD = ("i29_sensitive", "i28_value")

BAND_LOW = (
    "CASE WHEN {n} <= 0 THEN 0"
    " ELSE greatest(1, floor({n})::int - mod(floor({n})::int, {k})) END"
)
BAND_HIGH = (
    "CASE WHEN {n} <= 0 THEN 0"
    " ELSE floor({n})::int - mod(floor({n})::int, {k}) + {k} - 1 END"
)
ROUGH = (
    "CASE WHEN {n} = 0 THEN 0"
    " ELSE round({n}::numeric, 1 - floor(log(abs({n}::numeric)))::int) END"
)
#: What is worked out of so few that it tells of one.
FEW = "f.units < {k} OR f.denominator > 0 AND f.denominator < {k}"


def _one_by_one(value, otherwise="NULL"):
    return f"CASE WHEN f.one_by_one THEN {value} ELSE {otherwise} END"


DEFINITIONS = (
    "What each indicator means.",
    "remediation_indicator d",
    {
        "indicator": ("d.key", "Code of the indicator."),
        "version": ("d.version", "Figures of two versions are not compared."),
        "frame": ("d.frame", "Whose definition it follows."),
        "counts": ("d.counts", "What counts once."),
        "consent_rule": ("d.consent", "Which consent the figure needs."),
        "name": ("d.name ->> 'en_US'", "Name, in English."),
        "words": ("d.words ->> 'en_US'", "In plain words, in English."),
    },
)
MEASURES = (
    "The figures of each indicator.",
    "remediation_indicator_measure m"
    " JOIN remediation_indicator d ON d.id = m.indicator_id",
    {
        "measure": ("m.key", "Code of the figure."),
        "indicator": ("d.key", "Code of its indicator."),
        "kind": ("m.kind", "Number, part of a whole, median, mean or amount."),
        "name": ("m.name ->> 'en_US'", "Name, in English."),
        "counted": ("m.numerator ->> 'en_US'", "What is counted."),
        "out_of": ("m.denominator ->> 'en_US'", "Out of what."),
        "target": ("m.target", "What coordinators want to reach; 0 for none."),
        "less_is_better": ("m.less_is_better", "Whether a small one is good."),
    },
)
RUNS = (
    "Runs that are final, restatements too.",
    "remediation_indicator_run r JOIN res_company c ON c.id = r.company_id"
    " WHERE r.state = 'frozen'",
    {
        "run": ("r.id", "Number of the run."),
        "organisation": ("c.name", "The organisation."),
        "name": ("r.name", "Name that coordinators gave it."),
        "first_day": ("r.date_from", "First day of the period."),
        "last_day": ("r.date_to", "Last day of the period."),
        "restates": ("r.restates_id", "Number of the run that it corrects."),
        "content_hash": ("r.content_hash", "SHA-256 of all its figures."),
    },
)
SITES = (
    "Places of work; no household and no street.",
    "remediation_site s LEFT JOIN remediation_area a ON a.id = s.area_id"
    " WHERE s.active AND s.site_type NOT IN ('household', 'street')",
    {
        "site": ("s.id", "Number of the site."),
        "name": ("s.name", "Name of the place."),
        "site_type": ("s.site_type", "Mine, depot, factory, farm …"),
        "commodity": ("s.commodity", "What is produced."),
        "tier": ("s.tier", "Steps to a buyer in the supply chain."),
        "area": ("a.code", "Official code of the area that it lies in."),
        "latitude": ("s.latitude", "North, in degrees."),
        "longitude": ("s.longitude", "East, in degrees."),
        "risk_rating": ("s.risk_rating", "Risk of the place."),
        "last_visit": ("s.last_visit_on", "Last round on the site."),
    },
)


def views(k):
    """``{view: (words, from, {column: (SQL, words)})}`` with the threshold ``k``."""
    return {
        "definitions": DEFINITIONS,
        "measures": MEASURES,
        "runs": RUNS,
        "figures": _figures(k),
        "sites": SITES,
    }


def _figures(k):
    """The view of the figures; what was told is told the same way here."""

    def low(name):
        return _one_by_one(BAND_LOW.format(n=f"f.{name}", k=k))

    def high(name):
        return _one_by_one(BAND_HIGH.format(n=f"f.{name}", k=k))

    figure = f"""(
        SELECT f.run_id, f.dimension, f.group_key, f.numerator, f.denominator,
               f.unseen, f.units, f.value, m.key, m.kind,
               m.kind = 'count' OR m.persons
                   OR i.counts = 'record' AND m.kind <> 'amount' AS one_by_one,
               m.persons AND i.counts = 'child' AND m.kind = 'count' AS told_by_group,
               bool_or(f.numerator > 0 AND f.numerator < {k}) OVER (
                   PARTITION BY f.run_id, f.measure_id, f.dimension) AS small
          FROM remediation_indicator_figure f
          JOIN remediation_indicator_run r ON r.id = f.run_id
          JOIN remediation_indicator_measure m ON m.id = f.measure_id
          JOIN remediation_indicator i ON i.id = m.indicator_id
         WHERE r.state = 'frozen' AND m.key NOT IN {UNTOLD}) f
        WHERE f.dimension = 'all'
           OR f.dimension IN {BROKEN_DOWN} AND f.told_by_group AND NOT f.small"""
    told_value = (
        "f.kind <> 'count'"
        f" AND (NOT f.one_by_one OR (f.kind <> 'ratio' OR f.key = 'i11_rate')"
        f" AND NOT ({FEW.format(k=k)}))"
        " AND (f.kind = 'amount' OR f.one_by_one OR f.denominator <> 0)"
    )
    return (
        "Figures of the final runs. Children, and what is one child's, stand in "
        "spans; a breakdown with a small number is left out whole.",
        figure,
        {
            "run": ("f.run_id", "Number of the run."),
            "measure": ("f.key", "Code of the figure."),
            "broken_down_by": ("f.dimension", "All, sex, age or commodity."),
            "group_name": ("f.group_key", "Which group; empty for all."),
            "counted_low": (low("numerator"), "At least so many are counted."),
            "counted_high": (high("numerator"), "At most so many are counted."),
            "whole_low": (low("denominator"), "Out of at least so many."),
            "whole_high": (high("denominator"), "Out of at most so many."),
            "unseen_low": (low("unseen"), "At least so many were not seen."),
            "unseen_high": (high("unseen"), "At most so many were not seen."),
            "value": (
                f"CASE WHEN {told_value} THEN " + ROUGH.format(n="f.value") + " END",
                "Median, mean, amount or percentage, with two digits; empty where "
                "it is worked out of few.",
            ),
        },
    )
