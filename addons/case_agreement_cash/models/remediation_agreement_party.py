from odoo import models


class AgreementParty(models.Model):
    """A party that pays by a grant: its money waits on the grant's restricted account,
    and is released by the rule that releases all restricted income (R68)."""

    _inherit = "remediation.agreement.party"

    def _deposit_account(self):
        # sudo: who calls for funds need not read grants; the account is the grant's
        grants = self.sudo().env["cash.transfer.grant"]
        grant = grants.search(
            [
                ("analytic_account_id", "=", self.analytic_account_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )
        return grant.deferred_account_id or super()._deposit_account()
