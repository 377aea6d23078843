import contextlib
import runpy
from datetime import timedelta
from pathlib import Path

from freezegun import freeze_time
from hypothesis import given, settings, strategies

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestReferral(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()

    def test_r6_referral_needs_consent_that_covers_the_receiver(self):
        referral = self._referral(self.case)
        with self.assertRaisesRegex(UserError, "no consent"):
            referral.action_send()
        self._consent(self.case, organisation=self.clinic)
        with self.assertRaisesRegex(UserError, "no consent"):
            referral.action_send()
        self._consent(self.case, organisation=self.school)
        referral.action_send()
        self.assertEqual(referral.state, "sent")
        self.assertEqual(referral.basis, "consent")

    def test_r6_consent_limits_how_much_is_shared(self):
        self._consent(self.case, data_set="minimum")
        referral = self._referral(self.case, self.clinic, data_set="full")
        with self.assertRaises(UserError):
            referral.action_send()
        referral.data_set = "minimum"
        referral.action_send()

    def test_r6_emergency_waits_for_nothing_and_is_listed(self):
        referral = self._referral(self.case, self.clinic)
        referral.action_send_emergency("medical", "Broken arm", "Duty of rescue")
        self.assertEqual(referral.state, "sent")
        self.assertEqual(referral.basis, "emergency")
        self.assertEqual(referral.data_set, "minimum")
        self.assertTrue(referral.review_due)
        with self.assertRaises(AccessError):
            self._seen(referral).action_review("seen")
        self.assertIn(referral.id, self._inbox(self.supervisor))
        self._seen(referral, self.supervisor).action_review("Right to send")
        self.assertNotIn(referral.id, self._inbox(self.supervisor))
        self.assertEqual(referral.reviewed_by_id, self.supervisor)
        self._assert_listed(referral, "emergency", referral.sent_by_id, "Broken arm")

    def _inbox(self, user):
        self.env.invalidate_all()
        desk = self.env["remediation.desk"].with_user(user).get_desk()
        return [
            line["res_id"]
            for section in desk["sections"]
            if section["key"] == "decisions"
            for line in section["lines"]
            if line["model"] == "remediation.referral"
        ]

    def _assert_listed(self, referral, kind, by, reason):
        """One row in the list of overrides, which leads to the referral."""
        rows = self.env["remediation.override"].with_user(self.supervisor)
        row = rows.search([("case_id", "=", referral.case_id.id)])
        self.assertEqual(row.mapped("kind"), [kind])
        self.assertEqual(row.done_by_id, by)
        self.assertEqual(row.reason, reason)
        self.assertEqual(row.partner_id, referral.to_organisation_id)
        self.assertEqual(row.reviewed_on, referral.reviewed_on)
        self.assertEqual(row.action_open_source()["res_id"], referral.id)

    def test_r6_override_by_permission_with_reason(self):
        referral = self._referral(self.case, self.clinic)
        with self.assertRaises(AccessError):
            referral.action_send_override("because")
        with self.assertRaises(UserError):
            referral.with_user(self.coordinator).action_send_override(" ")
        referral.with_user(self.coordinator).action_send_override("Carer abroad")
        self.assertEqual(referral.override_by_id, self.coordinator)
        self._assert_listed(referral, "no_consent", self.coordinator, "Carer abroad")

    def test_r6_an_update_lists_what_was_sent_without_consent_before(self):
        """A database of 19.0.1.1 has the referrals and no list."""
        sent = self._referral(self.case, self.clinic)
        sent.with_user(self.coordinator).action_send_override("Carer abroad")
        agreed, draft = self._new_case(), self._new_case()
        self._consent(agreed)
        self._referral(agreed).action_send()
        self._referral(draft)
        self.env.flush_all()
        self.cr.execute("ALTER TABLE remediation_override DISABLE TRIGGER USER")
        self.cr.execute(
            "DELETE FROM remediation_override WHERE referral_id = %s", [sent.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self.case.override_ids)
        path = Path(__file__).parents[1] / "migrations/19.0.1.2.0/post-migration.py"
        for _twice in range(2):
            runpy.run_path(str(path))["migrate"](self.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self._assert_listed(sent, "no_consent", self.coordinator, "Carer abroad")
        self.assertFalse((agreed | draft).override_ids)

    def test_r8_school_package_holds_no_reason_risk_work(self):
        self._consent(self.case)
        referral = self._referral(self.case, data_set="full", reason="mine accident")
        referral.action_send()
        package = self._received(referral, self.school_user)
        keys = {item["key"] for item in package.data}
        self.assertLessEqual(
            keys,
            {
                "first_name",
                "last_name",
                "age",
                "grade",
                "service",
                "contact_name",
                "contact_phone",
            },
        )
        self.assertNotIn("mine accident", str(package.data))

    def test_r28_receiver_sees_the_package_alone_until_it_ends(self):
        self._consent(self.case)
        referral = self._referral(self.case)
        referral.action_send()
        package = self._received(referral, self.school_user)
        self.assertTrue(package)
        self.assertFalse(self._received(referral, self.clinic_user))
        for model in ("remediation.case", "remediation.referral"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.school_user).search([])
        with self.assertRaises(AccessError):
            package.read(["case_id"])
        package.portal_accept()
        self.assertEqual(referral.state, "accepted")
        self.company.referral_view_days = 0
        package.portal_done("given", "Enrolled")
        self.assertEqual(referral.state, "done")
        self.assertFalse(self._received(referral, self.school_user))
        with self.assertRaises(AccessError):
            package.read(["data"])

    def test_r7_withdrawn_consent_closes_the_view_at_once(self):
        consents = self._consent(self.case)
        referral = self._referral(self.case)
        referral.action_send()
        package = self._received(referral, self.school_user)
        package.portal_accept()
        consents[1].with_user(self.worker).action_withdraw("changed mind")
        self.assertEqual(referral.state, "revoked")
        self.assertFalse(self._received(referral, self.school_user))
        with self.assertRaises(AccessError):
            package.portal_done("given", "x")

    def test_r6_assignment_needs_no_consent_and_moves_on_acceptance(self):
        case = self._new_case()
        referral = (
            self.env["remediation.referral"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_id": case.id,
                    "referral_type": "assignment",
                    "to_case_manager_id": self.manager_portal.id,
                    "data_set": "minimum",
                }
            )
        )
        referral.action_send()
        package = self._received(referral, self.portal_manager)
        self.assertNotIn("first_name", {item["key"] for item in package.data})
        self.assertFalse(
            self.env["remediation.case"]
            .with_user(self.portal_manager)
            .search([("id", "=", case.id)])
        )
        package.portal_accept()
        self.assertEqual(case.user_id, self.portal_manager)
        with self.assertRaises(AccessError):
            case.with_user(self.worker).read(["name"])

    def test_transfer_moves_ownership_and_ends_former_access(self):
        case = self._new_case(self.manager_portal)
        self._consent(case)
        transfer = (
            self.env["remediation.referral"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_id": case.id,
                    "referral_type": "transfer",
                    "to_case_manager_id": self.manager_portal_other.id,
                    "data_set": "full",
                }
            )
        )
        transfer.action_send()
        self._received(transfer, self.portal_manager_other).portal_accept()
        self.assertEqual(case.user_id, self.portal_manager_other)
        self.assertEqual(transfer.state, "done")
        with self.assertRaises(AccessError):
            case.with_user(self.portal_manager).read(["name"])
        self.assertEqual(transfer.parties["from"]["user"], self.portal_manager.id)

    def test_r8_withheld_items_never_reach_the_receiver(self):
        phone = self.env.ref("child_remediation.disclosure_item_contact_phone")
        last = self.env.ref("child_remediation.disclosure_item_last_name")
        self._consent(
            self.case,
            withhold_item_ids=[Command.set(last.ids)],
            withhold_from_ids=[Command.set(self.school.ids)],
        )
        to_school = self._referral(self.case)
        to_clinic = self._referral(self.case, self.clinic)
        (to_school | to_clinic).action_send()
        school = self._received(to_school, self.school_user)
        clinic = self._received(to_clinic, self.clinic_user)
        self.assertNotIn("Hidden", str(school.data))
        self.assertIn("Hidden", str(clinic.data))
        self._consent(
            self.case,
            "share_with_org",
            withhold_item_ids=[Command.set(last.ids + phone.ids)],
        )
        clinic.invalidate_recordset()
        self.assertNotIn("Hidden", str(clinic.data), "withheld later, gone now")
        self.assertNotIn("Hidden", str(clinic._portal_lines()))

    def test_r8_each_package_of_a_batch_holds_its_own_child_alone(self):
        other = self._new_case()
        other.beneficiary_id.write({"first_name": "Furaha", "last_name": "Other"})
        harmful, caregiver = self.env["remediation.household.member"].create(
            [
                {
                    "household_id": other.household_id.id,
                    "full_name": name,
                    "relationship": "aunt_uncle",
                    "is_caregiver": True,
                    "is_suspected_of_harm": name == "Aunt Harm",
                    "phone": phone,
                    "age": 40,
                }
                for name, phone in (("Aunt Harm", "1"), ("Aunt Good", "2"))
            ]
        )
        other.household_id.member_ids.filtered(
            lambda member: member.full_name == "Mama Secret"
        ).is_caregiver = False
        self._consent(self.case)
        last = self.env.ref("child_remediation.disclosure_item_last_name")
        self._consent(
            other,
            given_by_member_id=caregiver.id,
            withhold_item_ids=[Command.set(last.ids)],
        )
        one = self._referral(self.case, self.clinic, data_set="service")
        two = self._referral(other, self.clinic, data_set="full", reason="a wound")
        three = self._referral(other, self.clinic, data_set="minimum")
        (one | two | three).action_send()

        def told(referral):
            package = self._received(referral, self.clinic_user)
            return {item["key"]: item["value"] for item in package.data}

        self.assertEqual(told(one)["last_name"], "Hidden")
        self.assertEqual(told(one)["caregiver"], "Mama Secret")
        self.assertNotIn("reason", told(one))
        self.assertEqual(told(two)["first_name"], "Furaha")
        self.assertEqual(told(two)["caregiver"], caregiver.full_name)
        self.assertEqual(told(two)["caregiver_phone"], "2")
        self.assertEqual(told(two)["reason"], "a wound")
        self.assertNotIn("last_name", told(two))
        self.assertNotIn(harmful.full_name, str(told(two)))
        self.assertEqual(told(three)["first_name"], "Furaha")
        self.assertNotIn("caregiver", told(three))

    def test_r8_package_is_frozen_when_sent(self):
        self._consent(self.case)
        referral = self._referral(self.case)
        referral.action_send()
        self.case.beneficiary_id.first_name = "Other"
        package = self._received(referral, self.school_user)
        self.assertIn("Amani", str(package.data))
        with self.assertRaises(UserError):
            referral.write({"data_set": "full"})
        with self.assertRaises(AccessError):
            referral.package_id.with_user(self.worker).write({"data": []})

    def test_r7_expired_consent_leaves_fourteen_days(self):
        consents = self._consent(self.case, valid_until=self.today + timedelta(days=1))
        referral = self._referral(self.case)
        referral.action_send()
        package = self._received(referral, self.school_user)
        package.portal_accept()
        with freeze_time(self.today + timedelta(days=3)):
            self.env["remediation.consent"]._cron_expire()
            self.env["remediation.referral"]._cron_follow_up()
            self.assertTrue(self._received(referral, self.school_user))
        self.assertEqual(consents[0].state, "expired")
        with freeze_time(self.today + timedelta(days=20)):
            self.env["remediation.referral"]._cron_follow_up()
            self.assertFalse(self._received(referral, self.school_user))

    def test_r11_a_worker_whose_check_is_over_cannot_be_offered_or_accept(self):
        referral = (
            self.env["remediation.referral"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_id": self.case.id,
                    "referral_type": "assignment",
                    "to_case_manager_id": self.manager_portal.id,
                }
            )
        )
        self.manager_portal.code_of_conduct_on = False
        with self.assertRaisesRegex(UserError, "code of conduct"):
            referral.action_send()
        self.manager_portal.code_of_conduct_on = self.today
        referral.action_send()
        self.manager_portal.code_of_conduct_on = False
        with self.assertRaisesRegex(UserError, "code of conduct"):
            self._received(referral, self.portal_manager).portal_accept()
        self.assertEqual(self.case.user_id, self.worker)

    def test_r12_a_junior_without_mentor_and_a_trainee_are_not_offered_a_case(self):
        for level in ("junior", "trainee"):
            self.manager_portal._unprotected().level = level
            referral = (
                self.env["remediation.referral"]
                .with_user(self.supervisor)
                .create(
                    {
                        "case_id": self.case.id,
                        "referral_type": "assignment",
                        "to_case_manager_id": self.manager_portal.id,
                    }
                )
            )
            with self.subTest(level=level), self.assertRaises(UserError):
                referral.action_send()

    def test_r13_an_offer_does_not_pass_the_largest_load(self):
        self.manager_portal.write({"warn_caseload": 1, "max_caseload": 2})
        cases = [self._new_case(), self._new_case(), self._new_case()]
        offers = self.env["remediation.referral"]
        for case in cases:
            offers |= self._referral(
                case,
                self.partner_org,
                referral_type="assignment",
                to_case_manager_id=self.manager_portal.id,
            )
        with self.assertRaisesRegex(UserError, "weighted cases"):
            offers.action_send()
        offers[:2].action_send()
        for offer in offers[:2]:
            self._received(offer, self.portal_manager).portal_accept()
        with self.assertRaisesRegex(UserError, "weighted cases"):
            offers[2].action_send()
        # What was sent before the worker was full is not accepted afterwards.
        self.manager_portal.max_caseload = 3
        offers[2].action_send()
        self.manager_portal.max_caseload = 2
        with self.assertRaisesRegex(UserError, "weighted cases"):
            self._received(offers[2], self.portal_manager).portal_accept()
        self.assertEqual(cases[2].user_id, self.worker)
        # The supervisor may, with a reason.
        cases[2].with_user(self.supervisor).action_assign(
            self.manager_portal.id, override_reason="Sister of a child of hers"
        )
        self.assertEqual(cases[2].user_id, self.portal_manager)

    def test_r22_a_case_does_not_close_over_an_open_referral(self):
        case = self._new_case()
        self._consent(case)
        referral = self._referral(case)
        referral.action_send()
        closure = (
            self.env["remediation.closure"]
            .with_user(self.worker)
            .create({"case_id": case.id, "reason": "died"})
        )
        with self.assertRaisesRegex(UserError, referral.name):
            closure.action_submit()
        self._received(referral, self.school_user).portal_accept()
        with self.assertRaisesRegex(UserError, referral.name):
            closure.action_submit()
        with self.assertRaises(UserError):
            referral.action_keep_until(self.today + timedelta(days=400))
        with self.assertRaises(AccessError):
            referral.with_user(self.worker_2).action_keep_until(self.today)
        referral.action_keep_until(self.today + timedelta(days=30))
        closure.action_submit()
        self._seen(closure, self.supervisor).action_approve()
        self.assertTrue(self._received(referral, self.school_user).is_visible)
        self.env["remediation.referral"]._cron_follow_up()
        self.assertTrue(self._received(referral, self.school_user).is_visible)
        referral.sudo()._unprotected().kept_until = self.today - timedelta(days=1)
        self.env["remediation.referral"]._cron_follow_up()
        self.assertFalse(self._received(referral, self.school_user))
        self.assertEqual(referral.state, "revoked")

    def test_r22_a_merge_does_not_close_a_case_over_a_referral(self):
        """What a closure asks of every app, a merge asks too."""
        case, kept = self._new_case(), self._new_case()
        self._consent(case)
        referral = self._referral(case)
        referral.action_send()
        pair = (
            self.env["remediation.duplicate"]
            ._unprotected()
            .create(
                {
                    "beneficiary_id": case.beneficiary_id.id,
                    "other_id": kept.beneficiary_id.id,
                    "score": 90,
                }
            )
            .with_user(self.supervisor)
        )
        choice = (kept.beneficiary_id.id, kept.id)
        for accepted in (False, True):
            if accepted:
                self._received(referral, self.school_user).portal_accept()
            with self.subTest(accepted=accepted):
                with self.assertRaisesRegex(UserError, referral.name):
                    pair.action_merge(*choice, reason="Same child")
                self.assertFalse(case.closed_on)
        referral.action_keep_until(self.today + timedelta(days=30))
        pair.action_merge(*choice, reason="Same child")
        self.assertTrue(case.closed_on)

    def test_r5_second_acceptance_voids_other_offers(self):
        offers = self.env["remediation.referral"].with_user(self.supervisor)
        for manager in (self.manager_portal, self.manager_portal_other):
            offers |= offers.create(
                {
                    "case_id": self.case.id,
                    "referral_type": "assignment",
                    "to_case_manager_id": manager.id,
                }
            )
        offers.action_send()
        second = self._received(offers[1], self.portal_manager_other)
        self._received(offers[0], self.portal_manager).portal_accept()
        self.assertEqual(offers[1].state, "revoked")
        with self.assertRaises(AccessError):
            second.portal_accept()
        self.assertEqual(self.case.user_id, self.portal_manager)

    def test_no_answer_is_late_then_expires_but_an_emergency_stays(self):
        self._consent(self.case)
        referral = self._referral(self.case, urgency="1d")
        urgent = self._referral(self.case, self.clinic)
        referral.action_send()
        urgent.action_send_emergency("medical", "Fever", "Vital interest")
        with freeze_time(self._plus(days=2)):
            self.env["remediation.referral"]._cron_follow_up()
        self.assertTrue(referral.answer_late)
        self.assertEqual(referral.state, "sent")
        with freeze_time(self._plus(days=15)):
            self.env["remediation.referral"]._cron_follow_up()
        self.assertEqual(referral.state, "expired")
        self.assertEqual(urgent.state, "sent")
        self.assertFalse(self._received(referral, self.school_user))

    def test_reject_needs_a_reason_and_a_second_referral_is_possible(self):
        self._consent(self.case)
        referral = self._referral(self.case)
        referral.action_send()
        package = self._received(referral, self.school_user)
        with self.assertRaises(UserError):
            package.portal_reject("no such reason")
        with self.assertRaises(UserError):
            package.portal_reject("other")
        package.portal_reject("full")
        self.assertEqual(referral.reject_reason, "full")
        self.assertFalse(self._received(referral, self.school_user))
        again = self._referral(self.case)
        again.action_send()
        self.assertEqual(again.state, "sent")

    def test_done_marks_the_plan_action(self):
        plan = self._active_plan(self.case)
        self._consent(self.case)
        referral = self._referral(self.case, action_id=plan.action_ids.id)
        referral.action_send()
        package = self._received(referral, self.school_user)
        package.portal_accept()
        self.assertEqual(plan.action_ids.state, "in_progress")
        package.portal_done("given", "Enrolled in grade 3")
        self.assertEqual(plan.action_ids.state, "done")
        self.assertEqual(referral.feedback, "Enrolled in grade 3")

    def test_transfer_request_tells_nothing_and_leads_to_a_transfer(self):
        Case = self.env["remediation.case"].with_user(self.portal_manager_other)
        self.assertTrue(Case.portal_request_transfer("CR-999999", "She moved"))
        self.assertTrue(Case.portal_request_transfer(self.case.name, "She moved"))
        self.assertTrue(Case.portal_request_transfer(self.case.name, "She moved"))
        request = self.case.referral_ids
        self.assertEqual(len(request), 1)
        self.assertFalse(self._received(request, self.portal_manager_other))
        action = request.with_user(self.supervisor).action_grant_request()
        transfer = self.env["remediation.referral"].browse(action["res_id"])
        self.assertEqual(transfer.referral_type, "transfer")
        self.assertEqual(transfer.request_id, request)
        with self.assertRaisesRegex(UserError, "no consent"):
            transfer.with_user(self.supervisor).action_send()
        self._consent(self.case, data_set="full")
        transfer.with_user(self.supervisor).action_send()
        self._received(transfer, self.portal_manager_other).portal_accept()
        self.assertEqual(self.case.user_id, self.portal_manager_other)

    def test_timeline_shows_what_was_sent_and_what_came_back(self):
        self._consent(self.case, organisation=self.school)
        referral = self._referral(self.case)
        referral.action_send()
        referral.with_user(self.supervisor).action_revoke("The family moved")
        entries = [
            (entry["detail"], entry["state"], entry["res_id"])
            for entry in self.case.with_user(self.worker).get_timeline()
            if entry["kind"] == "referral"
        ]
        self.assertCountEqual(
            entries,
            [
                (f"Sent to {self.school.name}", "", referral.id),
                ("The family moved", "Revoked", referral.id),
            ],
        )
        with self.assertRaises(AccessError):
            self.case.with_user(self.worker_other).get_timeline()

    def test_mail_and_log_hold_codes_alone(self):
        before = self.env["mail.mail"].search([])
        self._consent(self.case)
        referral = self._referral(self.case, reason="Hurt at the mine")
        referral.action_send()
        mails = self.env["mail.mail"].search([]) - before
        self.assertIn(self.school_user.email_formatted, mails.mapped("email_to"))
        texts = " ".join(
            f"{mail.subject} {mail.body_html}" for mail in mails
        ) + " ".join(str(message.body) for message in self.case.message_ids)
        self.assertIn(referral.name, texts)
        for secret in ("Amani", "Hidden", "mine", "Mama"):
            self.assertNotIn(secret, texts)
        activity = self.case.activity_ids.filtered(
            lambda act: act.summary == referral.name
        )
        self.assertEqual(activity.user_id, self.worker)
        self._received(referral, self.school_user).portal_accept()
        self.assertFalse(
            self.case.activity_ids.filtered(lambda act: act.summary == referral.name)
        )

    def test_sending_a_batch_costs_few_statements(self):
        number = 50
        cases = self.env["remediation.case"]
        for _case in range(number):
            cases |= self._new_case()
        self._consent(cases[0])
        for case in cases[1:]:
            self._consent(case)
        referrals = self.env["remediation.referral"].with_user(self.worker)
        for case in cases:
            referrals |= self._referral(case)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        referrals.action_send()
        self.env.flush_all()
        self.assertLess((self.env.cr.sql_log_count - before) / number, 3)

    def test_protected_fields_refuse_everybody(self):
        referral = self._referral(self.case)
        for user in (self.worker, self.supervisor, self.coordinator):
            for vals in (
                {"state": "accepted"},
                {"basis": "consent"},
                {"reviewed_by_id": user.id},
                {"parties": {}},
            ):
                with self.assertRaises(AccessError):
                    referral.with_user(user).write(vals)
        with self.assertRaises(AccessError):
            self._referral(self.case, state="sent")
        with self.assertRaises(AccessError):
            referral.with_user(self.coordinator).unlink()

    def test_referral_follows_the_case_rules(self):
        referral = self._referral(self.case)
        for user in (
            self.worker_other,
            self.worker_2,
            self.portal_manager,
            self.worker_company_b,
            self.coordinator_company_b,
        ):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    referral.with_user(user).read(["name"])
                self.assertFalse(
                    referral.with_user(user).search([("id", "=", referral.id)])
                )
                with self.assertRaises(AccessError):
                    referral.with_user(user).write({"message": "x"})
        for user in (self.supervisor, self.supervisor_2, self.coordinator):
            self.assertTrue(referral.with_user(user).read(["name"]))


