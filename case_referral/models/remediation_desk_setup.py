from odoo import api, models

from odoo.addons.child_remediation.models.remediation_desk_setup import COORDINATOR

from .res_users import PORTAL_ROLES


class Desk(models.AbstractModel):
    _inherit = "remediation.desk"

    @api.model
    def _setup_steps(self):
        return [
            *super()._setup_steps(),
            self._setup_step(
                "partner",
                self.env._("First Partner"),
                self.env._("An organisation and its papers. Two coordinators decide."),
                COORDINATOR,
                "case_referral.referral_accreditation_action",
                [
                    (
                        "referral.accreditation",
                        [
                            ("company_id", "=", self.env.company.id),
                            ("state", "=", "accredited"),
                        ],
                    )
                ],
            ),
            self._setup_step(
                "partner_people",
                self.env._("People of Partners"),
                self.env._("Invite somebody of a partner to the portal."),
                COORDINATOR,
                "case_referral.referral_invite_action",
                [
                    (
                        "res.users",
                        [
                            (
                                "all_group_ids",
                                "in",
                                [self._group(name) for name in PORTAL_ROLES.values()],
                            ),
                            ("company_ids", "in", self.env.company.id),
                        ],
                    )
                ],
            ),
        ]
