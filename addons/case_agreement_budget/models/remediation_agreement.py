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
        for agreement in self:
            others = defaultdict(int)
            for child in agreement.child_ids:
                for month, kind, units, _missing in child.schedule or []:
                    if child.state == "approved" and kind != "stipend":
                        others[month] += units
            for month, rows in agreement.month_ids.grouped("month").items():
                other = others[fields.Date.to_string(month)]
                if month < next_month or not other:
                    continue
                weights = [
                    Money.of(row.amount, agreement.currency_id).units for row in rows
                ]
                agreed += zip(rows, split_units(other, weights), strict=True)
        return agreed
