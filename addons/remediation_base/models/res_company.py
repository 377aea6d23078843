from odoo import api, models
from odoo.tools import ormcache


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model
    @ormcache("company_id")
    def _zone_name(self, company_id):
        """The name of a company's time zone; False where it has none."""
        # sudo: the zone of a company is no secret.
        return self.sudo().browse(company_id).partner_id.tz
