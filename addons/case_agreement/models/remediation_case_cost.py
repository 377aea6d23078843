from collections import defaultdict
from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.ledger import charged
from odoo.addons.remediation_base.tools.money import split_units

#: What is billed by supplier and month.
BILLED = ("remediation.service.delivery", "remediation.education.enrolment")


class Case(models.Model):
    """What bills charge for a case."""

    _inherit = "remediation.case"

    def _booked_costs(self):
        """Add its part of each posted bill and credit note."""
        costs = super()._booked_costs()
        # sudo: who follows a case reads no bill; only sums come out of here
        cases, mine = self.sudo(), set(self.ids)
        billed = cases._billed_by()
        if not billed:
            return costs
        parties = cases.env["remediation.agreement.party"]
        payers = parties.search([("analytic_account_id", "!=", False)])
        payers = payers.analytic_account_id.ids
        for link, ids in billed.items():
            moves = cases.env["account.move"].browse(ids)
            for case, charge in cases._divided_bills(moves, link, payers):
                if case.id in mine:
                    key = (case.id, "cost_services")
                    costs[key] = costs.get(key, 0) + charge.units
        return costs

    def _billed_by(self):
        """Return ``{link: ids of the moves that charge these cases}``."""
        asked = []
        for name in BILLED:
            model = self.env[name]
            model.flush_model(["case_id", "bill_id", "credit_id"])
            for link in ("bill_id", "credit_id"):
                column = SQL.identifier(link)
                asked.append(
                    SQL(
                        "SELECT %s, %s FROM %s WHERE case_id = ANY(%s) AND %s IS NOT"
                        " NULL",
                        link,
                        column,
                        SQL.identifier(model._table),
                        self.ids,
                        column,
                    )
                )
        found = defaultdict(list)
        for link, move in self.env.execute_query(SQL(" UNION ").join(asked)):
            found[link].append(move)
        return found

    def _divided_bills(self, moves, link, payers):
        """Divide entries over the cases of what they bill. A bill is one sum for many
        children: what it charges to each payer is divided by the largest remainder,
        so that the parts of all cases are what the ledger shows, to the cent.

        :param moves: ``account.move``
        :param str link: ``bill_id`` or ``credit_id``
        :param payers: ids of the analytic accounts that count as payers
        :return: list of ``(case, Charge)``
        """
        charges = charged(moves, payers)
        support = defaultdict(list)
        for name in BILLED:
            domain = [(link, "in", moves.ids)]
            for one in moves.env[name].search(domain, order="id"):
                support[one[link]].append((one.case_id, one._units_by_payer(payers)))
        parts = []
        for charge in charges:
            given = support[charge.move]
            weights = [units.get(charge.payer, 0) for _case, units in given]
            # An accountant may charge another grant than the agreement names.
            if not any(weights):
                weights = [sum(units.values()) or 1 for _case, units in given]
            shares = split_units(charge.units, weights)
            parts += [
                (case, replace(charge, units=share))
                for (case, _units), share in zip(given, shares, strict=True)
                if share
            ]
        return parts
