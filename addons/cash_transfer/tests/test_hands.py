from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestHands(CashCommon):
    """What is approved changes by two persons: longer, again, another payee (R65), and
    who the payee is (R66)."""

    # -- a second person (R65) ---------------------------------------------------
    def _asked(self, entitlement, change, user=None):
        asking = entitlement.with_user(user or self.supervisor)
        if change == "extend":
            until = entitlement.date_to + timedelta(days=60)
            asking.action_extend(until, "School goes on")
        elif change == "resume":
            asking.action_resume()
        else:
            asking.action_switch_payee()
        return entitlement

    def _ready(self, change):
        """An approved entitlement for which the change is possible."""
        case = self._new_case()
        father = self.env["remediation.household.member"].create(
            {"household_id": case.household_id.id, "relationship": "father", "age": 40}
        )
        payee = self._new_payee(case)
        alternate = self._new_payee(case, member_id=father.id)
        alternate._unprotected().approved_on = fields.Datetime.now() - timedelta(days=9)
        entitlement = self._new_entitlement(
            case, payee=payee, alternate_payee_id=alternate.id
        )
        if change == "resume":
            entitlement.with_user(self.supervisor_2).action_suspend("Visit first")
        return entitlement

    def _facts(self, entitlement):
        self.env.flush_all()
        entitlement.invalidate_recordset()
        return (
            entitlement.state,
            entitlement.date_to,
            entitlement.payee_id,
            sum(entitlement.funding_ids.mapped("committed")),
        )

    def test_r65_extending_resuming_and_switching_take_a_second_person(self):
        for change in ("extend", "resume", "switch"):
            with self.subTest(change=change):
                entitlement = self._ready(change)
                before = self._facts(entitlement)
                self._asked(entitlement, change)
                self.assertEqual(self._facts(entitlement), before, "asked, not done")
                with self.assertRaisesRegex(UserError, "waits already"):
                    self._asked(entitlement, change)
                with self.assertRaisesRegex(AccessError, "own work"):
                    self._seen(entitlement, self.supervisor).action_agree()
                for user in (self.worker, self.officer, self.releaser, self.admin_like):
                    with self.assertRaises(AccessError):
                        self._seen(entitlement, user).action_agree()
                with self.assertRaises(AccessError):
                    entitlement.with_user(self.supervisor).write({"asked_by_id": 1})
                entitlement.with_user(self.supervisor_2).action_decline()
                self.assertEqual(self._facts(entitlement), before)
                with self.assertRaisesRegex(UserError, "reload"):
                    self._seen(entitlement, self.supervisor_2).action_agree()
                self._asked(entitlement, change)
                second = self.approver if change == "extend" else self.supervisor_2
                self._seen(entitlement, second).action_agree()
                after = self._facts(entitlement)
                self.assertNotEqual(after, before)
                self.assertFalse(entitlement.asked_change or entitlement.asked_by_id)

    @whole
    def test_r65_extension_asks_for_budget_when_it_is_agreed(self):
        entitlement = self._ready("extend")
        committed = self._facts(entitlement)[3]
        self._asked(entitlement, "extend")
        self.grant.budget = committed
        before = self._facts(entitlement)
        with self.assertRaisesRegex(UserError, "available"):
            with self.env.cr.savepoint():
                self._seen(entitlement, self.supervisor_2).action_agree()
        self.env.invalidate_all()
        self.assertEqual(self._facts(entitlement), before)
        self.grant.budget = committed + 60
        self._seen(entitlement, self.supervisor_2).action_agree()
        self.assertEqual(self._facts(entitlement)[3], committed + 60)

    @whole
    def test_r65_what_was_decided_in_the_meantime_is_not_agreed(self):
        entitlement = self._ready("extend")
        self._asked(entitlement, "extend")
        entitlement.with_user(self.supervisor_2).action_end("Moved Away")
        self.assertFalse(entitlement.asked_change)
        with self.assertRaises(UserError):
            self._seen(entitlement, self.supervisor_2).action_agree()

    @whole
    def test_r65_a_proposer_prolongs_nothing_alone(self):
        """A supervisor who holds the case, proposed the support and asks for more."""
        entitlement = self._ready("extend")
        entitlement._unprotected().proposed_by_id = self.supervisor
        before = self._facts(entitlement)
        self._asked(entitlement, "extend")
        with self.assertRaises(AccessError):
            self._seen(entitlement, self.supervisor).action_agree()
        self.assertEqual(self._facts(entitlement), before)

    @whole
    def test_r65_an_end_is_no_extension(self):
        entitlement = self._ready("extend")
        later = entitlement.date_to + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "second person"):
            entitlement.with_user(self.supervisor).action_end("Goes on", later)

    # -- who the payee is (R66) ----------------------------------------------------
    def _paid_person(self, kind):
        """A payee of that kind with its plan in draft; (record, field) of who it is."""
        case = self._new_case(age=17 if kind == "beneficiary" else 12)
        if kind == "member":
            payee = self._new_payee(case)
            named = [(payee.member_id, "full_name"), (payee.member_id, "national_id")]
        elif kind == "institution":
            school = self.env["res.partner"].create(
                {"name": "School of Kapata", "is_company": True}
            )
            payee = self._new_payee(
                case, kind="institution", partner_id=school.id, member_id=False
            )
            named = [(school, "name")]
        else:
            payee = self._new_payee(
                case,
                kind="beneficiary",
                beneficiary_id=case.beneficiary_id.id,
                member_id=False,
                exception="child_headed",
                best_interest_note="She runs the household.",
            )
            self._seen(payee, self.supervisor_2).action_confirm_exception()
            named = [
                (payee.beneficiary_id, name)
                for name in ("first_name", "last_name", "national_id")
            ]
        self._new_entitlement(case, payee=payee)
        return payee, self._new_plans(self._new_cycle()), named

    @whole
    def test_r66_another_name_or_document_is_another_payee(self):
        for kind in ("member", "institution", "beneficiary"):
            with self.env.cr.savepoint() as savepoint:
                payee, plan, named = self._paid_person(kind)
                for record, field in named:
                    with self.subTest(kind=kind, field=field):
                        self.assertEqual(payee.state, "approved")
                        # sudo: the address book is another role's; who wrote counts
                        record.with_user(self.supervisor).sudo()[field] = "ZqOther"
                        self.assertEqual(payee.state, "proposed")
                        self.assertIn(self.supervisor, payee.changed_by_ids)
                        with self.assertRaisesRegex(UserError, "not approved yet"):
                            plan.with_user(self.officer).action_lock()
                        with self.assertRaises(AccessError):
                            self._seen(payee, self.supervisor).action_approve()
                        self._seen(payee, self.supervisor_2).action_approve()
                        if payee.exception:
                            self._seen(
                                payee, self.coordinator
                            ).action_confirm_exception()
                self._lock(plan)
                self.assertEqual(plan.state, "locked")
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    @whole
    def test_r66_the_same_value_changes_nothing(self):
        payee, plan, _named = self._paid_person("member")
        payee.member_id.full_name = payee.member_id.full_name
        self.assertEqual(payee.state, "approved")
        self._lock(plan)

    @whole
    def test_r66_who_changed_the_name_does_not_approve_the_payment(self):
        """An approver with the right to write the family changes the name, somebody
        approves the payee again, and the approver is refused all the same."""
        both = self._new_user(
            "both",
            "cash_transfer.group_cash_approver,child_remediation.group_coordinator",
        )
        payee, plan, _named = self._paid_person("member")
        payee.member_id.with_user(both).full_name = "ZqCousin"
        self._seen(payee, self.supervisor).action_approve()
        self._lock(plan)
        self.assertEqual(plan.line_ids.payee_name, "ZqCousin")
        with self.assertRaisesRegex(AccessError, "entered or changed"):
            self._seen(plan, both).action_approve()

    @whole
    def test_r66_the_lock_takes_the_approved_identity(self):
        """Even a name that was changed behind everybody's back is not paid."""
        payee, plan, _named = self._paid_person("member")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE remediation_household_member SET full_name = 'ZqThief' WHERE id=%s",
            [payee.member_id.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "name or document changed"):
            plan.with_user(self.officer).action_lock()
        plan._unprotected().write(
            {"job": "lock", "job_data": {"carry": {}}, "job_user_id": self.officer.id}
        )
        with self.assertRaisesRegex(UserError, "in the meantime"):
            with self.env.cr.savepoint():
                plan._run_portion()

    @whole
    def test_r66_a_locked_plan_keeps_whom_it_was_approved_for(self):
        plan = self._paid_plan(1, "approved")
        line, digest = plan.line_ids, plan.content_hash
        name = line.payee_name
        line.payee_id.member_id.with_user(self.supervisor).full_name = "ZqOther"
        self.assertEqual(line.payee_name, name)
        self.assertEqual(plan._content_digest(), digest)
