from odoo import api, fields, models
from odoo.exceptions import AccessError


class Agreement(models.Model):
    """What a payer reads of its own agreements on the portal."""

    _inherit = "remediation.agreement"

    # empty: payments alone; nobody is told more because nobody answered
    payers_see = fields.Selection(
        [
            ("payments", "Payments Only"),
            ("totals", "Payments and Totals of Children"),
        ],
    )

    @api.model
    def portal_agreements(self):
        """Return what the observer's organisation pays, one dict per agreement.

        For portal observers (AccessError otherwise): code, site, dates, share, ceiling,
        called, paid, next call, and, where the agreement gives it, how many children
        there are and are at school, by tens and never below 11 (R10). No record, no
        code of a child and no single amount of one.
        """
        user = self.env.user
        if not user.has_group("child_remediation.group_portal_observer"):
            raise AccessError(self.env._("Only observers read agreements here."))
        # sudo: observers have no right on any record; they get sums of agreements that
        # their own organisation signed.
        partner = user.sudo().partner_id.commercial_partner_id
        parties = (
            self.env["remediation.agreement.party"]
            .sudo()  # sudo: as above
            .search(
                [
                    ("partner_id.commercial_partner_id", "=", partner.id),
                    ("company_id", "in", user.company_ids.ids),
                    ("agreement_id.state", "=", "approved"),
                ]
            )
        )
        return [party._portal_values() for party in parties]
