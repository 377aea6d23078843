from odoo import models

from ..group.savings_cycle import BALANCES


class SavingsMeeting(models.Model):
    """The figures of a meeting that stay as they were when it became valid."""

    _inherit = "savings.meeting"

    def _closing_balances(self):
        self.ensure_one()
        closing = {"loan": self.counted_loan, "social": self.counted_social}
        for pot in BALANCES[2:]:
            closing[pot] = self.currency_id.round(
                self[f"opening_{pot}"]
                + sum(entry._effect(pot) for entry in self.entry_ids)
            )
        return closing

    def _take_snapshot(self):
        """Keep the figures of the day, in a fixed number of queries for any batch."""
        cycles = self.cycle_id
        shares = self.env["savings.membership"]._shares_by_cycle(cycles)
        members = self._count_members(cycles)
        loans = self._sum_loans(cycles)
        for meeting in self:
            cycle = meeting.cycle_id
            regular = meeting.line_ids.filtered(lambda line: line.kind == "regular")
            attendance = regular.mapped("attendance")
            vals = {
                f"closing_{pot}": amount
                for pot, amount in meeting._closing_balances().items()
            }
            vals.update(members[cycle])
            vals.update(loans[cycle])
            vals.update(
                attended_count=attendance.count("present") + attendance.count("late"),
                represented_count=attendance.count("represented"),
                shares_total=shares.get(cycle, 0),
                savings_total=shares.get(cycle, 0) * cycle.share_value,
            )
            meeting._unprotected().write(vals)

    def _count_members(self, cycles):
        result = {
            cycle: dict.fromkeys(
                (
                    "member_count",
                    "women_count",
                    "stayer_count",
                    "joiner_count",
                    "leaver_count",
                ),
                0,
            )
            for cycle in cycles
        }
        for cycle, state, sex, late, count in self.env[
            "savings.membership"
        ]._read_group(
            [("cycle_id", "in", cycles.ids)],
            ["cycle_id", "state", "sex", "is_mid_cycle"],
            ["__count"],
        ):
            figures = result[cycle]
            if late:
                figures["joiner_count"] += count
            if state == "left":
                figures["leaver_count"] += count
                continue
            figures["member_count"] += count
            if sex == "female":
                figures["women_count"] += count
            if not late:
                figures["stayer_count"] += count
        return result

    def _sum_loans(self, cycles):
        result = {
            cycle: dict.fromkeys(
                (
                    "loans_outstanding",
                    "loans_late",
                    "loan_count",
                    "loan_principal",
                    "borrower_count",
                    "written_off_count",
                    "written_off_amount",
                ),
                0,
            )
            for cycle in cycles
        }
        given = ("outstanding", "late", "repaid", "written_off")
        domain = [("cycle_id", "in", cycles.ids), ("state", "in", given)]
        loans = self.env["savings.loan"]
        for cycle, state, count, amount, balance in loans._read_group(
            domain, ["cycle_id", "state"], ["__count", "amount:sum", "balance:sum"]
        ):
            figures = result[cycle]
            figures["loan_count"] += count
            figures["loan_principal"] += amount
            figures["loans_outstanding"] += balance
            if state == "late":
                figures["loans_late"] += balance
            elif state == "written_off":
                figures["written_off_count"] += count
        for cycle, borrowers in loans._read_group(
            domain, ["cycle_id"], ["membership_id:count_distinct"]
        ):
            result[cycle]["borrower_count"] = borrowers
        for cycle, amount in self.env["savings.loan.move"]._read_group(
            [("cycle_id", "in", cycles.ids), ("kind", "=", "write_off")],
            ["cycle_id"],
            ["principal:sum"],
        ):
            result[cycle]["written_off_amount"] = -amount
        return result
