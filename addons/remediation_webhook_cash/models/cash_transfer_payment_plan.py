from odoo import models


class CashTransferPaymentPlan(models.Model):
    _inherit = "cash.transfer.payment.plan"

    def _after_step(self, step, answers):
        """Tell webhooks that the plan was closed."""
        result = super()._after_step(step, answers)
        if step.name == "action_close":
            self.env["remediation.webhook"]._emit(
                "payment_plan.closed",
                [(plan.company_id, {"code": plan.name}) for plan in self],
            )
        return result
