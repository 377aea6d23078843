import itertools
from collections import defaultdict
from dataclasses import replace

from odoo import models
from odoo.fields import Domain

from odoo.addons.remediation_base.tools.ledger import charged
from odoo.addons.remediation_base.tools.money import split_units


class Case(models.Model):
    _inherit = "remediation.case"

    def _booked_costs(self):
        """Add what was given for its caregivers, and one member's part of what was
        given to their groups."""
        costs = super()._booked_costs()
        for case, charge in self._parts_of_groups([]):
            key = (case.id, "cost_groups")
            costs[key] = costs.get(key, 0) + charge.units
        return costs

    def _parts_of_groups(self, payers):
        """Return ``[(case, Charge)]``: these cases' parts of what posted bills charge
        for their groups. The parts of all members are what the ledger shows, and so
        are those of each payer.

        :param payers: ids of the analytic accounts that count as payers
        """
        # sudo: the link to the member is secret (R51); a sum of money comes out of
        # here, for who follows the case, and nothing goes to the group's side.
        enrolments = self.env["savings.enrolment"].sudo()
        groups = enrolments.search_fetch(
            [("case_id", "in", self.ids), ("member_id", "!=", False)], ["member_id"]
        ).member_id.group_id
        supports = enrolments.env["savings.support"].search_fetch(
            [("group_id", "in", groups.ids), ("state", "=", "posted")],
            ["group_id", "move_id"],
        )
        charges = charged(supports.move_id, payers)
        wanted = set(self.ids)
        return [
            (case, charge)
            for case, charge in self._divided_support(supports, charges)
            if case.id in wanted
        ]

    def _divided_support(self, supports, charges):
        """Divide what was posted for groups over the cases that their members stand
        for.

        :param supports: ``savings.support``, posted
        :param charges: what :func:`charged` says of their entries
        :return: list of ``(case, Charge)``
        """
        if not charges:
            return []
        by_move = {support.move_id: support for support in supports}
        given = defaultdict(list)
        for charge in charges:
            support = by_move[charge.move]
            given[support.group_id].append((support, charge))
        everybody = self._members_of(supports.group_id)
        # A caregiver of two children stands for both: each has its part of hers.
        # sudo: as in _parts_of_groups
        enrolments = self.env["savings.enrolment"].sudo()
        enrolments = enrolments.search_fetch(
            Domain("member_id", "in", list(itertools.chain(*everybody.values())))
            | Domain("support_id", "in", supports.ids),
            ["case_id", "member_id", "support_id"],
            order="id",
        )
        asked = enrolments.support_id
        parts = []
        for member, own in enrolments.grouped("member_id").items():
            for support, charge in given[member.group_id]:
                if support in asked:
                    shares = [
                        charge.units if enrolment.support_id == support else 0
                        for enrolment in own
                    ]
                else:
                    of_group = everybody[member.group_id]
                    of_all = split_units(charge.units, [1] * len(of_group))
                    part = of_all[of_group.index(member.id)]
                    shares = split_units(part, [1] * len(own))
                parts += [
                    (enrolment.case_id, replace(charge, units=share))
                    for enrolment, share in zip(own, shares, strict=True)
                    if share
                ]
        return parts

    def _members_of(self, groups):
        """Return ``{group: [member id]}``, those who left too: a part stays the same
        when somebody leaves."""
        # sudo: as in _parts_of_groups
        members = self.env["savings.member"].sudo().with_context(active_test=False)
        found = defaultdict(list)
        for member in members.search_fetch(
            [("group_id", "in", groups.ids)], ["group_id"], order="id"
        ):
            found[member.group_id].append(member.id)
        return found
