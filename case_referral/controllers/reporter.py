from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from ..forms import CONCERN
from .main import RemediationPortal, same_answer


class RemediationReporterController(RemediationPortal):
    """Pages of the reporter: one form, kept on the telephone until it was sent."""

    @http.route(
        "/my/remediation/report",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def report(self, ok=None, **kwargs):
        """Show the form; take it from telephones without a script."""
        self._need("reporter")
        values, error = {}, None
        if request.httprequest.method == "POST":
            values = self._posted(CONCERN, besides=("client_key", "written_at"))
            error = self._attempt(
                lambda: request.env["remediation.concern"].portal_report(values)
            )
            if not error:
                return self._done("/my/remediation/reports")
        return self._render(
            "case_referral.portal_report",
            {"fields": CONCERN.fields(request.env), "values": values, "error": error},
        )

    @http.route("/my/remediation/report/send", type="jsonrpc", auth="user")
    def send(self, values=None):
        """Take a report that may have waited on the telephone; the same one once.

        Returns ``{"code": …}``, or ``{"error": sentence}`` for the person to correct.
        """
        try:
            with request.env.cr.savepoint():
                result = request.env["remediation.concern"].portal_report(values or {})
        except AccessError:
            return {"error": request.env._("Sign in as a reporter to send this.")}
        except UserError as error:
            return {"error": str(error)}
        return {"code": result["code"]}

    @http.route("/my/remediation/reports", type="http", auth="user", readonly=False)
    @same_answer
    def reports(self, ok=None, **kwargs):
        """List the user's own reports."""
        self._need("reporter")
        _ = request.env._
        return self._render(
            "case_referral.portal_reports",
            {
                "concerns": request.env["remediation.concern"].portal_my_concerns(),
                "ok": ok,
                "words": {
                    "received": _("Received"),
                    "in_review": _("Being looked at"),
                    "followed_up": _("Followed up"),
                    "closed": _("Closed"),
                },
            },
        )
