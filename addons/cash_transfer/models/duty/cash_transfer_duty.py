from odoo import api, models
from odoo.exceptions import AccessError

GROUPS = {
    "prepare": "cash_transfer.group_cash_officer",
    "approve": "cash_transfer.group_cash_approver",
    "release": "cash_transfer.group_cash_releaser",
    "reconcile": "cash_transfer.group_cash_reconciler",
}
DUTIES = [
    ("prepare", "Prepare"),
    ("approve", "Approve"),
    ("release", "Release"),
    ("reconcile", "Reconcile"),
]
#: Pairs that nobody may unite, whatever the company's table says (R37).
FIXED_PAIRS = (("prepare", "approve"), ("approve", "release"), ("release", "reconcile"))


class CashDuty(models.AbstractModel):
    """Who may act, for whom, and who may not because of an earlier step (R37)."""

    _name = "cash.transfer.duty"
    _description = "Duties in Cash Transfers"

    @api.model
    def _duty_labels(self):
        return {
            "prepare": self.env._("preparing"),
            "approve": self.env._("approving"),
            "release": self.env._("releasing"),
            "reconcile": self.env._("reconciling"),
        }

    @api.model
    def _principals(self, duty, company):
        """Return the users whose duty the current user carries today, oneself first."""
        return self._people([duty], company)

    @api.model
    def _people(self, duties, company):
        """Return those whom the user acts for in any of these duties today, oneself
        first."""
        user = self.env.user
        today = self._place_today()
        # sudo: deputies are a table of the administrator; who stands in for whom today
        # is the only thing that leaves this method.
        rows = (
            self.env["cash.transfer.deputy"]
            .sudo()
            .search(
                [
                    ("deputy_id", "=", user.id),
                    ("duty", "in", list(duties)),
                    ("is_in_force", "=", True),
                    ("company_id", "=", company.id),
                    ("date_from", "<=", today),
                    ("date_to", ">=", today),
                ]
            )
        )
        own = any(user.has_group(GROUPS[duty]) for duty in duties)
        absent = rows.filtered(lambda row: row.user_id.has_group(GROUPS[row.duty]))
        return (user if own else self.env["res.users"]) | absent.user_id

    @api.model
    def _check_duty(self, duty, company):
        """Return whom the current user acts for.

        :raises AccessError: neither the duty nor a deputyship for it.
        """
        principals = self._principals(duty, company)
        if not principals:
            raise AccessError(
                self.env._(
                    "%(duty)s cash transfers is not your duty: ask somebody who "
                    "has it, "
                    "or let the administrator name you as deputy.",
                    duty=self._duty_labels()[duty].capitalize(),
                )
            )
        return principals[:1]

    @api.model
    def _conflicting_duties(self, duty, company, emergency=False):
        """Return the duties whose holders may not also carry out ``duty``."""
        pairs = set(FIXED_PAIRS)
        if emergency:
            pairs.discard(("approve", "release"))
        else:
            # sudo: the table is maintained by the administrator; officers need its
            # answer only.
            rows = (
                self.env["cash.transfer.duty.pair"]
                .sudo()
                .search([("company_id", "=", company.id), ("is_in_force", "=", True)])
            )
            pairs |= {(row.first_duty, row.second_duty) for row in rows}
        return {b for a, b in pairs if a == duty} | {a for a, b in pairs if b == duty}
