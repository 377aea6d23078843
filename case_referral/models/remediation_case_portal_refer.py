from odoo import api, models
from odoo.exceptions import AccessError, UserError


class RemediationCasePortal(models.Model):
    """Referring a child, and asking for a transfer, on the portal."""

    _inherit = "remediation.case"

    # Referring

    def portal_refer(self, values):
        """Refer the child to a service and send it. For the holder.

        ``values``: to_organisation_id, service_type_id, action_id, data_set, urgency,
        message, reason; for an emergency without consent (R6a) also emergency_kind,
        override_reason and legal_basis. Returns the referral's code.
        """
        case = self._portal_held()
        values = self._clean_values(values)
        service_id = self._clean_number(values, "service_type_id", 0, 2**31)
        partner_id = self._clean_number(values, "to_organisation_id", 0, 2**31)
        # sudo: master data and the accredited partners of this company only.
        service = (
            self.env["remediation.service.type"]
            .sudo()
            .search([("id", "=", service_id)])
        )
        if not service:
            raise UserError(self.env._("Choose the service asked for."))
        allowed = self.env["referral.matching"]._live_accreditations(
            case.company_id, ("service", "both"), service
        )
        if partner_id not in allowed.partner_id.ids:
            raise UserError(self.env._("Choose one of the partners offered."))
        action_id = self._clean_number(values, "action_id", 0, 2**31)
        if action_id and action_id not in case.plan_action_ids.ids:
            raise UserError(self.env._("Choose an action of this child's own plan."))
        vals = {
            "case_id": case.id,
            "referral_type": "referral",
            "to_organisation_id": partner_id,
            "service_type_id": service.id,
            "action_id": action_id or False,
            "reason": self._clean_text(values, "reason", 2000),
            "message": self._clean_text(values, "message", 1000),
        }
        for name in ("data_set", "urgency"):
            choice = self._clean_choice("remediation.referral", values, name)
            if choice:
                vals[name] = choice
        # sudo: _portal_held checked that the user holds the case.
        referral = self.env["remediation.referral"].sudo().create(vals)
        if values.get("emergency_kind"):
            referral._send_emergency(
                values["emergency_kind"],
                self._clean_text(values, "override_reason", 2000),
                self._clean_text(values, "legal_basis", 300),
            )
        else:
            referral.action_send()
        return referral.name

    def portal_revoke(self, referral_id, reason):
        """Take back a referral of this case. For the holder."""
        case = self._portal_held()
        referral = case.referral_ids.filtered(lambda rec: rec.id == referral_id)
        if not referral:
            raise UserError(self.env._("Choose a referral of this case."))
        referral.action_revoke(self._clean_text({"reason": reason}, "reason", 500))
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
        reason = self._clean_text({"reason": reason}, "reason", 1000)
        if not reason:
            raise UserError(self.env._("Write why the case should come to you."))
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
