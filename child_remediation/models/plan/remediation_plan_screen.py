from odoo import fields, models


class Plan(models.Model):
    _inherit = "remediation.plan"

    household_id = fields.Many2one(related="case_id.household_id")
