from collections import defaultdict

from odoo import models

from odoo.addons.remediation_base.tools.money import Money, split_units

#: What is billed by supplier and month.
BILLED = ("remediation.service.delivery", "remediation.education.enrolment")


class Case(models.Model):
    """What bills charge for a case."""

    _inherit = "remediation.case"

    def _booked_costs(self):
        """Add its part of each posted bill and credit note. A bill is one sum for many
        children: it is divided over all that it bills by the largest remainder, so
        that the parts of all cases are what the ledger shows, to the cent."""
        costs = super()._booked_costs()
        for link in ("bill_id", "credit_id"):
            # sudo: who follows a case reads no bill; only sums come out of here
            moves = self.env["account.move"].sudo()
            for name in BILLED:
                mine = moves.env[name].search(
                    [("case_id", "in", self.ids), (link, "!=", False)]
                )
                moves |= mine[link]
            self._divide_bills(moves, link, costs)
        return costs

    def _divide_bills(self, moves, link, costs):
        charged = moves._charged_units()
        support = defaultdict(list)
        for name in BILLED:
            for one in moves.env[name].search([(link, "in", moves.ids)], order="id"):
                amount = one._bill_parts()[2]
                units = Money.of(amount, one.currency_id).units
                support[one[link]].append((one.case_id.id, units))
        mine = set(self.ids)
        for move, parts in support.items():
            shares = split_units(charged[move], [units for _case, units in parts])
            for (case, _units), share in zip(parts, shares, strict=True):
                if case in mine:
                    key = (case, "cost_services")
                    costs[key] = costs.get(key, 0) + share
