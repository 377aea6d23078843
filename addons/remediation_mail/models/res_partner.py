from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Letters that came back are those of the former address."""
        moved = self.browse()
        if "email" in vals:
            moved = self.filtered(lambda partner: partner.email != vals["email"])
        result = super().write(vals)
        moved.filtered("message_bounce").message_bounce = 0
        return result
