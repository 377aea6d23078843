from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING
from odoo.addons.remediation_base.tools.words import say_pair


class SafetyStep(models.Model):
    """One thing to do in danger, in its order."""

    _name = "remediation.safety.step"
    _description = "Step of a Safety Plan"
    _inherit = ["remediation.case.owned"]
    _order = "sequence, id"

    _decided_by = "plan_id"
    _open_fields = {"running": EVERYTHING}
    _frozen_fields = frozenset({"plan_id"})

    plan_id = fields.Many2one(
        "remediation.safety.plan", required=True, index=True, ondelete="restrict"
    )
    case_id = fields.Many2one(
        compute="_compute_case_id", store=True, precompute=True, readonly=False
    )
    sequence = fields.Integer(default=10)
    what = fields.Char(required=True, string="What to Do")
    who = fields.Char(string="With Whom")

    @api.depends("plan_id")
    def _compute_case_id(self):
        for line in self:
            line.case_id = line.plan_id.case_id

    @api.depends("case_id.name", "sequence")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = say_pair(self.env, line.case_id.name, line.sequence)
