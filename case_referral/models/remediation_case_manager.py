from odoo import models


class RemediationCaseManager(models.Model):
    _inherit = "remediation.case.manager"

    def _end_custody(self, reason):
        """Suspend every worker of a suspended partner (R11).

        Called with the right to suspend the partner; custody of each open case passes
        to its supervisor in the same transaction.
        """
        self.filtered(
            lambda manager: manager.level in ("trainee", "junior", "accredited")
        )._suspend(reason)
