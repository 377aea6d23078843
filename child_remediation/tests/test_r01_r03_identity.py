from datetime import date

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged

from ..tools.classification import (
    AT_RISK,
    BELOW_MIN_AGE,
    CHILD_LABOUR,
    HAZARDOUS,
    NONE,
    NOT_CHILD,
    NOT_PERMITTED,
    PERMITTED_LIGHT,
    WFCL,
    classify,
)
from .common import RemediationCommon

RULES = {
    "min_age": 16,
    "light_age": 14,
    "light_max_hours": 14,
    "hazard_age": 18,
    "max_hours": 40,
    "light_only_until": 18,
    "hazardous_site_types": {"mine_site"},
}
INPUTS = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(0, 25),
        "works": st.booleans(),
        "hours": st.none() | st.floats(0.5, 168),
        "worst_form": st.booleans(),
        "hazards": st.sets(st.sampled_from(["dust", "loads", "heights"])),
        "site_type": st.none() | st.sampled_from(["mine_site", "farm"]),
        "night": st.booleans(),
        "light": st.booleans(),
        "interferes_with_school": st.booleans(),
        "at_risk": st.booleans(),
    }
)
SEVERITY = [
    {NONE, NOT_CHILD, PERMITTED_LIGHT, AT_RISK},
    {NOT_PERMITTED},
    {BELOW_MIN_AGE},
    {HAZARDOUS},
    {WFCL},
]


def severity(result):
    return next(i for i, classes in enumerate(SEVERITY) if result in classes)


def class_of(**inputs):
    base = {"age": 15, "works": True, "hours": 10, "light": True}
    return classify({**base, **inputs}, RULES)[0]


@tagged("post_install", "-at_install")
class TestClassify(BaseCase):
    """R3, the function: no database."""

    @settings(max_examples=300, deadline=None)
    @given(INPUTS)
    def test_r03_same_inputs_give_the_same_class(self, inputs):
        self.assertEqual(classify(dict(inputs), RULES), classify(inputs, RULES))

    @settings(max_examples=300, deadline=None)
    @given(INPUTS)
    def test_r03_unknown_hours_never_lower_the_class_of_light_work(self, inputs):
        known = classify({**inputs, "hours": 1}, RULES)[0]
        unknown = classify({**inputs, "hours": None}, RULES)[0]
        self.assertGreaterEqual(severity(unknown), severity(known))

    @settings(max_examples=300, deadline=None)
    @given(INPUTS)
    def test_r03_unknown_age_is_never_milder_than_a_child_s_own(self, inputs):
        age = inputs["age"]
        if age is not None and age < RULES["light_age"]:
            self.assertEqual(
                classify({**inputs, "age": None}, RULES)[0], classify(inputs, RULES)[0]
            )
        self.assertNotEqual(classify({**inputs, "age": None}, RULES)[0], NOT_CHILD)

    @settings(max_examples=300, deadline=None)
    @given(INPUTS)
    def test_r03_an_added_danger_never_lowers_the_class(self, inputs):
        before = severity(classify(inputs, RULES)[0])
        for worse in (
            {"hazards": {"dust"} | inputs["hazards"]},
            {"site_type": "mine_site"},
            {"worst_form": True},
            {"night": True},
            {"interferes_with_school": True},
        ):
            after = severity(classify({**inputs, **worse}, RULES)[0])
            self.assertGreaterEqual(after, before, worse)

    @settings(max_examples=200, deadline=None)
    @given(INPUTS)
    def test_r03_a_mine_is_hazardous_without_a_tick(self, inputs):
        age = inputs["age"]
        result = classify({**inputs, "site_type": "mine_site", "works": True}, RULES)[0]
        if (age is None or age < 18) and not inputs["worst_form"]:
            self.assertEqual(result, HAZARDOUS)

    def test_r03_each_class_at_its_edges(self):
        for expected, inputs in (
            (NOT_CHILD, {"age": 18, "worst_form": True}),
            (WFCL, {"age": 17, "worst_form": True}),
            (WFCL, {"age": None, "worst_form": True, "works": False}),
            (HAZARDOUS, {"age": 17, "hazards": ["dust"]}),
            (HAZARDOUS, {"age": 16, "night": True}),
            (HAZARDOUS, {"age": 16, "hours": 40.5}),
            (PERMITTED_LIGHT, {"age": 16, "hours": 40}),
            (BELOW_MIN_AGE, {"age": 13}),
            (PERMITTED_LIGHT, {"age": 14, "hours": 14}),
            (BELOW_MIN_AGE, {"age": 14, "hours": 14.5}),
            (BELOW_MIN_AGE, {"age": 15, "hours": None}),
            (BELOW_MIN_AGE, {"age": 15, "interferes_with_school": True}),
            (BELOW_MIN_AGE, {"age": 15, "night": True}),
            (BELOW_MIN_AGE, {"age": 15, "light": False}),
            (NOT_PERMITTED, {"age": 16, "light": False}),
            (NOT_PERMITTED, {"age": 17, "light": False}),
            (AT_RISK, {"works": False, "at_risk": True}),
            (NONE, {"works": False}),
            (BELOW_MIN_AGE, {"age": None}),
        ):
            with self.subTest(**inputs):
                self.assertEqual(class_of(**inputs), expected)
        self.assertNotIn(PERMITTED_LIGHT, CHILD_LABOUR)


