from datetime import timedelta

from odoo import models

from odoo.addons.remediation_base.tools.money import Money

#: Figures of support that a grant's reader is told beside its money.
SUPPORT = ("i24_month", "i24_out", "i24_out_6", "i24_out_12", "i24_out_24")


class DonorReport(models.Model):
    """The money of a funder's grants: what the posted ledger charged to them, against
    their budgets, equal to the analytic lines to the cent."""

    _inherit = "remediation.donor.report"

    def _make_content(self):
        content = super()._make_content()
        if self.funder_id:
            content["money"] = self._told_money()
        return content

    def _told_money(self):
        """One entry for each grant of the funder that runs in the period."""
        grants = self.env["cash.transfer.grant"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("funder_id", "child_of", self.funder_id.id),
                ("date_start", "<=", self.date_to),
                ("date_end", ">=", self.date_from),
            ],
            order="date_start, id",
        )
        day_before = self.date_from - timedelta(days=1)
        before = grants._get_spent_by_account(until=day_before)
        period = grants._get_spent_by_account(self.date_from, self.date_to)
        committed = grants._get_commitments()
        accounts = self.env["account.account"].browse(
            {account for spent in period.values() for account in spent}
        )
        names = {account.id: account.display_name for account in accounts}
        told = []
        for grant in grants:
            currency = grant.currency_id
            parts = {
                names[account]: amount for account, amount in period[grant.id].items()
            }
            earlier = currency.round(sum(before[grant.id].values()))
            within = currency.round(sum(parts.values()))
            waiting = committed.get(grant.id, 0.0)
            left = currency.round(grant.budget - earlier - within - waiting)
            told.append(
                {
                    "grant": grant.display_name,
                    "currency": currency.name,
                    "start": str(grant.date_start),
                    "end": str(grant.date_end),
                    "budget": grant.budget,
                    "before": earlier,
                    "period": within,
                    "committed": waiting,
                    "left": left,
                    "accounts": self._to_the_cent(parts, within, currency),
                    "support": self._told_support(grant),
                    **self._told_more(grant),
                }
            )
        return told

    def _told_support(self, grant):
        """What a month of support, and one out of child labour, cost this grant in the
        currency of the books, cohorts too; told of eleven children and more alone
        (R10)."""
        figures = self.run_id.figure_ids.filtered(
            lambda figure: (
                figure.dimension == "grant"
                and figure.group_key == str(grant.id)
                and figure.measure_id.key in SUPPORT
            )
        )
        return [told for figure in figures if (told := self._told(figure))]

    def _told_more(self, grant):
        """Hook: what else the report keeps of a grant."""
        return {}

    def _iati_money(self):
        """The budgets of the grants, and what was spent within the period: one
        transaction for each grant and account, equal to the report to the cent."""
        told = super()._iati_money()
        for number, grant in enumerate((self.content or {}).get("money", []), 1):
            money = {"currency": grant["currency"]}
            told["budgets"].append(
                {
                    "start": grant["start"],
                    "end": grant["end"],
                    "value": grant["budget"],
                    **money,
                }
            )
            told["transactions"] += [
                {
                    "ref": f"{self.id}-{number}-{line}",
                    "value": amount,
                    "date": str(self.date_to),
                    "words": f"{grant['grant']}: {name}",
                    **money,
                }
                for line, (name, amount) in enumerate(grant["accounts"], 1)
            ]
        return told

    def _to_the_cent(self, parts, total, currency):
        """``[[account, amount]]`` rounded so that they add up to the total: what
        rounding leaves goes to the largest."""
        rounded = {
            name: Money.of(currency.round(amount), currency)
            for name, amount in sorted(parts.items())
        }
        if rounded:
            rest = Money.of(total, currency)
            for money in rounded.values():
                rest -= money
            largest = max(rounded, key=lambda name: abs(rounded[name].amount))
            rounded[largest] += rest
        return [[name, money.amount] for name, money in rounded.items() if money]

    def _tables(self):
        tables, names = super()._tables(), self._names()
        for grant in (self.content or {}).get("money", []):
            tables[:0] = self._money_tables(grant, names)
        return tables

    def _money_tables(self, told, names):
        """Return the tables of one grant's money."""
        rows = [
            [self.env._("Budget"), told["budget"]],
            [self.env._("Spent before the Period"), told["before"]],
            [self.env._("Spent within the Period"), told["period"]],
            *([f"– {name}", amount] for name, amount in told["accounts"]),
            [self.env._("Committed"), told["committed"]],
            [self.env._("Left"), told["left"]],
            *(
                [names.get(one["measure"]), self._say_told(one)]
                for one in told.get("support", [])
            ),
        ]
        table = {
            "title": self.env._(
                "Money of %(grant)s in %(currency)s",
                grant=told["grant"],
                currency=told["currency"],
            ),
            "note": self._money_note(told),
            "headers": [self.env._("Line"), told["currency"]],
            "rows": rows,
        }
        return [table]

    def _money_note(self, told):
        """Return by which rate the money of a grant was told."""
        return self.env._(
            "As posted in the books. Other currencies are converted at the "
            "rate of their day."
        )
