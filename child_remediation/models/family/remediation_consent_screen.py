from odoo import fields, models


class Consent(models.Model):
    _inherit = "remediation.consent"

    household_id = fields.Many2one(related="case_id.household_id")
