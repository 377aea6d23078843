from odoo import api, fields, models


class ImportLine(models.Model):
    """One case of a file that is imported, and what became of it.

    Seen by whoever imports it, changed by nobody. The facts of the case leave the row
    as soon as they are imported or the import is given up.
    """

    _name = "remediation.import.line"
    _description = "Row of an Import"
    _inherit = ["remediation.protected.mixin", "remediation.access.logged"]
    _rules_of = "remediation.in.company"
    _order = "job_id, row, id"
    _rec_name = "external_id"

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "job_id",
            "company_id",
            "user_id",
            "row",
            "external_id",
            "status",
            "problems",
            "data",
            "case_id",
            "note_count",
            "file_count",
        }
    )

    job_id = fields.Many2one(
        "remediation.import.job", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        related="job_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        related="job_id.user_id",
        store=True,
        index=True,
        precompute=True,
        string="Imported By",
    )
    row = fields.Integer(readonly=True)
    external_id = fields.Char(string="Old Number", readonly=True)
    status = fields.Selection(
        [
            ("new", "New"),
            ("known", "Known Already"),
            ("wrong", "Wrong"),
            ("left_out", "Left Out"),
            ("imported", "Imported"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    problems = fields.Text(readonly=True, string="What Is Wrong")
    data = fields.Json(readonly=True)
    note_count = fields.Integer(readonly=True, string="Notes")
    file_count = fields.Integer(readonly=True, string="Files")
    case_id = fields.Many2one("remediation.case", readonly=True, index="btree_not_null")

    _next = models.Index("(job_id, row) WHERE status = 'new'")

    @api.depends("external_id", "row")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.external_id or str(line.row)
