import base64
import functools
import json
import logging

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.child_remediation.models.protection.ir_http import MANGLED
from odoo.addons.remediation_base.tools.other_words import KEY

from ..models.ir_http import SPOKEN, TEXT_SIZES, page_values
from .words import state_words

_logger = logging.getLogger(__name__)

PAGE = 20
UPLOAD_MAX_BYTES = 5 * 1024 * 1024
YEAR = 365 * 24 * 3600


def _without_nul(value):
    """Texts without the one character that PostgreSQL does not keep."""
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    return value.replace("\0", "") if isinstance(value, str) else value


class SecondFactorMissing(AccessError):
    """The page is the user's, but for the second factor."""


def same_answer(method):
    """Answer missing, foreign and forbidden records alike: one page, status 404."""

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except SecondFactorMissing:
            return self._render("case_referral.portal_two_factor")
        except (AccessError, MissingError, *MANGLED):
            _logger.info(
                "refused %s to user %s", request.httprequest.path, request.env.uid
            )
            request.env.cr.rollback()
            return self._not_found()

    return wrapper


class RemediationPortal(http.Controller):
    """The portal of partners, made for small screens and slow networks.

    Pages are plain HTML with one style sheet and one script, without Odoo's frontend
    bundles: a first visit stays far below 1 MB. Controllers hold no rights: they read
    as the user, and every change is a named method of a model. No page is read-only:
    what it shows of a case goes into the access log (R29).
    """

    def _render(self, template, values=None, status=200):
        user = request.env.user
        values = dict(
            values or {},
            roles=set() if user._is_public() else user._remediation_portal_roles(),
            user_name="" if user._is_public() else user.name,
            uid=user.id,
            lang=(request.env.lang or "en_US").replace("_", "-"),
            **page_values(),
            path=request.httprequest.path,
        )
        return request.render(template, values, status=status)

    def _not_found(self):
        return self._render("case_referral.portal_not_found", status=404)

    def _need(self, *roles):
        """Go on only with one of these roles, and with the second factor that the
        company asks of those who hold or cover cases."""
        if not request.env.user._remediation_portal_roles() & set(roles):
            raise AccessError(request.env._("This page is not open to you."))
        if self._two_factor_missing():
            raise SecondFactorMissing(request.env._("Enrol your phone first."))

    def _two_factor_missing(self):
        return request.env.user._second_factor_missing()

    def _find(self, model, code):
        """Return the record of this code that the user may read."""
        record = request.env[model].search_fetch([("name", "=", code)], limit=1)
        if not record:
            raise MissingError(request.env._("This page is not open to you."))
        request.update_context(**{KEY: record._words_of()})
        return record.with_env(request.env)

    def _posted(self, form, owner=None, besides=()):
        """Return what was posted of the questions of a form, lists for names that end
        in [], rows put together. Nothing else that was posted reaches a page (R61).

        :param besides: names that no question has: a button, the key of a form
        """
        values = self._all_posted()
        picked = form.pick(request.env, values, owner)
        picked.update({name: values[name] for name in besides if name in values})
        return picked

    def _all_posted(self):
        form = request.httprequest.form
        values = {}
        for name in form:
            if name.endswith("[]"):
                values[name[:-2]] = form.getlist(name)
            else:
                values[name] = form.get(name)
        for name, upload in request.httprequest.files.items():
            if upload.filename and not values.get(name.removesuffix("_file")):
                data = upload.stream.read(UPLOAD_MAX_BYTES + 1)
                values[name.removesuffix("_file")] = base64.b64encode(data).decode()
        return {name: _without_nul(value) for name, value in values.items()}

    def _attempt(self, change):
        """Run a change; return a sentence for the user where it cannot be made."""
        try:
            with request.env.cr.savepoint():
                change()
        except AccessError:
            raise
        except (UserError, ValidationError) as error:
            return str(error)
        except (ValueError, TypeError, *MANGLED):
            # The script of the page sends no such thing: a forged or broken form.
            _logger.info("not understood at %s", request.httprequest.path)
            return request.env._(
                "One of the answers cannot be understood: correct it and send again."
            )
        return None

    def _done(self, url):
        return request.redirect(f"{url}?ok=1", code=303, local=True)

    # Pages for everybody who signed in

    @http.route("/my/remediation", type="http", auth="user", readonly=False)
    @same_answer
    def home(self, **kwargs):
        """Show what waits for the user, by role."""
        self._need("reporter", "case_manager", "supervisor", "provider", "observer")
        if self._two_factor_missing():
            return self._render("case_referral.portal_two_factor")
        roles = request.env.user._remediation_portal_roles()
        values = {"due": [], "cases": [], "offers": [], "concerns": [], "totals": []}
        env = request.env
        if roles & {"case_manager", "provider"}:
            values["offers"] = env["remediation.referral.package"]._portal_offers(PAGE)
        if "case_manager" in roles:
            cases = env["remediation.case"]
            values["due"] = cases.portal_due()
            domain = [("user_id", "=", env.uid), ("stage", "!=", "closed")]
            values["cases"] = cases.search(
                domain, order="next_due, id desc", limit=PAGE
            )
            values["case_count"] = cases.search_count(domain)
            values["handovers"] = env["remediation.handover"].portal_open()
        if "reporter" in roles:
            values["concerns"] = env["remediation.concern"].portal_my_concerns()[:5]
        if "supervisor" in roles:
            values["organisation"] = env["res.users"].portal_organisation_numbers()
        return self._render("case_referral.portal_home", values)

    @http.route("/my/remediation/messages", type="http", auth="user", readonly=False)
    @same_answer
    def messages(self, **kwargs):
        """Show what others answered or sent back, and what waits for an answer."""
        self._need("case_manager")
        packages = request.env["remediation.referral.package"]
        return self._render(
            "case_referral.portal_messages",
            {
                **request.env["remediation.case"].portal_messages(),
                "offers": packages._portal_offers(),
                "handovers": request.env["remediation.handover"].portal_open(),
                "states": state_words(request.env),
            },
        )

    @http.route(
        "/my/remediation/text-size/<string:size>",
        type="http",
        auth="public",
        readonly=False,
    )
    def text_size(self, size, **kwargs):
        """Remember on this phone how large the text is, and go back to the start."""
        response = request.redirect("/my/remediation", code=303, local=True)
        if size in TEXT_SIZES:
            response.set_cookie(
                "text_size", size, max_age=YEAR, httponly=True, samesite="Lax"
            )
        return response

    @http.route("/my/remediation/language", type="http", auth="public", readonly=False)
    def language(self, code=None, **kwargs):
        """Go on in another language: of the user, or of this visit alone."""
        installed = dict(request.env["res.lang"].get_installed())
        if request.httprequest.method == "POST" and code in installed:
            if not request.env.user._is_public():
                request.env.user.lang = code
            request.session[SPOKEN] = code
            request.session.context = {**request.session.context, "lang": code}
        return request.redirect("/my/remediation", code=303, local=True)

    @http.route(
        "/my/remediation/app.webmanifest", type="http", auth="public", readonly=True
    )
    def manifest(self, **kwargs):
        """Say how the portal stands on a phone as an app. Neither its name nor its
        picture says what it is for."""
        name = request.env._("Remediation")
        icons = [
            {
                "src": f"/case_referral/static/src/portal/icon-{size}.png",
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": "any maskable",
            }
            for size in (192, 512)
        ]
        content = {
            "id": "/my/remediation",
            "name": name,
            "short_name": name,
            "start_url": "/my/remediation",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f3f7f7",
            "theme_color": "#106e6e",
            "icons": icons,
        }
        headers = [("Content-Type", "application/manifest+json")]
        return request.make_response(json.dumps(content), headers)

    @http.route("/my/remediation/totals", type="http", auth="user", readonly=False)
    @same_answer
    def totals(self, **kwargs):
        """Show observers the released totals (R10)."""
        self._need("observer")
        totals = request.env["referral.total"].portal_totals()
        return self._render("case_referral.portal_totals", {"totals": totals})

    @http.route(
        "/my/remediation/file/<int:file_id>", type="http", auth="user", readonly=False
    )
    @same_answer
    def file(self, file_id, **kwargs):
        """Stream one paper of a case the user holds today, and log it (R29)."""
        self._need("case_manager", "supervisor")
        attachment, data = request.env["remediation.case"].portal_read_file(file_id)
        return request.make_response(
            data,
            [
                ("Content-Type", attachment["mimetype"]),
                ("Content-Disposition", http.content_disposition(attachment["name"])),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'; sandbox"),
                ("Cache-Control", "no-store"),
            ],
        )
