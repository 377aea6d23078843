from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL, formatLang

#: ratio → (numerator, denominator), columns of the view. A group of rows has the ratio
#: of the sums, never the mean of the ratios.
RATIOS = {
    "attendance": ("attended_recent", "members_recent"),
    "retention": ("stayers", "members_at_start"),
    "return_on_savings": ("gain_year", "savings_days"),
    "utilisation": ("loans_outstanding", "loan_fund"),
    "par": ("loans_late", "loans_outstanding"),
    "ever_borrowed": ("borrowers", "members"),
    "written_off": ("written_off_count", "loan_count"),
    "women_rate": ("women", "members"),
    "savings_per_member": ("savings", "members"),
    "average_loan": ("loan_principal", "loan_count"),
    "cost_per_member": ("support", "members"),
}
#: Ratios that are amounts of money; the others are parts of a whole.
AMOUNTS = ("savings_per_member", "average_loan", "cost_per_member")
#: Columns of the file, as networks such as SAVIX collect them per group and quarter.
ITEMS = (
    "date",
    "meetings",
    "members",
    "women",
    "members_at_start",
    "stayers",
    "joiners",
    "leavers",
    "attended_recent",
    "represented_recent",
    "members_recent",
    "shares",
    "savings",
    "loan_cash",
    "bank",
    "social_cash",
    "debts",
    "grants",
    "loans_outstanding",
    "loans_late",
    "loan_count",
    "loan_principal",
    "borrowers",
    "written_off_count",
    "written_off_amount",
    "assets",
    "profit",
    "share_out_projection",
    "support",
)

#: The last meeting of each cycle and quarter, with what the quarter adds up to.
LAST_MEETINGS = """
SELECT last.id, last.quarter, last.date, last.group_id, last.cycle_id,
       g.agent_id, g.site_id, g.area_id, g.phase, g.company_id,
       g.currency_id,
       last.meetings, last.member_count AS members,
       last.women_count AS women, c.members_at_start,
       last.stayer_count AS stayers, last.joiner_count AS joiners,
       last.leaver_count AS leavers, last.attended_recent,
       last.represented_recent, last.members_recent,
       last.shares_total AS shares, last.savings_total AS savings,
       last.closing_loan AS loan_cash, last.closing_social AS social_cash,
       last.closing_bank AS bank, last.closing_debt AS debts,
       last.closing_grant AS grants, last.loans_outstanding,
       last.loans_late, last.loan_count, last.loan_principal,
       last.borrower_count AS borrowers, last.written_off_count,
       last.written_off_amount,
       last.closing_loan + last.closing_bank + last.closing_social
           + last.loans_outstanding AS assets,
       last.closing_loan + last.closing_bank + last.loans_outstanding
           - last.closing_debt - last.closing_grant
           - last.savings_total AS profit,
       last.closing_loan + last.closing_bank + last.loans_outstanding
           - last.closing_debt - last.closing_grant
           AS share_out_projection,
       last.loans_outstanding + last.closing_loan + last.closing_bank
           AS loan_fund,
       (last.closing_loan + last.closing_bank + last.loans_outstanding
           - last.closing_debt - last.closing_grant
           - last.savings_total)::double precision * 365 AS gain_year,
       last.savings_total::double precision
           * (last.date - c.date_start) AS savings_days,
       COALESCE(given.amount, 0) AS support
  FROM (
        SELECT m.*,
               count(*) OVER whole AS meetings,
               sum(m.attended_count) OVER recent AS attended_recent,
               sum(m.represented_count) OVER recent AS represented_recent,
               sum(m.member_count) OVER recent AS members_recent,
               row_number() OVER newest AS newest
          FROM (SELECT *,
                       date_trunc('quarter', date::timestamp)::date
                           AS quarter
                  FROM savings_meeting
                 WHERE state = 'validated' AND date <= %(until)s) AS m
        WINDOW whole AS (PARTITION BY m.cycle_id, m.quarter),
               recent AS (PARTITION BY m.cycle_id, m.quarter
                          ORDER BY m.number
                          ROWS BETWEEN 3 PRECEDING AND CURRENT ROW),
               newest AS (PARTITION BY m.cycle_id, m.quarter
                          ORDER BY m.number DESC)
       ) AS last
  JOIN savings_cycle AS c ON c.id = last.cycle_id
  JOIN savings_group AS g ON g.id = last.group_id
  LEFT JOIN LATERAL (
        SELECT -sum(bill.amount_total_signed) AS amount
          FROM savings_support AS s
          JOIN account_move AS bill ON bill.id = s.move_id
         WHERE s.group_id = last.group_id
           AND bill.state = 'posted'
           AND bill.date < last.quarter + interval '3 months'
       ) AS given ON TRUE
 WHERE last.newest = 1
"""


