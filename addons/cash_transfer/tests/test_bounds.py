from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestBounds(CashCommon):
    """Nobody pays more than was approved, nor whom it was stopped for (R64, R67)."""

    # -- funding and approvals (R64) ---------------------------------------------
    @whole
    def test_r64_funding_never_exceeds_what_the_plan_lacks(self):
        self.provider.fee_fixed = 0.5
        plan = self._paid_plan(2, "approved")
        releaser = plan.with_user(self.releaser)
        lacking = 61.0
        for amount in (6_000_000, 61.01, lacking + 1):
            with self.assertRaisesRegex(UserError, "61.00"):
                releaser.action_fund(amount)
        self.assertFalse(plan.movement_ids)
        releaser.action_fund(20)
        with self.assertRaisesRegex(UserError, "41.00"):
            releaser.action_fund(41.01)
        releaser.action_fund()
        self.assertEqual(plan._get_statements()[plan]["funded"], lacking)
        for state in ("released", "instructed"):
            if state == "released":
                self._seen(plan, self.releaser).action_release()
            else:
                self._instruct(plan)
            with self.assertRaises(UserError):
                releaser.action_fund(0.01)

    def test_r64_money_wizard_has_the_same_bound(self):
        plan = self._paid_plan(1, "approved")
        wizard = (
            self.env["cash.transfer.money.wizard"]
            .with_user(self.releaser)
            .with_context(active_ids=plan.ids)
            .create({"amount": 6_000_000})
        )
        with self.assertRaisesRegex(UserError, "30.00"):
            wizard.action_confirm()

    @whole
    def test_r64_an_open_claim_is_not_funded(self):
        """A report of money that nobody approved does not raise what may be sent."""
        plan = self._paid_plan(1)
        self._report(
            plan,
            [
                {"payment": plan.line_ids.name, "amount": 30},
                {"payment": "P-777777", "amount": 6_000_000},
            ],
        )
        self.assertEqual(plan.state, "reconciled")
        self.assertEqual(plan._missing_funding(), 0)
        with self.assertRaises(UserError):
            plan.with_user(self.releaser).action_fund(1)

    def _board(self, at):
        return self.env["cash.transfer.approval.rule"].create(
            [
                {"name": "Manager", "sequence": 1},
                {"name": "Board", "sequence": 2, "min_amount": at},
            ]
        )

    @whole
    def test_r64_splitting_a_plan_evades_no_approval(self):
        self._board(3 * 30 * 2800)
        for _number in range(4):
            self._new_entitlement()
        plan = self._new_plans(self._new_cycle())
        aside = plan.line_ids[:2]
        aside.with_user(self.officer).action_set_aside("Later")
        self._lock(plan)
        self.assertEqual(plan.amount_total, 60)
        self.assertEqual(
            plan.approval_ids.mapped("name"), ["Manager", "Board"], "the sum of 120"
        )
        plan.with_user(self.officer).action_follow_up()
        follow_up = plan.follow_up_plan_ids
        self._lock(follow_up)
        self.assertEqual(follow_up.approval_ids.mapped("name"), ["Manager", "Board"])

    @whole
    def test_r64_what_was_not_paid_is_not_counted_twice(self):
        """A follow-up of a failed payment needs no approvals for twice the money."""
        self._board(3 * 30 * 2800)
        plan = self._paid_plan(2)
        self.assertEqual(plan.approval_ids.mapped("name"), ["Manager"])
        one, two = plan.line_ids
        self._report(
            plan,
            [
                {"payment": one.name, "amount": 0, "reason": "limit"},
                {"payment": two.name, "amount": 30},
            ],
        )
        plan.with_user(self.officer).action_follow_up()
        self._lock(plan.follow_up_plan_ids)
        self.assertEqual(
            plan.follow_up_plan_ids.approval_ids.mapped("name"), ["Manager"]
        )

    def test_r64_emergency_plans_together_stay_below_the_limit(self):
        self.company.cash_emergency_limit = 2 * 30 * 2800
        for _number in range(3):
            self._new_entitlement()
        plan = self._new_plans(self._new_cycle())
        plan.with_user(self.officer).is_emergency = True
        plan.line_ids[:2].with_user(self.officer).action_set_aside("In another plan")
        with self.assertRaisesRegex(UserError, "Emergency"):
            plan.with_user(self.officer).action_lock()

    # -- suspended, ended, stopped (R67) -----------------------------------------
    def _two(self):
        """Two entitlements of one validated cycle; the first is decided about."""
        one, two = self._new_entitlement(), self._new_entitlement()
        return one, two, self._new_cycle()

    def _of(self, plan, entitlement):
        return plan.line_ids.filtered(lambda line: line.entitlement_id == entitlement)

    def _decide(self, entitlement, how):
        supervisor = entitlement.with_user(self.supervisor)
        getattr(supervisor, f"action_{how}")("Best interest")
        return entitlement

    def _assert_not_paid(self, cycle, entitlement):
        """No plan, follow-up or file of the cycle pays it, whatever is pressed."""
        for _again in range(2):
            try:
                plans = self._new_plans(cycle)
            except UserError:
                plans = cycle.plan_ids.filtered(lambda plan: plan.state == "draft")
            for plan in plans:
                try:
                    self._to(plan, "instructed")
                except UserError as error:
                    for line in plan.line_ids:
                        if line.entitlement_id == entitlement and (
                            line.name in str(error)
                        ):
                            line.with_user(self.officer).action_stop("Suspended")
                    if "pending" in plan.line_ids.mapped("status"):
                        self._to(plan, "instructed")
            for plan in cycle.plan_ids.filtered(
                lambda plan: plan.state not in ("draft", "aborted", "closed")
            ):
                try:
                    plan.with_user(self.officer).action_follow_up()
                except UserError:
                    continue
        lines = self.env["cash.transfer.payment.line"].search(
            [("entitlement_id", "=", entitlement.id)]
        )
        self.assertFalse(
            lines.filtered(lambda one: one.status in ("pending", "sent", "delivered"))
        )

    @whole
    def test_r67_decided_between_validation_and_plan(self):
        for how in ("suspend", "end"):
            with self.subTest(how=how), self.env.cr.savepoint() as savepoint:
                one, two, cycle = self._two()
                self._decide(one, how)
                plan = self._new_plans(cycle)
                self.assertEqual(plan.line_ids.entitlement_id, two)
                self._assert_not_paid(cycle, one)
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    @whole
    def test_r67_decided_while_the_plan_is_in_any_state(self):
        for how in ("suspend", "end"):
            for state in ("draft", "locked", "approved", "released"):
                with (
                    self.subTest(how=how, state=state),
                    self.env.cr.savepoint() as savepoint,
                ):
                    one, _two, cycle = self._two()
                    plan = self._new_plans(cycle)
                    if state != "draft":
                        self._to(plan, state)
                    self._decide(one, how)
                    line = plan.line_ids.filtered(
                        lambda line, one=one: line.entitlement_id == one
                    )
                    self.assertEqual(line.status, "stopped")
                    self._assert_not_paid(cycle, one)
                    savepoint.rollback()
                self.env.invalidate_all(flush=False)

    @whole
    def test_r67_no_follow_up_of_failed_or_set_aside(self):
        for how in ("suspend", "end"):
            with self.subTest(how=how), self.env.cr.savepoint() as savepoint:
                one, two, cycle = self._two()
                aside = self._new_entitlement()
                more = self._new_cycle(kind="top_up")
                plan = self._new_plans(cycle)
                self._to(plan, "instructed")
                failed = self._of(plan, one)
                other = plan.line_ids - failed
                self._report(
                    plan,
                    [
                        {"payment": failed.name, "amount": 0, "reason": "limit"},
                        {"payment": other.name, "amount": 0, "reason": "limit"},
                    ],
                )
                self._decide(one, how)
                plan.with_user(self.officer).action_follow_up()
                self.assertEqual(plan.follow_up_plan_ids.line_ids.entitlement_id, two)
                self._assert_not_paid(cycle, one)
                second = self._new_plans(more)
                self._of(second, aside).with_user(self.officer).action_set_aside(
                    "No account"
                )
                self._lock(second)
                self._decide(aside, how)
                self._assert_not_paid(more, aside)
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    @whole
    def test_r67_follow_up_drafted_before_it_was_suspended(self):
        one, _two, cycle = self._two()
        plan = self._new_plans(cycle)
        self._to(plan, "instructed")
        self._report(
            plan,
            [
                {"payment": line.name, "amount": 0, "reason": "limit"}
                for line in plan.line_ids
            ],
        )
        plan.with_user(self.officer).action_follow_up()
        self._decide(one, "suspend")
        self._assert_not_paid(cycle, one)

    def test_r67_a_stopped_payment_is_in_no_new_plan(self):
        one, _two, cycle = self._two()
        plan = self._new_plans(cycle)
        line = plan.line_ids.filtered(lambda line: line.entitlement_id == one)
        line.cycle_line_id.with_user(self.supervisor).action_stop_payment("Unsafe")
        with self.assertRaisesRegex(UserError, "in a plan already"):
            cycle.with_user(self.officer).action_create_plans()
        self._assert_not_paid(cycle, one)

    def test_r67_a_wrong_stop_is_lifted_by_two_persons(self):
        for state in ("draft", "locked", "released", "instructed"):
            with self.subTest(state=state), self.env.cr.savepoint() as savepoint:
                self._lift(state)
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def _lift(self, state):
        one, _two, cycle = self._two()
        plan = self._new_plans(cycle)
        if state not in ("draft", "instructed"):
            self._to(plan, state)
        line = plan.line_ids.filtered(lambda line: line.entitlement_id == one)
        line.with_user(self.officer).action_stop("Wrong child")
        if state == "instructed":
            self._to(plan, state)
        with self.assertRaises(AccessError):
            line.with_user(self.supervisor).action_ask_lift("It was right")
        with self.assertRaises(UserError):
            line.with_user(self.officer).action_ask_lift(" ")
        with self.assertRaisesRegex(UserError, "ask first"):
            line.with_user(self.approver).action_lift_stop("Alone")
        line.with_user(self.officer).action_ask_lift("It was right")
        self.assertEqual(line.status, "stopped")
        for user in (self.officer, self.officer_2, self.reconciler):
            with self.assertRaises(AccessError):
                line.with_user(user).action_lift_stop("It was right")
        line.with_user(self.approver).action_lift_stop("Agreed")
        self.assertEqual((line.status, line.reason), ("set_aside", "Agreed"))
        with self.assertRaises(UserError):
            line.with_user(self.approver).action_lift_stop("Again")
        if state == "draft":
            line.with_user(self.officer).action_take_back()
            self._to(plan, "instructed")
            self.assertEqual(line.status, "sent")

    def test_r67_a_stop_with_its_cause_is_not_lifted(self):
        one, _two, cycle = self._two()
        plan = self._to(self._new_plans(cycle), "locked")
        line = plan.line_ids.filtered(lambda line: line.entitlement_id == one)
        self._decide(one, "suspend")
        self.assertEqual(line.status, "stopped")
        with self.assertRaisesRegex(UserError, "suspended or ended"):
            line.with_user(self.officer).action_ask_lift("Reason")
        one.with_user(self.supervisor).action_resume()
        self._seen(one, self.supervisor_2).action_agree()
        line.payee_id.with_user(self.supervisor).action_stop("Harm suspected")
        with self.assertRaisesRegex(UserError, "payee is not approved"):
            line.with_user(self.officer).action_ask_lift("Reason")

    def test_r67_an_approver_does_not_lift_a_stop_alone(self):
        one, _two, cycle = self._two()
        plan = self._to(self._new_plans(cycle), "locked")
        line = plan.line_ids.filtered(lambda line: line.entitlement_id == one)
        approver = line.with_user(self.approver)
        approver.action_stop("Wrong child")
        approver.action_ask_lift("It was right")
        with self.assertRaises(AccessError):
            approver.action_lift_stop("It was right")

    @whole
    def test_r67_resumed_later_it_is_paid_for_the_next_period(self):
        """What was stopped stays stopped; the support goes on with the next cycle."""
        one, _two, cycle = self._two()
        plan = self._new_plans(cycle)
        self._decide(one, "suspend")
        self._assert_not_paid(cycle, one)
        self.assertEqual(len(plan.line_ids), 2)

    @whole
    def test_r67_lock_refuses_what_a_program_suspended(self):
        """The lock and the file ask for the support itself, not for a stop."""
        for state in ("draft", "released"):
            with self.subTest(state=state), self.env.cr.savepoint() as savepoint:
                one, _two, cycle = self._two()
                plan = self._new_plans(cycle)
                if state == "released":
                    self._to(plan, state)
                    plan.with_user(self.releaser).action_fund()
                one._unprotected().state = "suspended"
                self.env.flush_all()
                step = "lock" if state == "draft" else "instruct"
                user = self.officer if state == "draft" else self.releaser
                with self.assertRaisesRegex(UserError, "suspended or ended"):
                    getattr(plan.with_user(user), f"action_{step}")()
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    @whole
    def test_r67_the_last_period_is_paid_before_support_ends(self):
        """What ends by its date stays payable until its last period is settled."""
        entitlement = self._new_entitlement(
            date_from=self.today - relativedelta(months=2)
        )
        cycle = self._new_cycle()
        entitlement._unprotected().write(
            {"is_end_decided": True, "date_to": self.today - timedelta(days=1)}
        )
        self.env["cash.transfer.entitlement"]._cron_ask_end()
        self.assertEqual(entitlement.state, "active")
        plan = self._new_plans(cycle)
        self._to(plan, "instructed")
        self._report(plan, [{"payment": plan.line_ids.name, "amount": 30}])
        self.env["cash.transfer.entitlement"]._cron_ask_end()
        self.assertEqual(entitlement.state, "ended")

    # -- twins found by merge (R67, R32) -----------------------------------------
    @whole
    def test_r67_a_merge_never_pays_one_child_twice(self):
        """The child that is gone was paid for the month; the kept one is not paid for
        it again, by whatever cycle or scheme of the purpose."""
        case, case_2 = self._new_case(), self._new_case()
        gone = self._new_entitlement(case)
        plan = self._new_plans(self._new_cycle())
        self._to(plan, "instructed")
        line = plan.line_ids
        self._report(plan, [{"payment": line.name, "amount": 30}])
        gone.with_user(self.supervisor).action_end("One child")
        pair = (
            self.env["remediation.duplicate"]
            ._unprotected()
            .create(
                {
                    "beneficiary_id": case.beneficiary_id.id,
                    "other_id": case_2.beneficiary_id.id,
                    "score": 90,
                }
            )
        )
        kept = case_2.beneficiary_id
        pair.with_user(self.supervisor).action_merge(
            kept.id, open_case_id=case_2.id, reason="Same child"
        )
        self.assertEqual((line | line.split_ids.line_id).beneficiary_id, kept)
        self.assertEqual(line.split_ids.beneficiary_id, kept)
        other = self.scheme.copy({"name": "Other"})
        other.grant_ids = self.grant
        self._new_entitlement(case_2, other)
        again = self._new_plans(self._new_cycle(other))
        with self.assertRaisesRegex(UserError, f"paid for this period by {line.name}"):
            again.with_user(self.officer).action_lock()

    # -- the day of payment --------------------------------------------------------
    @whole
    def test_r67_a_day_in_the_past_never_passes_a_grants_end(self):
        self._new_entitlement()
        plan = self._new_plans(self._new_cycle())
        self.grant.date_end = self.today - timedelta(days=1)
        plan.with_user(self.officer).pay_on = self.today - timedelta(days=2)
        with self.assertRaisesRegex(UserError, "is past"):
            plan.with_user(self.officer).action_lock()
        plan.with_user(self.officer).pay_on = self.today
        with self.assertRaisesRegex(UserError, "runs from"):
            plan.with_user(self.officer).action_lock()
        self.grant.date_end = self.today + timedelta(days=2)
        self._to(plan, "released")
        plan.with_user(self.releaser).action_fund()
        # instructed days later, after the end: the day it was planned for says nothing
        self.grant.date_end = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "runs from"):
            plan.with_user(self.releaser).action_instruct()

    @whole
    def test_r67_an_archived_provider_is_not_instructed(self):
        plan = self._paid_plan(1, "released")
        plan.with_user(self.releaser).action_fund()
        self.provider.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            plan.with_user(self.releaser).action_instruct()

    @whole
    def test_r67_a_contract_that_ended_is_not_instructed(self):
        plan = self._paid_plan(1, "released")
        plan.with_user(self.releaser).action_fund()
        self.provider.contract_to = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "contract"):
            plan.with_user(self.releaser).action_instruct()

    def test_r64_only_releasers_fund(self):
        plan = self._paid_plan(1, "approved")
        for user in (self.officer, self.approver, self.reconciler, self.admin_like):
            with self.assertRaises(AccessError):
                plan.with_user(user).action_fund(1)
        self.assertEqual(fields.Date.context_today(plan), self.today)
