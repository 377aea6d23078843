from odoo import api, models

from odoo.addons.child_remediation.models.remediation_desk import LINES

from .duty.cash_transfer_duty import GROUPS

#: State of a plan → duty whose turn it is.
TURNS = {
    "draft": "prepare",
    "locked": "approve",
    "approved": "release",
    "released": "release",
    "instructed": "reconcile",
    "partly_reconciled": "reconcile",
    "reconciled": "reconcile",
}


class Desk(models.AbstractModel):
    _inherit = "remediation.desk"

    @api.model
    def _sections(self):
        sections = super()._sections()
        user = self.env.user
        duties = {duty for duty, group in GROUPS.items() if user.has_group(group)}
        if duties:
            sections.append(self._turn(duties))
            if "approve" in duties:
                sections.append(self._support())
            if duties & {"approve", "release"}:
                sections.append(self._changes_to_agree())
            sections += [self._unexplained(), self._grants()]
        elif self._is("group_coordinator", "group_auditor"):
            sections.append(self._grants())
        return sections

    @api.model
    def _turn(self, duties):
        """Payment plans and reports that wait for the user: somebody else acted before
        (R37)."""
        asks = [self._ask_for_plans(duties)]
        if duties & {"reconcile", "approve"}:
            asks.append(self._ask_for_reports())
        asked, *found = yield asks
        plans = asked.filtered(self._is_in_turn)
        reports = found[0] if found else self.env["cash.transfer.reconciliation"]
        lines = [
            {
                "id": f"report-{report.id}",
                "model": report._name,
                "res_id": report.id,
                "title": report.name,
                "task": self.env._("Look at the report and post it"),
                "detail": " · ".join(
                    (
                        report.plan_id.display_name,
                        self.env._("%(count)s rows", count=report.row_count),
                    )
                ),
                "when": self._since(report.create_date),
                "tone": "muted",
            }
            for report in reports[:LINES]
        ]
        lines += [
            {
                "id": f"plan-{plan.id}",
                "model": plan._name,
                "res_id": plan.id,
                "title": plan.name,
                "task": self._next_of(plan),
                "detail": " · ".join(
                    (
                        plan.cycle_id.display_name,
                        plan.provider_id.display_name,
                        self.env._("%(count)s payments", count=plan.line_count),
                        plan.currency_id.format(plan.amount_total),
                    )
                ),
                **self._when(plan.pay_on),
            }
            for plan in plans[: LINES - len(lines)]
        ]
        return self._section(
            "turn",
            self.env._("Your Turn"),
            lines,
            self.env._("No payment plan waits for you."),
            total=len(plans) + len(reports),
            rank=2,
            action="cash_transfer.payment_plan_action",
        )

    @api.model
    def _ask_for_plans(self, duties):
        states = [state for state, duty in TURNS.items() if duty in duties]
        return self._ask(
            "cash.transfer.payment.plan",
            [("state", "in", states)],
            [
                "name",
                "state",
                "cycle_id",
                "provider_id",
                "pay_on",
                "amount_total",
                "currency_id",
                "line_count",
                "prepared_by_id",
                "released_by_id",
                "instructed_by_id",
            ],
            order="pay_on, id",
            limit=100,
        )

    @api.model
    def _is_in_turn(self, plan):
        """Whether the user did not do the step before."""
        user = self.env.user
        if plan.state == "locked":
            return plan.prepared_by_id != user
        if TURNS[plan.state] == "reconcile":
            return user not in (plan.released_by_id, plan.instructed_by_id)
        return True

    @api.model
    def _ask_for_reports(self):
        """Reports that a colleague imported and a second person posts."""
        return self._ask(
            "cash.transfer.reconciliation",
            [
                ("state", "=", "matched"),
                ("job", "=", False),
                ("create_uid", "!=", self.env.uid),
            ],
            ["name", "plan_id", "row_count", "create_date"],
            order="id",
            limit=100,
        )

    @api.model
    def _next_of(self, plan):
        return {
            "draft": self.env._("Prepare and lock"),
            "locked": self.env._("Approve"),
            "approved": self.env._("Release"),
            "released": self.env._("Fund and instruct"),
            "instructed": self.env._("Import the report"),
            "partly_reconciled": self.env._("Import the report"),
            "reconciled": self.env._("Close the Plan"),
        }[plan.state]

    @api.model
    def _changes_to_agree(self):
        """What steers money and waits for a second person (R63); nothing where none
        does."""
        changes = yield self._ask(
            "cash.transfer.change",
            [("state", "=", "asked"), ("author_ids", "not in", self.env.uid)],
            ["name", "kind", "res_model", "res_id", "asked_by_id", "asked_on"],
            limit=100,
        )
        if not changes:
            return None
        models = self.env["ir.model"]
        lines = [
            {
                "id": f"change-{change.id}",
                "model": change.res_model,
                "res_id": change.res_id,
                "title": change.name,
                "task": self._label(change, "kind"),
                "detail": " · ".join(
                    (
                        models._get(change.res_model).name,
                        change.asked_by_id.name,
                    )
                ),
                "when": self._since(change.asked_on),
                "tone": "muted",
            }
            for change in changes[:LINES]
        ]
        return self._section(
            "changes",
            self.env._("Waits for Your Agreement"),
            lines,
            "",
            total=len(changes),
            rank=2,
            action="cash_transfer.cash_transfer_change_action",
        )

    @api.model
    def _support(self):
        """Support that somebody proposed, or asked to change, and payees: what an
        approver decides on."""
        asked = yield self._ask_for_support()
        user = self.env.user
        entitlements = asked.filtered(
            lambda row: user not in (row.asked_by_id or row.proposed_by_id)
        )
        lines = [
            {
                "id": f"entitlement-{row.id}",
                "model": row._name,
                "res_id": row.id,
                "title": row.name,
                "task": self._label(row, "asked_change")
                if row.asked_change
                else self.env._("Support"),
                "detail": " · ".join(
                    filter(
                        None,
                        (
                            row.currency_id.format(row.amount),
                            (row.asked_by_id or row.proposed_by_id).name,
                        ),
                    )
                ),
                "when": self._since(row.asked_on or row.proposed_on),
                "tone": "muted",
            }
            for row in entitlements[:LINES]
        ]
        return self._section(
            "support",
            self.env._("Support to Decide On"),
            lines,
            self.env._("No support waits for your decision."),
            total=len(entitlements),
            rank=2,
            action="cash_transfer.entitlement_action",
        )

    @api.model
    def _waiting(self):
        """Support and payees that a supervisor decides on, in the one inbox."""
        return [
            *super()._waiting(),
            (self._ask_for_support(), self._say_support),
            (
                self._ask(
                    "cash.transfer.payee",
                    [("state", "in", ("proposed", "confirmed"))],
                    [
                        "case_id",
                        "state",
                        "proposed_by_id",
                        "approved_by_id",
                        "approved_on",
                        "create_date",
                        "write_date",
                    ],
                    order="id",
                    limit=100,
                ),
                self._say_payee,
            ),
        ]

    @api.model
    def _say_support(self, row):
        asked_by = row.asked_by_id or row.proposed_by_id
        if asked_by == self.env.user:
            return None
        return {
            "task": self._label(row, "asked_change")
            if row.asked_change
            else self.env._("Support"),
            "by": asked_by,
            "since": row.asked_on or row.proposed_on,
            "approve": "action_agree" if row.asked_change else "action_approve",
            "send_back": "action_decline" if row.asked_change else "action_send_back",
        }

    @api.model
    def _say_payee(self, payee):
        second = payee.state == "confirmed"
        if self.env.user == payee.proposed_by_id or (
            second and self.env.user == payee.approved_by_id
        ):
            return None
        return {
            "task": self.env._("Payee"),
            "by": payee.approved_by_id if second else payee.proposed_by_id,
            "since": payee.approved_on if second else payee.create_date,
            "approve": "action_confirm_exception" if second else "action_approve",
        }

    @api.model
    def _ask_for_support(self):
        return self._ask(
            "cash.transfer.entitlement",
            [
                "|",
                ("state", "=", "proposed"),
                ("asked_change", "!=", False),
            ],
            [
                "name",
                "state",
                "amount",
                "currency_id",
                "proposed_by_id",
                "proposed_on",
                "asked_by_id",
                "asked_on",
                "asked_change",
                "case_id",
                "write_date",
            ],
            order="proposed_on, id",
            limit=100,
        )

    @api.model
    def _unexplained(self):
        """Money that nobody explained yet, the oldest first."""
        rows = yield self._ask(
            "cash.transfer.worklist",
            [],
            ["kind", "name", "amount", "currency_id", "age"],
            limit=100,
        )
        if not rows:
            return None
        return self._section(
            "unexplained",
            self.env._("Unexplained Money"),
            [
                {
                    "id": f"work-{row.id}",
                    "title": row.name,
                    "action": "cash_transfer.worklist_action",
                    "task": self._label(row, "kind"),
                    "detail": row.currency_id.format(row.amount),
                    "when": self.env._("%(days)s days", days=row.age),
                    "tone": "danger" if row.age > 30 else "muted",
                }
                for row in rows[:LINES]
            ],
            "",
            total=len(rows),
            place="side",
            action="cash_transfer.worklist_action",
        )

    @api.model
    def _grants(self):
        """What is left of each grant that runs, as a share of its budget."""
        today = self._place_today()
        if not self.env["cash.transfer.grant"].has_access("read"):
            return None
        grants = yield self._ask(
            "cash.transfer.grant",
            [("date_start", "<=", today), ("date_end", ">=", today)],
            ["analytic_account_id", "budget", "currency_id"],
            order="date_end",
            limit=12,
        )
        if not grants:
            return None
        lines = []
        for grant in grants:
            used = grant.budget - grant.available
            percent = round(100 * used / grant.budget) if grant.budget else 0
            lines.append(
                {
                    "id": f"grant-{grant.id}",
                    "model": grant._name,
                    "res_id": grant.id,
                    "title": grant.display_name,
                    "percent": min(100, max(0, percent)),
                    "label": self.env._(
                        "%(left)s left", left=grant.currency_id.format(grant.available)
                    ),
                }
            )
        return self._section(
            "grants",
            self.env._("Grants: Spent and Committed"),
            lines,
            "",
            kind="bars",
            place="side",
            limit=None,
            action="cash_transfer.grant_action",
        )
