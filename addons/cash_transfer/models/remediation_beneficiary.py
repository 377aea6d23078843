from odoo import models


class RemediationBeneficiary(models.Model):
    _inherit = "remediation.beneficiary"

    def write(self, vals):
        """A beneficiary who is payee and has another name or document is another payee
        (R66)."""
        before = {}
        names = {"first_name", "last_name", "national_id"} & vals.keys()
        if names:
            # sudo: names are compared, not shown
            before = {child: [child[name] for name in names] for child in self.sudo()}
        result = super().write(vals)
        changed = [
            child.id
            for child, old in before.items()
            if old != [child[name] for name in names]
        ]
        if changed:
            # sudo: whoever corrects a name need not read payees.
            self.env["cash.transfer.payee"].sudo().search(
                [("kind", "=", "beneficiary"), ("beneficiary_id", "in", changed)]
            ).with_env(self.env)._identity_changed()
        return result
