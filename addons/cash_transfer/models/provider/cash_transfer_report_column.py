from odoo import api, fields, models

#: What a column of a provider's report can be.
REPORT_COLUMNS = [
    ("payment", "Payment Code"),
    ("reference", "Provider's Reference"),
    ("number", "Wallet Number"),
    ("amount", "Amount Delivered"),
    ("currency", "Currency"),
    ("status", "Status"),
    ("date", "Date"),
    ("fee", "Fee"),
    ("reason", "Reason"),
    ("kind", "What the Row Is"),
    ("taken_back", "Reference That Is Taken Back"),
]


class CashTransferReportColumn(models.Model):
    """One column of a provider's report."""

    _name = "cash.transfer.report.column"
    _description = "Column of a Provider's Report"
    _rules_of = "remediation.in.company.or.none"
    _order = "sequence, id"

    profile_id = fields.Many2one(
        "cash.transfer.report.profile", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="profile_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    content = fields.Selection(REPORT_COLUMNS, required=True)
    header = fields.Char(
        required=True, help="As the provider writes it; several ways with | between."
    )

    _content_once = models.UniqueIndex(
        "(profile_id, content)", "Each kind of column can be named once."
    )

    @api.depends("header")
    def _compute_display_name(self):
        for column in self:
            column.display_name = column.header
