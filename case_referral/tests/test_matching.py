from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestMatching(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.case.area_id = cls.city

    def _partner(self, name, area, **vals):
        partner = self.env["res.partner"].create({"name": name, "is_company": True})
        self._accredit(partner, "service", self.schooling, area=area, **vals)
        return partner

    def test_service_and_distance_and_places_decide_in_words(self):
        far = self._partner("Far School", self.city_far)
        full = self._partner("Full School", self.city, capacity=1)
        self.env["remediation.referral"]._unprotected().create(
            {
                "case_id": self.case.id,
                "referral_type": "referral",
                "to_organisation_id": full.id,
                "service_type_id": self.schooling.id,
                "state": "sent",
            }
        )
        rows = self.case.with_user(self.worker).rank_partners(self.schooling.id)
        names = [row["name"] for row in rows]
        self.assertEqual(names[0], "Sunrise School")
        self.assertNotIn("River Clinic", names)
        self.assertLess(names.index("Sunrise School"), names.index("Far School"))
        reasons = {row["name"]: " ".join(row["reasons"]) for row in rows}
        self.assertIn("Covers the child's area", reasons["Sunrise School"])
        self.assertIn("2 steps away", reasons["Far School"])
        self.assertIn("No place free", reasons["Full School"])
        self.assertIn("places free", reasons["Far School"])
        self.assertEqual(far.name, "Far School")

    def test_ranking_is_deterministic(self):
        for number in range(5):
            self._partner(f"School {number}", self.city)
        first = self.case.rank_partners(self.schooling.id)
        self.env.invalidate_all()
        self.assertEqual(first, self.case.rank_partners(self.schooling.id))
        equal = [row["name"] for row in first if row["score"] == first[0]["score"]]
        self.assertEqual(equal, sorted(equal))

    def test_case_managers_by_language_sex_and_right(self):
        french = self.env.ref("base.lang_fr")
        self.case.beneficiary_id.language_id = french
        self.manager_2.language_ids = french
        self.manager_2.sex = "female"
        self.manager_portal.code_of_conduct_on = False
        rows = self.case.with_user(self.supervisor).rank_partners(sex_wanted="female")
        ids = [row["manager_id"] for row in rows]
        self.assertEqual(ids[0], self.manager_2.id)
        self.assertNotIn(self.manager_portal.id, ids)
        self.assertNotIn(self.case.case_manager_id.id, ids)
        self.assertIn("asked for", " ".join(rows[0]["reasons"]))

    def test_places_are_written_as_the_users_language_writes_numbers(self):
        self.manager_2.max_caseload = 24.5
        self.env.ref("base.lang_en").decimal_point = ","
        rows = self.case.with_user(self.supervisor).rank_partners()
        reasons = {row["manager_id"]: " ".join(row["reasons"]) for row in rows}
        self.assertIn("24,5 of 24,5 places free", reasons[self.manager_2.id])
        self.assertIn("25 of 25 places free", reasons[self.manager_portal_other.id])

    def test_r14_people_of_the_sites_operator_are_not_ranked(self):
        self.case.site_id = self.site
        self.site.operator_id = self.partner_org_b
        ids = [
            row["manager_id"]
            for row in self.case.with_user(self.supervisor).rank_partners()
        ]
        self.assertNotIn(self.manager_portal_other.id, ids)

    def test_statements_do_not_grow_with_partners(self):
        def statements():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.case.rank_partners(self.schooling.id)
            return self.env.cr.sql_log_count - before

        few = statements()
        for number in range(30):
            self._partner(f"Another {number}", self.city_far)
        self.assertLessEqual(statements(), few + 2)

    def test_choosing_prepares_a_draft(self):
        match = (
            self.env["referral.match"]
            .with_user(self.worker)
            .create({"case_id": self.case.id, "service_type_id": self.schooling.id})
        )
        self.assertFalse(match.line_ids)
        self.assertEqual(match.action_rank()["res_id"], match.id)
        action = match.line_ids[0].action_choose()
        referral = self.env["remediation.referral"].browse(action["res_id"])
        self.assertEqual(referral.state, "draft")
        self.assertEqual(referral.to_organisation_id, self.school)
        with self.assertRaises(AccessError):
            match.line_ids[0].with_user(self.worker_other).action_choose()
