from odoo.exceptions import AccessError, UserError
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
            referral.action_review("seen")
        referral.with_user(self.supervisor).action_review("Right to send")
        self.assertEqual(referral.reviewed_by_id, self.supervisor)

    def test_r6_override_by_permission_with_reason(self):
        referral = self._referral(self.case, self.clinic)
        with self.assertRaises(AccessError):
            referral.action_send_override("because")
        with self.assertRaises(UserError):
            referral.with_user(self.coordinator).action_send_override(" ")
        referral.with_user(self.coordinator).action_send_override("Carer abroad")
        self.assertEqual(referral.override_by_id, self.coordinator)

    def test_r8_school_package_holds_no_reason_risk_work(self):
        self._consent(self.case)
        referral = self._referral(self.case, data_set="full", reason="mine accident")
        referral.action_send()
        package = self._received(referral, self.school_user)
        keys = {item["key"] for item in package.data}
        self.assertLessEqual(
            keys,
            {
                "first_name", "last_name", "age", "grade", "service",
                "contact_name", "contact_phone",
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
            self.env["remediation.case"].with_user(self.portal_manager).search(
                [("id", "=", case.id)]
            )
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
        self.assertEqual(
            transfer.parties["from"]["user"], self.portal_manager.id
        )
        self._received(transfer, self.portal_manager_other).portal_accept()
        self.assertEqual(case.user_id, self.portal_manager_other)
        self.assertEqual(transfer.state, "done")
        with self.assertRaises(AccessError):
            case.with_user(self.portal_manager).read(["name"])
        self.assertEqual(
            transfer.parties["from"]["user"], self.portal_manager.id
        )
