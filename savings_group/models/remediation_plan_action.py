from odoo import fields, models
from odoo.exceptions import UserError


class PlanAction(models.Model):
    _inherit = "remediation.plan.action"

    savings_enrolment_ids = fields.One2many("savings.enrolment", "action_id")

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
