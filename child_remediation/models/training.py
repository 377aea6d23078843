from odoo import fields, models


class Training(models.Model):
    """A training or examination a worker passed (E15)."""

    _name = "remediation.training"
    _description = "Worker Training"
    _inherit = ["remediation.protected.mixin"]
    _order = "date desc, id desc"
    _rules_of = "remediation.vetting"

    _protected_fields = frozenset({"company_id", "team_id", "user_id"})
    _frozen_fields = frozenset({"case_manager_id"})
    _about_user = "case_manager_id.user_id"

    case_manager_id = fields.Many2one(
        "remediation.case.manager", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_manager_id.company_id", store=True)
    team_id = fields.Many2one(related="case_manager_id.team_id", store=True, index=True)
    user_id = fields.Many2one(related="case_manager_id.user_id", store=True, index=True)
    topic = fields.Selection(
        [
            ("safeguarding", "Child Safeguarding"),
            ("case_management", "Case Management"),
            ("data_protection", "Data Protection"),
            ("interviewing", "Interviewing Children"),
            ("other", "Other"),
        ],
        required=True,
    )
    is_examination = fields.Boolean()
    date = fields.Date(required=True, default=fields.Date.context_today)
    valid_until = fields.Date()
    hours = fields.Float()
    score = fields.Float()

    _hours_not_negative = models.Constraint(
        "CHECK (hours >= 0)", "Hours of training cannot be negative."
    )
    _valid_after_date = models.Constraint(
        "CHECK (valid_until IS NULL OR valid_until >= date)",
        "A training is valid until a day after it was held.",
    )
