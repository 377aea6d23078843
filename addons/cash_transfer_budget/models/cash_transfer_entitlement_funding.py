from dateutil.relativedelta import relativedelta

from odoo import models

from odoo.addons.cash_transfer.models.scheme.cash_transfer_scheme import MONTHS


class CashTransferEntitlementFunding(models.Model):
    _inherit = "cash.transfer.entitlement.funding"

    def _get_shortfalls(self):
        """A grant that suffices as a whole is asked line by line too (R65): at
        approval and when support is extended."""
        short = super()._get_shortfalls()
        wanted = []
        for share in self.filtered(lambda one: one.grant_id.budget_line_ids):
            numbers = share._payment_numbers()
            extra = share._planned_amount() - share.spent - share.committed
            if not numbers or extra <= 0:
                continue
            scheme = share.entitlement_id.scheme_id
            account = scheme.expense_account_id or (
                share.entitlement_id.company_id.cash_expense_account_id
            )
            start, step = share.entitlement_id.date_from, MONTHS[scheme.frequency]
            wanted += [
                (
                    share.grant_id,
                    account.id,
                    max(
                        start + relativedelta(months=step * (number - 1)),
                        share.grant_id.date_start,
                    ),
                    extra / len(numbers),
                )
                for number in numbers
            ]
        return self.grant_id._problems_of_lines(wanted) | short
