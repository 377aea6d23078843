from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.steps import step

from ..duty.cash_transfer_duty import GROUPS
from .cash_transfer_reconciliation import SHOWN

#: Outcomes that change a payment by one set-wise statement.
PLAIN = ("delivered", "partial", "over", "not_collected", "failed", "in_question")


class CashTransferReconciliationPost(models.Model):
    """Booking a report: payments, disputes and one entry per plan (R39)."""

    _inherit = "cash.transfer.reconciliation"

    @step(
        frm="matched",
        duty=("reconcile", "approve"),
        not_by="imported_by_ids",
        right="read",
        referencing=True,
        sudo="approvers have no write right on reports",
    )
    def action_post(self):
        """Book the report: payments, disputes and one entry per plan, in the
        background. For a second person, who did not import it: a reconciler who did
        not release the plans, or an approver (R37).

        :raises UserError: not matched, or a locked date with the first open day.
        """
        self.ensure_one()
        self._check_answered()
        if self.control_problem:
            raise UserError(self.control_problem)
        if self.date > self._place_today():
            raise UserError(self.env._("The accounting date lies in the future."))
        self.plan_id.sudo()._check_open_date(  # sudo: lock dates of the company
            self.date, self.company_id.sudo().cash_journal_id
        )
        self._queue_job("post", self.row_count)

    def _check_four_eyes(self, step):
        """Whoever imported the report does not post it; an approver posts what a lone
        reconciler imported, and did not prepare or release the plan (R37)."""
        own = self.sudo().filtered("is_own")  # sudo: whose work it is
        if step.name == "action_post" and own:
            raise AccessError(
                self.env._(
                    "You imported %(report)s: another reconciler or an approver looks "
                    "at it and posts it.",
                    report=own[0].name,
                )
            )
        checked = super()._check_four_eyes(step)
        if step.name == "action_post":
            for plan in self.sudo()._duty_plans():  # sudo: the plans of the rows
                plan.with_env(self.env)._check_confirms()
        return checked

    def _check_answered(self):
        waiting = self.row_ids.filtered(lambda row: row.outcome == "waiting")
        if waiting:
            raise UserError(
                self.env._(
                    "Rows %(rows)s are not understood: say of each which payment it "
                    "is.",
                    rows=", ".join(map(str, waiting[:SHOWN].mapped("number"))),
                )
            )

    def _job_post(self):
        """Book everything in one transaction: either the payments and the books say the
        same, or nothing happened and the step starts again."""
        plans = self.row_ids.plan_id | self.plan_id
        plans.lock_for_update(allow_referencing=True)
        plans.invalidate_recordset()
        rows = self._rematch()
        self._check_answered()  # another report may have been posted meanwhile
        self._apply_reversed(
            rows.filtered(lambda row: row.outcome == "reversed" and row.booked)
        )
        self._apply_plain()
        self._apply_special(
            rows.filtered(lambda row: row.outcome in ("late", "paid_twice"))
        )
        disputes = self._create_disputes(rows)
        fees = dict(
            self.env["cash.transfer.reconciliation.row"]._read_group(
                [("reconciliation_id", "=", self.id), ("fee", "!=", 0)],
                ["plan_id"],
                ["fee:sum"],
            )
        )
        for plan in plans.sorted("id"):
            plan._post_deliveries(
                self.date,
                self,
                fees.get(plan, 0.0),
                disputes.filtered(lambda d, plan=plan: d.plan_id == plan),
            )
        lines = self.row_ids.line_id
        lines.cycle_line_id._update_payment_status()
        self._count_failures()
        people = self.imported_by_ids | self.job_user_id.filtered(
            lambda user: user.has_group(GROUPS["reconcile"])
        )
        plans._unprotected().write(
            {
                "reconciled_by_ids": [fields.Command.link(user.id) for user in people],
                "reconciliation_ids": [fields.Command.link(self.id)],
            }
        )
        plans._update_state()
        self._unprotected().write(
            {
                "state": "posted",
                "posted_by_id": self.job_user_id.id,
                "posted_on": fields.Datetime.now(),
                "job_done": self.row_count,
            }
        )
        for plan in plans:
            plan._log_event(self.env._("Report %(report)s posted", report=self.name))
        return True

    def _apply_reversed(self, rows):
        """Book back what the provider took back (R44, R69)."""
        for plan, mine in rows.grouped("plan_id").items():
            plan._reverse_lines(
                mine.line_id,
                self.env._("Taken back by the provider, %(report)s", report=self.name),
                self.date,
                {
                    line: -sum(back.mapped("booked"))
                    for line, back in mine.grouped("line_id").items()
                },
            )

    def _apply_special(self, rows):
        """Book late successes and double payments one by one: they are few."""
        for row in rows:
            line = row.line_id
            if not line:
                continue
            # follow-ups of follow-ups, too, pay the same entitlement and period
            siblings = line.cycle_line_id.payment_line_ids - line
            for follow_up in siblings:
                if row.outcome != "late":
                    break
                if follow_up.status == "pending":
                    follow_up._to_status(
                        "cancelled",
                        self.env._("%(code)s was paid late", code=line.name),
                    )
                elif follow_up.status in ("sent", "in_question"):
                    follow_up._to_status(
                        "paid_twice",
                        self.env._("%(code)s was paid late", code=line.name),
                    )
                    follow_up.plan_id._update_state()
            if row.booked:
                delivered = self._round(line.amount_delivered + row.booked)
                cycle_line = line.cycle_line_id
                line._unprotected().write(
                    {
                        "amount_delivered": delivered,
                        "status": "delivered"
                        if self._round(delivered - line.amount_due) >= 0
                        else "partial",
                        "delivered_on": row.date or self.date,
                        "failure_reason": False,
                    }
                )
                cycle_line._unprotected().amount_delivered = self._round(
                    cycle_line.amount_delivered + row.booked
                )
                line._split_delivery()
            elif line.status in ("failed", "not_collected", "reversed"):
                line._unprotected().status = "paid_twice"
            elif line.status in ("sent", "in_question"):
                line._to_status("paid_twice", False)
            line._unprotected().write(
                {
                    "amount_disputed": self._round(line.amount_disputed + row.disputed),
                    "provider_ref": line.provider_ref or row.receipt,
                }
            )

    def _apply_plain(self):
        """Move all ordinary payments in a handful of statements, whatever their number.

        The ORM would write the same values row by row.
        """
        values = {"report": self.id, "plain": list(PLAIN), "date": self.date}
        self._execute(
            """
            UPDATE cash_transfer_cycle_line c
               SET amount_delivered = c.amount_delivered + t.booked,
                   amount_live = greatest(c.amount_live - t.freed, 0)
              FROM (SELECT l.cycle_line_id AS id, sum(r.booked) AS booked,
                           sum(CASE WHEN l.is_live AND r.outcome <> 'in_question'
                                    THEN l.amount_due ELSE 0 END) AS freed
                      FROM cash_transfer_reconciliation_row r
                      JOIN cash_transfer_payment_line l ON l.id = r.line_id
                     WHERE r.reconciliation_id = %(report)s
                       AND r.outcome = ANY(%(plain)s)
                     GROUP BY l.cycle_line_id) t
             WHERE c.id = t.id
            """,
            **values,
        )
        self._apply_plain_payments(values)
        self._execute(
            """
            UPDATE cash_transfer_payment_split s
               SET amount_delivered = s.amount
              FROM cash_transfer_reconciliation_row r
             WHERE r.line_id = s.line_id AND r.reconciliation_id = %(report)s
               AND r.outcome IN ('delivered', 'over')
            """,
            **values,
        )
        self.row_ids.plan_id._figures_changed()
        partial = self.row_ids.filtered(lambda row: row.outcome == "partial").line_id
        partial._split_delivery()

    def _apply_plain_payments(self, values):
        self._execute(
            """
            UPDATE cash_transfer_payment_line l
               SET status = CASE WHEN r.outcome <> 'over' THEN r.outcome
                                 WHEN l.status IN ('sent', 'in_question')
                                 THEN 'delivered' ELSE l.status END,
                   amount_delivered = l.amount_delivered + r.booked,
                   amount_disputed = l.amount_disputed + r.disputed,
                   delivered_on = CASE
                       WHEN r.outcome IN ('failed', 'not_collected') THEN NULL
                       ELSE coalesce(r.date, %(date)s) END,
                   is_live = (r.outcome = 'in_question'),
                   failure_reason = CASE
                       WHEN r.outcome IN ('failed', 'not_collected')
                       THEN r.failure_reason END,
                   question_reason = r.question_reason,
                   question_amount = CASE WHEN r.outcome = 'in_question'
                                          THEN r.amount ELSE 0 END,
                   provider_ref = coalesce(r.receipt, l.provider_ref)
              FROM cash_transfer_reconciliation_row r
             WHERE r.line_id = l.id AND r.reconciliation_id = %(report)s
               AND r.outcome = ANY(%(plain)s)
            """,
            **values,
        )

    def _create_disputes(self, rows):
        kinds = {"over": "over_delivered", "late": "paid_twice"}
        return (
            self.env["cash.transfer.dispute"]
            ._unprotected()
            .create(
                [
                    {
                        "plan_id": row.plan_id.id,
                        "reconciliation_id": self.id,
                        "row_id": row.id,
                        "line_id": row.line_id.id,
                        "kind": kinds.get(row.outcome, row.outcome),
                        "amount": row.disputed,
                    }
                    for row in rows
                    if row.disputed > 0
                ]
            )
        )

    def _count_failures(self):
        """Count failures in a row per entitlement; from the second on, plan a visit
        (R41)."""
        self._execute(
            """
            UPDATE cash_transfer_entitlement e
               SET failure_count = CASE WHEN t.delivered THEN 0
                                        ELSE coalesce(e.failure_count, 0) + 1 END
              FROM (SELECT l.entitlement_id AS id,
                           bool_or(r.booked > 0) AS delivered
                      FROM cash_transfer_reconciliation_row r
                      JOIN cash_transfer_payment_line l ON l.id = r.line_id
                     WHERE r.reconciliation_id = %(report)s
                       AND r.outcome IN ('delivered', 'partial', 'over', 'late',
                                         'failed', 'not_collected')
                     GROUP BY l.entitlement_id) t
             WHERE e.id = t.id
               AND (NOT t.delivered OR coalesce(e.failure_count, 0) <> 0)
            """,
            report=self.id,
        )
        failing = self.row_ids.filtered(
            lambda row: row.outcome in ("failed", "not_collected")
        ).line_id
        repeated = failing.filtered(lambda line: line.entitlement_id.failure_count >= 2)
        repeated.cycle_line_id._plan_visits()
