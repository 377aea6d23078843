from odoo import fields, models


class PlanAction(models.Model):
    _inherit = "remediation.plan.action"

    entitlement_ids = fields.One2many("cash.transfer.entitlement", "plan_action_id")

    def action_propose_cash(self):
        """Open a new entitlement for this cash action. For the holder of the case."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Propose Cash Support"),
            "res_model": "cash.transfer.entitlement",
            "view_mode": "form",
            "context": {
                "default_case_id": self.case_id.id,
                "default_plan_action_id": self.id,
            },
        }
