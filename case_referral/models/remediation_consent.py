from odoo import api, fields, models


class RemediationConsent(models.Model):
    _inherit = "remediation.consent"

    withhold_item_ids = fields.Many2many(
        comodel_name="referral.package.item",
        string="Withhold",
        help="Never shown to the receivers named beside it (R8).",
    )
    withhold_from_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="remediation_consent_withhold_rel",
        string="From whom",
        help="Empty: from everybody.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        consents.filtered("withhold_item_ids")._strip_packages()
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
        for package in packages:
            withheld = package.case_id._withheld_from(package.recipient_organisation_id)
            kept = [item for item in package.data or [] if item["key"] not in withheld]
            if len(kept) != len(package.data or []):
                package._unprotected().write({"data": kept})

    def _after_withdrawal(self):
        result = super()._after_withdrawal()
        # sudo: whoever withdraws may not read every referral of the case; all that
        # the consent covered close at once (R7).
        self.env["remediation.referral"].sudo()._recheck_consent(self.case_id.sudo())
        return result
