from odoo import http
from odoo.http import request
from odoo.tools import LazyTranslate

from odoo.addons.auth_totp.controllers.home import Home as TotpHome
from odoo.addons.child_remediation.controllers.second_factor import (
    SecondFactorController,
)
from odoo.addons.child_remediation.controllers.sign_up import SignUp
from odoo.addons.portal.controllers.web import Home as PortalHome

from ..models.ir_http import HEADERS, page_values

_lt = LazyTranslate(__name__)

LIGHT_TEMPLATES = {
    "web.login": "case_referral.sign_in",
    "auth_totp.auth_totp_form": "case_referral.sign_in_code",
    "auth_signup.reset_password": "case_referral.sign_in_reset",
    "auth_signup.signup": "case_referral.sign_in_reset",
    "child_remediation.second_factor": "case_referral.portal_second_factor",
}
WRONG_CODE = _lt("The code is wrong: type the six digits that the phone shows now.")
#: What core says where it has no words of the reader's language, and we have.
SAID = {
    "Wrong login/password": _lt("The e-mail or the password is wrong."),
    "Verification failed, please double-check the 6-digit code": WRONG_CODE,
    "Verification failed, please use the latest 6-digit code": WRONG_CODE,
    "Invalid authentication code format.": WRONG_CODE,
    "You reached the limit of code verifications for your account, please try again "
    "later.": _lt("There were too many tries. Wait a while, then try again."),
}


def lightened(response):
    """The same page as those of the portal: light, and in all of its languages."""
    light = LIGHT_TEMPLATES.get(getattr(response, "template", None))
    if light:
        response.template = light
        response.headers.update(HEADERS)
        response.qcontext.update(
            lang=(request.env.lang or "en_US").replace("_", "-"),
            roles=set(),
            user_name="",
            uid=0,
            **page_values(),
            path=request.httprequest.path,
        )
    return response


class RemediationHome(PortalHome, SignUp, TotpHome):
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

    @http.route()
    def web_auth_reset_password(self, *args, **kw):
        response = super().web_auth_reset_password(*args, **kw)
        return self._new_password(response)

    @http.route()
    def web_auth_signup(self, *args, **kw):
        response = super().web_auth_signup(*args, **kw)
        return self._new_password(response)

    def _new_password(self, response):
        values = getattr(response, "qcontext", None) or {}
        redirect = values.get("redirect")
        if values.get("token") and not values.get("invalid_token"):
            # sudo: whose link it is; only the holder of its token asks.
            user = request.env["res.users"].sudo()
            user = user.search([("login", "=", values.get("login"))], limit=1)
            if user.share and user._remediation_portal_roles():
                redirect = "/my/remediation"
                request.update_context(lang=user.lang or request.env.lang)
        posted = request.httprequest.method == "POST"
        if values:
            values.update(answered=posted, refused=bool(values.get("error")))
        response = self._lightened(response, redirect)
        if getattr(response, "template", None) == "case_referral.sign_in_reset":
            # What core says of it is not in each language of the portal.
            values["error"] = values["message"] = None
        return response

    def _lightened(self, response, redirect):
        if not (redirect or "").startswith("/my/remediation"):
            return response
        response = lightened(response)
        if hasattr(response, "qcontext"):
            values = response.qcontext
            said = SAID.get(values.get("error"))
            values.update(redirect=redirect)
            if said:
                values["error"] = request.env._(said)
        return response


class PortalSecondFactor(SecondFactorController):
    """The page of the second factor for people of the portal."""

    @http.route()
    def second_factor(self, *args, **kwargs):
        response = super().second_factor(*args, **kwargs)
        user = request.env.user
        if not user.share or not user._remediation_portal_roles():
            return response
        if response.status_code == 303 or response.location:
            return request.redirect("/my/remediation", code=303, local=True)
        return lightened(response)
