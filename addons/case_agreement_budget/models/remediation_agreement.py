from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import fields, models

from odoo.addons.remediation_base.tools.money import Money, split_units


class Agreement(models.Model):
    """What an agreement pays beside the stipends, which are entitlements."""

    _inherit = "remediation.agreement"

    def _get_agreed(self):
        """Return ``[(month row, units)]`` of what is paid beside stipends from the next
        month on: the present one comes as bills.

        Called with sudo: sums over all children.
        """
        next_month = self._place_today().replace(day=1) + relativedelta(months=1)
        agreed = []
        months = self.env["remediation.agreement.month"].search_fetch(
            [("agreement_id", "in", self.ids), ("month", ">=", next_month)]
        )
        children = self.env["remediation.agreement.child"].search_fetch(
            [("agreement_id", "in", self.ids), ("state", "=", "approved")],
            ["agreement_id", "schedule"],
        )
        children = children.grouped("agreement_id")
        by_place = months.grouped(lambda row: (row.agreement_id, row.month))
        for agreement in self:
            others = defaultdict(int)
            for child in children.get(agreement, ()):
                for month, kind, units, _missing in child.schedule or []:
                    if kind != "stipend":
                        others[month] += units
            for month, other in sorted(others.items()):
                place = agreement, fields.Date.to_date(month)
                rows = by_place.get(place)
                if not rows or not other:
                    continue
                weights = [
                    Money.of(row.amount, agreement.currency_id).units for row in rows
                ]
                agreed += zip(rows, split_units(other, weights), strict=True)
        return agreed
