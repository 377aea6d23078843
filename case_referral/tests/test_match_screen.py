from odoo.tests import tagged

from odoo.addons.child_remediation.tests.browser_common import BrowserCommon

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestMatchScreen(ReferralCommon, BrowserCommon):
    """Finding a partner in the web client: what is ranked can be pressed."""

    def test_a_school_is_chosen_from_the_ranking(self):
        self._warm()
        case = self._new_case()
        case.area_id = self.city
        self._play(f"/odoo/cases/{case.id}", "referral_choose_a_school", self.worker)
        referral = self.env["remediation.referral"].search([("case_id", "=", case.id)])
        self.assertEqual((referral.state, referral.create_uid), ("draft", self.worker))
        self.assertEqual(referral.to_organisation_id, self.school)
        self.assertEqual(referral.service_type_id, self.schooling)
