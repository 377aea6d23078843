from odoo import models

#: What steers the books of a journal.
TRACKED = frozenset(
    {
        "active",
        "bank_account_id",
        "code",
        "currency_id",
        "default_account_id",
        "name",
        "restrict_mode_hash_table",
        "suspense_account_id",
        "type",
    }
)


class AccountJournal(models.Model):
    """Who changed what of a journal stays in its history, as with accounts."""

    _inherit = "account.journal"

    def _track_get_fields(self):
        return super()._track_get_fields() | TRACKED
