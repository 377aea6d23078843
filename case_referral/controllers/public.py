from odoo import http
from odoo.http import request

from ..forms import COMPLAINT, CONCERN, SAFEGUARDING
from ..models.ir_http import page_values
from .main import RemediationPortal, same_answer


class RemediationPublicController(RemediationPortal):
    """The anonymous form: no account, no photo, slowed down, can be switched off."""

    def _speak(self, lang):
        """Go on in the language that the address names, on this page alone."""
        if lang:
            request.env["ir.http"]._speak(lang)

    def _languages(self):
        """Each calls itself by its own name."""
        return [(code[:2], name) for code, name in page_values()["spoken"]]

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
            values = self._posted(CONCERN, besides=("client_key", "written_at"))

            def change():
                request.env["remediation.concern"]._public_report(values)

            error = self._attempt(change)
            if not error:
                return request.redirect(
                    f"/report-concern?ok=1&lang={(request.env.lang or 'en')[:2]}",
                    code=303,
                )
        return self._render(
            "case_referral.public_report",
            {
                # Nobody is named and no photo is taken here.
                "fields": [
                    one
                    for one in CONCERN.fields(request.env)
                    if one["name"] not in ("consent_to_be_contacted", "photo")
                ],
                "values": values,
                "error": error,
                "ok": ok,
                "code": code,
                "languages": self._languages(),
            },
        )

    @http.route(
        "/speak-up/<any(safeguarding,complaint):kind>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def speak_up(self, kind, lang=None, **kwargs):
        """Show and take a safeguarding report or a complaint, from everybody (R55)."""
        self._speak(lang)
        values, error, reference = {}, None, None
        form = SAFEGUARDING if kind == "safeguarding" else COMPLAINT
        if request.httprequest.method == "POST":
            values = self._posted(form, besides=("client_key",))
            filed = []
            error = self._attempt(lambda: filed.append(self._file(kind, values)))
            reference = filed[0] if filed else None
        public = request.env.user._is_public()
        return self._render(
            "case_referral.speak_up",
            {
                "kind": kind,
                "fields": form.fields(request.env),
                "values": values,
                "error": error,
                "filed": reference is not None,
                "reference": reference,
                "public_page": public,
                "languages": self._languages(),
            },
        )

    @http.route("/remedies", type="http", auth="public", methods=["GET"], readonly=True)
    @same_answer
    def remedies(self, lang=None, **kwargs):
        """Show the totals of complaints and remedies that were published (R10)."""
        self._speak(lang)
        # sudo: what a coordinator published is for everybody, and has no small cell.
        releases = (
            request.env["remediation.remedy.release"]
            .sudo()
            .search(
                [
                    ("state", "=", "published"),
                    ("company_id", "=", request.env.company.id),
                ],
                limit=10,
            )
        )
        if not releases:
            return self._not_found()
        return self._render(
            "case_referral.public_remedies",
            {
                "years": [(release.year, release.shown) for release in releases],
                "public_page": True,
                "languages": self._languages(),
            },
        )

    def _file(self, kind, values):
        """File through the model's own method; a form sent twice is filed once."""
        env = request.env
        key = values.get("client_key")
        if kind == "complaint":
            key = env["remediation.concern"]._portal_client_key(key)
        vals = {
            name: values[name]
            for name in values
            if isinstance(values[name], str) and values[name].strip()
        }
        for flag in ("is_anonymous", "is_immediate_danger"):
            vals[flag] = values.get(flag) == "1"
        vals["client_key"] = key
        vals["channel"] = "public" if env.user._is_public() else "portal"
        if kind == "safeguarding":
            return env["remediation.safeguarding.report"].file_report(vals)
        return env["remediation.complaint"].file_complaint(vals)
