from datetime import timedelta

from odoo import models

from odoo.addons.cash_transfer_budget.models.cash_budget_line import line_at


class DonorReport(models.Model):
    """A grant's money by the lines of the donor's own budget, and the rule of its
    rates (R53)."""

    _inherit = "remediation.donor.report"

    def _told_more(self, grant):
        told = super()._told_more(grant)
        told["rate_rule"] = grant.rate_rule
        if grant.budget_line_ids:
            told["lines"] = self._told_lines(grant)
        return told

    def _told_lines(self, grant):
        """Return ``[[heading, budget, before, within, committed, left]]``."""
        currency, lines = grant.currency_id, grant.budget_line_ids
        figures = grant._get_line_figures()
        told = []
        for line in lines:
            day_before = min(self.date_from - timedelta(days=1), line.date_to)
            before = self._line_spent(line, line.date_from, day_before)
            within = self._line_spent(
                line,
                max(line.date_from, self.date_from),
                min(line.date_to, self.date_to),
            )
            committed = figures[line.id][1]
            amounts = [currency.round(one) for one in (before, within, committed)]
            left = currency.round(line.amount - sum(amounts))
            told.append([line.heading, line.amount, *amounts, left])
        return told

    def _line_spent(self, line, since, until):
        """Return what the posted ledger charged to a budget line between two days."""
        if since > until:
            return 0.0
        spent = line.grant_id._get_spent_by_account(since, until)[line.grant_id.id]
        lines = line.grant_id.budget_line_ids
        return sum(
            amount
            for account, amount in spent.items()
            if line_at(lines, account, line.date_from) == line
        )

    def _money_note(self, told):
        rules = {
            "month": self.env._(
                "As posted in the books. Other currencies are converted at the rate of "
                "the first day of their month."
            ),
            "instalment": self.env._(
                "As posted in the books. Other currencies are converted at the rate of "
                "the instalment received before."
            ),
        }
        return rules.get(told.get("rate_rule")) or super()._money_note(told)

    def _money_tables(self, told, names):
        tables = super()._money_tables(told, names)
        if not told.get("lines"):
            return tables
        headings = {
            "title": self.env._(
                "Budget of %(grant)s by heading, in %(currency)s",
                grant=told["grant"],
                currency=told["currency"],
            ),
            "note": self.env._(
                "Lines of the budget that was agreed. What no line takes stands last."
            ),
            "headers": [
                self.env._("Heading"),
                self.env._("Budget"),
                self.env._("Before"),
                self.env._("Within"),
                self.env._("Committed"),
                self.env._("Left"),
            ],
            "rows": [*told["lines"], *self._rest_of(told)],
        }
        return [*tables, headings]

    def _rest_of(self, told):
        """Return the row of what no budget line takes, or nothing."""
        parts = [
            round(told[name] - sum(row[place] for row in told["lines"]), 2)
            for name, place in (("before", 2), ("period", 3), ("committed", 4))
        ]
        if not any(parts):
            return []
        return [[self.env._("No Heading"), 0.0, *parts, round(-sum(parts), 2)]]
