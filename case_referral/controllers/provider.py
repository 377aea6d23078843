from odoo import http
from odoo.http import request

from ..forms import ATTENDANCE_ROWS, DONE, REJECT
from .main import PAGE, RemediationPortal, same_answer


class RemediationProviderController(RemediationPortal):
    """Pages of whoever receives referrals: providers, and case managers offered one."""

    @http.route("/my/remediation/referrals", type="http", auth="user", readonly=False)
    @same_answer
    def referrals(self, page=1, **kwargs):
        """List what was received and is open to the user."""
        self._need("provider", "case_manager")
        page = int(page) if str(page).isdigit() and int(page) > 0 else 1
        Package = request.env["remediation.referral.package"]
        packages = Package.search(
            list(Package._portal_inbox_domain()),
            order="id desc",
            limit=PAGE + 1,
            offset=(page - 1) * PAGE,
        )
        return self._render(
            "case_referral.portal_referrals",
            {
                "packages": packages[:PAGE],
                "closed": Package.portal_closed() if page == 1 else [],
                "page": page,
                "more": len(packages) > PAGE,
                "states": dict(
                    Package._fields["state"]._description_selection(request.env)
                ),
            },
        )

    def _package(self, code):
        self._need("provider", "case_manager")
        Package = request.env["remediation.referral.package"]
        package = Package.search(
            [("name", "=", code), *Package._portal_inbox_domain()], limit=1
        )
        package._check_recipient() if package else Package._refuse_missing()
        return package

    @http.route(
        "/my/remediation/referral/<string:code>",
        type="http",
        auth="user",
        readonly=False,
    )
    @same_answer
    def referral(self, code, ok=None, error=None, **kwargs):
        """Show one package."""
        return self._show(self._package(code), ok=ok)

    def _show(self, package, ok=None, error=None, status=200):
        env = request.env
        return self._render(
            "case_referral.portal_referral",
            {
                "package": package,
                "lines": package._portal_lines(),
                "reject": REJECT.fields(env),
                "done": DONE.fields(env),
                "values": {},
                "states": dict(package._fields["state"]._description_selection(env)),
                "ok": ok,
                "error": error,
            },
            status=status,
        )

    @http.route(
        "/my/remediation/referral/<string:code>/<any(accept,reject,done):answer>",
        type="http",
        auth="user",
        methods=["POST"],
    )
    @same_answer
    def answer(self, code, answer, **kwargs):
        """Take the receiver's answer."""
        package = self._package(code)
        values = self._posted(DONE if answer == "done" else REJECT)

        def change():
            if answer == "accept":
                package.portal_accept()
            elif answer == "reject":
                package.portal_reject(values.get("reason"), values.get("note"))
            else:
                package.portal_done(
                    values.get("outcome"), values.get("feedback"), values.get("done_on")
                )

        error = self._attempt(change)
        if error:
            return self._show(package, error=error, status=422)
        return self._done("/my/remediation/referrals")

    @http.route(
        "/my/remediation/attendance",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def attendance(self, month=None, ok=None, **kwargs):
        """Show and take one month's attendance of the children referred here."""
        self._need("provider")
        Package = request.env["remediation.referral.package"]
        month = month or str(Package._place_today())[:7]
        error, posted = None, {}
        if request.httprequest.method == "POST":
            values = self._posted(ATTENDANCE_ROWS)
            posted = {str(row.pop("row")): row for row in values["children"]}
            month = values.get("month") or month
            error = self._attempt(
                lambda: Package.portal_enter_attendance(month, posted)
            )
            if not error:
                return request.redirect(
                    f"/my/remediation/attendance?month={month}&ok=1", code=303
                )
        rows = []
        month_error = self._attempt(
            lambda: rows.extend(Package.portal_attendance_rows(month))
        )
        for row in rows:
            row.update(posted.get(str(row["id"]), {}))
        return self._render(
            "case_referral.portal_attendance",
            {
                "rows": rows,
                "days": ATTENDANCE_ROWS.rows["children"].fields(request.env),
                "month": month,
                "ok": ok,
                "error": error or month_error,
            },
        )
