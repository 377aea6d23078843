from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestLife(CashCommon):
    """A plan lives on after it was reconciled or closed (R70); what a stipend is at
    least (R80); the school's calendar (R42)."""

    def _rows(self, plan, amount=None, **cells):
        return [
            {"payment": line.name, "amount": amount or line.amount_due, **cells}
            for line in plan.line_ids
        ]

    def _closed(self, count=1):
        plan = self._paid_plan(count)
        self._report(plan, self._rows(plan, reference="T1"))
        plan.with_user(self.reconciler).action_close()
        self.assertEqual(plan.state, "closed")
        return plan

    def _two_plans(self):
        """Two plans of one provider, approved, of two schemes."""
        first = self._paid_plan(2, "approved")
        other = self.scheme.copy({"name": "Other", "amount": 10})
        other.grant_ids = self.grant
        other.purpose_id = self.env.ref("cash_transfer.purpose_transport")
        self._new_entitlement(scheme=other)
        return first, self._to(self._new_plans(self._new_cycle(other)), "approved")

    def _prepaid(self, amount, balance, day=None):
        entry = self.env["account.move"].create(
            {
                "journal_id": self.cash_journal.id,
                "date": day or self.today,
                "currency_id": self.usd.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.provider.partner_id.id,
                            "currency_id": self.usd.id,
                            "amount_currency": sign * amount,
                            "balance": sign * balance,
                        }
                    )
                    for account, sign in (
                        (self.advance_account, 1),
                        (self.bank_account, -1),
                    )
                ],
            }
        )
        entry.action_post()
        return entry

    # -- late reversal ------------------------------------------------------------
    @whole
    def test_r70_a_late_reversal_opens_a_closed_plan_again(self):
        plan = self._closed()
        line = plan.line_ids
        with self.assertRaises(AccessError):
            line.with_user(self.reconciler).action_reverse("The family gave it back")
        line.with_user(self.releaser).action_reverse("The family gave it back")
        self.assertEqual((plan.state, line.status), ("reconciled", "reversed"))
        self.assertEqual(plan._get_statements()[plan]["remaining"], 30)
        self.assertFalse(plan._ledger_differences())
        plan.with_user(self.releaser).action_return()
        with self.assertRaisesRegex(UserError, "still owed"):
            plan.with_user(self.reconciler).action_close()
        line.with_user(self.reconciler).action_owe_nothing("She moved abroad")
        plan.with_user(self.reconciler).action_close()
        self.assertBooks(plan)

    def test_r70_a_reversal_opens_a_bill_s_plan_too(self):
        plan = self._paid_plan(1, provider=self._new_provider("Shop", "prefinanced"))
        self._report(plan, self._rows(plan))
        plan.with_user(self.reconciler).action_close()
        plan.line_ids.with_user(self.releaser).action_reverse("Never came")
        self.assertEqual(plan.state, "reconciled")
        self.assertFalse(plan._ledger_differences())

    # -- still owed ---------------------------------------------------------------
    def test_r70_close_asks_for_a_decision_on_each_family(self):
        plan = self._paid_plan(3)
        rows = self._rows(plan)
        for row in rows[1:]:
            row.update(amount=0, reason="inactive_wallet")
        self._report(plan, rows)
        plan.with_user(self.releaser).action_return()
        later, never = plan.line_ids[1:]
        self.assertIn("Still owed to payees", plan.statement_html)
        self.assertIn("60.00", plan.statement_html)
        reconciler = plan.with_user(self.reconciler)
        with self.assertRaisesRegex(UserError, f"{later.name}.*\n{never.name}"):
            reconciler.action_close()
        for user in (self.releaser, self.officer):
            with self.assertRaises(AccessError):
                later.with_user(user).action_owe_later("Reason")
        with self.assertRaises(UserError):
            later.with_user(self.reconciler).action_owe_later(" ")
        with self.assertRaises(UserError):
            plan.line_ids[0].with_user(self.reconciler).action_owe_later("Paid")
        later.with_user(self.reconciler).action_owe_later("New wallet is coming")
        never.with_user(self.reconciler).action_owe_nothing("The family left")
        reconciler.action_close()
        plan.invalidate_recordset()
        self.assertIn("30.00", plan.statement_html)
        plan.with_user(self.officer).action_follow_up()
        follow_up = plan.follow_up_plan_ids
        self.assertEqual(follow_up.line_ids.origin_line_id, later)
        self.assertEqual(plan.state, "closed")

    # -- funding of a mistaken plan -------------------------------------------------
    def test_r70_a_funded_plan_made_by_mistake_is_given_up(self):
        first, second = self._two_plans()
        boss, officer = self.releaser, first.with_user(self.officer)
        first.with_user(boss).action_fund()
        with self.assertRaisesRegex(UserError, "is funded"):
            officer.action_abort("Made twice")
        with self.assertRaises(AccessError):
            officer.action_move_funding(second.id)
        with self.assertRaisesRegex(UserError, "At most"):
            first.with_user(boss).action_move_funding(second.id, 11)
        self.assertEqual(first.with_user(boss).action_move_funding(second.id), 10)
        self.assertEqual(second._missing_funding(), 0)
        with self.assertRaisesRegex(UserError, "is funded"):
            officer.action_abort("Made twice")
        self._set_rate(self.usd, 3000, self.today)
        first.with_user(boss).action_return()
        self.assertFalse(first._ledger_differences())
        officer.action_abort("Made twice")
        self.assertEqual(first.state, "aborted")
        self._seen(second, boss).action_release()
        self._instruct(second)
        self._report(second, self._rows(second))
        second.with_user(self.reconciler).action_close()
        self.provider._compare_with_ledger()
        self.assertFalse(
            self.env["cash.transfer.ledger.check"].search(
                [("provider_id", "=", self.provider.id)]
            )
        )

    @whole
    def test_r64_funding_moves_to_no_other_provider(self):
        first, second = self._two_plans()
        first.with_user(self.releaser).action_fund()
        for target in (first, self.env["cash.transfer.payment.plan"]):
            with self.assertRaisesRegex(UserError, "same provider"):
                first.with_user(self.releaser).action_move_funding(target.id or 0)
        second._unprotected().provider_id = self._new_provider("Another", "advance")
        with self.assertRaisesRegex(UserError, "same provider"):
            first.with_user(self.releaser).action_move_funding(second.id)

    # -- go-live --------------------------------------------------------------------
    def test_r70_opening_balance_and_prepayment_are_adopted(self):
        old = self._prepaid(40, 100_000, self.today - timedelta(days=40))
        self._prepaid(50, 145_000, self.today - timedelta(days=10))
        plan = self._paid_plan(2, "released")
        checks = self.env["cash.transfer.ledger.check"]
        checks._cron_compare()
        seen = checks.search([("provider_id", "=", self.provider.id)])
        self.assertEqual(seen.mapped("kind"), ["account"] * 2)
        with self.assertRaises(AccessError):
            plan.with_user(self.officer).action_adopt()
        self.assertEqual(plan.with_user(self.releaser).action_adopt(), 60)
        self.assertEqual(plan._missing_funding(), 0)
        statement = plan._get_statements()[plan]
        # 40 at 2,500 first, then 20 of 50 at 2,900
        self.assertEqual(statement["funded_company"], 100_000 + 58_000)
        with self.assertRaisesRegex(UserError, "belongs to the payment plan"):
            old.button_draft()
        with self.assertRaisesRegex(UserError, "funded already"):
            plan.with_user(self.releaser).action_adopt()
        self._instruct(plan)
        self._report(plan, self._rows(plan))
        self.assertAlmostEqual(
            sum(
                self.env["account.move.line"]
                .search([("account_id", "=", self.expense_account.id)])
                .mapped("balance")
            ),
            158_000,
        )
        plan.with_user(self.reconciler).action_close()
        checks._cron_compare()
        seen = checks.search([("provider_id", "=", self.provider.id)])
        self.assertEqual(sorted(seen.mapped("difference")), [30, 87_000])

    # -- fees ---------------------------------------------------------------------
    @whole
    def test_r70_fees_are_booked_and_corrected_on_the_plan(self):
        for kind in ("advance", "wallet"):
            provider = self._new_provider(f"Fees {kind}", kind)
            scheme = self.scheme.copy({"name": kind, "grant_ids": self.grant.ids})
            self._new_entitlement(scheme=scheme, provider=provider)
            plan = self._to(self._new_plans(self._new_cycle(scheme))[:1], "instructed")
            boss = plan.with_user(self.releaser)
            with self.assertRaises(AccessError):
                plan.with_user(self.reconciler).action_book_fee(1, "Charge")
            with self.assertRaisesRegex(UserError, "Reason"):
                boss.action_book_fee(1, " ")
            self._report(plan, self._rows(plan))
            plan.with_user(self.reconciler).action_close()
            boss.action_book_fee(2.5, "The wallet's charge")
            self.assertEqual(plan.state, "reconciled")
            self.assertEqual(plan._get_statements()[plan]["remaining"], -2.5)
            boss.action_fund()
            self._set_rate(self.usd, 3000, self.today) if kind == "advance" else None
            boss.action_book_fee(4, "Invoice of the month", billed=True)
            self.assertEqual(plan._get_statements()[plan]["remaining"], 0)
            boss.action_book_fee(-1.5, "Charged twice")
            self.assertEqual(plan._get_statements()[plan]["remaining"], 1.5)
            self.assertEqual(plan._get_statements()[plan]["fees"], 5)
            with self.assertRaisesRegex(UserError, "at most"):
                boss.action_book_fee(-5.01, "Too much")
            self.assertFalse(plan._ledger_differences())
            boss.action_return()
            plan.with_user(self.reconciler).action_close()
            self.assertFalse(plan._ledger_differences())

    def test_r70_a_fee_beyond_the_funding_is_given_back_at_its_cost(self):
        """An amount without a cost would be missing in what the grant spent (R65)."""
        for kind in ("advance", "wallet"):
            with self.subTest(kind), self.env.cr.savepoint() as savepoint:
                provider = self._new_provider(f"Beyond {kind}", kind)
                plan = self._paid_plan(1, provider=provider)
                self._report(plan, self._rows(plan))
                boss = plan.with_user(self.releaser)
                boss.action_book_fee(0.4, "Charged, and not funded")
                self.env.invalidate_all()
                self.assertAlmostEqual(self.grant.spent, 30.4)
                boss.action_book_fee(-0.4, "Charged by mistake")
                self.env.invalidate_all()
                self.assertAlmostEqual(self.grant.spent, 30)
                statement = plan._get_statements()[plan]
                self.assertEqual((statement["fees"], statement["fees_company"]), (0, 0))
                self.assertEqual(
                    (statement["remaining"], statement["remaining_company"]), (0, 0)
                )
                self.assertFalse(plan._ledger_differences())
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    # -- a changed account, the statement ---------------------------------------------
    def test_r70_a_wallet_changed_since_the_lock_shows_on_the_plan(self):
        plan = self._paid_plan(2, "locked")
        self.assertFalse(plan.changed_accounts)
        payee = plan.line_ids[0].payee_id
        method = self._new_method(payee, self.provider)
        method._unprotected().effective_from = fields.Datetime.now() - timedelta(days=1)
        plan.line_ids[0].method_id._unprotected().effective_from = (
            fields.Datetime.now() - timedelta(days=9)
        )
        plan.invalidate_recordset(["changed_accounts"])
        self.assertEqual(
            plan.with_user(self.approver).changed_accounts, plan.line_ids[0].name
        )

    @whole
    def test_r70_the_statement_shows_the_shortfall(self):
        plan = self._paid_plan(2, "approved")
        self.assertIn("Funding missing", plan.with_user(self.auditor).statement_html)
        self.assertEqual(plan._shortfall(), 60)
        plan.with_user(self.releaser).action_fund(20)
        self.assertEqual(plan._shortfall(), 40)

    # -- a grant for another --------------------------------------------------------
    def _exchange(self, day, **vals):
        return (
            self.env["cash.transfer.grant.exchange"]
            .with_user(self.releaser)
            .create(
                {
                    "from_grant_id": self.grant.id,
                    "to_grant_id": self.grant_b.id,
                    "date": day,
                    "reason": "The first grant ends",
                    **vals,
                }
            )
        )

    def test_r70_a_grant_is_exchanged_on_many_entitlements_by_two(self):
        entitlements = self._new_entitlement() | self._new_entitlement()
        total = sum(entitlements.funding_ids.mapped("committed"))
        day = self.period + relativedelta(months=1)
        exchange = self._exchange(day)
        self.assertEqual(exchange.entitlement_count, 2)
        with self.assertRaises(AccessError):
            exchange.action_confirm()
        second = self._seen(exchange, self.releaser_2)
        with (
            self.assertRaisesRegex(UserError, "does not allow"),
            self.env.cr.savepoint(),
        ):
            second.action_confirm()
        self.scheme.grant_ids |= self.grant_b
        self.grant_b.budget = 10
        with (
            self.assertRaisesRegex(UserError, "does not suffice"),
            self.env.cr.savepoint(),
        ):
            second.action_confirm()
        self.grant_b.write({"budget": 1_000_000, "date_end": day + timedelta(days=31)})
        with (
            self.assertRaisesRegex(UserError, "does not cover"),
            self.env.cr.savepoint(),
        ):
            second.action_confirm()
        self.grant_b.date_end = self.today + timedelta(days=800)
        second.action_confirm()
        with self.assertRaises(UserError):
            second.action_confirm()
        old, new = (
            entitlements.funding_ids.filtered(lambda f, g=grant: f.grant_id == g)
            for grant in (self.grant, self.grant_b)
        )
        self.assertEqual(old.mapped("committed"), [30, 30])
        self.assertEqual(sum((old | new).mapped("committed")), total)
        self.assertFalse(entitlements.filtered("unfunded_from"))
        # this period stays with the old grant, the next one is the new one's
        plan = self._lock(self._new_plans(self._new_cycle()))
        self.assertEqual(plan.line_ids.split_ids.grant_id, self.grant)
        later = self._new_cycle(period=day)
        plan = self._lock(self._new_plans(later))
        self.assertEqual(plan.line_ids.split_ids.grant_id, self.grant_b)
        self.assertEqual(plan.line_ids.split_ids.mapped("amount"), [30, 30])

    def test_r70_only_releasers_exchange_grants(self):
        self._new_entitlement()
        day = self.period + relativedelta(months=1)
        for user in (self.officer, self.approver, self.reconciler, self.worker):
            with self.assertRaises(AccessError):
                self._exchange(day).with_user(user).create(
                    {
                        "from_grant_id": self.grant.id,
                        "to_grant_id": self.grant_b.id,
                        "date": day,
                        "reason": "Mine",
                    }
                )
        exchange = self._exchange(day)
        self.assertEqual(exchange.with_user(self.auditor).state, "asked")
        with self.assertRaises(AccessError):
            exchange.with_user(self.releaser).write({"state": "done"})
        with self.assertRaises(UserError):
            self._exchange(day + timedelta(days=3))
        exchange.with_user(self.releaser_2).action_refuse()
        self.assertEqual(exchange.state, "refused")

    # -- R80 --------------------------------------------------------------------------
    def _with_pay(self, pay):
        case = self._new_case(site_id=self.site.id)
        self.env["remediation.work.situation"].create(
            {
                "case_id": case.id,
                "date": self.today,
                "works": "yes",
                "pay": pay,
                "pay_period": "month",
                "currency_id": self.usd.id,
            }
        )
        return case

    @whole
    def test_r80_a_stipend_is_no_less_than_the_earnings(self):
        self.purpose.is_stipend = True
        self.assertEqual(self._new_entitlement(self._with_pay(30)).floor_amount, 0)
        with self.assertRaisesRegex(UserError, "why less") as refused:
            self._new_entitlement(self._with_pay(45))
        # The framework has no minimum wage: a wage of nothing is not named.
        self.assertNotIn("minimum wage", str(refused.exception))
        low = self._new_entitlement(
            self._with_pay(45), justification="A school meal comes on top"
        )
        self.assertEqual((low.state, low.floor_amount), ("approved", 45))
        self.assertNotEqual(low.approved_by_id, low.proposed_by_id)
        row = low.case_id.override_ids.filtered(lambda row: row.kind == "stipend")
        self.assertEqual(row.done_by_id, low.approved_by_id)
        self.assertEqual(row.reason, low.justification)
        self.purpose.is_stipend = False
        self._new_entitlement(self._with_pay(45))

    def test_r80_a_stipend_is_no_less_than_the_minimum_wage(self):
        self.purpose.is_stipend = True
        frameworks = self.env["remediation.legal.framework"]._unprotected()
        frameworks.create(
            {
                "name": "Law of a country",
                "state": "in_force",
                "country_id": self.company.country_id.id,
                "company_id": self.company.id,
                "minimum_wage": 1.5,
                "minimum_wage_period": "day",
                "currency_id": self.usd.id,
            }
        )
        with self.assertRaisesRegex(UserError, "39.00"):
            self._new_entitlement()

    # -- the school calendar --------------------------------------------------------
    def test_r42_a_month_without_school_asks_for_no_attendance(self):
        """Nobody typed an attendance of the holidays: not applicable, and payable."""
        start = self.period - relativedelta(months=3)
        end = self.period + relativedelta(months=8, days=11)
        self.env["cash.transfer.school.year"].with_user(self.officer).create(
            {
                "name": "This Year",
                "date_start": start,
                "date_end": end,
                "holiday_ids": [
                    fields.Command.create(
                        {
                            "name": "Holidays",
                            "date_from": self.period,
                            "date_to": self.period + relativedelta(months=1, days=-1),
                        }
                    )
                ],
            }
        )
        self.scheme.write({"condition_attendance": True, "end_rule": "school_year"})
        entitlement = self._new_entitlement()
        self.assertEqual(entitlement.date_to, end, "the school year ends by its date")
        cycle = self._new_cycle()
        self.assertEqual(cycle.line_ids.compliant, "not_applicable")
        self.assertTrue(cycle.line_ids.payable)
        later = self._new_cycle(period=self.period + relativedelta(months=1))
        self.assertEqual(later.line_ids.compliant, "no", "there was school")
