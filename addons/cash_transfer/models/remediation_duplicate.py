from odoo import models

from .entitlement.cash_transfer_entitlement import OPEN_STATES


class RemediationDuplicate(models.Model):
    """Two files of one child are merged once their money is settled (R4)."""

    _inherit = "remediation.duplicate"

    def _move_to_kept(self, kept, gone):
        """Payments follow the child, so that the two files never get one month's money
        twice (R32, R67)."""
        result = super()._move_to_kept(kept, gone)
        for model in (
            "cash.transfer.payment.line",
            "cash.transfer.payment.split",
            "cash.transfer.payee",
        ):
            # sudo: supervisors do not read payments (R45); the merge was decided.
            self.env[model].sudo().search(
                [("beneficiary_id", "in", gone.ids)]
            )._unprotected().write({"beneficiary_id": kept.id})
        return result

    def _problems_to_merge(self, kept, gone):
        problems = super()._problems_to_merge(kept, gone)
        children = kept | gone
        # sudo: supervisors do not read payments (R45); codes alone are shown.
        lines = (
            self.env["cash.transfer.payment.line"]
            .sudo()
            .search(
                [
                    ("beneficiary_id", "in", children.ids),
                    ("status", "in", ["pending", "sent", "in_question"]),
                ]
            )
        )
        if lines:
            problems.append(
                self.env._(
                    "Stop these payments, or wait for the provider's report: "
                    "%(codes)s.",
                    codes=", ".join(lines.mapped("name")),
                )
            )
        # sudo: the other child's case may belong to another team.
        entitlements = (
            self.env["cash.transfer.entitlement"]
            .sudo()
            .search(
                [
                    ("beneficiary_id", "in", children.ids),
                    ("state", "in", list(OPEN_STATES)),
                ]
            )
        )
        if len(entitlements.beneficiary_id) > 1:
            problems.append(
                self.env._(
                    "Both children have cash support (%(codes)s): end that of one of "
                    "them first.",
                    codes=", ".join(entitlements.mapped("name")),
                )
            )
        # sudo: whether there is a case, and nothing of it
        elif entitlements.beneficiary_id == gone and kept.sudo().current_case_id:
            problems.append(
                self.env._(
                    "%(child)s has cash support (%(codes)s): keep that child, or end "
                    "the support first.",
                    child=gone.name,
                    codes=", ".join(entitlements.mapped("name")),
                )
            )
        return problems
