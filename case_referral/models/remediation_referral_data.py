from odoo import models


class RemediationReferral(models.Model):
    _inherit = "remediation.referral"

    def _package_data(self):
        """Return each package as a list, by id of its referral, computed once at
        sending. What may be in it is decided by the case (``_disclosure_keys``, R6 and
        R8)."""
        # sudo: the sender may be a portal user without right on the contact's or
        # caregiver's fields; what goes in is the fixed list of keys.
        by_receiver = self.sudo().grouped(
            lambda referral: (
                referral.to_organisation_id,
                referral.data_set,
                referral.service_type_id,
                referral.referral_type in ("assignment", "transfer_request"),
            )
        )
        packages = {}
        for receiver, referrals in by_receiver.items():
            cases = referrals.case_id
            keys = cases._disclosure_keys(*receiver)
            values = cases._disclosure_values(keys)
            for referral in referrals:
                shown = {
                    **values[referral.case_id.id],
                    "service": referral.service_type_id.name,
                    "reason": referral.reason,
                    "urgency": referral.urgency,
                }
                packages[referral.id] = [
                    {"key": key, "value": shown[key]}
                    for key in keys[referral.case_id.id]
                    if shown.get(key)
                ]
        return packages
