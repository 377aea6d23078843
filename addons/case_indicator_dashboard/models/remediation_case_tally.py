from odoo import fields, models, tools
from odoo.tools import SQL

#: A day of a moment: that at the place of work.
DAY = "({moment} AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date"
#: Of the last months alone: a card tells this month and the one before.
LATELY = "{day} >= CURRENT_DATE - 70"
#: What a card of work counts: key, words, table, day or None for what stands now,
#: condition.
KINDS = [
    ("open", "Open Case", "remediation_case", None, "r.closed_on IS NULL"),
    ("opened", "New Case", "remediation_case", DAY.format(moment="r.opened_at"), ""),
    ("closed", "Closed Case", "remediation_case", DAY.format(moment="r.closed_on"), ""),
    ("visit_done", "Visit Made", "remediation_visit", "r.date_done", ""),
    (
        "visit_planned",
        "Visit Planned",
        "remediation_visit",
        "r.date_planned",
        "r.state <> 'cancelled'",
    ),
    (
        "missed",
        "Deadline Missed",
        "remediation_deadline_breach",
        DAY.format(moment="r.fell_due_on"),
        "",
    ),
    (
        "late",
        "Late Deadline",
        "remediation_deadline",
        None,
        "r.done_on IS NULL AND r.date_due < now() AT TIME ZONE 'UTC'",
    ),
    ("gap", "Missing Data", "remediation_data_gap", None, ""),
]


class CaseTally(models.Model):
    """What the cards of a dashboard count: a row for each thing in hand, and for each
    thing that happened lately. So one question answers all cards.

    Computed as it is read. A row says what it is and when, never of which child.

    Who may what: read by whoever may see the case, by the rules of the case; nobody
    writes.
    """

    _name = "remediation.case.tally"
    _description = "What Cards of Work Count"
    _rules_of = "remediation.case"
    _auto = False
    _order = "kind, id"
    _rec_name = "kind"

    kind = fields.Selection(
        [(key, words) for key, words, *_sql in KINDS], readonly=True
    )
    day = fields.Date(
        readonly=True, help="When it happened; empty for what is in hand now."
    )
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Holder", readonly=True)
    team_id = fields.Many2one("remediation.team", readonly=True)
    organisation_id = fields.Many2one("res.partner", string="Partner", readonly=True)

    def init(self):
        """Make the view."""
        tools.drop_view_if_exists(self.env.cr, self._table)
        parts = []
        for number, (key, _words, table, day, condition) in enumerate(KINDS):
            conditions = [
                part for part in (condition, day and LATELY.format(day=day)) if part
            ]
            zone = """LEFT JOIN (SELECT c.id, coalesce(p.tz, 'UTC') AS name
                                   FROM res_company c
                                   JOIN res_partner p ON p.id = c.partner_id) zone
                             ON zone.id = r.company_id"""
            parts.append(
                f"""SELECT r.id::bigint * {len(KINDS)} + {number} AS id,
                           '{key}' AS kind, {day or "NULL"}::date AS day, r.company_id,
                           r.user_id, r.team_id, r.organisation_id
                      FROM {table} r {zone if day and "zone" in day else ""}
                     WHERE {" AND ".join(conditions) or "TRUE"}"""
            )
        self.env.cr.execute(
            SQL(
                "CREATE VIEW %s AS %s",
                SQL.identifier(self._table),
                SQL(" UNION ALL ".join(parts)),
            )
        )
