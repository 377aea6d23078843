from odoo.tests import HttpCase, tagged

from odoo.addons.case_referral.tests.common import ReferralCommon

#: What the duty alone knows of somebody who is in the family too.
WORDS = ("Zebedayo Markermann", "Le Marqueur", "A scar over the marker")


@tagged("post_install", "-at_install")
class TestPersonInTheFamily(ReferralCommon, HttpCase):
    """A person of interest who is a member of the household: no page says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(cls.manager)
        member = cls._caregiver(cls.case)
        cls.person = cls.env["remediation.person.of.interest"].create(
            {
                "full_name": WORDS[0],
                "aliases": WORDS[1],
                "description": WORDS[2],
                "household_member_id": member.id,
            }
        )
        cls.env["remediation.person.of.interest.role"].create(
            {
                "case_id": cls.case.id,
                "person_id": cls.person.id,
                "role": "recruiter",
                "known_as": WORDS[1],
            }
        )

    def _assert_silent(self, text, where):
        for word in (*WORDS, self.person.name):
            self.assertNotIn(word, text, where)

    def test_the_familys_pages_of_the_portal(self):
        self.case.with_user(self.supervisor).action_assign(self.manager_portal.id)
        self.authenticate("portal_manager", "portal_manager")
        for page in ("", "/family", "/child", "/consent", "/work"):
            url = f"/my/remediation/case/{self.case.name}{page}"
            answer = self.url_open(url)
            self.assertEqual(answer.status_code, 200, url)
            self._assert_silent(answer.text, url)

    def test_the_household_and_the_printed_file(self):
        household = self.case.household_id.with_user(self.worker)
        facts = household.web_read(
            {"member_ids": {"fields": {"full_name": {}, "relationship": {}}}}
        )
        self._assert_silent(repr(facts), "household")
        member = household.member_ids[:1]
        names = [
            name
            for name in member._fields
            if member._has_field_access(member._fields[name], "read")
        ]
        self._assert_silent(repr(member.read(names)), "member")
        report = self.env["ir.actions.report"].with_user(self.worker)
        for paper in ("case_file", "case_transfer", "case_conference"):
            name = f"child_remediation.report_{paper}_document"
            sheet = report._render_qweb_html(name, self.case.ids)[0]
            self._assert_silent(sheet.decode(), name)
