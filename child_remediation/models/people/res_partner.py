from odoo import fields, models
from odoo.fields import NO_ACCESS


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Asked for by the system alone: whether a contact is a school decides what a
    # package holds (R8).
    institution_ids = fields.One2many(
        "remediation.institution", "partner_id", groups=NO_ACCESS
    )