class SavingsRatio(models.Model):
    """Ratios of a cycle in a quarter (domain.md §5.2, I30), read from the figures that
    the quarter's last validated meeting kept.

    No ratio separates caregivers of children from other members (R51). A ratio whose
    denominator is zero is not applicable, and says so.

    Who may what: the field agent reads his groups, the savings manager all.
    """

    _name = "savings.ratio"
    _description = "Savings Group Ratios per Quarter"
    _auto = False
    _order = "quarter desc, group_id, id"
    _rec_name = "quarter"
    _rules_of = "savings.cycle"

    # what
    quarter = fields.Date(readonly=True)
    date = fields.Date(string="Last Meeting", readonly=True)
    group_id = fields.Many2one("savings.group", readonly=True)
    cycle_id = fields.Many2one("savings.cycle", readonly=True)
    agent_id = fields.Many2one("res.users", string="Field Agent", readonly=True)
    site_id = fields.Many2one("remediation.site", readonly=True)
    area_id = fields.Many2one("remediation.area", readonly=True)
    phase = fields.Selection(
        lambda self: self.env["savings.group"]._fields["phase"].selection,
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    # figures
    meetings = fields.Integer(string="Meetings in the Quarter", readonly=True)
    members = fields.Integer(readonly=True)
    women = fields.Integer(readonly=True)
    members_at_start = fields.Integer("Members at Start", readonly=True)
    stayers = fields.Integer(string="Members since the Start", readonly=True)
    joiners = fields.Integer(string="Joined Mid-cycle", readonly=True)
    leavers = fields.Integer(string="Left", readonly=True)
    attended_recent = fields.Integer(
        string="Attended, Last Four Meetings", readonly=True
    )
    represented_recent = fields.Integer(
        string="Represented, Last Four Meetings", readonly=True
    )
    members_recent = fields.Integer(
        string="Expected, Last Four Meetings", readonly=True
    )
    shares = fields.Integer(readonly=True)
    savings = fields.Monetary(readonly=True)
    loan_cash = fields.Monetary(string="Loan Fund Cash", readonly=True)
    social_cash = fields.Monetary(string="Social Fund", readonly=True)
    bank = fields.Monetary(readonly=True)
    debts = fields.Monetary(string="Debts of the Group", readonly=True)
    grants = fields.Monetary(string="Grants Kept", readonly=True)
    loans_outstanding = fields.Monetary(readonly=True)
    loans_late = fields.Monetary(string="Balance of Late Loans", readonly=True)
    loan_count = fields.Integer(string="Loans Given", readonly=True)
    loan_principal = fields.Monetary(string="Amount Lent", readonly=True)
    borrowers = fields.Integer(readonly=True)
    written_off_count = fields.Integer(string="Loans Written Off", readonly=True)
    written_off_amount = fields.Monetary(readonly=True)
    assets = fields.Monetary(readonly=True)
    profit = fields.Monetary(readonly=True)
    share_out_projection = fields.Monetary(readonly=True)
    loan_fund = fields.Monetary(string="Loans, Cash and Bank", readonly=True)
    gain_year = fields.Float(string="Profit × 365", readonly=True)
    savings_days = fields.Float(string="Savings × Days", readonly=True)
    support = fields.Monetary(
        string="Given by the Organisation",
        readonly=True,
        groups="savings_group.group_savings_manager",
    )
    # ratios
    attendance = fields.Float(readonly=True, aggregator="avg")
    retention = fields.Float(readonly=True, aggregator="avg")
    return_on_savings = fields.Float(
        string="Return on Savings, a Year", readonly=True, aggregator="avg"
    )
    utilisation = fields.Float(
        string="Loan-fund Utilisation", readonly=True, aggregator="avg"
    )
    par = fields.Float(string="Portfolio at Risk", readonly=True, aggregator="avg")
    ever_borrowed = fields.Float(
        string="Members Who Ever Borrowed", readonly=True, aggregator="avg"
    )
    written_off = fields.Float(
        string="Part of Loans Written Off", readonly=True, aggregator="avg"
    )
    women_rate = fields.Float(string="Part of Women", readonly=True, aggregator="avg")
    savings_per_member = fields.Float(
        "Savings per Member", readonly=True, aggregator="avg"
    )
    average_loan = fields.Float(readonly=True, aggregator="avg")
    cost_per_member = fields.Float(
        "Cost per Member",
        readonly=True,
        aggregator="avg",
        groups="savings_group.group_savings_manager",
    )
    # the same as text, with "n/a" for a denominator of zero
    attendance_text = fields.Char(string="Attendance (%)", compute="_compute_texts")
    retention_text = fields.Char(string="Retention (%)", compute="_compute_texts")
    return_on_savings_text = fields.Char(
        string="Return on Savings (%)", compute="_compute_texts"
    )
    utilisation_text = fields.Char(string="Utilisation (%)", compute="_compute_texts")
    par_text = fields.Char(string="At Risk (%)", compute="_compute_texts")
    ever_borrowed_text = fields.Char(
        string="Ever Borrowed (%)", compute="_compute_texts"
    )
    written_off_text = fields.Char(string="Written Off (%)", compute="_compute_texts")
    women_rate_text = fields.Char(string="Women (%)", compute="_compute_texts")
    savings_per_member_text = fields.Char(
        string="Savings per Member Now", compute="_compute_texts"
    )
    average_loan_text = fields.Char(string="Average Loan Now", compute="_compute_texts")

    def _compute_texts(self):
        for row in self:
            for name in RATIOS:
                if f"{name}_text" in self._fields:
                    row[f"{name}_text"] = row._ratio_text(name)

    def _ratio_text(self, name):
        """Return one ratio as text; not applicable where nothing divides it."""
        self.ensure_one()
        if not self[RATIOS[name][1]]:
            return self.env._("n/a")
        if name in AMOUNTS:
            return self.currency_id.format(self[name])
        return f"{formatLang(self.env, self[name] * 100, digits=1)} %"

    @api.model
    def _quarter_table(self, start):
        """Return the header and one row per group and cycle.

        :param date start: first day of the quarter
        """
        texts = ["group_id", "cycle_id", "agent_id", "area_id", "site_id"]
        columns = [*texts, "currency_id", *ITEMS, *RATIOS]
        header = [self._fields[name]._description_string(self.env) for name in columns]
        # Searched and read at once: the query by ids goes over all quarters.
        rows = self.search_fetch(
            [("quarter", "=", start)],
            columns + [denominator for _numerator, denominator in RATIOS.values()],
        )
        not_applicable = self.env._("n/a")
        lines = []
        for row in rows:
            line = [row[name].display_name for name in texts]
            line.append(row.currency_id.name)
            line += [row[name] for name in ITEMS]
            line += [
                round(row[name], 2 if name in AMOUNTS else 4)
                if row[RATIOS[name][1]]
                else not_applicable
                for name in RATIOS
            ]
            lines.append(line)
        return header, lines

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, function = aggregate_spec.partition(":")
        if function != "avg" or name not in RATIOS:
            return super()._read_group_select(aggregate_spec, query)
        # The parent's call checks that the field may be read.
        super()._read_group_select(aggregate_spec, query)
        numerator, denominator = RATIOS[name]
        return SQL(
            "SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, numerator, query),
            self._field_to_sql(self._table, denominator, query),
        )

    @property
    def _table_query(self):
        return self._query_until(date.max)

    @api.model
    def _query_until(self, day):
        """The ratios as they stood on a day: later meetings are not counted."""
        ratios = SQL(", ").join(
            SQL(
                "%s / NULLIF(%s, 0)::double precision AS %s",
                SQL.identifier("base", numerator),
                SQL.identifier("base", denominator),
                SQL.identifier(name),
            )
            for name, (numerator, denominator) in RATIOS.items()
        )
        return SQL("SELECT base.*, %s FROM (%s) AS base", ratios, self._base_query(day))

    @api.model
    def _base_query(self, until):
        """Return one row per cycle and quarter. Everything is partitioned by the two,
        so that a filter on the quarter reaches the meetings."""
        return SQL(LAST_MEETINGS, until=until)