@tagged("post_install", "-at_install", "whole")
class TestReferralStates(ReferralCommon):
    """No order of steps leads a referral where its states do not."""

    STEPS = ("send", "emergency", "accept", "reject", "done", "revoke", "withdraw")
    ALLOWED = {
        ("draft", "send"): "sent",
        ("draft", "emergency"): "sent",
        ("sent", "accept"): "accepted",
        ("sent", "reject"): "rejected",
        ("accepted", "done"): "done",
        ("sent", "revoke"): "revoked",
        ("accepted", "revoke"): "revoked",
    }

    @given(steps=strategies.lists(strategies.sampled_from(STEPS), max_size=6))
    @settings(max_examples=15, deadline=None)
    def test_states_follow_the_machine(self, steps):
        with self.env.cr.savepoint(flush=True) as savepoint:
            case = self._new_case()
            consents = self._consent(case)
            referral = self._referral(case, self.clinic)
            state, basis = "draft", None
            for step in steps:
                consented = consents[1].state == "given"
                expected = self.ALLOWED.get((state, step), state)
                if step == "send" and not consented:
                    expected = state
                if step == "withdraw" and consented:
                    if state in ("sent", "accepted") and basis == "consent":
                        expected = "revoked"
                with (
                    contextlib.suppress(UserError, AccessError),
                    self.env.cr.savepoint(),
                ):
                    self._step(referral, consents[1], step)
                if state == "draft" and expected == "sent":
                    basis = "consent" if step == "send" else "emergency"
                state = expected
                self.assertEqual(referral.state, state, steps)
                visible = bool(self._received(referral, self.clinic_user))
                self.assertEqual(
                    visible and state in ("draft", "rejected"), False, steps
                )
            savepoint.rollback()
        self.env.invalidate_all()

    def _step(self, referral, consent, step):
        package = referral.package_id.with_user(self.clinic_user)
        if step in ("accept", "reject", "done") and not package:
            package._refuse_missing()
        if step == "send":
            referral.action_send()
        elif step == "emergency":
            referral.action_send_emergency("medical", "Fall", "Vital interest")
        elif step == "accept":
            package.portal_accept()
        elif step == "reject":
            package.portal_reject("full")
        elif step == "done":
            package.portal_done("given", "Done")
        elif step == "revoke":
            referral.action_revoke("Not needed")
        elif consent.state == "given":
            consent.action_withdraw("no")
