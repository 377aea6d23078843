from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """An institution that is payee and has another name is another payee (R66)."""
        before = {}
        if "name" in vals:
            before = {partner.id: partner.name for partner in self}
        result = super().write(vals)
        changed = [p.id for p in self if p.id in before and before[p.id] != p.name]
        if changed:
            # sudo: whoever keeps the address book need not read payees.
            self.env["cash.transfer.payee"].sudo().search(
                [("partner_id", "in", changed)]
            ).with_env(self.env)._identity_changed()
        return result
