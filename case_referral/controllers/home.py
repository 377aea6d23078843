from odoo import http
from odoo.http import request

from odoo.addons.auth_signup.controllers.main import AuthSignupHome
from odoo.addons.auth_totp.controllers.home import Home as TotpHome
from odoo.addons.portal.controllers.web import Home as PortalHome

from ..models.ir_http import HEADERS
from .main import page_values

LIGHT_TEMPLATES = {
    "web.login": "case_referral.sign_in",
    "auth_totp.auth_totp_form": "case_referral.sign_in_code",
}


class RemediationHome(PortalHome, AuthSignupHome, TotpHome):
    """Signs people of the portal in on light pages and sends them to their own home."""

    def _login_redirect(self, uid, redirect=None):
        # The back office's address leads people of the portal nowhere else.
        if not redirect or redirect.startswith(("/odoo", "/web")):
            # sudo: the groups of the user who has just signed in are read.
            user = request.env["res.users"].sudo().browse(uid)
            if user.share and user._remediation_portal_roles():
                redirect = "/my/remediation"
        return super()._login_redirect(uid, redirect=redirect)

    @http.route()
    def web_login(self, redirect=None, **kw):
        response = super().web_login(redirect=redirect, **kw)
        return self._lightened(response, redirect)

    @http.route()
    def web_totp(self, redirect=None, **kwargs):
        response = super().web_totp(redirect=redirect, **kwargs)
        return self._lightened(response, redirect)

    def _lightened(self, response, redirect):
        light = LIGHT_TEMPLATES.get(getattr(response, "template", None))
        if light and (redirect or "").startswith("/my/remediation"):
            response.template = light
            response.headers.update(HEADERS)
            response.qcontext.update(
                lang=(request.env.lang or "en_US").replace("_", "-"),
                redirect=redirect,
                roles=set(),
                user_name="",
                uid=0,
                path="",
                **page_values(),
            )
        return response
