from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import SurvivorCommon


@tagged("post_install", "-at_install")
class TestAdult(SurvivorCommon):
    """A survivor who was exploited as an adult, in a programme that takes her."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.any_age = cls.env["remediation.programme"].create(
            {"name": "Survivors", "survivor_age": "any"}
        )

    def _adult_case(self, age=29, **vals):
        return self._new_case(
            self.manager_trace, age=age, programme_id=self.any_age.id, **vals
        )

    def test_r02_a_programme_says_whether_adults_are_supported(self):
        case = self._adult_case()
        self.assertTrue(case.is_adult)
        self.assertFalse(case.survivor_reason)
        narrow = self.env["remediation.programme"].create({"name": "Children"})
        self.assertEqual(narrow.survivor_age, "before_18")
        with self.assertRaises(ValidationError):
            case.programme_id = narrow

    def test_r57_an_adult_decides_alone(self):
        case = self._adult_case()
        caregiver = case.household_id.member_ids.filtered("is_caregiver")[:1]
        for_her = self._new_consent(
            case, subject="caregiver", given_by_member_id=caregiver.id, assent="yes"
        )
        self.assertEqual(for_her.standing, "wrong_giver")
        self.assertIn("decides alone", for_her.standing_note)
        hers = self._new_consent(case, subject="child", given_by_member_id=False)
        self.assertEqual(hers.standing, "counts")
        self.assertTrue(case._has_consent("services"))

    def test_r03_no_gate_of_child_labour_applies_to_an_adult(self):
        case = self._adult_case()
        situation = self._make(
            "work.situation", case, works="yes", is_bonded="yes", hours_week=80.0
        )
        self.assertEqual(situation.classification, "not_child")

    def test_r22_an_adult_does_not_reach_the_age(self):
        case = self._adult_case()
        missing = self.env["remediation.closure"]._missing_for(case, "reached_age")
        self.assertTrue(any("adult when the case opened" in text for text in missing))

    def test_what_is_missing_speaks_of_a_person(self):
        case = self._adult_case()
        self.assertNotIn("child", str(case.missing_html).lower())

    def test_an_unknown_age_is_a_childs(self):
        case = self._new_case(self.manager_trace, age=0, programme_id=self.any_age.id)
        self.assertFalse(case.is_adult)
        self.assertEqual(case.age, 0)

    def test_nothing_of_the_exploitation_is_demanded_to_save(self):
        """Not now: every answer may wait, and an empty one is no answer."""
        case = self._adult_case()
        situation = self._make("work.situation", case)
        self.assertFalse(situation.works)
        self.assertEqual(situation.classification, "not_child")
        for name in ("is_trafficked", "is_bonded", "documents_retained"):
            self.assertFalse(situation[name])
        for name in ("migration_status", "protection_status", "found_with"):
            self.assertFalse(case[name])

    def test_a_childs_class_needs_an_answer_and_not_known_is_one(self):
        case = self._new_case(self.manager_trace)
        with self.assertRaises(ValidationError):
            self._make("work.situation", case)
        situation = self._make("work.situation", case, works="unknown")
        self.assertFalse(situation.is_trafficked)

    def test_a_child_goes_back_by_a_best_interest_decision_alone(self):
        case = self._new_case(self.manager_trace)
        tracing = self._make("family.tracing", case, sought="mother")
        tracing.action_found(self.today)
        with self.assertRaisesRegex(UserError, "best-interest"):
            tracing.action_reunify(self.today)
        draft = self._make("best.interest.decision", case, trigger="reunification")
        tracing.best_interest_id = draft
        with self.assertRaisesRegex(UserError, "decided"):
            tracing.action_reunify(self.today)
        tracing.action_end("danger")
        self.assertEqual(tracing.state, "ended")
        with self.assertRaises(UserError):
            tracing.place = "Elsewhere"

    def test_an_adult_decides_herself_to_go_back(self):
        tracing = self._make("family.tracing", self._adult_case(), sought="child")
        tracing.action_found(self.today)
        tracing.action_reunify(self.today)
        self.assertEqual(tracing.state, "reunified")
        tracing.followed_up_on = self.today

    def test_papers_of_an_adult_speak_of_a_person(self):
        case = self._adult_case()
        consent = self._new_consent(case, subject="child", given_by_member_id=False)
        html = self.env["ir.qweb"]._render(
            "child_remediation.report_consent_document",
            {"docs": consent, "company": self.company},
        )
        self.assertIn("help that I need", str(html))
        self.assertNotIn("Caregiver", str(html).partition("Signature")[0][-200:])
