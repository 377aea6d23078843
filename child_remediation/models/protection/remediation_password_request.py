import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class PasswordRequest(models.Model):
    """What was typed into the page for a forgotten password, until it is looked at.

    No user has a right on it; rows live for seconds.
    """

    _name = "remediation.password.request"
    _description = "Request for a New Password"
    _log_access = False

    login = fields.Char(required=True)

    @api.model
    def _take(self, login):
        login = str(login or "").replace("\0", "").strip()[:200]
        if not login:
            return
        self.sudo().create({"login": login})  # sudo: everybody may ask
        # sudo: the job is the system's.
        self.env.ref("child_remediation.password_request_cron").sudo()._trigger()

    @api.model
    def _cron_answer(self):
        """Send a link to each account that was named. By the scheduler."""
        users = self.env["res.users"]
        for wish in self.search([], limit=200):
            login = wish.login
            wish.unlink()
            found = users.search(users._get_login_domain(login)) or users.search(
                users._get_email_domain(login)
            )
            if len(found) == 1:
                try:
                    with self.env.cr.savepoint():
                        found.action_reset_password()
                except Exception:
                    # Without the address that was typed: the log holds no names (R78).
                    _logger.exception("no new password for user %s", found.id)
            if self.env.context.get("cron_id"):
                self.env["ir.cron"]._commit_progress(1)