@tagged("post_install", "-at_install")
class TestIdentity(RemediationCommon):
    def test_r01_code_is_a_running_number_and_the_only_label(self):
        first, second = self._new_case(), self._new_case()
        for record in (first, first.beneficiary_id, first.household_id):
            self.assertRegex(record.name, r"^[A-Z]+-\d{6,}$")
            self.assertEqual(record.display_name, record.name)
        numbers = [
            int(child.name.split("-")[1])
            for child in (first.beneficiary_id, second.beneficiary_id)
        ]
        self.assertLess(*numbers)

    def test_r02_age_on_the_day_of_the_concern(self):
        """18 on the day is too old, the day before is not; leap day included."""
        for born, day, refused in (
            ("2008-03-01", "2026-02-28", False),
            ("2008-03-01", "2026-03-01", True),
            ("2008-02-29", "2026-02-28", False),
            ("2008-02-29", "2026-03-01", True),
        ):
            with self.subTest(born=born, day=day):
                child = self.env["remediation.beneficiary"].create(
                    {"sex": "female", "birth_date": born}
                )
                vals = {
                    "beneficiary_id": child.id,
                    "identified_on": day,
                    "team_id": self.team.id,
                }
                cases = self.env["remediation.case"]._unprotected()
                if refused:
                    with self.assertRaises(ValidationError):
                        cases.create(vals)
                else:
                    self.assertTrue(cases.create(vals))

    def test_r02_unknown_age_opens(self):
        self.assertTrue(self._new_case(age=0))

    def test_r02_youngest_reading_counts(self):
        child = self._new_case().beneficiary_id
        child.write(
            {
                "birth_date": "2000-01-01",
                "age_estimated": 19,
                "age_margin": 2,
                "age_recorded_on": "2026-01-10",
            }
        )
        self.assertEqual(child._age_on(date(2026, 1, 10)), 17)
        self.assertEqual(child._age_on(date(2027, 1, 9)), 17)
        self.assertEqual(child._age_on(date(2027, 1, 10)), 18)

    def test_r02_the_day_is_the_users_not_utc(self):
        """At 22:30 UTC it is tomorrow in Lubumbashi: a child identified on that day is
        not from the future."""
        self.worker.tz = "Africa/Lubumbashi"
        with freeze_time("2026-06-30 22:30:00"):
            cases = self.env["remediation.case"].with_user(self.worker)
            cases = cases.with_context(tz="Africa/Lubumbashi")
            child = (
                self.env["remediation.beneficiary"]
                .with_user(self.worker)
                .create(
                    {"sex": "male", "age_recorded_on": "2026-06-01", "age_estimated": 9}
                )
            )
            case = cases.create(
                {"beneficiary_id": child.id, "identified_on": "2026-07-01"}
            )
            self.assertEqual(case.identified_on, date(2026, 7, 1))

    def test_r03_a_new_evaluation_is_a_new_row(self):
        case = self._new_case(age=16)
        situation = self.env["remediation.work.situation"].create(
            {
                "case_id": case.id,
                "works": "yes",
                "hours_week": 10,
                "is_light_work": "yes",
            }
        )
        self.assertEqual(situation.classification, PERMITTED_LIGHT)
        first = situation.classification_id
        situation.with_user(self.worker).write({"is_bonded": "yes"})
        self.assertEqual(situation.classification, WFCL)
        self.assertEqual(len(situation.classification_ids), 2)
        self.assertEqual(first.result, PERMITTED_LIGHT)
        self.assertEqual(case.classification, WFCL)

    def test_r03_the_latest_dated_situation_counts_not_the_latest_entered(self):
        case = self._new_case(age=12, identified_on="2026-01-01")
        situations = self.env["remediation.work.situation"]
        situations.create({"case_id": case.id, "date": "2026-05-01", "works": "no"})
        situations.create(
            {
                "case_id": case.id,
                "works": "yes",
                "date": "2026-03-01",
                "site_id": self.site.id,
            }
        )
        self.assertEqual(case.classification, NONE)

    def test_r03_a_confirmed_class_is_not_confirmed_after_a_change(self):
        case = self._new_case(age=15)
        situation = self.env["remediation.work.situation"].create(
            {"case_id": case.id, "works": "yes"}
        )
        situation.with_user(self.supervisor).action_confirm()
        self.assertTrue(situation.confirmed_on)
        situation.with_user(self.worker).write({"at_night": "yes"})
        self.assertFalse(situation.confirmed_on)
        self.assertFalse(situation.confirmed_by_id)
