from odoo import api, fields, models


class CaseAssignWizard(models.TransientModel):
    """Give cases to a case manager. The case checks the right and the conditions."""

    _name = "remediation.case.assign.wizard"
    _description = "Assign Cases"

    case_ids = fields.Many2many(
        "remediation.case", required=True, default=lambda self: self._default_case_ids()
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    case_manager_id = fields.Many2one(
        "remediation.case.manager",
        required=True,
        domain="[('company_id', '=', company_id)]",
    )
    weighted_caseload = fields.Float(related="case_manager_id.weighted_caseload")
    max_caseload = fields.Float(related="case_manager_id.max_caseload")
    problem_text = fields.Text(related="case_manager_id.problem_text")
    reason = fields.Char()
    handover_days = fields.Integer(
        string="Days of Handover",
        help="So long the former worker may read the case up to today, at most "
        "14 days. 0: access ends at once.",
    )
    override_reason = fields.Char(
        string="Reason to Pass the Maximum",
        help="Needed where the worker would carry more than the largest caseload.",
    )

    @api.model
    def _default_case_ids(self):
        if self.env.context.get("active_model") == "remediation.case":
            return self.env.context.get("active_ids", [])
        return []

    @api.depends("case_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.case_ids.company_id[:1]

    def action_apply(self):
        """Assign; the rights are those of ``remediation.case.action_assign``."""
        self.ensure_one()
        self.case_ids.action_assign(
            self.case_manager_id.id,
            reason=self.reason,
            override_reason=self.override_reason,
            handover_days=self.handover_days,
        )
        return {"type": "ir.actions.act_window_close"}
