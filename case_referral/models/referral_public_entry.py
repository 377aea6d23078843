import hashlib
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError


class ReferralPublicEntry(models.Model):
    """Counts what came through the public forms, to slow down floods.

    No user has a right on it. The sender's address is kept as a keyed hash for two
    hours, never beside the report.
    """

    _name = "referral.public.entry"
    _description = "Public Form Counter"
    _log_access = False

    form_key = fields.Char()
    sender = fields.Char(required=True, index=True)
    sent_at = fields.Datetime(required=True, index=True, default=fields.Datetime.now)

    _form_key_once = models.UniqueIndex("(form_key) WHERE form_key IS NOT NULL")

    @api.model
    def _count_or_refuse(self, address, company, form_key=None):
        """Count one sending; refuse when the sender or everybody sends too fast.

        Returns False where the same form was sent before: nothing more is to be done.
        """
        # sudo: the key and the counters are for the system alone.
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        digest = hashlib.blake2b(
            (address or "").encode(), key=secret.encode()[:64], digest_size=16
        ).hexdigest()
        if form_key:
            self.env.cr.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (form_key,)
            )
            if self.sudo().search_count([("form_key", "=", form_key)], limit=1):
                return False
        since = fields.Datetime.now() - timedelta(hours=1)
        entries = self.sudo()  # sudo: as above
        own = entries.search_count([("sender", "=", digest), ("sent_at", ">", since)])
        everybody = entries.search_count([("sent_at", ">", since)])
        limit = company.sudo().referral_public_hourly  # sudo: the public reads none
        if own >= limit or everybody >= 100 * limit:
            raise UserError(
                self.env._(
                    "Too many reports came from here within an hour. In an emergency "
                    "call the hotline or the police; otherwise try again later."
                )
            )
        try:
            with self.env.cr.savepoint():
                entries.create({"sender": digest, "form_key": form_key})
        except UniqueViolation as error:
            # The same form arrived a moment before: try again, and find it.
            raise ConcurrencyError(form_key) from error
        return True

    @api.autovacuum
    def _gc_entries(self):
        """Forget senders after two hours."""
        old = self.search(
            [("sent_at", "<", fields.Datetime.now() - timedelta(hours=2))], limit=5000
        )
        old.unlink()
        return len(old), len(old) == 5000
