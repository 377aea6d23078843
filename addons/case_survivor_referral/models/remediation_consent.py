from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Consent without which nothing goes over a border.
ABROAD = "share_abroad"


class Consent(models.Model):
    _inherit = "remediation.consent"

    purpose = fields.Selection(
        selection_add=[(ABROAD, "Sharing with a Counterpart Abroad")],
        ondelete={ABROAD: "cascade"},
    )

    @api.constrains("purpose", "organisation_ids", "answer")
    def _check_counterpart(self):
        for consent in self:
            if (
                consent.purpose == ABROAD
                and consent.answer == "yes"
                and not consent.organisation_ids
            ):
                raise ValidationError(
                    self.env._("Name the organisation abroad that the consent is for.")
                )
