from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestSupport(CashCommon):
    """Schemes, payees, accounts, entitlements (R31, R33, R43, R45)."""

    # -- amounts ---------------------------------------------------------------
    def test_amount_rules(self):
        scheme = self.scheme.copy({"amount_rule": "per_child", "amount": 12})
        self.assertEqual(scheme._first_amount(children=3), 36)
        scheme.write(
            {
                "amount_rule": "income",
                "income_percent": 80,
                "income_floor": 20,
                "income_cap": 50,
            }
        )
        self.assertEqual(scheme._first_amount(earnings=10), 20)
        self.assertEqual(scheme._first_amount(earnings=50), 40)
        self.assertEqual(scheme._first_amount(earnings=500), 50)
        scheme.write(
            {
                "amount_rule": "step_down",
                "amount": 40,
                "step_every": 2,
                "step_percent": 25,
                "withdrawal_fee": 1.25,
            }
        )
        self.assertEqual(
            [scheme._amount_for(40, number) for number in (1, 2, 3, 5, 9)],
            [41.25, 41.25, 31.25, 21.25, 0],
        )
        scheme.write({"amount_rule": "fixed", "rounding_step": 5})
        self.assertEqual(scheme._amount_for(40, 1), 40)
        with self.assertRaises(ValidationError):
            scheme.amount = 0

    def test_income_replacement_takes_the_last_earnings(self):
        scheme = self.scheme.copy(
            {"amount_rule": "income", "income_floor": 5, "income_cap": 100}
        )
        case = self._new_case()
        self.env["remediation.work.situation"].create(
            [
                {
                    "case_id": case.id,
                    "works": "yes",
                    "date": self.today - timedelta(days=days),
                    "site_id": self.site.id,
                    "pay": pay,
                    "pay_period": "week",
                    "currency_id": self.usd.id,
                    "hours_week": 20,
                }
                for days, pay in ((60, 3.0), (5, 6.0))
            ]
        )
        entitlement = self._new_entitlement(case, scheme, approve=False)
        self.assertEqual(entitlement.amount, 26)

    # -- payees (R31) ----------------------------------------------------------
    def test_r31_payee_is_an_adult_of_the_household(self):
        case, other = self._new_case(), self._new_case()
        child = self.env["remediation.household.member"].create(
            {"household_id": case.household_id.id, "relationship": "sibling", "age": 14}
        )
        payees = self.env["cash.transfer.payee"].with_user(self.worker)
        for vals in (
            {"kind": "member", "member_id": child.id},
            {"kind": "member", "member_id": self._caregiver(other).id},
            {"kind": "beneficiary", "beneficiary_id": case.beneficiary_id.id},
        ):
            with self.assertRaises(ValidationError):
                payees.create({"case_id": case.id, **vals})

    def test_r31_exception_needs_note_and_second_person(self):
        case = self._new_case(age=17)
        payee = (
            self.env["cash.transfer.payee"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": case.id,
                    "kind": "beneficiary",
                    "beneficiary_id": case.beneficiary_id.id,
                    "exception": "child_headed",
                }
            )
        )
        boss = payee.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "best-interest"):
            self._seen(boss).action_approve()
        payee.best_interest_note = "She runs the household."
        self._seen(boss).action_approve()
        self.assertEqual(payee.state, "confirmed")
        with self.assertRaises(AccessError):
            self._seen(boss).action_confirm_exception()
        self._seen(payee, self.supervisor_2).action_confirm_exception()
        self.assertEqual(payee.state, "approved")

    def test_r31_changed_account_waits(self):
        payee = self._new_payee(self._new_case())
        first = payee.active_method_id
        second = self._new_method(payee, self.provider)
        payee.invalidate_recordset()
        self.assertEqual(payee.active_method_id, first)
        self.assertGreater(
            second.effective_from, fields.Datetime.now() + timedelta(hours=47)
        )
        with freeze_time(fields.Datetime.now() + timedelta(hours=49)):
            payee.invalidate_recordset()
            self.assertEqual(payee.active_method_id, second)

    def test_r31_second_person_for_an_account(self):
        payee = self._new_payee(self._new_case(), provider=False)
        methods = self.env["cash.transfer.payment.method"]
        method = methods.with_user(self.supervisor)._propose(
            payee, self.provider, "+243812345678"
        )
        with self.assertRaises(AccessError):
            self._seen(method).action_approve()
        with self.assertRaises(AccessError):
            self._seen(method, self.reconciler).action_approve()
        self._seen(method, self.officer).action_approve()
        self.assertEqual(method.state, "approved")

    def test_r31_bad_numbers_are_refused(self):
        payee = self._new_payee(self._new_case(), provider=False)
        methods = self.env["cash.transfer.payment.method"]
        for number in ("+24381234567", "0812345678", "+33612345678", "12"):
            with self.assertRaises(ValidationError):
                methods._propose(payee, self.provider, number)
        bank = self._new_provider(
            "Bank", "advance", mechanism="bank", account_check="iban"
        )
        with self.assertRaises(ValidationError):
            methods._propose(payee, bank, "GB82 WEST 1234 5698 7654 33")
        self.assertTrue(methods._propose(payee, bank, "GB82 WEST 1234 5698 7654 32"))

    @whole
    def test_r31_suspected_of_harm_is_stopped_at_once(self):
        plan = self._paid_plan(2, "locked")
        line = plan.line_ids[0]
        member = line.payee_id.member_id
        member.with_user(self.worker).is_suspected_of_harm = True
        self.assertEqual(line.payee_id.state, "stopped")
        self.assertEqual(line.status, "stopped")
        self.assertEqual(plan.line_ids[1].status, "pending")
        self.assertEqual(plan.state, "locked")

    def test_r31_alternate_needs_no_waiting_when_approved_early(self):
        case = self._new_case()
        member = self.env["remediation.household.member"].create(
            {"household_id": case.household_id.id, "relationship": "father", "age": 40}
        )
        payee = self._new_payee(case)
        alternate = self._new_payee(case, member_id=member.id)
        entitlement = self._new_entitlement(
            case, payee=payee, alternate_payee_id=alternate.id
        )
        boss = entitlement.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "less than"):
            boss.action_switch_payee()
        alternate._unprotected().approved_on = fields.Datetime.now() - timedelta(
            hours=49
        )
        boss.action_switch_payee()
        self.assertEqual(entitlement.payee_id, payee, "a second person agrees")
        self._seen(entitlement, self.supervisor_2).action_agree()
        self.assertEqual(entitlement.payee_id, alternate)

    # -- masking (R45) ---------------------------------------------------------
    def test_r45_case_staff_see_the_account_masked(self):
        payee = self._new_payee(self._new_case(), number="+243812345678")
        method = payee.method_ids
        self.assertEqual(method.with_user(self.worker).number_masked, "•••678")
        for user in (self.worker, self.supervisor, self.coordinator, self.auditor):
            with self.assertRaises(AccessError):
                method.with_user(user).read(["number"])
            self.assertNotIn("number", method.with_user(user).fields_get())
        self.assertEqual(method.with_user(self.officer).number, "+243812345678")

    def test_r45_finance_sees_no_narrative(self):
        entitlement = self._new_entitlement(justification="She was beaten.")
        entitlement.payee_id._unprotected().best_interest_note = "Secret"
        for user in (self.officer, self.approver, self.releaser, self.reconciler):
            with self.assertRaises(AccessError):
                entitlement.with_user(user).read(["justification"])
            with self.assertRaises(AccessError):
                entitlement.payee_id.with_user(user).read(["best_interest_note"])
            with self.assertRaises(AccessError):
                entitlement.case_id.with_user(user).read(["name"])
            self.assertTrue(entitlement.with_user(user).amount)

    def test_r45_case_staff_see_paid_or_why_not(self):
        plan = self._paid_plan(2)
        first, second = plan.line_ids
        self._report(
            plan,
            [
                {"payment": first.name, "amount": 30},
                {"payment": second.name, "amount": 0, "reason": "wrong_number"},
            ],
        )
        dues = plan.line_ids.cycle_line_id.with_user(self.worker)
        self.assertEqual(dues.mapped("payment_status"), ["paid", "failed"])
        self.assertEqual(dues[1].failure_reason, "wrong_number")
        with self.assertRaises(AccessError):
            plan.line_ids.with_user(self.worker).read(["amount_due"])

    # -- entitlements (R18, R33) -----------------------------------------------
    def test_r18_proposer_does_not_approve(self):
        case = self._new_case()
        payee = self._new_payee(case)
        action = self.env["remediation.plan.action"].create(
            {
                "case_id": case.id,
                "domain": "cash",
                "description": "At once",
                "is_urgent": True,
            }
        )
        mine = (
            self.env["cash.transfer.entitlement"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_id": case.id,
                    "scheme_id": self.scheme.id,
                    "payee_id": payee.id,
                    "plan_action_id": action.id,
                }
            )
        )
        mine.action_propose()
        with self.assertRaises(AccessError):
            self._seen(mine).action_approve()
        with self.assertRaises(AccessError):
            self._seen(mine, self.worker).action_approve()
        self._seen(mine, self.supervisor_2).action_approve()
        self.assertEqual(mine.state, "approved")
        with self.assertRaises(UserError):
            self._seen(mine, self.supervisor_2).action_approve()

    @whole
    def test_r33_budget_holds_for_all_or_nothing_per_grant(self):
        self.grant.budget = 500
        self.scheme.max_payments = 10
        self.scheme.end_date = self.today + timedelta(days=390)
        first = self._new_entitlement()
        self.assertEqual(first.funding_ids.committed, 300)
        self.assertEqual(self.grant.available, 200)
        self.scheme.grant_ids |= self.grant_b
        poor = self._new_entitlement(approve=False, shares=[(self.grant, 100)])
        rich = self._new_entitlement(approve=False, shares=[(self.grant_b, 100)])
        (poor | rich).with_user(self.worker).action_propose()
        both = (poor | rich).with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, poor.name):
            self._seen(both).action_approve()
        self.assertEqual(set(both.mapped("state")), {"proposed"})
        self.assertEqual(self._seen(both).action_approve(leave_out=True), rich)
        self.assertEqual((poor.state, rich.state), ("proposed", "approved"))

    @whole
    def test_r33_spent_replaces_committed(self):
        self.scheme.max_payments = 2
        plan = self._paid_plan(1)
        self.assertEqual((self.grant.committed, self.grant.spent), (60, 0))
        self._report(plan, [{"payment": plan.line_ids.name, "amount": 30}])
        self.env.invalidate_all()
        self.assertEqual((self.grant.committed, self.grant.spent), (30, 30))
        plan.line_ids.entitlement_id.with_user(self.supervisor).action_end("Moved")
        self.env.invalidate_all()
        self.assertEqual((self.grant.committed, self.grant.spent), (0, 30))

    def test_shares_add_up(self):
        self.scheme.grant_ids |= self.grant_b
        entitlement = self._new_entitlement(
            approve=False, shares=[(self.grant, 60), (self.grant_b, 30)]
        )
        with self.assertRaisesRegex(UserError, "100"):
            entitlement.with_user(self.worker).action_propose()

    def test_protected_fields_refuse_a_direct_write(self):
        entitlement = self._new_entitlement(approve=False)
        for name, value in (
            ("state", "approved"),
            ("amount", 9999),
            ("approved_by_id", self.supervisor.id),
        ):
            with self.assertRaises(AccessError):
                entitlement.with_user(self.worker).write({name: value})
            with self.assertRaises(AccessError):
                entitlement.write({name: value})

    # -- the end (R43) ---------------------------------------------------------
    def test_r43_nothing_stops_by_itself(self):
        entitlement = self._new_entitlement()
        end = entitlement.date_to
        cron = self.env["cash.transfer.entitlement"]
        with freeze_time(end - timedelta(days=59)):
            cron._cron_ask_end()
            cron._cron_ask_end()
            tasks = entitlement.case_id.activity_ids.filtered(
                lambda a: "ends soon" in (a.summary or "")
            )
            self.assertEqual(len(tasks), 1)
            self.assertEqual(tasks.user_id, self.supervisor)
        with freeze_time(end + timedelta(days=2)):
            cron._cron_ask_end()
            self.assertEqual(entitlement.state, "approved")
            self.assertEqual(entitlement.extended_count, 1)
            self.assertGreater(entitlement.date_to, end)

    def test_r43_a_decided_end_is_the_end(self):
        early, asked = self._new_entitlement(), self._new_entitlement()
        last = self.today + timedelta(days=20)
        asked._unprotected().date_to = last + timedelta(days=20)
        asked._cron_ask_end()
        self.assertTrue(asked.end_asked_on)
        (early | asked).with_user(self.supervisor).action_end("Moves away", last)
        with freeze_time(last):
            early._cron_ask_end()
            self.assertEqual((early.state, asked.state), ("approved", "approved"))
        with freeze_time(last + timedelta(days=1)):
            early._cron_ask_end()
        for entitlement in early | asked:
            self.assertEqual(entitlement.state, "ended")
            self.assertEqual(entitlement.date_to, last)
            self.assertFalse(entitlement.extended_count)

    # -- what others decide about a child with support -------------------------
    @whole
    def test_r22_a_closure_first_decides_about_money(self):
        plan = self._paid_plan(1)
        entitlement = plan.line_ids.entitlement_id
        closures = self.env["remediation.closure"].with_user(self.supervisor)

        def missing():
            return "\n".join(closures._missing_for(entitlement.case_id, "died"))

        self.assertIn(entitlement.name, missing())
        self.assertIn(plan.line_ids.name, missing())
        self._report(plan, [{"payment": plan.line_ids.name, "amount": 30}])
        self.assertNotIn(plan.line_ids.name, missing())
        last = self.today + timedelta(days=20)
        entitlement.with_user(self.supervisor).action_end("Kept until", last)
        self.assertNotIn(entitlement.name, missing())

    def _pair(self, first, second):
        return (
            self.env["remediation.duplicate"]
            ._unprotected()
            .create({"beneficiary_id": first.id, "other_id": second.id, "score": 90})
            .with_user(self.supervisor)
        )

    def test_r4_money_is_settled_before_two_files_are_merged(self):
        plan = self._paid_plan(1, "locked")
        line = plan.line_ids
        child, case = line.beneficiary_id, line.entitlement_id.case_id
        other_case = self._new_case()
        other = other_case.beneficiary_id
        pair = self._pair(child, other)
        with self.assertRaisesRegex(UserError, line.name):
            pair.action_merge(child.id, open_case_id=case.id)
        line.with_user(self.officer).action_stop("Two files")
        with self.assertRaisesRegex(UserError, line.entitlement_id.name):
            pair.action_merge(other.id, open_case_id=other_case.id)
        second = self._new_entitlement(other_case)
        with self.assertRaisesRegex(UserError, "Both children"):
            pair.action_merge(child.id, open_case_id=case.id)
        second.with_user(self.supervisor).action_end("Two files")
        pair.action_merge(child.id, open_case_id=case.id)
        self.assertEqual(line.entitlement_id.beneficiary_id, child)

    def test_grants_of_the_cases_funders_are_proposed(self):
        funders = self.env["res.partner"].create([{"name": "F1"}, {"name": "F2"}])
        self.grant.funder_id, self.grant_b.funder_id = funders
        self.scheme.grant_ids = self.grant | self.grant_b
        case = self._new_case()
        case.with_user(self.supervisor).action_set_funding(
            self.today.replace(day=1), {str(funders[0].id): 30, str(funders[1].id): 70}
        )
        entitlement = self._new_entitlement(case)
        self.assertEqual(
            {f.grant_id: f.share for f in entitlement.funding_ids},
            {self.grant: 30, self.grant_b: 70},
        )
        self.assertEqual(entitlement.state, "approved")
        self.grant_b.funder_id = False
        unclear = self._new_entitlement(case, approve=False)
        self.assertFalse(unclear.funding_ids, "nothing is guessed")

    def test_r43_default_end_is_the_school_year(self):
        scheme = self.scheme.copy(
            {"end_rule": "school_year", "school_year_end_month": "7"}
        )
        day = fields.Date.to_date
        self.assertEqual(scheme._default_end(day("2026-03-15")), day("2026-07-31"))
        self.assertEqual(scheme._default_end(day("2026-09-01")), day("2027-07-31"))
