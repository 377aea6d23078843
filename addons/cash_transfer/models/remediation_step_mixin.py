from odoo import models
from odoo.exceptions import AccessError


class StepMixin(models.AbstractModel):
    """Steps that take a duty of cash transfers, one's own or as a deputy (R37).

    Who approves, releases or reconciles has also done nothing on the same payment plan
    that excludes it.
    """

    _inherit = "remediation.step.mixin"

    def _duty_plans(self):
        """Hook: the payment plans whose earlier steps keep people from this one."""
        return self.env["cash.transfer.payment.plan"]

    def _check_step_duty(self, step):
        duties = self.env["cash.transfer.duty"]
        # sudo: the company alone, whoever may read the record
        for company in self.sudo().company_id or self.env.company:
            if not duties._people(step.duty, company):
                duties._check_duty(step.duty[0], company)

    def _check_four_eyes(self, step):
        super()._check_four_eyes(step)
        if not step.duty:
            return
        own = self.sudo()  # sudo: whose work it is, whoever may read the link
        for company in own.company_id:
            # a deputy decides on nothing of their own or of whom they act for
            people = self.env["cash.transfer.duty"]._people(step.duty, company)
            if any(people & own[name] for name in step.not_by):
                raise AccessError(
                    self.env._(
                        "You act for somebody who did this work: ask somebody else."
                    )
                )
        if len(step.duty) == 1 and step.duty != ("prepare",):
            for plan in self._duty_plans():
                plan._check_apart(step.duty[0])
