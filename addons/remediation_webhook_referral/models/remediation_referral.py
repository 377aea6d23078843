from odoo import models

ANSWERS = {"_accept": "accepted", "_reject": "rejected"}


class RemediationReferral(models.Model):
    _inherit = "remediation.referral"

    def _after_step(self, step, answers):
        """Tell webhooks the answer, whoever gave it and by whatever door."""
        result = super()._after_step(step, answers)
        if step.name in ANSWERS:
            self.env["remediation.webhook"]._emit(
                "referral.answered",
                [
                    (
                        referral.company_id,
                        {
                            "code": referral.name,
                            "case": referral.case_id.name,
                            "type": referral.referral_type,
                            "answer": ANSWERS[step.name],
                        },
                    )
                    # sudo: who answers need not see the case; codes alone are told.
                    for referral in self.sudo()
                ],
            )
        return result
