from odoo import models


class RemediationReferral(models.Model):
    _inherit = "remediation.referral"

    def _package_data(self):
        """Return the package as a list, computed once at sending. What may be in it is
        decided by the case (``_disclosure_keys``, R6 and R8)."""
        self.ensure_one()
        # sudo: the sender may be a portal user without right on the contact's or
        # caregiver's fields; what goes in is the fixed list of keys.
        referral = self.sudo()
        keys = referral.case_id._disclosure_keys(
            referral.to_organisation_id,
            referral.data_set,
            referral.service_type_id,
            is_offer=referral.referral_type in ("assignment", "transfer_request"),
        )
        values = referral._package_values(keys)
        return [{"key": key, "value": values[key]} for key in keys if values.get(key)]

    def _package_values(self, keys):
        self.ensure_one()
        return {
            **self.case_id._disclosure_values(keys),
            "service": self.service_type_id.name,
            "reason": self.reason,
            "urgency": self.urgency,
        }
