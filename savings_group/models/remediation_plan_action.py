from odoo import api, fields, models
from odoo.exceptions import UserError

#: Roles that read enrolments (security/ir.model.access.csv).
CASE_ROLES = (
    "child_remediation.group_case_worker,"
    "child_remediation.group_monitoring,"
    "child_remediation.group_auditor,"
    "child_remediation.group_data_protection,"
    "child_remediation.group_portal_case_manager,"
    "child_remediation.group_portal_supervisor"
)


class PlanAction(models.Model):
    _inherit = "remediation.plan.action"
    _open_texts = frozenset({"savings_status"})  # the application's words

    savings_enrolment_ids = fields.One2many(
        "savings.enrolment", "action_id", groups=CASE_ROLES
    )
    savings_status = fields.Char(
        string="Savings Group", compute="_compute_savings_status", groups=CASE_ROLES
    )

    @api.depends("savings_enrolment_ids.status", "savings_enrolment_ids.enrolled_on")
    def _compute_savings_status(self):
        for action in self:
            action.savings_status = (
                "; ".join(
                    enrolment._status_text()
                    for enrolment in action.savings_enrolment_ids
                )
                or False
            )

    def action_enrol_in_savings_group(self):
        """Show the savings-group enrolments of this action, to choose a group.

        For whoever may read the action; enrolling checks its own rights.
        """
        self.ensure_one()
        self.check_access("read")
        if self.domain != "savings_group":
            raise UserError(
                self.env._("Enrol from an action of the kind savings group.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Savings Group"),
            "res_model": "savings.enrolment",
            "view_mode": "list,form",
            "domain": [("action_id", "=", self.id)],
            "context": {"default_action_id": self.id},
        }
