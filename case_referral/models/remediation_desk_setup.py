from odoo import api, models

from odoo.addons.child_remediation.models.remediation_desk_setup import COORDINATOR


class Desk(models.AbstractModel):
    _inherit = "remediation.desk"

    @api.model
    def _setup_steps(self):
        return [
            *super()._setup_steps(),
            self._setup_step(
                "partner",
                self.env._("First Partner"),
                self.env._("An organisation, its accreditation, then the invitation."),
                COORDINATOR,
                "case_referral.referral_accreditation_action",
                [("referral.accreditation", [("state", "=", "accredited")])],
            ),
        ]
