from odoo import api, models

from .entitlement.cash_transfer_entitlement import OPEN_STATES


class RemediationClosure(models.Model):
    """A closure first decides about money (R22)."""

    _inherit = "remediation.closure"

    @api.model
    def _undecided(self, case):
        missing = super()._undecided(case)
        # sudo: what is open of the case's money; codes alone leave the method.
        undecided = (
            self.env["cash.transfer.entitlement"]
            .sudo()
            .search(
                [
                    ("case_id", "=", case.id),
                    ("state", "in", list(OPEN_STATES)),
                    ("is_end_decided", "=", False),
                ]
            )
        )
        if undecided:
            missing.append(
                self.env._(
                    "Decide on the cash support %(codes)s: end it now or on a day, or "
                    "cancel the proposal.",
                    codes=", ".join(undecided.mapped("name")),
                )
            )
        # sudo: case staff do not read payments (R45).
        unreported = (
            self.env["cash.transfer.payment.line"]
            .sudo()
            .search(
                [
                    ("entitlement_id.case_id", "=", case.id),
                    ("status", "in", ["sent", "in_question"]),
                ]
            )
        )
        if unreported:
            missing.append(
                self.env._(
                    "Wait for the provider's report on the payments %(codes)s.",
                    codes=", ".join(unreported.mapped("name")),
                )
            )
        return missing
