from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.case_referral.tests.common import ReferralCommon
from odoo.addons.case_survivor.tests.common import SurvivorCommon


@tagged("post_install", "-at_install")
class TestAbroad(SurvivorCommon, ReferralCommon):
    """A counterpart in another country gets the minimum, on a consent of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cd")
        cls.counterpart = cls.env["res.partner"].create(
            {
                "name": "Counterpart",
                "is_company": True,
                "country_id": cls.env.ref("base.zm").id,
            }
        )
        cls.case = cls._new_case(cls.manager)

    def _abroad(self, **vals):
        return self._referral(self.case, self.counterpart, **vals)

    def _told(self, referral):
        return {item["key"] for item in referral.package_ids.sudo().data}

    def test_r06_it_asks_for_a_consent_of_its_own(self):
        self._consent(self.case)
        referral = self._abroad()
        self.assertTrue(referral.is_abroad and referral.is_external)
        self.assertEqual(referral.data_set, "minimum")
        with self.assertRaisesRegex(UserError, "no consent that covers this receiver"):
            referral.action_send()
        other = self.env["res.partner"].create({"name": "Another", "is_company": True})
        self._consent(self.case, "share_abroad", organisation=other)
        with self.assertRaisesRegex(UserError, "no consent that covers this receiver"):
            referral.action_send()
        self._consent(self.case, "share_abroad", organisation=self.counterpart)
        referral.action_send()
        self.assertEqual((referral.state, referral.basis), ("sent", "consent"))
        self.assertTrue(referral.answer_by)

    def test_r06_a_consent_abroad_opens_nothing_at_home(self):
        self._consent(self.case, "services")
        self._consent(self.case, "share_abroad", organisation=self.school)
        referral = self._referral(self.case, self.school)
        self.assertFalse(referral.is_abroad)
        with self.assertRaises(UserError):
            referral.action_send()

    def test_such_a_consent_names_who_it_is_for(self):
        with self.assertRaises(ValidationError):
            self._consent(self.case, "share_abroad")

    def test_the_minimum_goes_and_nobody_there_is_on_the_portal(self):
        referral = self._abroad()
        for change in ({"data_set": "full"}, {"is_external": False}):
            with self.assertRaises(ValidationError):
                referral.write(change)
        self._consent(self.case, "services")
        self._consent(self.case, "share_abroad", organisation=self.counterpart)
        referral.action_send()
        told = self._told(referral)
        self.assertIn("first_name", told)
        self.assertFalse(
            told & {"last_name", "classification", "risk_level", "caregiver", "goal"}
        )
        self.assertFalse(referral.package_ids.sudo().is_visible)

    def test_r08_without_that_consent_no_name_and_no_place_goes_out(self):
        self._consent(self.case)
        referral = self._abroad()
        referral.action_send_emergency("medical", "Taken over the border", "Act 1")
        self.assertEqual(referral.basis, "emergency")
        told = self._told(referral)
        self.assertFalse(told & {"first_name", "last_name", "area", "caregiver"})
        self.assertIn("service", told)

    def test_the_answer_is_recorded_by_hand_by_the_sender_alone(self):
        self._consent(self.case, "services")
        self._consent(self.case, "share_abroad", organisation=self.counterpart)
        referral = self._abroad()
        referral.action_send()
        for user in (self.worker_other, self.tracer, self.school_user):
            with self.assertRaises(AccessError):
                referral.with_user(user).action_record_accept()
        referral.action_record_accept()
        self.assertEqual(referral.state, "accepted")
        referral.action_record_done("given", "She is with them")
        self.assertEqual(referral.state, "done")

    def test_r07_a_withdrawal_ends_what_is_on_its_way(self):
        self._consent(self.case, "services")
        consent = self._consent(
            self.case, "share_abroad", organisation=self.counterpart
        )
        referral = self._abroad()
        referral.action_send()
        consent.with_user(self.worker).action_withdraw("She changed her mind")
        self.assertEqual(referral.state, "revoked")
