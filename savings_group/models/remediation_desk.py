from datetime import timedelta

from odoo import api, models

from odoo.addons.child_remediation.models.remediation_desk import LINES

#: A group that did not meet for so many days is on its agent's desk.
SILENT_DAYS = 14


class Desk(models.AbstractModel):
    _inherit = "remediation.desk"

    @api.model
    def _sections(self):
        sections = super()._sections()
        if self.env.user.has_group("savings_group.group_field_agent"):
            sections += [self._meetings(), self._late_loans()]
        return sections

    @api.model
    def _meetings(self):
        """Meetings that are open, and groups that have not met lately."""
        today = self._place_today()
        cycles = yield self._ask(
            "savings.cycle",
            [("state", "=", "active")],
            ["group_id", "date_start"],
            limit=500,
        )
        last = {}
        opened = {}
        for cycle, state, day in self.env["savings.meeting"]._read_group(
            [("cycle_id", "in", cycles.ids), ("state", "!=", "cancelled")],
            ["cycle_id", "state"],
            ["date:max"],
        ):
            (opened if state == "open" else last)[cycle.id] = day
        lines = []
        for cycle in cycles:
            met = last.get(cycle.id) or cycle.date_start
            due = met + timedelta(days=SILENT_DAYS)
            if cycle.id not in opened and due > today:
                continue
            lines.append(
                {
                    "id": f"cycle-{cycle.id}",
                    "model": "savings.group",
                    "res_id": cycle.group_id.id,
                    "title": cycle.group_id.display_name,
                    "detail": self.env._("last met on %(day)s", day=self._day(met)),
                    "badge": cycle.id in opened and self.env._("Meeting open"),
                    "badge_tone": "warning",
                    "order": due,
                    **({} if cycle.id in opened else self._when(due)),
                }
            )
        lines.sort(key=lambda line: line.pop("order"))
        return self._section(
            "meetings",
            self.env._("Groups to Meet"),
            lines,
            self.env._("Every group met in the last 14 days."),
            total=len(lines),
            action="savings_group.savings_group_action",
        )

    @api.model
    def _late_loans(self):
        """Loans of the groups that are past their day."""
        loans = yield self._ask(
            "savings.loan",
            [("state", "=", "late")],
            ["group_id", "due_on", "balance"],
            order="due_on",
            limit=100,
        )
        if not loans:
            return None
        return self._section(
            "late_loans",
            self.env._("Late Loans"),
            [
                {
                    "id": f"loan-{loan.id}",
                    "model": loan._name,
                    "res_id": loan.id,
                    "title": loan.group_id.display_name,
                    "detail": loan.currency_id.format(loan.balance),
                    **(self._when(loan.due_on) if loan.due_on else {}),
                }
                for loan in loans[:LINES]
            ],
            "",
            total=len(loans),
            place="side",
            action="savings_group.savings_loan_action",
        )
