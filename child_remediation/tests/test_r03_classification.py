from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, tagged

from ..tools import classification as c
from .common import RemediationCommon

RULES = {
    "min_age": 16,
    "light_age": 14,
    "light_max_hours": 14,
    "hazard_age": 18,
    "max_hours": 43,
    "light_only_until": 18,
    "hazardous_site_types": {"mine_site"},
}
#: From worst to best, for comparing.
ORDER = [
    c.WFCL,
    c.HAZARDOUS,
    c.BELOW_MIN_AGE,
    c.NOT_PERMITTED,
    c.PERMITTED_LIGHT,
    c.AT_RISK,
    c.NONE,
    c.NOT_CHILD,
]
INPUTS = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(0, 25),
        "works": st.booleans(),
        "hours": st.none() | st.floats(0.5, 168),
        "worst_form": st.booleans(),
        "hazards": st.sets(st.sampled_from(["dust", "heights"])),
        "site_type": st.sampled_from([None, "mine_site", "farm"]),
        "night": st.booleans(),
        "light": st.booleans(),
        "interferes_with_school": st.booleans(),
        "at_risk": st.booleans(),
    }
)


def classify(**inputs):
    return c.classify({"works": True, **inputs}, RULES)[0]


@tagged("post_install", "-at_install")
class TestClassify(BaseCase):
    """R3 on the pure function."""

    def test_r03_edges_of_ages_and_hours(self):
        self.assertEqual(classify(age=18, worst_form=True), c.NOT_CHILD)
        self.assertEqual(classify(age=17, worst_form=True), c.WFCL)
        self.assertEqual(classify(age=17, site_type="mine_site"), c.HAZARDOUS)
        self.assertEqual(classify(age=13, light=True, hours=1), c.BELOW_MIN_AGE)
        self.assertEqual(classify(age=14, light=True, hours=14), c.PERMITTED_LIGHT)
        self.assertEqual(classify(age=14, light=True, hours=14.5), c.BELOW_MIN_AGE)
        self.assertEqual(classify(age=15, light=True, hours=None), c.BELOW_MIN_AGE)
        self.assertEqual(classify(age=16, light=False, hours=20), c.NOT_PERMITTED)
        self.assertEqual(classify(age=16, light=True, hours=43), c.PERMITTED_LIGHT)
        self.assertEqual(classify(age=16, light=True, hours=43.5), c.HAZARDOUS)
        self.assertEqual(classify(age=16, light=True, night=True), c.HAZARDOUS)
        self.assertEqual(classify(age=11, works=False), c.NONE)
        self.assertEqual(classify(age=11, works=False, at_risk=True), c.AT_RISK)

    def test_r03_hours_from_days_and_times(self):
        self.assertEqual(c.hours_per_week(6, 6.0, 17.0), 66)
        self.assertEqual(c.hours_per_week(5, 22.0, 4.0), 30)
        for unknown in ((0, 6.0, 17.0), (6, None, 17.0), (6, 8.0, 8.0)):
            self.assertIsNone(c.hours_per_week(*unknown))

    @settings(max_examples=400, deadline=None)
    @given(INPUTS)
    def test_r03_doubt_favours_the_child(self, inputs):
        result, reasons = c.classify(inputs, RULES)
        self.assertTrue(reasons)
        self.assertEqual((result, reasons), c.classify(dict(inputs), RULES))
        # Unknown hours and an unknown age never make a class better.
        unknown_hours = c.classify({**inputs, "hours": None}, RULES)[0]
        if inputs["hours"] and inputs["hours"] <= RULES["light_max_hours"]:
            self.assertLessEqual(ORDER.index(unknown_hours), ORDER.index(result))
        unknown_age = c.classify({**inputs, "age": None}, RULES)[0]
        if inputs["age"] is not None and inputs["age"] < 18 and result != c.NONE:
            adult_like = inputs["age"] >= RULES["min_age"]
            if not adult_like:
                self.assertLessEqual(ORDER.index(unknown_age), ORDER.index(result))
        # A hazard more never makes a class better.
        worse = c.classify({**inputs, "hazards": inputs["hazards"] | {"dust"}}, RULES)
        self.assertLessEqual(ORDER.index(worse[0]), ORDER.index(result))


@tagged("post_install", "-at_install", "whole")
class TestClassificationRecords(RemediationCommon):
    def _situation(self, case, **vals):
        return (
            self.env["remediation.work.situation"]
            .with_user(self.worker)
            .create(
                {"case_id": case.id, "works": "yes", "site_id": self.site.id, **vals}
            )
        )

    def test_r03_result_is_reproducible_and_history_stays(self):
        case = self._new_case(age=11)
        situation = self._situation(case, days_week=6, time_start=6, time_end=17)
        self.assertTrue(situation.hours_derived)
        self.assertEqual(situation.hours_effective, 66)
        self.assertEqual(situation.classification, "hazardous")
        first = situation.classification_id
        rules = dict(
            first.rules, hazardous_site_types=set(first.rules["hazardous_site_types"])
        )
        self.assertEqual(c.classify(first.inputs, rules)[0], first.result)
        self.assertEqual(first.framework_id.state, "in_force")
        situation.write({"site_id": self.farm.id, "is_light_work": "yes"})
        self.assertEqual(len(situation.classification_ids), 2)
        self.assertEqual(first.result, "hazardous")
        with self.assertRaises(AccessError):
            first.with_user(self.supervisor).write({"result": "none"})
        with self.assertRaises(AccessError):
            situation.write({"classification": "none"})

    def test_r03_age_is_taken_on_the_day_of_the_situation(self):
        case = self._new_case(age=15)
        child = case.beneficiary_id
        child.write({"birth_date": "2010-02-28", "age_recorded_on": "2026-02-01"})
        on = child._age_on
        self.assertEqual(on(date(2026, 2, 27)), 15)
        self.assertEqual(on(date(2026, 2, 28)), 15, "the youngest reading counts")
        child.age_estimated = 0
        self.assertEqual(on(date(2026, 2, 28)), 16)
        child.birth_date = "2012-02-29"
        # Born on a leap day: doubt favours the child until the first of March.
        self.assertEqual(on(date(2026, 2, 28)), 13)
        self.assertEqual(on(date(2026, 3, 1)), 14)

    def test_r03_a_framework_in_force_does_not_change(self):
        framework = self.env.ref("child_remediation.framework_cd")
        provision = framework.provision_ids[:1]
        with self.assertRaises(UserError):
            provision.with_user(self.coordinator).write({"value": 3})
        framework.with_user(self.coordinator).action_new_version()
        new = self.env["remediation.legal.framework"].search(
            [("name", "=", framework.name), ("state", "=", "draft")]
        )
        self.assertEqual(new.version, framework.version + 1)
        self.assertEqual(len(new.provision_ids), len(framework.provision_ids))
        new.provision_ids[:1].with_user(self.coordinator).write({"citation": "Law X"})
        new.with_user(self.coordinator).action_put_in_force()
        self.assertEqual(framework.state, "replaced")
        self.assertTrue(framework.unverified_count, "no lawyer confirmed them yet")

    def test_impossible_facts_are_refused(self):
        case = self._new_case(age=11)
        with self.assertRaises(ValidationError):
            self._situation(case, date="2099-01-01")
        with self.assertRaises(ValidationError):
            self._situation(case, started_age=15)
