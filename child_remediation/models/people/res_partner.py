from odoo import fields, models
from odoo.fields import NO_ACCESS


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Asked for by the system alone: whether a contact is a school decides what a
    # package holds (R8).
    institution_ids = fields.One2many(
        "remediation.institution", "partner_id", groups=NO_ACCESS
    )

    def write(self, vals):
        result = super().write(vals)
        if {"parent_id", "is_company"} & vals.keys():
            # Which organisation a user belongs to is kept in memory.
            self.env.registry.clear_cache()
        return result
