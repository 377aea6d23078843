from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

_lt = LazyTranslate(__name__)


class CashTransferPaymentPlanHands(models.Model):
    """Who may do the next step, and giving a plan up (R37)."""

    _inherit = "cash.transfer.payment.plan"

    def _done_by(self):
        """Return duty → users who carried it out on this plan, principals included."""
        self.ensure_one()
        approvals = self.approval_ids.filtered(lambda a: a.state == "approved")
        return {
            "prepare": self.prepared_by_id,
            "approve": approvals.user_id | approvals.on_behalf_of_id,
            # whoever moved its money released it as well
            "release": self.released_by_id
            | self.instructed_by_id
            | self.movement_ids.payment_id.create_uid,
            "reconcile": self.reconciled_by_ids,
        }

    def _duty_plans(self):
        return self

    def _check_apart(self, duty):
        """Check that the user has the duty and did not do what it excludes.

        :return: the user acted for (oneself, or whom one is deputy of).
        :raises AccessError: a sentence that says who has to do it instead.
        """
        self.ensure_one()
        duties = self.env["cash.transfer.duty"]
        principal = duties._check_duty(duty, self.company_id)
        people = self.env.user | principal
        self._refuse_hands(duty, people, self._conflicting(duty))
        if duty in ("approve", "release"):
            self._check_rate_hands(people)
            # sudo: counted over all payments of the plan, whoever may read them
            touched = (
                self.env["cash.transfer.payment.line"]
                .sudo()
                .search_count(
                    [
                        ("plan_id", "=", self.id),
                        ("status", "=", "pending"),
                        ("payee_id.changed_by_ids", "in", people.ids),
                    ],
                    limit=1,
                )
            )
            if touched:
                raise AccessError(
                    self.env._(
                        "You entered or changed a payee of %(plan)s: somebody else "
                        "has to approve and release it.",
                        plan=self.name,
                    )
                )
        return principal

    def _conflicting(self, duty):
        emergency = self.sudo().is_emergency  # sudo: whether, nothing else
        return self.env["cash.transfer.duty"]._conflicting_duties(
            duty, self.company_id, emergency
        )

    def _refuse_hands(self, duty, people, others):
        """Refuse whoever carried out one of the other duties on this plan."""
        plan = self.sudo()  # sudo: who did what is compared, nothing is shown
        labels = self.env["cash.transfer.duty"]._duty_labels()
        done_by = plan._done_by()
        for other in others:
            if done_by[other] & people:
                raise AccessError(
                    self.env._(
                        "%(first)s and %(second)s the same plan are for different "
                        "people: ask somebody who did not take part in %(second)s "
                        "%(plan)s.",
                        first=labels[duty].capitalize(),
                        second=labels[other],
                        plan=plan.name,
                    )
                )

    def _check_confirms(self):
        """Check that the user may post what a colleague reconciled: as an approver of
        plans that they neither prepared nor released, or as a reconciler (R37).

        :raises AccessError: a sentence that says who has to do it instead.
        """
        self.ensure_one()
        duties = self.env["cash.transfer.duty"]
        principals = duties._principals("approve", self.company_id)
        if not principals:
            self._check_apart("reconcile")
            return
        # the part of the reconciler is somebody else's: who imported does not post
        self._refuse_hands(
            "approve",
            self.env.user | principals[:1],
            self._conflicting("approve") - {"reconcile"},
        )

    def _is_funded(self):
        statement = self._get_statements()[self]
        if not (statement["remaining"] or statement["remaining_company"]):
            return []
        return [
            self.env._(
                "The plan is funded: return the money or move it to another plan first."
            )
        ]

    @step(
        frm=("draft", "locked", "approved", "released"),
        to="aborted",
        duty="prepare",
        asks={"reason": Ask(label=_lt("Reason"))},
        check="_is_funded",
        referencing=True,
        sudo="nobody has a write right on payments",
        title=_lt("Abort"),
    )
    def action_abort(self, reason):
        """Give the plan up before anything was instructed. For cash officers.

        :param str reason: required.
        """
        self.ensure_one()
        self._release_live_lines("cancelled", reason)
        self._log_event(self.env._("Aborted: %(reason)s", reason=reason))
        self.cycle_id._update_state()

    def _release_live_lines(self, status, reason):
        """Take every pending line out and give back what it held, set-wise."""
        values = {"plan": self.id, "status": status, "reason": reason}
        self._execute(
            """
            UPDATE cash_transfer_cycle_line c
               SET amount_live = greatest(c.amount_live - l.amount_due, 0),
                   payment_status = CASE WHEN %(status)s = 'cancelled' THEN 'none'
                                         ELSE c.payment_status END
              FROM cash_transfer_payment_line l
             WHERE l.cycle_line_id = c.id AND l.plan_id = %(plan)s AND l.is_live
            """,
            **values,
        )
        self._execute(
            """
            UPDATE cash_transfer_cycle_line c
               SET payment_status = CASE WHEN l.origin_line_id IS NULL THEN 'none'
                                         ELSE 'failed' END
              FROM cash_transfer_payment_line l
             WHERE l.cycle_line_id = c.id AND l.plan_id = %(plan)s
               AND %(status)s = 'cancelled' AND l.status IN ('pending', 'set_aside')
            """,
            **values,
        )
        self._execute(
            """
            UPDATE cash_transfer_payment_line
               SET status = CASE WHEN %(status)s = 'pending' THEN status
                                 ELSE %(status)s END,
                   is_live = FALSE, locked = FALSE, reason = %(reason)s
             WHERE plan_id = %(plan)s
               AND (status = 'pending' OR (status = 'set_aside'
                    AND %(status)s = 'cancelled'))
            """,
            **values,
        )
        self._figures_changed()
