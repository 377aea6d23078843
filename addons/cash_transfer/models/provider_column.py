from odoo import api, fields, models

from .provider import INSTRUCTION_COLUMNS, REPORT_COLUMNS

_CONTENTS = list(dict([*INSTRUCTION_COLUMNS, *REPORT_COLUMNS]).items())


class CashTransferProviderColumn(models.Model):
    """One column of a provider's instruction file or report."""

    _name = "cash.transfer.provider.column"
    _description = "Column of a Provider's File"
    _order = "usage, sequence, id"

    provider_id = fields.Many2one(
        "cash.transfer.provider", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    usage = fields.Selection(
        [("instruction", "Instruction File"), ("report", "Report")], required=True
    )
    sequence = fields.Integer(default=10)
    content = fields.Selection(_CONTENTS, required=True)
    header = fields.Char(required=True, help="Exactly as the provider writes it.")
    constant = fields.Char(string="Fixed Text")

    _report_once = models.UniqueIndex(
        "(provider_id, content) WHERE usage = 'report'",
        "Each kind of column of the report can be named once.",
    )

    @api.depends("header")
    def _compute_display_name(self):
        for column in self:
            column.display_name = column.header
