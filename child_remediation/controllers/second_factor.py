import base64
import os
import re

from odoo import http
from odoo.exceptions import AccessDenied
from odoo.http import request

from odoo.addons.auth_totp.models.totp import TOTP_SECRET_SIZE

SECRET = "remediation_second_factor_secret"


class SecondFactorController(http.Controller):
    """One page on which a user enrols the telephone before anything else opens."""

    @http.route(
        "/second-factor",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
        sitemap=False,
    )
    def second_factor(self, password=None, code=None, **kwargs):
        """Show the picture to scan; take the password and the first code."""
        user = request.env.user
        if not user._second_factor_missing():
            return request.redirect("/odoo" if user._is_internal() else "/my")
        secret = request.session.get(SECRET)
        if not secret:
            secret = base64.b32encode(os.urandom(TOTP_SECRET_SIZE // 8)).decode()
            request.session[SECRET] = secret
        error = None
        if request.httprequest.method == "POST":
            error = self._enrol(user, secret, password or "", code or "")
            if not error:
                request.session.pop(SECRET)
                return request.redirect("/odoo" if user._is_internal() else "/my")
        wizard = request.env["auth_totp.wizard"].new(
            {"user_id": user.id, "secret": secret}
        )
        response = request.render(
            "child_remediation.second_factor",
            {
                "error": error,
                "picture": wizard.qrcode.decode()
                if isinstance(wizard.qrcode, bytes)
                else wizard.qrcode,
                "secret": " ".join(re.findall("....", secret)),
            },
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def _enrol(self, user, secret, password, code):
        """Keep the secret if password and code are right; return what is wrong."""
        credential = {"type": "password", "login": user.login, "password": password}
        try:
            # The password too: a session left open enrols nobody else's telephone.
            with user._assert_can_auth(user=user.id):
                user._check_credentials(credential, {"interactive": True})
        except AccessDenied:
            return request.env._("The password is wrong: type it again.")
        code = re.sub(r"\s", "", code)
        if not re.fullmatch(r"[0-9]{6}", code) or not user._totp_try_setting(
            secret, int(code)
        ):
            return request.env._(
                "The code is wrong or too old: type the six digits shown now."
            )
        return None
