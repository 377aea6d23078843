from odoo import http
from odoo.http import request

from . import forms
from .main import RemediationPortal, same_answer


class RemediationPublicController(RemediationPortal):
    """The anonymous form: no account, no photo, slowed down, can be switched off."""

    def _speak(self, lang):
        installed = [code for code, _name in request.env["res.lang"].get_installed()]
        wanted = next(
            (code for code in installed if lang and code.startswith(lang[:2])), None
        )
        if not wanted:
            best = request.httprequest.accept_languages.best or ""
            wanted = next(
                (code for code in installed if code.startswith(best[:2] or "-")), None
            )
        if wanted:
            request.update_context(lang=wanted)

    @http.route(
        "/report-concern",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def report_concern(self, lang=None, ok=None, **kwargs):
        """Show and take the public form."""
        self._speak(lang)
        if not request.env.company.sudo().referral_public_form:  # sudo: one setting
            return self._not_found()
        values, error, code = {}, None, None
        if request.httprequest.method == "POST":
            values = self._posted()
            address = request.httprequest.remote_addr

            def change():
                request.env["remediation.concern"]._public_report(values, address)

            error = self._attempt(change)
            if not error:
                return request.redirect(
                    f"/report-concern?ok=1&lang={(request.env.lang or 'en')[:2]}",
                    code=303,
                )
        return self._render(
            "case_referral.public_report",
            {
                "fields": forms.report(),
                "values": values,
                "error": error,
                "ok": ok,
                "code": code,
                "languages": [
                    (code[:2], name)
                    for code, name in request.env["res.lang"].get_installed()
                ],
            },
        )
