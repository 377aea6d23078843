from odoo import api, fields, models, tools
from odoo.tools import SQL, formatLang

from odoo.addons.case_indicator.models.remediation_indicator_measure import KINDS

#: The first letters of a key → whose duty reads the figure beside those who read runs.
AUDIENCES = {
    "money": ("i24_", "i25_", "i26_", "i27_", "i28_", "i31_"),
    "savings": ("i30_",),
}
#: Figures that stand in a chart as lines, in words short enough for its legend.
LINES = [
    ("i11_rate", "Days Present"),
    ("i11_regular", "Four Days of Five"),
    ("i24_month", "Month of Support"),
    ("i24_out", "Month Out"),
    ("i25_failed", "Failed"),
    ("i25_on_time", "On Time"),
    ("i26_30", "0–30 Days"),
    ("i26_60", "31–60 Days"),
    ("i26_90", "61–90 Days"),
    ("i26_more", "Above 90 Days"),
    ("i31_spent", "Spent"),
    ("i31_burn", "With Commitments"),
]


class IndicatorTrend(models.Model):
    """The figures of final runs with the run before and the target, for dashboards: the
    whole of each, as it was frozen, or as it was restated last.

    Who may what: whoever reads runs reads all. Who has a duty for money or for savings
    groups reads the figures of that duty; of those that count children, only what is
    about eleven and more (R10). Nobody writes.
    """

    _name = "remediation.indicator.trend"
    _description = "Figure with Its Trend"
    _rules_of = "remediation.in.company"
    _auto = False
    _order = "date_to desc, sequence, id"

    name = fields.Char(compute="_compute_words", string="Figure")
    now = fields.Char(compute="_compute_words")
    short = fields.Char(
        compute="_compute_words",
        help="As it stands on a card, which has room for few digits.",
    )
    trend = fields.Char(compute="_compute_words", string="Before and Target")
    key = fields.Char(readonly=True)
    measure_id = fields.Many2one("remediation.indicator.measure", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date_to = fields.Date(string="On the Day", readonly=True)
    is_last = fields.Boolean(string="Of the Last Run", readonly=True)
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    audience = fields.Selection(
        [("all", "Who Reads Runs"), ("money", "Finance"), ("savings", "Savings")],
        readonly=True,
    )
    horizon = fields.Selection(
        [("06", "6 Months"), ("12", "12 Months"), ("24", "24 Months")],
        string="After",
        readonly=True,
        help="Of cohorts: how long after the plan began.",
    )
    line = fields.Selection(
        LINES,
        readonly=True,
        help="What a line of a chart is called: a legend has room for few letters.",
    )
    persons = fields.Boolean(string="Counts Children", readonly=True)
    units = fields.Integer(readonly=True)
    denominator = fields.Float(string="Whole", readonly=True)
    value = fields.Float(readonly=True, aggregator="avg")
    before = fields.Float(readonly=True, aggregator="avg")
    has_before = fields.Boolean(readonly=True)
    target = fields.Float(readonly=True, aggregator="avg")
    less_is_better = fields.Boolean(readonly=True)

    def init(self):
        """Make the view."""
        tools.drop_view_if_exists(self.env.cr, self._table)
        audience = " ".join(
            f"WHEN m.key ^@ '{start}' THEN '{audience}'"
            for audience, starts in AUDIENCES.items()
            for start in starts
        )
        self.env.cr.execute(
            SQL(
                f"""CREATE VIEW %s AS
                    WITH run AS (
                        SELECT DISTINCT ON (company_id, date_from, date_to)
                               id, company_id, date_to
                          FROM remediation_indicator_run WHERE state = 'frozen'
                         ORDER BY company_id, date_from, date_to, id DESC
                    ), figure AS (
                        SELECT f.*, r.id = first_value(r.id) OVER last AS is_last,
                               lead(f.value) OVER last AS before,
                               lead(f.units) OVER last AS units_before
                          FROM remediation_indicator_figure f
                          JOIN run r ON r.id = f.run_id
                         WHERE f.dimension = 'all'
                        WINDOW last AS (PARTITION BY f.company_id, f.measure_id
                                            ORDER BY r.date_to DESC, r.id DESC)
                    )
                    SELECT f.id, f.measure_id, f.company_id, f.date_to, f.is_last,
                           f.sequence, f.units, f.denominator, f.value, f.before,
                           coalesce(f.units_before > 0 OR m.kind IN ('count', 'amount')
                               AND f.units_before IS NOT NULL, FALSE) AS has_before,
                           m.key, m.kind, m.persons, m.target,
                           m.less_is_better,
                           lpad(substring(m.key FROM '^i(?:13|24_out)_([0-9]+)$'), 2,
                                '0') AS horizon,
                           CASE WHEN m.key = ANY(%s) THEN m.key END AS line,
                           CASE {audience} ELSE 'all' END AS audience
                      FROM figure f
                      JOIN remediation_indicator_measure m ON m.id = f.measure_id""",
                SQL.identifier(self._table),
                [key for key, _words in LINES],
            )
        )

    # All that the words and the rules read, so that one question fetches it.
    @api.depends(
        "value",
        "before",
        "has_before",
        "target",
        "kind",
        "units",
        "measure_id",
        "company_id",
        "audience",
        "persons",
        "denominator",
    )
    @api.depends_context("lang")
    def _compute_words(self):
        # sudo: the words of a definition, which are no secret, for who reads the row.
        for figure in self.sudo():
            figure.name = figure.measure_id.name
            figure.now = figure._say(figure.value)
            figure.short = figure._say(figure.value, short=True)
            said = []
            if figure.has_before:
                arrow = (
                    "▲"
                    if figure.value > figure.before
                    else "▼"
                    if figure.value < figure.before
                    else "="
                )
                before = figure.before
                if figure.kind == "ratio" and abs(before) >= 10:
                    before = round(before)  # a card has room for a target beside it
                said.append(f"{arrow} {figure._say(before, short=True)}")
            if figure.target:
                said.append(
                    self.env._(
                        "target %(figure)s",
                        figure=figure._say(figure.target, short=True),
                    )
                )
            figure.trend = " · ".join(said)

    def _say(self, value, short=False):
        """The figure as people read it; short: large amounts in thousands or
        millions."""
        self.ensure_one()
        if self.kind in ("ratio", "mean") and not self.denominator:
            return "–"
        if self.kind == "median" and not self.units:
            return "–"
        unit = ""
        if short and self.measure_id._is_money():
            for size, letter in ((1_000_000, "M"), (10_000, "k")):
                if abs(value) >= size:
                    unit = f"\N{NO-BREAK SPACE}{letter}"
                    value /= 1_000_000 if letter == "M" else 1_000
                    value = round(value, 1) if letter == "M" else round(value)
                    break
        digits = 0 if value == int(value) or abs(value) >= 1000 else 1
        number = formatLang(self.env, value, digits=digits)
        if self.kind == "ratio":
            return f"{number} %"
        if self.kind == "median":
            return self.env._("%(days)s days", days=number)
        if self.measure_id._is_money():
            return f"{number}{unit} {self.company_id.currency_id.symbol}"
        return number
