from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestLedger(CashCommon):
    """What a plan means in the books (R40, R44), for the three kinds of provider."""

    def _rows(self, plan, amount=None):
        return [
            {"payment": line.name, "amount": amount or line.amount_due}
            for line in plan.line_ids
        ]

    def _lines(self, account):
        return self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )

    def test_r40_aggregated_by_analytic_combination(self):
        self.scheme.grant_ids |= self.grant_b
        plan = self._paid_plan(7, shares=[(self.grant, 50), (self.grant_b, 50)])
        self._report(plan, self._rows(plan))
        expense = self._lines(self.expense_account)
        self.assertEqual(len(expense), 2, "never one line per payee")
        keys = {next(iter(line.analytic_distribution)) for line in expense}
        self.assertEqual(
            keys,
            {
                f"{analytic.id},{self.analytic_site.id}"
                for analytic in (self.analytic_a, self.analytic_b)
            },
        )
        self.assertEqual(expense.partner_id, self.provider.partner_id)
        analytic = self.env["account.analytic.line"].search(
            [("general_account_id", "=", self.expense_account.id)]
        )
        self.assertAlmostEqual(
            -sum(analytic.mapped("amount")), sum(expense.mapped("balance"))
        )
        self.assertBooks(plan)

    def test_fees_follow_the_grants(self):
        self.provider.write({"fee_fixed": 0.1, "fee_percent": 1})
        plan = self._paid_plan(2)
        self.assertAlmostEqual(plan.expected_fee, 0.8)
        self._report(plan, self._rows(plan))
        fee = self._lines(self.fee_account)
        self.assertAlmostEqual(fee.amount_currency, 0.8)
        plan.with_user(self.reconciler).action_close()

    def test_own_wallet_is_an_internal_transfer(self):
        wallet = self._new_provider("Own Wallet", "wallet")
        plan = self._paid_plan(2, provider=wallet)
        self.assertAlmostEqual(
            sum(self._lines(self.wallet_account).mapped("amount_currency")), 60
        )
        self.assertTrue(all(self._lines(self.transfer_account).mapped("reconciled")))
        self._report(plan, self._rows(plan))
        self.assertAlmostEqual(
            sum(self._lines(self.wallet_account).mapped("balance")), 0
        )
        plan.with_user(self.reconciler).action_close()
        self.assertBooks(plan)

    def test_pre_financed_is_a_bill_with_grant_lines(self):
        provider = self._new_provider("Shop", "prefinanced", fee_fixed=0.5)
        plan = self._paid_plan(2, provider=provider)
        self._report(plan, self._rows(plan))
        bill = self.env["account.move"].search([("payment_plan_id", "=", plan.id)])
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "posted"))
        self.assertAlmostEqual(bill.amount_total, 61)
        plan.with_user(self.reconciler).action_close()
        self.assertBooks(plan)

    def test_one_funding_for_several_plans(self):
        first = self._paid_plan(2, "approved")
        other = self.scheme.copy({"name": "Other", "amount": 10})
        other.grant_ids = self.grant
        other.purpose_id = self.env.ref("cash_transfer.purpose_transport")
        self._new_entitlement(scheme=other)
        second = self._to(self._new_plans(self._new_cycle(other)), "approved")
        (first | second).with_user(self.releaser).action_fund()
        payment = (first | second).movement_ids.payment_id
        self.assertEqual(len(payment), 1)
        self.assertEqual(payment.amount, 70)
        self.assertEqual(first._missing_funding() + second._missing_funding(), 0)
        with self.assertRaisesRegex(UserError, "already"):
            first.with_user(self.releaser).action_fund()

    def test_exchange_cost_of_the_advance(self):
        plan = self._paid_plan(2)
        self._set_rate(self.usd, 3000, self.today - timedelta(days=1))
        self.usd.invalidate_recordset()
        self._report(plan, self._rows(plan))
        self.assertAlmostEqual(
            sum(self._lines(self.expense_account).mapped("balance")), 60 * 2800
        )
        self.assertFalse(
            self._lines(self.gain_account) | self._lines(self.loss_account)
        )
        plan.with_user(self.reconciler).action_close()

    def test_exchange_rate_of_the_day_with_the_grants_analytic(self):
        self.company.cash_exchange_policy = "day"
        plan = self._paid_plan(2, "released")
        plan.with_user(self.releaser).action_fund(date=self.today - timedelta(days=20))
        self._set_rate(self.usd, 3000, self.today)
        self._instruct(plan)
        self._report(plan, self._rows(plan))
        expense = sum(self._lines(self.expense_account).mapped("balance"))
        gain = self._lines(self.gain_account)
        self.assertAlmostEqual(expense, 60 * 3000)
        self.assertAlmostEqual(
            expense + sum(gain.mapped("balance")),
            60 * 2800,
            msg="expense − gains is the cost either way",
        )
        self.assertIn(
            str(self.analytic_a.id), next(iter(gain.analytic_distribution)).split(",")
        )
        plan.with_user(self.reconciler).action_close()
        self.assertTrue(plan.is_balanced)

    def test_exchange_ineligible_by_donor_rule(self):
        self.company.cash_exchange_policy = "day"
        self.grant.exchange_ineligible = True
        plan = self._paid_plan(1, "released")
        plan.with_user(self.releaser).action_fund(date=self.today - timedelta(days=20))
        self._set_rate(self.usd, 2500, self.today)
        self._instruct(plan)
        self._report(plan, self._rows(plan))
        loss = self._lines(self.loss_account)
        self.assertEqual(
            loss.analytic_distribution, {str(self.analytic_lost.id): 100.0}
        )

    def test_restricted_income_is_released(self):
        self.grant.write(
            {
                "deferred_account_id": self.deferred_account.id,
                "income_account_id": self.income_account.id,
            }
        )
        plan = self._paid_plan(1)
        self._report(plan, self._rows(plan))
        self.assertAlmostEqual(self._lines(self.income_account).balance, -30 * 2800)
        self.assertAlmostEqual(self._lines(self.deferred_account).balance, 30 * 2800)

    def test_return_clears_the_advance(self):
        plan = self._paid_plan(2)
        first, second = plan.line_ids
        self._report(
            plan,
            [
                {"payment": first.name, "amount": 30},
                {"payment": second.name, "amount": 0, "reason": "refused"},
            ],
        )
        with self.assertRaisesRegex(UserError, "still with the provider"):
            plan.with_user(self.reconciler).action_close()
        with self.assertRaises(UserError):
            plan.with_user(self.releaser).action_return(31)
        self._set_rate(self.usd, 3000, self.today)
        plan.with_user(self.releaser).action_return()
        plan.with_user(self.reconciler).action_close()
        advance = self._lines(self.advance_account)
        self.assertAlmostEqual(sum(advance.mapped("balance")), 0)
        self.assertAlmostEqual(sum(advance.mapped("amount_currency")), 0)
        self.assertBooks(plan)

    def test_r44_reversal_in_an_open_period_keeps_the_line(self):
        plan = self._paid_plan(2)
        self._report(plan, self._rows(plan))
        line = plan.line_ids[0]
        self.company.fiscalyear_lock_date = self.today - timedelta(days=10)
        boss = line.with_user(self.releaser)
        with self.assertRaisesRegex(UserError, "locked period"):
            boss.action_reverse("Wrong person", self.today - timedelta(days=20))
        with self.assertRaises(AccessError):
            line.with_user(self.reconciler).action_reverse("Wrong person")
        boss.action_reverse("Wrong person")
        self.assertEqual((line.status, line.amount_delivered), ("reversed", 0))
        self.assertTrue(line.row_ids, "history stays")
        self.assertAlmostEqual(
            sum(self._lines(self.expense_account).mapped("amount_currency")), 30
        )
        self.assertBooks(plan)
        plan.with_user(self.officer).action_follow_up()
        follow_up = self._to(plan.follow_up_plan_ids, "approved")
        plan.with_user(self.releaser).action_carry()
        follow_up.with_user(self.releaser).action_release()
        self._instruct(follow_up)
        self._report(follow_up, self._rows(follow_up))
        (plan | follow_up).with_user(self.reconciler).action_close()
        self.assertBooks(plan | follow_up)

    def test_entries_of_a_plan_are_not_undone(self):
        plan = self._paid_plan(1)
        self._report(plan, self._rows(plan))
        move = self.env["account.move"].search([("payment_plan_id", "=", plan.id)])
        with self.assertRaises(UserError):
            move.button_draft()

    def _disputed(self):
        plan = self._paid_plan(1)
        plan.with_user(self.releaser).action_fund(10)
        self._report(plan, self._rows(plan, 40))
        return plan, plan.dispute_ids

    def test_disputes_accepted_recovered_written_off(self):
        plan, dispute = self._disputed()
        with self.assertRaises(AccessError):
            dispute.with_user(self.reconciler).action_accept("Ours")
        dispute.with_user(self.releaser).action_accept("The donor agreed")
        self.assertAlmostEqual(
            sum(self._lines(self.expense_account).mapped("amount_currency")), 40
        )
        plan.with_user(self.reconciler).action_close()
        self.assertAlmostEqual(
            sum(self._lines(self.claims_account).mapped("balance")), 0
        )

    def test_dispute_recovered_into_the_advance_is_returned(self):
        plan, dispute = self._disputed()
        dispute.with_user(self.releaser).action_recover("Credit note", to_bank=True)
        plan.with_user(self.reconciler).action_close()
        self.assertAlmostEqual(
            sum(self._lines(self.advance_account).mapped("balance")), 0
        )

    def test_write_off_takes_two_people_and_the_ineligible_analytic(self):
        plan, dispute = self._disputed()
        with self.assertRaises(UserError):
            dispute.with_user(self.releaser).action_write_off("Lost")
        dispute.with_user(self.reconciler).action_ask_write_off("Lost")
        dispute.with_user(self.releaser).action_write_off("Lost")
        lost = self._lines(self.write_off_account)
        self.assertEqual(
            lost.analytic_distribution, {str(self.analytic_lost.id): 100.0}
        )
        self.assertAlmostEqual(lost.amount_currency, 10)
        plan.with_user(self.reconciler).action_close()
        self.assertBooks(plan)

    def test_random_histories_keep_the_books_and_the_lines_together(self):  # noqa: C901
        """One expense per entitlement and period, R40 in both currencies, four eyes, no
        name in the ledger, whatever happens in whatever order."""
        test = self

        class History(RuleBasedStateMachine):
            @initialize(
                count=st.integers(1, 3),
                rate=st.sampled_from([2800, 2777.77]),
                policy=st.sampled_from(["fifo", "day"]),
            )
            def start(self, count, rate, policy):
                self.savepoint = test.env.cr.savepoint(flush=True)
                test.company.cash_exchange_policy = policy
                test._set_rate(test.usd, rate, test.today)
                self.plans = [test._paid_plan(count)]
                self.number = 0

            def attempt(self, step):
                """Refusals are fine, wrong books are not."""
                try:
                    with test.env.cr.savepoint():
                        step()
                except (UserError, AccessError):
                    test.env.invalidate_all()

            @rule(data=st.data())
            def report(self, data):
                plan = data.draw(st.sampled_from(self.plans))
                rows = []
                for line in plan.line_ids:
                    amount = data.draw(
                        st.sampled_from([None, 0, 30, 12.34, 29.99, 31.5, 60])
                    )
                    if amount is not None:
                        self.number += 1
                        rows.append(
                            {
                                "payment": line.name,
                                "amount": amount,
                                "reference": f"R{self.number}"
                                if data.draw(st.booleans())
                                else "",
                                "reason": "" if amount else "refused",
                            }
                        )
                if data.draw(st.booleans()):
                    rows.append({"payment": "P-777777", "amount": 3.33})
                if rows:
                    self.number += 1
                    rows[0]["date"] = test.today
                    self.attempt(lambda: test._report(plan, rows))

            @rule(data=st.data())
            def follow_up(self, data):
                plan = data.draw(st.sampled_from(self.plans))

                def step():
                    plan.with_user(test.officer).action_follow_up()
                    new = plan.follow_up_plan_ids.sorted("id")[-1:]
                    test._to(new, "approved")
                    self.plans.append(new)

                self.attempt(step)

            @rule(data=st.data())
            def carry_and_instruct(self, data):
                plan = data.draw(st.sampled_from(self.plans))
                origin = plan.origin_plan_id
                if origin:
                    self.attempt(lambda: origin.with_user(test.releaser).action_carry())
                self.attempt(lambda: plan.with_user(test.releaser).action_release())
                self.attempt(lambda: test._instruct(plan))

            @rule(data=st.data())
            def resolve(self, data):
                disputes = test.env["cash.transfer.dispute"].search([])
                for dispute in disputes:
                    step = data.draw(
                        st.sampled_from(["action_accept", "action_recover", None])
                    )
                    if step:
                        self.attempt(
                            lambda d=dispute, s=step: getattr(
                                d.with_user(test.releaser), s
                            )("Reason")
                        )

            @rule(data=st.data())
            def reverse(self, data):
                lines = self.plans[0].line_ids
                line = data.draw(st.sampled_from(list(lines)))
                self.attempt(
                    lambda: line.with_user(test.releaser).action_reverse("Wrong")
                )

            @rule(data=st.data())
            def stop(self, data):
                plan = data.draw(st.sampled_from(self.plans))
                self.attempt(
                    lambda: plan.line_ids[:1].with_user(test.officer).action_stop("x")
                )

            @rule(data=st.data())
            def give_back(self, data):
                plan = data.draw(st.sampled_from(self.plans))
                self.attempt(lambda: plan.with_user(test.releaser).action_return())

            @rule(data=st.data())
            def close(self, data):
                plan = data.draw(st.sampled_from(self.plans))
                self.attempt(lambda: plan.with_user(test.reconciler).action_close())

            @invariant()
            def books(self):
                if not hasattr(self, "plans"):
                    return
                plans = test.env["cash.transfer.payment.plan"].union(*self.plans)
                test.assertInvariants(plans)

            def teardown(self):
                if hasattr(self, "savepoint"):
                    test.assertNoNames()
                    test.env.invalidate_all(flush=False)
                    self.savepoint.close(rollback=True)
                    test.env.invalidate_all(flush=False)

        History.TestCase.settings = settings(
            max_examples=2,
            stateful_step_count=5,
            derandomize=True,
            phases=(Phase.generate,),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        History.TestCase().runTest()

    def assertInvariants(self, plans):
        self.env.flush_all()
        self.env.invalidate_all()
        for due in plans.line_ids.cycle_line_id:
            delivered = sum(due.payment_line_ids.mapped("amount_delivered"))
            self.assertAlmostEqual(due.amount_delivered, delivered)
            self.assertLessEqual(delivered, due.amount_due)
            live = due.payment_line_ids.filtered("is_live")
            self.assertLessEqual(len(live), 1)
        accepted = {}
        for dispute in plans.dispute_ids.filtered(lambda d: d.state == "accepted"):
            accepted[dispute.plan_id] = (
                accepted.get(dispute.plan_id, 0) + dispute.amount
            )
        for plan, statement in plans._get_statements().items():
            delivered = sum(plan.line_ids.mapped("amount_delivered"))
            delivered += accepted.get(plan, 0)
            self.assertAlmostEqual(statement["delivered"], delivered)
            lines = self.env["account.move.line"].search(
                [("payment_plan_id", "=", plan.id), ("parent_state", "=", "posted")]
            )
            expense = lines.filtered(lambda one: one.account_id == self.expense_account)
            self.assertAlmostEqual(sum(expense.mapped("amount_currency")), delivered)
            self.assertAlmostEqual(
                sum(plan.line_ids.split_ids.mapped("amount_posted"))
                + accepted.get(plan, 0),
                delivered,
            )
            claims = lines.filtered(lambda one: one.account_id == self.claims_account)
            for suffix, name in (("", "amount_currency"), ("_company", "balance")):
                self.assertAlmostEqual(
                    sum(claims.mapped(name)), statement[f"disputes{suffix}"]
                )
            if plan.state == "closed":
                self.assertEqual(statement["remaining"], 0)
                self.assertEqual(statement["remaining_company"], 0)
        total = {"": 0.0, "_company": 0.0}
        for statement in plans._get_statements().values():
            for suffix in total:
                total[suffix] += statement[f"remaining{suffix}"]
        advance = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.advance_account.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertAlmostEqual(sum(advance.mapped("amount_currency")), total[""])
        self.assertAlmostEqual(sum(advance.mapped("balance")), total["_company"])
        for plan in plans:
            done = plan._done_by()
            for one, two in (
                ("prepare", "approve"),
                ("approve", "release"),
                ("release", "reconcile"),
            ):
                self.assertFalse(done[one] & done[two])
