from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL


class AccessLog(models.Model):
    """Who looked at which case, and who may read of it."""

    _inherit = "remediation.access.log"

    _owner_columns = ("case_id",)

    case_id = fields.Many2one(
        "remediation.case",
        readonly=True,
        help="Case of the record, or of all records of a list.",
    )
    reason = fields.Char(
        groups="child_remediation.group_identity,"
        "child_remediation.group_data_protection,"
        "child_remediation.group_safeguarding",
    )

    def init(self):
        """Add the column of the case with its index."""
        result = super().init()
        self.env.cr.execute(
            """
            ALTER TABLE remediation_access_log ADD COLUMN IF NOT EXISTS case_id integer;
            CREATE INDEX IF NOT EXISTS remediation_access_log_case
                ON remediation_access_log (case_id, id DESC) WHERE case_id IS NOT NULL;
            """
        )
        return result

    @api.model
    def _opened(self, by_model):
        """What belongs to the one case that was opened is part of opening it."""
        cases = by_model.get("remediation.case", ())
        if len(cases) != 1:
            return {}
        return {
            "model": "remediation.case",
            "column": "case_id",
            "id": next(iter(cases)),
        }

    @api.model
    def _logs_all_reading(self):
        """An auditor's reading is logged beyond the child's file: money too (R75)."""
        return self.env.user.has_group("child_remediation.group_auditor")

    @api.model
    def _domain_of_case(self, case):
        """Rows about a case, its child and family, and lists that held the case or
        the child."""
        child = case.beneficiary_id
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM remediation_access_log WHERE res_ids IS NOT NULL AND "
                "((model = 'remediation.case' AND res_ids @> %s::jsonb) OR "
                "(model = 'remediation.beneficiary' AND res_ids @> %s::jsonb))",
                Json([case.id]),
                Json([child.id]),
            )
        )
        return [
            "|",
            "|",
            ("case_id", "=", case.id),
            "&",
            ("model", "=", child._name),
            ("res_id", "=", child.id),
            ("id", "in", [row[0] for row in rows]),
        ]
