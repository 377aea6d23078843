from odoo import api, models

from .remediation_referral import OPEN_STATES


class RemediationClosure(models.Model):
    """A closure first decides about open referrals (R22)."""

    _inherit = "remediation.closure"

    @api.model
    def _undecided(self, case):
        undecided = super()._undecided(case)
        # sudo: what is open of the case; codes alone leave the method.
        referrals = (
            self.env["remediation.referral"]
            .sudo()
            .search(
                [
                    ("case_id", "=", case.id),
                    ("state", "in", OPEN_STATES),
                    ("kept_until", "=", False),
                ]
            )
        )
        if referrals:
            undecided.append(
                self.env._(
                    "Decide on the referrals %(codes)s: take them back, record the "
                    "outcome, or keep the service until a day.",
                    codes=", ".join(referrals.mapped("name")),
                )
            )
        return undecided
