import re

from werkzeug.exceptions import Forbidden

from odoo import models
from odoo.http import request

#: What is open before the second factor is enrolled: signing in and enrolling. The
#: pages under /my/remediation ask for themselves and say how.
OPEN_PATHS = re.compile(
    r"^/($|my($|/)|web/(login|session|assets|bundle|webclient|static|become)|portal/"
    r"|report-concern|speak-up|[a-z_]+/static/)"
)
ENROLLING = ("res.users", "res.users.identitycheck", "auth_totp.wizard")


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        if request.session.uid and request.session.uid == request.env.uid:
            cls._refuse_without_second_factor()
        return result

    @classmethod
    def _refuse_without_second_factor(cls):
        """Close the remote calls of a session too: a page that asks for the second
        factor is worth nothing beside an open door."""
        path = request.httprequest.path
        if OPEN_PATHS.match(path) or not (
            request.env.user._remediation_two_factor_missing()
        ):
            return
        if path.startswith("/web/dataset/call_kw"):
            # The address may name another model than the call does.
            called = request.get_json_data().get("params", {}).get("model")
            if called in ENROLLING:
                return
        raise Forbidden(
            request.env._("Enrol your telephone first: open your account's security.")
        )
