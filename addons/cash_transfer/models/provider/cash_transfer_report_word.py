from odoo import fields, models


class CashTransferReportWord(models.Model):
    """A word in a provider's report and what it means."""

    _name = "cash.transfer.report.word"
    _description = "Word in a Provider's Report"
    _rules_of = "remediation.in.company.or.none"
    _order = "word"
    _rec_name = "word"

    profile_id = fields.Many2one(
        "cash.transfer.report.profile", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="profile_id.company_id", store=True, index=True
    )
    word = fields.Char(required=True, help="Case and accents make no difference.")
    meaning = fields.Selection(
        [
            ("delivered", "Delivered"),
            ("not_collected", "Not Collected"),
            ("failed", "Failed"),
            ("reversed", "Taken Back"),
            ("pending", "Not Final Yet"),
            ("fee", "Fee of a Payment"),
            ("ignored", "No Payment"),
            ("reason", "Only a Reason"),
        ],
        required=True,
        help="A fee, no payment and taken back are also looked for in the column that "
        "says what a row is.",
    )
    failure_reason = fields.Selection("_selection_failure_reason")

    _word_unique = models.UniqueIndex(
        "(profile_id, lower(word))", "This word has a meaning already."
    )

    def _selection_failure_reason(self):
        return self.env["cash.transfer.payment.line"]._failure_reasons()
