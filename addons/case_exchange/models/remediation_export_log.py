from psycopg2.extras import Json

from odoo import api, fields, models


class ExportLog(models.Model):
    """Every file of cases that was made: who, when, which, what for (R29).

    For the data-protection officer. Append-only and kept for ever; without foreign
    keys, so that it outlives what it names. The file itself is deleted after some
    days; its hash here says which one it was.
    """

    _name = "remediation.export.log"
    _description = "Export Log"
    _inherit = ["remediation.append.only"]
    _rules_of = "remediation.in.company"
    _order = "id desc"
    _auto = False
    _log_access = False
    _rec_name = "code"

    date = fields.Datetime(readonly=True)
    code = fields.Char(readonly=True, string="Export")
    user_id = fields.Many2one("res.users", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    layout = fields.Char(readonly=True)
    file_format = fields.Char(readonly=True)
    columns = fields.Json(readonly=True, string="Column Names")
    columns_text = fields.Char(compute="_compute_columns_text", string="Columns")
    domain = fields.Char(readonly=True, string="Filter")
    count = fields.Integer(readonly=True, string="Cases")
    excluded_count = fields.Integer(
        readonly=True, string="Left Out", help="No consent to reporting."
    )
    is_identified = fields.Boolean(readonly=True, string="With Names")
    reason = fields.Char(readonly=True)
    receiver = fields.Char(readonly=True)
    file_hash = fields.Char(readonly=True, string="SHA-256 of the File")
    file_size = fields.Integer(readonly=True)

    def init(self):
        """Create the table."""
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS remediation_export_log (
                id bigserial PRIMARY KEY,
                date timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
                code varchar NOT NULL,
                user_id integer NOT NULL,
                company_id integer NOT NULL,
                layout varchar NOT NULL,
                file_format varchar NOT NULL,
                columns jsonb NOT NULL,
                domain varchar NOT NULL,
                count integer NOT NULL,
                excluded_count integer NOT NULL,
                is_identified boolean NOT NULL,
                reason varchar,
                receiver varchar,
                file_hash varchar NOT NULL,
                file_size bigint NOT NULL
            );
            CREATE UNIQUE INDEX IF NOT EXISTS remediation_export_log_code
                ON remediation_export_log (code);
            """
        )
        return super().init()

    @api.depends("columns")
    def _compute_columns_text(self):
        for row in self:
            row.columns_text = ", ".join(row.columns or ())

    @api.model
    def _add(self, **row):
        """Add one row. Called where a file was made; the columns are NOT NULL, so that
        no file is accounted for by half."""
        return self._append(**{**row, "columns": Json(row["columns"])})
