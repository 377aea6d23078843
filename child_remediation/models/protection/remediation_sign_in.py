import collections
import contextlib
import logging
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.http import request

_logger = logging.getLogger(__name__)

#: How many failures count as one, by what they are counted: a person behind an address
#: is slowed down at once; an address that tries many accounts, or an account tried from
#: many addresses, ten times later.
FACTORS = {"both": 1, "address": 10, "account": 10}
FORGOTTEN_AFTER = timedelta(minutes=10)


class SignIn(models.Model):
    """Who signed in, or tried to, when and from where.

    Written by the system at the door; read by coordinators and the data-protection
    officer; append-only for a year, so whoever signed in within it is archived, not
    deleted. What was typed by somebody unknown is not kept: it may be a password.
    """

    _name = "remediation.sign.in"
    _description = "Sign-in"
    _inherit = ["remediation.append.only"]
    _rules_of = "remediation.in.company"
    _keep = "365 days"
    _order = "id desc"
    _log_access = False
    _rec_name = "user_id"

    date = fields.Datetime(required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="restrict"
    )
    is_portal = fields.Boolean(related="user_id.share", string="On the Portal")
    company_id = fields.Many2one(
        "res.company", readonly=True, index=True, ondelete="restrict"
    )
    outcome = fields.Selection(
        [("accepted", "Accepted"), ("refused", "Refused")], required=True, readonly=True
    )
    address = fields.Char(readonly=True, string="Network Address")
    device = fields.Char(readonly=True)

    @api.model
    def _note(self, user, outcome):
        """Note one try of a known user."""
        http = request.httprequest if request else None
        self._append(
            date=fields.Datetime.now(),
            user_id=user.id,
            company_id=user.company_id.id,
            outcome=outcome,
            address=http.remote_addr if http else None,
            device=(http.user_agent.string or "")[:200] if http else None,
        )

    @api.autovacuum
    def _gc_old(self):
        """Remove what is older than the log is kept, some at a time."""
        limit = 10000
        done = self._forget_old(limit)
        return done, done == limit


class ResUsers(models.Model):
    _inherit = "res.users"

    def _login(self, credential, user_agent_env):
        try:
            auth_info = super()._login(credential, user_agent_env)
        except AccessDenied as error:
            known = self._note_refused(credential.get("login"))
            if not known and error.args == AccessDenied().args:
                # An unknown account takes as long as a wrong password.
                self._crypt_context().hash("nobody")
            raise
        log = self.env["remediation.sign.in"]
        log._note(self.sudo().browse(auth_info["uid"]), "accepted")  # sudo: log
        return auth_info

    @contextlib.contextmanager
    def _assert_can_auth(self, user=None):
        """As core, counted by account and address together, so that the wrong
        passwords of one person do not close the door to a whole office."""
        if not request:
            yield
            return
        registry = self.env.registry
        failures = getattr(registry, "_remediation_login_failures", None)
        if failures is None:
            failures = collections.defaultdict(lambda: (0, datetime.min))
            registry._remediation_login_failures = failures
        address = request.httprequest.remote_addr
        account = str(user or "").strip().casefold()
        keys = {
            "both": (address, account),
            "address": (address, None),
            "account": (None, account),
        }
        for by, key in keys.items():
            count, last = failures[key]
            if self._on_login_cooldown(count // FACTORS[by], last):
                _logger.warning("Login attempt ignored: %s failures by %s", count, by)
                raise AccessDenied(
                    self.env._("Too many wrong passwords: wait a minute and try again.")
                )
        try:
            yield
        except AccessDenied:
            now = datetime.now()
            if len(failures) > 10000:
                for key, (_count, last) in list(failures.items()):
                    if now - last > FORGOTTEN_AFTER:
                        failures.pop(key, None)
            for key in keys.values():
                count, last = failures[key]
                again = now - last < FORGOTTEN_AFTER
                failures[key] = (count + 1 if again else 1, now)
            raise
        else:
            failures.pop(keys["both"], None)

    def reset_password(self, login):
        """Take the wish for a new password; the link is sent in the background.

        Called by the public page. Known or not, the answer and the time it takes are
        the same, so that nobody learns who has an account.
        """
        self.env["remediation.password.request"]._take(login)

    def _note_refused(self, login):
        """Note a refused try; return whether the account is known."""
        # The transaction of a refused sign-in is rolled back: a cursor of its own.
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            users = env["res.users"]
            user = users.search(
                users._get_login_domain(login or ""),
                order=users._get_login_order(),
                limit=1,
            )
            if user:
                env["remediation.sign.in"]._note(user, "refused")
            return bool(user)

    def _rpc_api_keys_only(self):
        """A password alone opens no remote call for whoever works with children's
        files or money: it would go round the second factor."""
        return super()._rpc_api_keys_only() or self._needs_second_factor()
