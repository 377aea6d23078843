import re

import psycopg2
from werkzeug.exceptions import Forbidden, abort

from odoo import models
from odoo.exceptions import UserError
from odoo.http import request

#: What a forged value becomes deep inside: a number too large for a column, a text
#: that PostgreSQL does not take.
MANGLED = (psycopg2.DataError, OverflowError, UnicodeError)

ENROL_PATH = "/second-factor"
#: What is open before the second factor is enrolled: signing in, enrolling, reporting.
#: The pages under /my ask for themselves and say how; words and logo are the pages'.
OPEN_PATHS = re.compile(
    r"^/($|my($|/)|web/(login|session|assets|bundle|webclient|static|become)|portal/"
    r"|website/translations$|web/binary/company_logo$|logo(\.png)?$"
    r"|second-factor$|report-concern|speak-up|websocket|[a-z_]+/static/)"
)
#: Pages of the web client: who comes there is sent to enrol.
PAGES = re.compile(r"^/(odoo($|/)|web$|scoped_app($|/))")
ENROLLING = ("res.users", "res.users.identitycheck", "auth_totp.wizard")


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        uid = request.session.uid
        # The pages of the web client name no user until they are drawn.
        if uid and request.env.uid in (None, uid):
            cls._refuse_without_second_factor(request.env(user=uid).user)
        return result

    @classmethod
    def _handle_error(cls, exception):
        """A request that nobody can understand gets a sentence, no error page."""
        if isinstance(exception, MANGLED) or (
            isinstance(exception, ValueError) and "NUL (0x00)" in str(exception)
        ):
            exception = UserError(
                request.env._(
                    "Part of this request cannot be understood: go back, correct it "
                    "and send it again."
                )
            )
        return super()._handle_error(exception)

    @classmethod
    def _refuse_without_second_factor(cls, user):
        """Close the remote calls of a session too: a page that asks for the second
        factor is worth nothing beside an open door."""
        path = request.httprequest.path
        if OPEN_PATHS.match(path) or not user._second_factor_missing():
            return
        if path.startswith("/web/dataset/call_kw"):
            # The address may name another model than the call does.
            called = request.get_json_data().get("params", {}).get("model")
            if called in ENROLLING and user.share:
                return
        if PAGES.match(path) and request.httprequest.method == "GET":
            # The only way to answer from here with something else than an error.
            abort(request.redirect(ENROL_PATH))
        raise Forbidden(
            request.env._("Enrol your phone first: open your account's security.")
        )
