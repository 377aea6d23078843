from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

_lt = LazyTranslate(__name__)


class CashTransferPlanApproval(models.AbstractModel):
    """Approvals by amount, in order, and the release (R37)."""

    _name = "cash.transfer.plan.approval"
    _description = "Approvals of a Payment Plan"

    def _prepare_approvals(self):
        """Return the values of the approvals that are needed for the sum of this plan's
        cycle with this provider, so that splitting a plan evades none (R64)."""
        self.ensure_one()
        total = self._amount_to_approve()
        rules = self.env["cash.transfer.approval.rule"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("min_amount", "<=", total),
                ("is_in_force", "=", True),
            ]
        )
        if self.is_emergency:
            rules = rules[:1]
        return [
            {
                "plan_id": self.id,
                "sequence": number,
                "name": rule.name,
                "group_id": rule.group_id.id,
            }
            for number, rule in enumerate(rules, start=1)
        ] or [{"plan_id": self.id, "sequence": 1, "name": self.env._("Approval")}]

    def _amount_to_approve(self):
        """Return what the cycle pays through this provider, in company currency: what
        any of its plans pays, paid or holds back, each entitlement once (R64)."""
        self.ensure_one()
        amount = self._query(
            """
            SELECT coalesce(sum(c.amount_due), 0)
              FROM cash_transfer_cycle_line c
             WHERE c.cycle_id = %(cycle)s AND EXISTS (
                   SELECT 1 FROM cash_transfer_payment_line l
                    WHERE l.cycle_line_id = c.id AND l.provider_id = %(provider)s
                      AND l.status NOT IN ('cancelled', 'stopped'))
            """,
            cycle=self.cycle_id.id,
            provider=self.provider_id.id,
        )[0][0]
        return self.currency_id._convert(
            float(amount),
            self.company_currency_id,
            self.company_id,
            self._rate_date(),
        )

    @step(
        frm="locked",
        to=("approved",),
        duty="approve",
        right="read",
        referencing=True,
        sudo="approvers have no write right on plans",
        seen="content_hash",
    )
    def action_approve(self, comment=None):
        """Give the next approval. For approvers who neither prepared the plan, nor
        approved it before, nor entered one of its payees (R37).

        The caller says in the context which content was shown (``seen_hash``, the
        plan's ``content_hash``); what was locked anew since then is not signed. The
        approval keeps what was signed.

        :raises AccessError: who has to do it instead.
        :raises UserError: the plan is not locked, or not what the page showed.
        """
        for plan in self:
            duties = self.env["cash.transfer.duty"]
            principal = duties._principals("approve", plan.company_id)[:1]
            plan._check_snapshot()
            approvals = plan.approval_ids
            given = approvals.filtered(lambda a: a.state == "approved")
            if (given.user_id | given.on_behalf_of_id) & (self.env.user | principal):
                raise AccessError(
                    self.env._(
                        "You approved %(plan)s already: the next approval is for "
                        "somebody else.",
                        plan=plan.name,
                    )
                )
            waiting = approvals.filtered(lambda a: a.state == "waiting")[:1]
            group = waiting.group_id
            if group and not (self.env.user | principal) & group.all_user_ids:
                raise AccessError(
                    self.env._(
                        "%(step)s is for the group %(group)s.",
                        step=waiting.name,
                        group=group.full_name,
                    )
                )
            waiting._unprotected().write(
                {
                    "state": "approved",
                    "user_id": self.env.uid,
                    "on_behalf_of_id": (principal - self.env.user).id,
                    "done_on": fields.Datetime.now(),
                    "comment": comment,
                    "seen_hash": plan.content_hash,
                    "seen_count": plan.pending_count,
                    "seen_amount": plan.amount_total,
                }
            )
            plan._log_event(self.env._("Approved: %(step)s", step=waiting.name))
            if not plan.approval_ids.filtered(lambda a: a.state == "waiting"):
                plan._unprotected().state = "approved"

    @step(
        frm=("locked", "approved", "released"),
        to="locked",
        duty=("approve", "release"),
        not_by="prepared_by_id",
        asks={"comment": Ask(label=_lt("What Has to Change"))},
        right="read",
        referencing=True,
        sudo="approvers and releasers have no write right on plans",
        title=_lt("Reject"),
    )
    def action_reject(self, comment):
        """Send the plan back to locked, with the reason; earlier approvals are void.
        For approvers and releasers who did not prepare it.

        :param str comment: required.
        """
        for plan in self:
            waiting = plan.approval_ids.filtered(lambda a: a.state == "waiting")[:1]
            waiting._unprotected().write(
                {
                    "state": "rejected",
                    "user_id": self.env.uid,
                    "done_on": fields.Datetime.now(),
                    "comment": comment,
                }
            )
            plan.approval_ids.filtered(
                lambda a: a.state in ("approved", "waiting")
            )._unprotected().write({"state": "void"})
            self.env["cash.transfer.approval"]._unprotected().create(
                plan._prepare_approvals()
            )
            plan._log_event(self.env._("Rejected: %(reason)s", reason=comment))
        self._unprotected().write({"released_by_id": False, "released_on": False})

    def _missing_to_release(self):
        if self.is_emergency:
            self._check_emergency()
        problems = self.provider_id._problems()
        if problems:
            return [
                self.env._(
                    "The provider is not ready:\n%(problems)s",
                    problems="\n".join(problems),
                )
            ]
        self._check_snapshot()
        self._raise_problems(self._problems_of_budget())
        return []

    @step(
        frm="approved",
        to="released",
        duty="release",
        stamp="released",
        check="_missing_to_release",
        right="read",
        referencing=True,
        sudo="releasers have no write right on plans",
        seen="content_hash",
    )
    def action_release(self):
        """Release an approved plan for payment. For releasers who did not approve it
        (R37), and say in the context what they saw (``seen_hash``). From here on the
        funding's partner, journal and account are fixed.

        :raises AccessError: who has to do it instead.
        :raises UserError: not approved.
        """
        self._log_event(self.env._("Released"))

    def _check_emergency(self):
        self.ensure_one()
        limit = self.company_id.cash_emergency_limit
        # sudo: the sum of the cycle; whoever locks or releases reads its plans
        total = self.sudo()._amount_to_approve()
        if self.company_currency_id.compare_amounts(total, limit) > 0:
            raise UserError(
                self.env._(
                    "Emergency cash goes up to %(limit)s: use a regular plan.",
                    limit=self.company_currency_id.format(limit),
                )
            )
