from odoo import api, models

from .remediation_referral import OPEN_STATES


class RemediationConsent(models.Model):
    _inherit = "remediation.consent"

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        consents.filtered("withhold_item_ids")._strip_packages()
        # A later "no" ends what was agreed before it, as a withdrawal does (R7).
        refused = consents.filtered(lambda consent: consent.answer == "no")
        if refused:
            # sudo: as in _after_withdrawal.
            self.env["remediation.referral"].sudo()._recheck_consent(
                refused.case_id.sudo()
            )
        # sudo: same; a renewed consent lets receivers go on.
        self.env["remediation.referral"].sudo().search(
            [
                ("case_id", "in", consents.case_id.ids),
                ("state", "in", OPEN_STATES),
                ("referral_type", "in", ("referral", "transfer")),
                ("basis", "=", "consent"),
                ("package_ids.visible_until", "!=", False),
            ]
        )._limit_views()
        return consents

    def write(self, vals):
        result = super().write(vals)
        if {"withhold_item_ids", "withhold_from_ids"} & vals.keys():
            self._strip_packages()
        return result

    def _strip_packages(self):
        """Take what is withheld now out of packages that were sent before (R8)."""
        # sudo: whoever records a consent has no write right on packages.
        packages = (
            self.env["remediation.referral.package"]
            .sudo()
            .search([("case_id", "in", self.case_id.ids)])
        )
        for receiver, sent in packages.grouped("recipient_organisation_id").items():
            withheld = sent.case_id._disclosure_withheld(receiver)
            for package in sent:
                hidden = withheld[package.case_id.id]
                kept = [
                    item for item in package.data or [] if item["key"] not in hidden
                ]
                if len(kept) != len(package.data or []):
                    package._unprotected().write({"data": kept})

    def _no_longer_counts(self):
        result = super()._no_longer_counts()
        # sudo: as in _after_withdrawal.
        self.env["remediation.referral"].sudo()._recheck_consent(self.case_id.sudo())
        return result

    def _after_withdrawal(self):
        result = super()._after_withdrawal()
        # sudo: whoever withdraws may not read every referral of the case; all that
        # the consent covered close at once (R7).
        self.env["remediation.referral"].sudo()._recheck_consent(self.case_id.sudo())
        return result
