from odoo import http
from odoo.http import request

from odoo.addons.case_referral.controllers.main import RemediationPortal, same_answer


class AgreementController(RemediationPortal):
    """A payer's page: what it signed, pays and is asked for next."""

    @http.route("/my/remediation/agreements", type="http", auth="user", readonly=False)
    @same_answer
    def agreements(self, **kwargs):
        """Show observers the agreements of their organisation."""
        self._need("observer")
        agreements = request.env["remediation.agreement"].portal_agreements()
        return self._render(
            "case_agreement_portal.portal_agreements", {"agreements": agreements}
        )
