import logging
import re

from odoo import models
from odoo.exceptions import AccessDenied, AccessError, MissingError, UserError
from odoo.http import Response, request

_logger = logging.getLogger(__name__)

#: The portal's own pages: plain HTML with one style sheet and one script.
PAGES = re.compile(r"^/(my/remediation|report-concern|speak-up|remedies)(/|$)")
SIGN_IN = re.compile(r"^/web/(login|reset_password|signup)(/|$)")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; "
    "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}
#: Where a visit keeps the language that was chosen.
SPOKEN = "remediation_spoken"
REFUSED = (AccessError, AccessDenied, MissingError)
#: Sizes of the text, as the reader chose on this phone.
TEXT_SIZES = ("normal", "large", "largest")


def page_values():
    """What every page says of the organisation, and how large its text is here."""
    size = request.httprequest.cookies.get("text_size")
    return {
        **request.env.company._portal_brand(),
        "text_size": size if size in TEXT_SIZES else TEXT_SIZES[0],
        "text_sizes": TEXT_SIZES,
        # Each calls itself by its own name: what stands behind the stroke.
        "spoken": [
            (code, name.rpartition(" / ")[2])
            for code, name in request.env["res.lang"].get_installed()
        ],
        "spoken_now": request.env.lang or "en_US",
    }


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _headers_of(cls, path):
        headers = super()._headers_of(path)
        return {**headers, **HEADERS} if PAGES.match(path) else headers

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        path = request.httprequest.path
        if PAGES.match(path) or SIGN_IN.match(path):
            cls._speak()
        return result

    @classmethod
    def _speak(cls, wanted=None):
        """Use the language that a visitor chose, otherwise that of the browser: core
        knows no browser's Swahili. Who signed in keeps the own one.

        :param wanted: a language's first letters, of this page alone
        """
        installed = [code for code, _name in request.env["res.lang"].get_installed()]
        asked = [wanted]
        if not request.env.uid or request.env.user._is_public():
            asked.append(request.session.get(SPOKEN))
            asked += [one for one, _weight in request.httprequest.accept_languages]
        for one in filter(None, asked):
            letters = one.replace("-", "_")
            near = [code for code in installed if code[:2] == letters[:2]]
            if near:
                lang = letters if letters in near else near[0]
                request.update_context(lang=lang)
                return

    @classmethod
    def _handle_error(cls, exception):
        """What goes wrong on a page of the portal is said on one like it: light, and
        in the reader's language."""
        response = super()._handle_error(exception)
        if (
            not PAGES.match(request.httprequest.path)
            or response.status_code < 400
            or response.mimetype != "text/html"
        ):
            return response
        try:
            return cls._portal_error(response.status_code, exception)
        except Exception:
            _logger.exception("no page could be drawn for %s", response.status_code)
            return response

    @classmethod
    def _portal_error(cls, code, exception):
        request.env.cr.rollback()
        cls._auth_method_public()
        cls._speak()
        user = request.env.user
        # Only sentences for people: what was refused may name a record.
        told = isinstance(exception, UserError) and not isinstance(exception, REFUSED)
        values = {
            **page_values(),
            "code": code,
            "sentence": str(exception) if told else "",
            "roles": set(),
            "user_name": "" if user._is_public() else user.name,
            "uid": user.id,
            "lang": (request.env.lang or "en_US").replace("_", "-"),
            "path": request.httprequest.path,
        }
        page = request.env["ir.qweb"]._render("case_referral.portal_error", values)
        response = Response(page, status=code, content_type="text/html;charset=utf-8")
        cls._post_dispatch(response)
        return response
