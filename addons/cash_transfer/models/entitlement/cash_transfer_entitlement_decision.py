from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import Ask, step

from .cash_transfer_entitlement import LIVE_STATES, PAID_STATES

_lt = LazyTranslate(__name__)


class CashTransferEntitlementDecision(models.Model):
    """The decisions on an entitlement, each by whom it takes (R18, R65)."""

    _inherit = "cash.transfer.entitlement"

    @step(
        frm="draft",
        to="proposed",
        stamp="proposed",
        check="_problems",
        referencing=True,
    )
    def action_propose(self):
        """Propose drafts for approval. For whoever holds the case.

        :raises UserError: something that approval needs is missing.
        """
        self._check_floor()

    def _problems(self):
        """Return what is missing before the entitlement can be approved."""
        self.ensure_one()
        env, problems = self.env, []
        if self.amount <= 0:
            problems.append(
                env._(
                    "%(code)s: the scheme's rule gives no amount. For replaced income, "
                    "record what the child earned.",
                    code=self.name,
                )
            )
        if self.payee_id.state == "stopped":
            problems.append(
                env._("%(code)s: the payee is stopped, choose another.", code=self.name)
            )
        # shares are entered to two digits
        present = self.funding_ids.filtered(lambda f: not f.date_to)
        if round(sum(present.mapped("share")), 6) != 100.0:
            problems.append(
                env._(
                    "%(code)s: the grants' shares do not add up to 100 %%.",
                    code=self.name,
                )
            )
        foreign = self.funding_ids.grant_id - self.scheme_id.grant_ids
        if foreign:
            problems.append(
                env._(
                    "%(code)s: the scheme does not allow the grant %(grant)s.",
                    code=self.name,
                    grant=foreign[0].display_name,
                )
            )
        for record in (self.scheme_id, *self.funding_ids.grant_id):
            if not record.is_in_force:
                problems.append(
                    env._(
                        "%(code)s: %(record)s waits for a second person to agree to "
                        "it.",
                        code=self.name,
                        record=record.display_name,
                    )
                )
        if not self.plan_action_id and not self.is_emergency:
            problems.append(
                env._(
                    "%(code)s: link the cash action of the child's plan, or mark it "
                    "as an emergency.",
                    code=self.name,
                )
            )
        return problems

    def _problems_to_approve(self):
        problems = self._problems()
        if self.payee_id.state != "approved":
            problems.append(
                self.env._("%(code)s: approve the payee first.", code=self.name)
            )
        return problems + self._unfunded_problems()

    @step(
        frm="proposed",
        to=("approved",),
        group="child_remediation.group_supervisor",
        not_by="proposed_by_id",
        check="_problems_to_approve",
        referencing=True,
        seen="content_hash",
    )
    def action_approve(self, leave_out=False):
        """Approve proposed entitlements within the budget of their grants (R33).

        For supervisors of the case who did not propose them (R18). All or nothing per
        grant: where one grant does not suffice, none of its entitlements is approved.

        :param bool leave_out: approve the others and leave those out.
        :return: the entitlements approved.
        :raises AccessError: not a supervisor, or own proposal.
        :raises UserError: not proposed, payee not approved, budget exceeded.
        """
        # sudo: budgets are sums over cases that the supervisor cannot read.
        fundings = self.sudo().funding_ids
        fundings.grant_id.lock_for_update(allow_referencing=True)
        short = fundings._get_shortfalls()
        if short and not leave_out:
            raise UserError(
                self.env._(
                    "These grants do not suffice:\n%(grants)s\nApprove fewer "
                    "entitlements, or leave these out: %(codes)s.",
                    grants="\n".join(short.values()),
                    codes=", ".join(
                        fundings.filtered(
                            lambda f: f.grant_id in short
                        ).entitlement_id.mapped("name")
                    ),
                )
            )
        refused = fundings.filtered(lambda f: f.grant_id in short).entitlement_id
        approved = self - refused
        approved._unprotected().write(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_on": fields.Datetime.now(),
                "reason": False,
            }
        )
        self.env["remediation.override"]._note(
            "stipend",
            approved.filtered("floor_amount"),
            lambda entitlement: entitlement.justification,
        )
        # sudo: nobody has a write right on commitments; the approval was checked
        approved.sudo().funding_ids._commit_budget()
        return approved

    @step(
        frm="proposed",
        to="draft",
        group="child_remediation.group_supervisor",
        asks={"reason": "reason"},
        referencing=True,
        title=_lt("Send Back"),
    )
    def action_send_back(self, reason):
        """Send a proposal back to draft, with the reason. For supervisors."""

    @step(
        frm=PAID_STATES,
        to="suspended",
        group="child_remediation.group_supervisor",
        asks={"reason": "reason"},
        referencing=True,
        title=_lt("Suspend"),
    )
    def action_suspend(self, reason):
        """Suspend approved or active entitlements; their payments that can be stopped
        are stopped (R42). For supervisors; the reason is the best-interest note."""
        self._forget_asked()
        self._stop_pending(self.env._("Entitlement suspended"))

    def _stop_pending(self, reason):
        """Stop the payments that were not handed to the provider yet (R67)."""
        # sudo: supervisors do not read payment lines (R45).
        self.env["cash.transfer.payment.line"].sudo().search(
            [("entitlement_id", "in", self.ids), ("status", "=", "pending")]
        )._stop(reason)

    @step(
        frm="suspended",
        group="child_remediation.group_supervisor",
        check="_waiting_change",
        referencing=True,
    )
    def action_resume(self):
        """Ask to take up suspended entitlements again. For supervisors; a second person
        agrees (R65)."""
        self._let_wait("resume")

    @step(
        frm=LIVE_STATES,
        to=("ended",),
        group="child_remediation.group_supervisor",
        asks={
            "reason": "reason",
            "until": Ask(kind="date", required=False, label=_lt("Last Day")),
        },
        referencing=True,
        title=_lt("End"),
    )
    def action_end(self, reason, until=None):
        """End entitlements now or on a later day. For supervisors.

        What ends now is paid no more: payments that can be stopped are (R67)."""
        until = until or self._place_today()
        today = self._place_today()
        if self.filtered(lambda e: e.date_to and until > max(e.date_to, today)):
            raise UserError(
                self.env._(
                    "Support ends earlier already: keeping it longer takes a second "
                    "person."
                )
            )
        values = {"end_decided_by_id": self.env.uid, "is_end_decided": True}
        if until <= today:
            values["state"] = "ended"
        for entitlement in self:
            entitlement._unprotected().write(
                dict(values, date_to=max(until, entitlement.date_from))
            )
        self._forget_asked()
        if until <= today:
            self._stop_pending(self.env._("Entitlement ended"))
        self.sudo().funding_ids._commit_budget()  # sudo: budget rows

    @step(
        frm=LIVE_STATES,
        group="child_remediation.group_supervisor",
        asks={"until": "asked_until", "reason": "asked_reason"},
        check="_waiting_change",
        referencing=True,
        title=_lt("Keep Longer"),
    )
    def action_extend(self, until, reason):
        """Ask to keep entitlements beyond their end (R43). For supervisors; a second
        person agrees, within the budget (R65).

        :param until: the new last day.
        :param str reason: required.
        """
        self._check_until(until)
        self._let_wait("extend")

    def _check_until(self, until):
        if not until or self.filtered(lambda e: e.date_to and until <= e.date_to):
            raise UserError(self.env._("Choose a day after the present end."))

    @step(
        frm=("draft", "proposed"),
        to="cancelled",
        asks={"reason": "reason"},
        referencing=True,
        title=_lt("Cancel"),
    )
    def action_cancel(self, reason):
        """Cancel what was not approved yet. For whoever may write it."""

    @step(
        frm=LIVE_STATES,
        group="child_remediation.group_supervisor",
        check="_waiting_change",
        referencing=True,
    )
    def action_switch_payee(self):
        """Ask to pay the alternate from now on (R31). For supervisors; a second person
        agrees (R65). The alternate must have been approved before the cooling period
        began; locked plans do not change."""
        self._check_alternate()
        self._let_wait("switch")

    def _check_alternate(self):
        now = fields.Datetime.now()
        for entitlement in self:
            alternate = entitlement.alternate_payee_id
            hours = entitlement.company_id.cash_cooling_hours
            if not alternate or alternate.state != "approved":
                raise UserError(self.env._("There is no approved alternate to pay."))
            if alternate.approved_on > now - relativedelta(hours=hours):
                raise UserError(
                    self.env._(
                        "The alternate was approved less than %(hours)s hours "
                        "ago: wait until then.",
                        hours=hours,
                    )
                )

    def _waiting_change(self):
        if not self.asked_change:
            return []
        return [
            self.env._(
                "%(code)s: a change waits already. Agree to it or decline it first.",
                code=self.name,
            )
        ]

    def _let_wait(self, change):
        """Let a change of approved support wait for somebody else's agreement."""
        self._unprotected().write(
            {
                "asked_change": change,
                "asked_by_id": self.env.uid,
                "asked_on": fields.Datetime.now(),
            }
        )

    def _forget_asked(self):
        self._unprotected().write(
            {
                "asked_change": False,
                "asked_until": False,
                "asked_reason": False,
                "asked_by_id": False,
                "asked_on": False,
            }
        )

    def _no_change_asked(self):
        if self.asked_change:
            return []
        return [self.env._("No change is asked for any more: reload the page.")]

    @step(
        frm=LIVE_STATES,
        group=(
            "child_remediation.group_supervisor",
            "cash_transfer.group_cash_approver",
        ),
        not_by="asked_by_id",
        check="_no_change_asked",
        right="read",
        referencing=True,
        sudo="cash approvers have no write right on entitlements",
        seen="content_hash",
    )
    def action_agree(self):
        """Agree to a change that somebody asked for: keeping support longer, taking it
        up again, paying the alternate. For supervisors and cash approvers who did not
        ask (R65).

        :raises AccessError: no such duty, or one's own wish.
        :raises UserError: nothing is asked, it is no longer possible, budget exceeded.
        """
        for change, group in self.grouped("asked_change").items():
            getattr(group, f"_agree_{change}")()
        self._forget_asked()

    @step(
        frm=LIVE_STATES,
        group=(
            "child_remediation.group_supervisor",
            "cash_transfer.group_cash_approver",
        ),
        check="_no_change_asked",
        right="read",
        referencing=True,
        sudo="cash approvers have no write right on entitlements",
    )
    def action_decline(self):
        """Decline a change that somebody asked for, or take one's own wish back. For
        supervisors and cash approvers."""
        self._forget_asked()

    def _read_again(self, step):
        self.invalidate_recordset(["asked_change", "asked_until", "asked_reason"])
        return super()._read_again(step)

    def _agree_extend(self):
        for entitlement in self:
            entitlement._check_until(entitlement.asked_until)
            entitlement._unprotected().write(
                {
                    "date_to": entitlement.asked_until,
                    "reason": entitlement.asked_reason,
                    "end_asked_on": False,
                    "end_decided_by_id": self.env.uid,
                    "is_end_decided": False,
                }
            )
        self.funding_ids.grant_id.lock_for_update(allow_referencing=True)
        short = self.funding_ids._get_shortfalls()
        problems = [*short.values(), *self._unfunded_problems()]
        if problems:
            raise UserError("\n".join(problems))
        self.funding_ids._commit_budget()

    def _agree_resume(self):
        self._unprotected().write({"state": "active", "reason": False})

    def _agree_switch(self):
        self._check_alternate()
        for entitlement in self:
            entitlement._unprotected().write(
                {
                    "payee_id": entitlement.alternate_payee_id.id,
                    "alternate_payee_id": entitlement.payee_id.id,
                }
            )
