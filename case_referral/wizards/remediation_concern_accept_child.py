from odoo import fields, models


class RemediationConcernAcceptChild(models.TransientModel):
    """One of several children of a report, on the page that makes their cases."""

    _name = "remediation.concern.accept.child"
    _description = "Child of a Concern"

    accept_id = fields.Many2one(
        "remediation.concern.accept", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="accept_id.company_id")
    beneficiary_id = fields.Many2one(
        comodel_name="remediation.beneficiary",
        string="Known Child",
        domain="[('company_id', '=', company_id)]",
    )
    first_name = fields.Char()
    last_name = fields.Char()
    nickname = fields.Char()
    sex = fields.Selection(
        selection=[("female", "Girl"), ("male", "Boy"), ("other", "Other")]
    )
    age_estimated = fields.Integer(string="Estimated Age")
