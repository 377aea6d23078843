from odoo import models


class HouseholdMember(models.Model):
    _inherit = "remediation.household.member"

    def write(self, vals):
        """A payee suspected of harm is stopped the same second (R31)."""
        result = super().write(vals)
        if vals.get("is_suspected_of_harm") or vals.get("is_deceased"):
            # sudo: whoever records the suspicion need not read payees.
            self.env["cash.transfer.payee"].sudo().search(
                [("member_id", "in", self.ids), ("state", "!=", "stopped")]
            )._stop(self.env._("Household member may not be paid"))
        return result
