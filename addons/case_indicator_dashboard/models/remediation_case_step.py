from odoo import fields, models, tools
from odoo.tools import SQL

from odoo.addons.case_indicator.tools.prelude import UNSEEN_DAYS
from odoo.addons.child_remediation.tools.classification import CHILD_LABOUR

#: The way of a child, and when a case has come so far. The digit keeps their order.
STEPS = [
    ("1_reported", "Reported", "TRUE"),
    ("2_contacted", "Contacted", "c.first_contact_on IS NOT NULL"),
    ("3_assessed", "Assessed", "assessed.case_id IS NOT NULL"),
    ("4_planned", "Planned", "planned.case_id IS NOT NULL"),
    ("5_supported", "Supported", "supported.case_id IS NOT NULL"),
    ("6_out", "Seen Out", "NOT found.labour"),
]


class CaseStep(models.Model):
    """How far cases have come, from the report to seen out of child labour: a row for
    each step that a case has reached, for funnels.

    Computed as it is read. A child closed as a duplicate is left out; a finding of more
    than 180 days says nothing any more (R52).

    Who may what: read by whoever may see the case, by the rules of the case; nobody
    writes.
    """

    _name = "remediation.case.step"
    _description = "Step That a Case Has Reached"
    _rules_of = "remediation.case"
    _auto = False
    _order = "step, id"
    _rec_name = "step"

    case_id = fields.Many2one("remediation.case", readonly=True)
    step = fields.Selection([(key, words) for key, words, _sql in STEPS], readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Holder", readonly=True)
    team_id = fields.Many2one("remediation.team", readonly=True)
    organisation_id = fields.Many2one("res.partner", string="Partner", readonly=True)

    def init(self):
        """Make the view."""
        tools.drop_view_if_exists(self.env.cr, self._table)
        reached = ", ".join(
            f"({number}, '{key}', {condition})"
            for number, (key, _words, condition) in enumerate(STEPS)
        )
        self.env.cr.execute(
            SQL(
                f"""CREATE VIEW %s AS
                    SELECT c.id::bigint * {len(STEPS)} + s.number AS id, s.step,
                           c.id AS case_id, c.company_id, c.user_id, c.team_id,
                           c.organisation_id
                      FROM remediation_case c
                      LEFT JOIN (SELECT DISTINCT case_id FROM remediation_assessment
                                  WHERE approved_on IS NOT NULL) assessed
                             ON assessed.case_id = c.id
                      LEFT JOIN (SELECT DISTINCT case_id FROM remediation_plan
                                  WHERE approved_on IS NOT NULL) planned
                             ON planned.case_id = c.id
                      LEFT JOIN (SELECT DISTINCT case_id
                                   FROM remediation_service_delivery
                                  WHERE state = 'given') supported
                             ON supported.case_id = c.id
                      LEFT JOIN (SELECT DISTINCT ON (case_id) case_id,
                                        classification = ANY(%s) AS labour
                                   FROM remediation_work_situation
                                  WHERE works IN ('yes', 'no')
                                    AND classification IS NOT NULL
                                    AND date >= CURRENT_DATE - {UNSEEN_DAYS}
                                  ORDER BY case_id, date DESC, id DESC) found
                             ON found.case_id = c.id
                     CROSS JOIN LATERAL (VALUES {reached}) s (number, step, reached)
                     WHERE s.reached
                       AND c.closure_reason IS DISTINCT FROM 'duplicate'""",
                SQL.identifier(self._table),
                sorted(CHILD_LABOUR),
            )
        )
