from odoo import fields, models
from odoo.exceptions import AccessError, UserError


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

    def action_approve(self, comment=None):
        """Give the next approval. For approvers who neither prepared the plan, nor
        approved it before, nor entered one of its payees (R37).

        :raises AccessError: who has to do it instead.
        :raises UserError: the plan is not locked.
        """
        for plan in self:
            plan.check_access("read")
            principal = plan._check_four_eyes("approve")
            plan._lock_for_step()
            if plan.state != "locked" or plan.job:
                raise UserError(
                    self.env._(
                        "%(plan)s waits for no approval: reload the page.",
                        plan=plan.name,
                    )
                )
            plan.sudo()._check_snapshot()  # sudo: payees and settings are compared
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
            step = approvals.filtered(lambda a: a.state == "waiting")[:1]
            group = step.group_id.sudo()  # sudo: membership is compared, nothing shown
            if group and not (self.env.user | principal) & group.all_user_ids:
                raise AccessError(
                    self.env._(
                        "%(step)s is for the group %(group)s.",
                        step=step.name,
                        group=group.full_name,
                    )
                )
            # sudo: approvals have no write right; this method is their only writer.
            step.sudo()._unprotected().write(
                {
                    "state": "approved",
                    "user_id": self.env.uid,
                    "on_behalf_of_id": (principal - self.env.user).id,
                    "done_on": fields.Datetime.now(),
                    "comment": comment,
                }
            )
            own = plan.sudo()  # sudo: approvers change the state by this method only
            own._log_event(self.env._("Approved: %(step)s", step=step.name))
            if not own.approval_ids.filtered(lambda a: a.state == "waiting"):
                own._unprotected().state = "approved"
        return True

    def action_reject(self, comment):
        """Send the plan back to locked, with the reason; earlier approvals are void.
        For approvers and releasers who did not prepare it.

        :param str comment: required.
        """
        duties = self.env["cash.transfer.duty"]
        for plan in self:
            plan.check_access("read")
            if not any(
                duties._principals(duty, plan.company_id)
                for duty in ("approve", "release")
            ):
                raise AccessError(
                    self.env._("Rejecting is for approvers and releasers.")
                )
            if plan.prepared_by_id == self.env.user:
                raise AccessError(
                    self.env._(
                        "You prepared %(plan)s: unlock it instead.", plan=plan.name
                    )
                )
            if not (comment or "").strip():
                raise UserError(self.env._("Say what has to change."))
            plan._lock_for_step()
            if plan.state not in ("locked", "approved", "released") or plan.job:
                raise UserError(
                    self.env._("%(plan)s cannot be rejected any more.", plan=plan.name)
                )
            own = plan.sudo()  # sudo: as in action_approve
            step = own.approval_ids.filtered(lambda a: a.state == "waiting")[:1]
            step._unprotected().write(
                {
                    "state": "rejected",
                    "user_id": self.env.uid,
                    "done_on": fields.Datetime.now(),
                    "comment": comment,
                }
            )
            own.approval_ids.filtered(
                lambda a: a.state in ("approved", "waiting")
            )._unprotected().write({"state": "void"})
            self.env["cash.transfer.approval"].sudo()._unprotected().create(
                own._prepare_approvals()
            )
            own._unprotected().write(
                {"state": "locked", "released_by_id": False, "released_on": False}
            )
            own._log_event(self.env._("Rejected: %(reason)s", reason=comment))
        return True

    def action_release(self):
        """Release an approved plan for payment. For releasers who did not approve it
        (R37). From here on the funding's partner, journal and account are fixed.

        :raises AccessError: who has to do it instead.
        :raises UserError: not approved.
        """
        for plan in self:
            plan.check_access("read")
            plan._check_four_eyes("release")
            plan._lock_for_step()
            if plan.state != "approved":
                raise UserError(
                    self.env._(
                        "%(plan)s is not approved yet, or was released already.",
                        plan=plan.name,
                    )
                )
            if plan.is_emergency:
                plan._check_emergency()
            problems = plan.provider_id._problems()
            if problems:
                raise UserError(
                    self.env._(
                        "The provider is not ready:\n%(problems)s",
                        problems="\n".join(problems),
                    )
                )
            own = plan.sudo()  # sudo: releasers change the state by this method only
            own._check_snapshot()
            own._raise_problems(own._problems_of_budget())
            own._unprotected().write(
                {
                    "state": "released",
                    "released_by_id": self.env.uid,
                    "released_on": fields.Datetime.now(),
                }
            )
            own._log_event(self.env._("Released"))
        return True

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
