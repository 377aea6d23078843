from odoo import models

from .remediation_agreement import WHOLE, basis_points


class Case(models.Model):
    """On whose money a support of a case goes."""

    _inherit = "remediation.case"

    def _analytic_shares(self, day):
        """Return ``{analytic account id or False: hundredths of a per cent}`` of what
        is spent on a day: the grants of the agreement's parties, in their shares. What
        no grant is known for stands under False."""
        self.ensure_one()
        shares = {}
        for party, points in self._paying_parties(day):
            key = party.analytic_account_id.id
            shares[key] = shares.get(key, 0) + points
        return shares or {False: WHOLE}

    def _paying_parties(self, day):
        child = self.agreement_child_ids.filtered(
            lambda c: (
                c.state == "approved"
                and c.date_start <= day
                and (not c.date_last or c.date_last >= day)
            )
        )[:1]
        agreement = child.agreement_id
        while agreement.previous_id and day < agreement.date_start:
            agreement = agreement.previous_id
        return [
            (party, basis_points(party.share))
            for party in agreement.party_ids
            if party.share
        ]
