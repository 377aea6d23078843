from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..forms import EMERGENCY, REFER, REVOKE, TRANSFER
from .remediation_case_portal import said_only


class RemediationCasePortal(models.Model):
    """Referring a child, and asking for a transfer, on the portal."""

    _inherit = "remediation.case"

    # Referring

    def portal_refer(self, values):
        """Refer the child to a service and send it. For the holder.

        ``values``: as the form ``REFER`` asks; with ``emergency_kind``, as
        ``EMERGENCY``: without consent (R6a). Returns the referral's code.
        """
        held = self._portal_held()
        if isinstance(values, dict) and values.get("emergency_kind"):
            return held._take_emergency(values).name
        return held._take_refer(values).name

    def portal_revoke(self, referral_id, reason):
        """Take back a referral of this case. For the holder."""
        case = self._portal_held()
        referral = case.referral_ids.filtered(lambda rec: rec.id == referral_id)
        if not referral:
            raise UserError(self.env._("Choose a referral of this case."))
        said = REVOKE.take(self.env, {"reason": reason}, case)
        referral.action_revoke(said["revoke_reason"])
        return True

    @api.model
    def portal_request_transfer(self, code, reason):
        """Ask the holder of a case for its transfer to the user.

        For portal case managers. The answer is the same whether such a case exists or
        not, so that nobody learns of one by asking. Returns True.
        """
        user = self.env.user
        if not user.has_group("child_remediation.group_portal_case_manager"):
            raise AccessError(self.env._("Only case managers ask for a transfer."))
        reason = TRANSFER.take(self.env, {"reason": reason})["reason"]
        # sudo: the case is not the user's; nothing of it is returned.
        manager = (
            self.env["remediation.case.manager"]
            .sudo()
            .search([("user_id", "=", user.id)])
        )
        case = self.sudo().search(
            [
                ("name", "=", str(code or "").strip().upper()),
                ("company_id", "=", manager.company_id.id),
                ("stage", "!=", "closed"),
                ("case_manager_id", "!=", manager.id),
            ]
        )
        if manager and case:
            Referral = self.env["remediation.referral"].sudo()  # sudo: as above
            if not Referral.search(
                [
                    ("case_id", "=", case.id),
                    ("to_case_manager_id", "=", manager.id),
                    ("referral_type", "=", "transfer_request"),
                    ("state", "=", "sent"),
                ]
            ):
                Referral.create(
                    {
                        "case_id": case.id,
                        "referral_type": "transfer_request",
                        "to_case_manager_id": manager.id,
                        "data_set": "minimum",
                        "reason": reason,
                    }
                )._send({}, emergency=True)
        return True

    def _take_refer(self, values):
        referral = self._draft_referral(REFER, values)
        referral.action_send()
        return referral

    def _take_emergency(self, values):
        referral = self._draft_referral(EMERGENCY, values)
        said = EMERGENCY.parse(self.env, values, self)[0]
        referral._send_emergency(
            said["emergency_kind"],
            said["override_reason"],
            said.get("legal_basis") or False,
        )
        return referral

    def _draft_referral(self, form, values):
        """A referral as a form says it; partners are offered by the service."""
        service = form.parse(self.env, values, self)[0].get("service_type_id")
        case = self.with_context(form_service=service or 0)
        vals = said_only(form.take(case.env, values, case))
        for name in ("emergency_kind", "override_reason", "legal_basis"):
            vals.pop(name, None)
        return self.env["remediation.referral"].create(
            dict(vals, case_id=self.id, referral_type="referral")
        )
