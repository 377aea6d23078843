import itertools
from collections import defaultdict
from dataclasses import replace

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.remediation_base.tools.ledger import charged
from odoo.addons.remediation_base.tools.money import split_units

#: What is billed by supplier and month, and what its day and amount are read from.
BILLED = {
    "remediation.service.delivery": ("date", "domain", "cost"),
    "remediation.education.enrolment": ("date_start", "fees"),
}


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
        moves = cases.env["account.move"].browse(set().union(*billed.values()))
        charges = charged(moves, payers)
        for case, charge in cases._divided_bills(billed, charges, payers):
            if case.id in mine:
                key = (case.id, "cost_services")
                costs[key] = costs.get(key, 0) + charge.units
        return costs

    def _billed_by(self):
        """Return ``{link: ids of the entries that charge these cases}``."""
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
        found = defaultdict(set)
        for link, move in self.env.execute_query(SQL(" UNION ").join(asked)):
            found[link].add(move)
        return found

    def _divided_bills(self, billed, charges, payers):
        """Divide entries over the cases of what they bill. A bill is one sum for many
        children: what it charges to each payer is divided by the largest remainder,
        so that the parts of all cases are what the ledger shows, to the cent.

        :param dict billed: a set of ids of entries by ``bill_id`` or ``credit_id``
        :param charges: what :func:`charged` says of them all
        :param payers: ids of the analytic accounts that count as payers
        :return: list of ``(case, Charge)``
        """
        by_entry = self._support_billed(billed, payers)
        parts = []
        for charge, given in (
            (charge, by_entry[link, charge.move.id])
            for link, ids in billed.items()
            for charge in charges
            if charge.move.id in ids
        ):
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

    def _support_billed(self, billed, payers):
        """Return ``{(link, entry id): [(case, units by payer)]}``. All that it takes is
        read at once, however many children there are."""
        domain = Domain.OR(Domain(link, "in", ids) for link, ids in billed.items())
        fields = ("case_id", "currency_id", *billed)
        support = [
            self.env[name].search_fetch(domain, [*fields, *names], order="id")
            for name, names in BILLED.items()
        ]
        cases = self.browse().union(*(ones.case_id for ones in support))
        cases.fetch(["agreement_child_ids"])
        cases.agreement_child_ids.fetch(
            ["state", "date_start", "date_last", "agreement_id"]
        )
        by_entry = defaultdict(list)
        for one in itertools.chain(*support):
            units = one._units_by_payer(payers)
            for link, ids in billed.items():
                if one[link].id in ids:
                    by_entry[link, one[link].id].append((one.case_id, units))
        return by_entry
