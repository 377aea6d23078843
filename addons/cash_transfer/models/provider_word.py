from odoo import fields, models


class CashTransferProviderWord(models.Model):
    """A word in a provider's report and what it means."""

    _name = "cash.transfer.provider.word"
    _description = "Word in a Provider's Report"
    _order = "word"
    _rec_name = "word"

    provider_id = fields.Many2one(
        "cash.transfer.provider", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    word = fields.Char(required=True, help="Upper and lower case are the same.")
    meaning = fields.Selection(
        [
            ("delivered", "Delivered"),
            ("not_collected", "Not Collected"),
            ("failed", "Failed"),
            ("reversed", "Taken Back"),
            ("pending", "Not Final Yet"),
            ("reason", "Only a Reason"),
        ],
        required=True,
    )
    failure_reason = fields.Selection("_selection_failure_reason")

    _word_unique = models.UniqueIndex(
        "(provider_id, lower(word))", "This word has a meaning already."
    )

    def _selection_failure_reason(self):
        return self.env["cash.transfer.payment.line"]._failure_reasons()
