from odoo import models

from odoo.addons.cash_transfer.models.entitlement.cash_transfer_entitlement_funding import (  # noqa: E501
    SHARES_OF_PAYMENTS,
)

from .cash_budget_line import line_at


class CashTransferPlanLock(models.AbstractModel):
    _inherit = "cash.transfer.plan.lock"

    def _problems_of_budget(self):
        """Asked at lock and release: what this plan takes of each budget line, beside
        what is spent and what other plans have on the way (R65)."""
        problems = super()._problems_of_budget()
        # sudo: budget figures are sums; who locks a plan reads no journal items
        grants = self._get_grants().sudo()
        if problems or not grants.budget_line_ids:
            return problems
        account = self._expense_account()
        wanted = self._query(
            f"""
            SELECT f.grant_id, sum(l.amount_due * f.share / 100.0)
              FROM {SHARES_OF_PAYMENTS}
             WHERE l.plan_id = %(plan)s AND l.status = 'pending'
             GROUP BY f.grant_id
            """
        )
        day = self._rate_date()
        for grant_id, amount in wanted:
            grant = grants.browse(grant_id)
            if not grant.budget_line_ids:
                continue
            line = line_at(grant.budget_line_ids, account.id, self.pay_on)
            if not line:
                problems.append(
                    self.env._(
                        "%(grant)s: no budget line takes account %(account)s on "
                        "%(day)s.",
                        grant=grant.display_name,
                        account=account.code,
                        day=self._say_day(self.pay_on),
                    )
                )
                continue
            takes = grant._told(float(amount), self.currency_id, day)
            left = line.amount - line.spent - self._on_the_way(line, account)
            if grant.currency_id.compare_amounts(takes, left) > 0:
                problems.append(
                    self.env._(
                        "%(grant)s, “%(heading)s”: this plan takes %(takes)s, %(left)s "
                        "are left of the line.",
                        grant=grant.display_name,
                        heading=line.heading,
                        takes=grant.currency_id.format(takes),
                        left=grant.currency_id.format(max(left, 0.0)),
                    )
                )
        return problems

    def _on_the_way(self, line, account):
        """Return what other live plans take of a budget line, in its currency."""
        total, day = 0.0, self._rate_date()
        for currency_id, amount in self._query(
            """
            SELECT s.currency_id, sum(s.amount - s.amount_delivered)
              FROM cash_transfer_payment_split s
              JOIN cash_transfer_payment_line l ON l.id = s.line_id
              JOIN cash_transfer_payment_plan p ON p.id = s.plan_id
              JOIN cash_transfer_scheme m ON m.id = p.scheme_id
              JOIN res_company c ON c.id = p.company_id
             WHERE s.grant_id = %(grant)s AND l.is_live AND l.plan_id <> %(plan)s
               AND p.pay_on BETWEEN %(since)s AND %(until)s
               AND coalesce(m.expense_account_id, c.cash_expense_account_id)
                   = %(account)s
             GROUP BY s.currency_id
            """,
            grant=line.grant_id.id,
            since=line.date_from,
            until=line.date_to,
            account=account.id,
        ):
            currency = self.env["res.currency"].browse(currency_id)
            total += line.grant_id._told(float(amount), currency, day)
        return total
