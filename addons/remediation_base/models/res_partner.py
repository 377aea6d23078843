from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            # Zones of companies are kept in memory.
            self.env.registry.clear_cache()
        return result
