from datetime import timedelta

from odoo import api, fields, models


class SubmissionRate(models.Model):
    """Counts the calls of each sender within a minute. No user has a right on it.

    A row per call, not a counter: calls at the same time never wait for each other.
    """

    _name = "remediation.submission.rate"
    _description = "Counter of Submissions"
    _log_access = False

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    called_at = fields.Datetime(required=True, index=True, default=fields.Datetime.now)

    _by_sender = models.Index("(user_id, called_at)")

    @api.model
    def _count(self):
        """Count a call of the present user; returns how many the last minute saw."""
        self.create({"user_id": self.env.uid})
        since = fields.Datetime.now() - timedelta(minutes=1)
        return self.search_count(
            [("user_id", "=", self.env.uid), ("called_at", ">", since)]
        )

    @api.autovacuum
    def _gc_counts(self):
        """Forget calls after an hour."""
        old = self.search(
            [("called_at", "<", fields.Datetime.now() - timedelta(hours=1))], limit=5000
        )
        old.unlink()
        return len(old), len(old) == 5000
