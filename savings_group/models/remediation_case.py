from collections import defaultdict
from dataclasses import replace

from odoo import models

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
        members = enrolments.search(
            [("case_id", "in", self.ids), ("member_id", "!=", False)]
        ).member_id
        groups = members.group_id
        # A caregiver of two children stands for both: each has its part of hers.
        of_member = enrolments.search(
            [("member_id", "in", members.ids)], order="id"
        ).grouped("member_id")
        asked = enrolments.search(
            [("group_id", "in", groups.ids), ("support_id", "!=", False)]
        ).support_id
        given = self._booked_of_groups(groups, payers)
        everybody = self._members_of(groups)
        wanted, parts = set(self.ids), []
        for member, own in of_member.items():
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
                    if share and enrolment.case_id.id in wanted
                ]
        return parts

    def _booked_of_groups(self, groups, payers):
        """Return ``{group: [(support, Charge)]}`` of what posted bills charge."""
        # sudo: as in _parts_of_groups
        supports = self.env["savings.support"].sudo()
        supports = supports.search(
            [("group_id", "in", groups.ids), ("state", "=", "posted")]
        )
        by_move = {support.move_id: support for support in supports}
        given = defaultdict(list)
        for charge in charged(supports.move_id, payers):
            support = by_move[charge.move]
            given[support.group_id].append((support, charge))
        return given

    def _members_of(self, groups):
        """Return ``{group: [member id]}``, those who left too: a part stays the same
        when somebody leaves."""
        # sudo: as in _parts_of_groups
        members = self.env["savings.member"].sudo().with_context(active_test=False)
        found = defaultdict(list)
        for member in members.search([("group_id", "in", groups.ids)], order="id"):
            found[member.group_id].append(member.id)
        return found
