from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..tools.prelude import UNSEEN_DAYS

#: What else a gap reads beside the open case, which is ``c``.
CHILD = "JOIN remediation_beneficiary b ON b.id = c.beneficiary_id"
FOUND = """CROSS JOIN LATERAL (
    SELECT max(f.date) AS date FROM remediation_work_situation f
      JOIN remediation_case x ON x.id = f.case_id
     WHERE x.beneficiary_id = c.beneficiary_id AND f.works IN ('yes', 'no')) w"""
VISITS = """JOIN (
    SELECT p.case_id, min(p.date_planned) AS day FROM remediation_visit p
     WHERE p.state = 'planned' AND p.date_planned < CURRENT_DATE
     GROUP BY p.case_id) v ON v.case_id = c.id"""
ATTENDANCE = """CROSS JOIN LATERAL (
    SELECT max(known.day) AS day
      FROM remediation_education_enrolment e
     CROSS JOIN LATERAL (
           SELECT coalesce(max(t.month) + 30, e.date_start) AS day
             FROM remediation_attendance t WHERE t.enrolment_id = e.id) known
     WHERE e.case_id = c.id AND e.state IN ('attending', 'irregular')) a"""
OPENED = "c.opened_at::date"
#: What may be missing: key, words, what is read beside, since when, condition.
GAPS = [
    (
        "age",
        "Age of the Child",
        CHILD,
        OPENED,
        "b.birth_date IS NULL AND coalesce(b.age_estimated, 0) = 0",
    ),
    ("school", "School Status", CHILD, OPENED, "b.school_status IS NULL"),
    ("household", "Family", "", OPENED, "c.household_id IS NULL"),
    ("site", "Place of Work", "", OPENED, "c.site_id IS NULL"),
    ("programme", "Programme", "", OPENED, "c.programme_id IS NULL"),
    ("risk", "Risk Level", "", OPENED, "c.risk_level IS NULL"),
    (
        "work",
        "Work of the Child",
        "",
        OPENED,
        # Most children have a finding of this case: few are left for the second.
        """NOT EXISTS (SELECT FROM remediation_work_situation f
                        WHERE f.case_id = c.id AND f.works IN ('yes', 'no'))
           AND NOT EXISTS (SELECT FROM remediation_case x
                             JOIN remediation_work_situation f ON f.case_id = x.id
                            WHERE x.beneficiary_id = c.beneficiary_id
                              AND f.works IN ('yes', 'no'))""",
    ),
    (
        "unseen",
        "Nobody Saw the Child for 180 Days",
        FOUND,
        f"w.date + {UNSEEN_DAYS}",
        f"w.date < CURRENT_DATE - {UNSEEN_DAYS}",
    ),
    (
        "consent",
        "Consent to Services",
        "",
        OPENED,
        """NOT EXISTS (SELECT FROM remediation_consent k
                        WHERE k.case_id = c.id AND k.purpose = 'services'
                          AND k.state = 'given' AND k.standing = 'counts')""",
    ),
    (
        "funder",
        "Who Pays",
        "",
        OPENED,
        """NOT EXISTS (SELECT FROM remediation_funding s
                        WHERE s.case_id = c.id AND s.date_from <= CURRENT_DATE
                          AND (s.date_to IS NULL OR s.date_to >= CURRENT_DATE))""",
    ),
    ("visit", "Outcome of a Visit", VISITS, "v.day", "TRUE"),
    (
        "attendance",
        "School Attendance",
        ATTENDANCE,
        "a.day",
        "a.day < CURRENT_DATE - 62",
    ),
]
#: What a row tells of its case, and the rules of the case read of it.
HOLDER = ("company_id", "user_id", "team_id", "organisation_id")


class DataGap(models.Model):
    """What is missing of the open cases, and since when: a work list for whoever holds
    the case, and for who supervises it, by worker and by partner.

    Computed as it is read. A row says what is missing, never what is known, and is
    gone once the record is filled in.

    Who may what: read by whoever may see the case, by the rules of the case; nobody
    writes.
    """

    _name = "remediation.data.gap"
    _description = "Missing Data"
    _rules_of = "remediation.case"
    _auto = False
    _order = "age desc, id"

    name = fields.Char(string="Case Code", readonly=True)
    case_id = fields.Many2one("remediation.case", readonly=True)
    kind = fields.Selection(
        [(key, words) for key, words, *_sql in GAPS],
        string="What Is Missing",
        readonly=True,
    )
    since = fields.Date(readonly=True)
    age = fields.Integer(string="Days", readonly=True, aggregator="avg")
    age_bucket = fields.Selection(
        [("0", "0–30"), ("1", "31–60"), ("2", "61–90"), ("3", "Over 90")],
        string="How Old",
        readonly=True,
    )
    stage = fields.Selection(related="case_id.stage")
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Holder", readonly=True)
    team_id = fields.Many2one("remediation.team", readonly=True)
    organisation_id = fields.Many2one("res.partner", string="Partner", readonly=True)

    def init(self):
        """Make the view. Each kind reads the cases by itself, so that a filter by
        case, holder, company or kind reaches them before anything is looked up."""
        tools.drop_view_if_exists(self.env.cr, self._table)
        columns = ", ".join(f"c.{name}" for name in ("name", *HOLDER))
        gaps = SQL(" UNION ALL ").join(
            SQL(
                f"""SELECT c.id::bigint * {len(GAPS)} + {number} AS id, '{key}' AS kind,
                           {since} AS since, c.id AS case_id, {columns}
                      FROM remediation_case c {beside}
                     WHERE c.closed_on IS NULL AND {condition}"""
            )
            for number, (key, _words, beside, since, condition) in enumerate(GAPS)
        )
        self.env.cr.execute(
            SQL(
                """CREATE VIEW %s AS
                   SELECT g.*, CURRENT_DATE - g.since AS age,
                          CASE WHEN CURRENT_DATE - g.since <= 30 THEN '0'
                               WHEN CURRENT_DATE - g.since <= 60 THEN '1'
                               WHEN CURRENT_DATE - g.since <= 90 THEN '2'
                               ELSE '3' END AS age_bucket
                     FROM (%s) g""",
                SQL.identifier(self._table),
                gaps,
            )
        )

    @api.model
    @api.private
    @api.readonly
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Fetch what the rules read of the rows too: they would ask the view again."""
        if field_names:
            field_names = [*field_names, *HOLDER]
        return super().search_fetch(domain, field_names, offset, limit, order)

    def action_open_case(self):
        """Open the case that the row is about. For whoever sees the row."""
        self.ensure_one()
        return self.case_id._get_records_action()
