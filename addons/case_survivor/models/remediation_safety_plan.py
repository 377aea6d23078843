from odoo import api, fields, models

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step
from odoo.addons.remediation_base.tools.words import say_pair


class SafetyPlan(models.Model):
    """What a survivor and the worker agreed to do when danger shows, and its signs.

    The holder of the case writes it with the survivor and reviews it.

    running → ended
    """

    _name = "remediation.safety.plan"
    _description = "Safety Plan"
    _inherit = ["remediation.case.owned"]
    _order = "date desc, id desc"

    _open_fields = {"running": EVERYTHING}
    _protected_fields = frozenset({"state", "reviewed_on", "reviewed_by_id"})

    date = fields.Date(
        string="Agreed On", required=True, default=fields.Date.context_today
    )
    signs = fields.Text(help="By what the survivor knows that danger comes.")
    contacts = fields.Text(help="Whom to call, and the word that was agreed.")
    step_ids = fields.One2many("remediation.safety.step", "plan_id", string="Steps")
    reviewed_on = fields.Date(readonly=True, copy=False, string="Last Review")
    reviewed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    state = fields.Selection(
        [("running", "In Force"), ("ended", "Ended")],
        default="running",
        required=True,
        readonly=True,
        copy=False,
    )

    @api.depends("case_id.name", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = say_pair(
                self.env, plan.case_id.name, plan._say_day(plan.date)
            )

    @step(
        frm="running",
        group="child_remediation.group_case_worker",
        stamp="reviewed",
    )
    def action_review(self):
        """Note that the plan was gone through with the survivor today."""

    @step(frm="running", to="ended", group="child_remediation.group_case_worker")
    def action_end(self):
        """End the plan: another one, or none, is needed."""
