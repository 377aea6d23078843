from odoo import models


class HouseholdMember(models.Model):
    _inherit = "remediation.household.member"

    def write(self, vals):
        """A payee suspected of harm is stopped the same second (R31); one with another
        name or document is another payee (R66)."""
        before = {}
        if {"full_name", "national_id"} & vals.keys():
            # sudo: names are compared, not shown
            before = {m: (m.full_name, m.national_id) for m in self.sudo()}
        result = super().write(vals)
        # sudo: whoever records the suspicion or the name need not read payees.
        payees = self.env["cash.transfer.payee"].sudo()
        if vals.get("is_suspected_of_harm") in ("yes", True) or vals.get("is_deceased"):
            payees.search(
                [("member_id", "in", self.ids), ("state", "!=", "stopped")]
            )._stop(self.env._("Household member may not be paid"))
        changed = [
            m.id for m, old in before.items() if old != (m.full_name, m.national_id)
        ]
        if changed:
            payees.search([("member_id", "in", changed)]).with_env(
                self.env
            )._identity_changed()
        return result
