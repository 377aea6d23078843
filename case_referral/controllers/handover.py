from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from ..forms import VISIT
from .main import RemediationPortal, same_answer


class RemediationHandoverController(RemediationPortal):
    """The page on which a former worker reads along, or finishes a visit."""

    def _handover(self, handover_id):
        self._need("case_manager")
        handover = (
            request.env["remediation.handover"]
            .portal_open()
            .filtered(lambda handover: handover.id == handover_id)
        )
        if not handover:
            raise AccessError(request.env._("This page is not open to you."))
        return handover

    @http.route(
        "/my/remediation/handover/<int:handover_id>",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=False,
    )
    @same_answer
    def handover(self, handover_id, ok=None, **kwargs):
        """Show the sheet of one handover and take the visit of a grace."""
        handover = self._handover(handover_id)
        values, error = {}, None
        if request.httprequest.method == "POST":
            values = self._posted(VISIT)
            error = self._attempt(lambda: handover.portal_record_visit(values))
            if not error:
                return self._done(f"/my/remediation/handover/{handover.id}")
        return self._render(
            "case_referral.portal_handover",
            {
                "handover": handover,
                "fields": VISIT.fields(request.env) if handover.due_visit_on else [],
                "values": values,
                "error": error,
                "ok": ok,
            },
        )
