from odoo import models

from .remediation_consent import ABROAD

#: What says who somebody is, or where.
IDENTITY = ("first_name", "last_name", "area", "caregiver", "caregiver_phone")


class Case(models.Model):
    """What goes over a border has a consent of its own, and no name without it."""

    _inherit = "remediation.case"

    def _is_abroad(self, receiver):
        """Whether the receiver has its seat in another country than the case."""
        # sudo: the country of a receiver and of the own organisation, and no more
        there = receiver.sudo().commercial_partner_id.country_id
        here = self.sudo().company_id.country_id
        return bool(there and here and there not in here)

    def _disclosure_purposes(self, receiver):
        if receiver and self._is_abroad(receiver):
            return (ABROAD,)
        return super()._disclosure_purposes(receiver)

    def _disclosure_withheld(self, receiver=None):
        withheld = super()._disclosure_withheld(receiver)
        if receiver and self._is_abroad(receiver):
            ranks = self._disclosure_ranks(receiver)
            for case_id, keys in withheld.items():
                if not ranks[case_id]:
                    keys.update(IDENTITY)
        return withheld
