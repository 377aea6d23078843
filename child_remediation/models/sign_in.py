from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.http import request

#: Groups whose holders work with children's files: a password alone opens no remote
#: call for them, a key that they made after signing in does.
CASE_GROUPS = (
    "group_case_worker",
    "group_safeguarding",
    "group_data_protection",
    "group_monitoring",
    "group_auditor",
    "group_portal_case_manager",
    "group_portal_supervisor",
)


class SignIn(models.Model):
    """Who signed in, or tried to, when and from where.

    Written by the system at the door; read by coordinators and the data-protection
    officer; append-only for a year, so whoever signed in within it is archived, not
    deleted. What was typed by somebody unknown is not kept: it may be a password.
    """

    _name = "remediation.sign.in"
    _description = "Sign-in"
    _inherit = ["remediation.append.only"]
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
        except AccessDenied:
            self._note_refused(credential.get("login"))
            raise
        log = self.env["remediation.sign.in"]
        log._note(self.sudo().browse(auth_info["uid"]), "accepted")  # sudo: log
        return auth_info

    def _note_refused(self, login):
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

    def _rpc_api_keys_only(self):
        """A password alone opens no remote call for whoever works with children's
        files: it would go round the second factor."""
        return super()._rpc_api_keys_only() or any(
            self.has_group(f"child_remediation.{name}") for name in CASE_GROUPS
        )
