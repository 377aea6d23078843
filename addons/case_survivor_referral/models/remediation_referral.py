from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RemediationReferral(models.Model):
    """A referral to a counterpart in another country.

    Nobody there is on the portal: the minimum goes out of it by hand, and the holder
    of the case records what they answer, within the time that was asked.
    """

    _inherit = "remediation.referral"

    is_abroad = fields.Boolean(
        compute="_compute_is_abroad",
        store=True,
        precompute=True,
        compute_sudo=True,
        string="Abroad",
        help="The organisation has its seat in another country.",
    )
    is_external = fields.Boolean(
        compute="_compute_is_external", store=True, precompute=True, readonly=False
    )
    data_set = fields.Selection(
        compute="_compute_data_set",
        store=True,
        precompute=True,
        readonly=False,
        default=None,
    )

    # On the organisation alone: one that moves later changes no past referral.
    @api.depends("to_organisation_id", "referral_type", "case_id")
    def _compute_is_abroad(self):
        for referral in self:
            referral.is_abroad = (
                referral.referral_type == "referral"
                and referral.case_id._is_abroad(referral.to_organisation_id)
            )

    @api.depends("is_abroad")
    def _compute_is_external(self):
        for referral in self:
            referral.is_external = referral.is_abroad or referral.is_external

    @api.depends("is_abroad")
    def _compute_data_set(self):
        for referral in self:
            referral.data_set = (
                "minimum" if referral.is_abroad else referral.data_set or "service"
            )

    @api.constrains("is_abroad", "is_external", "data_set")
    def _check_abroad(self):
        for referral in self:
            if referral.is_abroad and (
                not referral.is_external or referral.data_set != "minimum"
            ):
                raise ValidationError(
                    self.env._(
                        "The minimum goes abroad, by hand: nobody there is on the "
                        "portal."
                    )
                )
