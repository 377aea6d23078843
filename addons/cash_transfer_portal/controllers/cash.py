from odoo import http
from odoo.http import request

from odoo.addons.case_referral.controllers.case import RemediationCaseController
from odoo.addons.case_referral.controllers.main import same_answer

from ..forms import CASH


class CashController(RemediationCaseController):
    """Cash support of a case, for its holder and the partner's supervisor."""

    @http.route(
        "/my/remediation/case/<string:code>/cash",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def cash(self, code, ok=None, **kwargs):
        """Show what was paid and take a proposal."""
        case = self._case(code)
        if self._two_factor_missing():
            return self._render("case_referral.portal_two_factor")
        own = case.user_id == request.env.user
        values, error = {}, None
        if request.httprequest.method == "POST":
            case = self._own_case(code)
            values = self._posted(CASH, case)
            error = self._attempt(lambda: case.portal_propose_cash(values))
            if not error:
                return self._done(f"/my/remediation/case/{case.name}/cash")
        return self._render(
            "cash_transfer_portal.portal_cash",
            {
                "case": case,
                "own": own,
                "ok": ok,
                "error": error,
                "values": values,
                "support": case.portal_cash(),
                "fields": CASH.fields(request.env, case) if own else [],
            },
        )
