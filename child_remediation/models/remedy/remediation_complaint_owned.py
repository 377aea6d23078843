from odoo import fields, models


class ComplaintOwned(models.AbstractModel):
    """What hangs on a complaint: whoever sees the complaint sees it, by the same rules
    (R55), and nobody else."""

    _name = "remediation.complaint.owned"
    _description = "Record Owned by a Complaint"
    _inherit = ["remediation.protected.mixin", "remediation.access.logged"]
    _rules_of = "remediation.complaint"
    _check_company_auto = True

    _remediation_sensitive = True
    _protected_fields = frozenset({"company_id", "team_id", "user_id", "is_restricted"})
    _frozen_fields = frozenset({"complaint_id"})

    complaint_id = fields.Many2one(
        "remediation.complaint", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, index=True, precompute=True
    )
    team_id = fields.Many2one(
        related="complaint_id.team_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        related="complaint_id.user_id",
        store=True,
        index=True,
        precompute=True,
        string="Responsible",
    )
    is_restricted = fields.Boolean(
        related="complaint_id.is_restricted", store=True, precompute=True
    )
    hidden_from_ids = fields.Many2many(related="complaint_id.hidden_from_ids")
