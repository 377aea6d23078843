from collections import defaultdict

from odoo import models

from odoo.addons.remediation_base.tools.money import Money, split_units


class Case(models.Model):
    _inherit = "remediation.case"

    def _booked_costs(self):
        """Add what was given for its caregivers, and one member's part of what was
        given to their groups: the parts of all members are what the ledger shows."""
        costs = super()._booked_costs()
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
        given = self._booked_of_groups(groups)
        everybody = self._members_of(groups)
        for member, own in of_member.items():
            units = dict.fromkeys(own, 0)
            for support, amount in given[member.group_id].items():
                if support in asked:
                    for enrolment in own:
                        if enrolment.support_id == support:
                            units[enrolment] += amount
                    continue
                of_group = everybody[member.group_id]
                parts = split_units(amount, [1] * len(of_group))
                mine = split_units(parts[of_group.index(member.id)], [1] * len(own))
                for enrolment, part in zip(own, mine, strict=True):
                    units[enrolment] += part
            for enrolment in own.filtered(lambda one: one.case_id in self):
                key = (enrolment.case_id.id, "cost_groups")
                costs[key] = costs.get(key, 0) + units[enrolment]
        return costs

    def _booked_of_groups(self, groups):
        """Return ``{group: {support: units}}`` of what posted bills charge for it."""
        # sudo: as in _booked_costs
        supports = self.env["savings.support"].sudo()
        supports = supports.search(
            [("group_id", "in", groups.ids), ("state", "=", "posted")]
        )
        by_move = {support.move_id: support for support in supports}
        bills = [move.id for move in by_move]
        given = defaultdict(lambda: defaultdict(int))
        rows = supports.env["account.move.line"]._read_group(
            [
                "|",
                ("move_id", "in", bills),
                ("move_id.reversed_entry_id", "in", bills),
                ("parent_state", "=", "posted"),
                ("account_id.internal_group", "=", "expense"),
            ],
            ["move_id"],
            ["balance:sum"],
        )
        for move, balance in rows:
            support = by_move.get(move) or by_move[move.reversed_entry_id]
            units = Money.of(balance, move.company_id.currency_id).units
            given[support.group_id][support] += units
        return given

    def _members_of(self, groups):
        """Return ``{group: [member id]}``, those who left too: a part stays the same
        when somebody leaves."""
        # sudo: as in _booked_costs
        members = self.env["savings.member"].sudo().with_context(active_test=False)
        found = defaultdict(list)
        for member in members.search([("group_id", "in", groups.ids)], order="id"):
            found[member.group_id].append(member.id)
        return found
