import json

from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_open

from odoo.addons.remediation_demo.tools.words import said


@tagged("post_install", "-at_install")
class TestDemoChildren(TransactionCase):
    """The demo data loads, says what was published and nothing more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("child_remediation/tests/files/hub_cases.json") as handle:
            cls.published = {
                facts["child"]["pseudonym"]: facts for facts in json.load(handle)
            }
        children = cls.env["remediation.beneficiary"].search(
            [("external_ref", "like", "hub:%")]
        )
        cls.cases = {child.nickname: child.case_ids for child in children}

    def test_three_cases_at_the_stage_that_the_facts_support(self):
        self.assertEqual(
            {name: case.stage for name, case in self.cases.items()},
            {"MMJ": "in_remediation", "MIP": "in_remediation", "Davu": "registered"},
        )

    def test_unknown_stays_empty(self):
        for name, case in self.cases.items():
            facts = self.published[name]
            child = case.beneficiary_id
            self.assertFalse(child.birth_date)
            self.assertFalse(child.first_name)
            self.assertEqual(
                child.age_estimated, facts["child"].get("age_at_identification", 0)
            )
            self.assertFalse(case.plan_ids.caregiver_agreed_on)
            first = case.work_situation_ids.sorted("id")[0]
            self.assertEqual(first.hours_week, facts["work"].get("hours_per_week") or 0)
            self.assertEqual(first.pay, facts["work"]["earnings"]["amount"] or 0)
            self.assertEqual(first.currency_id.name, "USD")
            self.assertEqual(first.classification, "hazardous")
            self.assertIn(facts["source"], case.note_ids.mapped("text")[-1])
            self.assertEqual(
                sorted(case.plan_action_ids.mapped("description")),
                sorted(said(text, "fr_FR") for text in facts["plan"]["actions"]),
            )
            goal = facts["plan"]["goal"]
            self.assertEqual(case.plan_ids.goal or None, goal and said(goal, "fr_FR"))

    def test_each_login_sees_the_cases_of_its_rights(self):
        everything = {"MMJ", "MIP", "Davu"}
        expected = {
            "caseworker": {"MMJ", "Davu"},
            "partner": {"MIP"},
            "supervisor": everything,
            "supervisor2": everything,
            "coordinator": everything,
            "monitoring": everything,
        }
        for login, names in expected.items():
            user = self.env.ref(f"remediation_demo.demo_user_{login}")
            self.assertEqual(user.lang, "fr_FR")
            seen = self.env["remediation.case"].with_user(user).search([])
            self.assertEqual(
                {name for name, case in self.cases.items() if case in seen},
                names,
                login,
            )

    def test_loading_twice_adds_nothing(self):
        before = self.env["remediation.case"].search_count([])
        self.env["remediation.demo"]._load_workers()
        self.env["remediation.demo"]._load_hub_cases()
        self.assertEqual(self.env["remediation.case"].search_count([]), before)
