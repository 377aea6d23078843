from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.remediation_age_check import WEIGHT
from .common import AgreementCommon


@tagged("post_install", "-at_install")
class TestAgeCheck(AgreementCommon):
    """Age is verified as a dated act; the file follows, in doubt for the child."""

    def _case(self, **facts):
        case = self._new_case()
        case.beneficiary_id.write(
            {"birth_date": False, "age_estimated": 14, "age_margin": 0, **facts}
        )
        return case

    def _check(self, case, user=None, **vals):
        return (
            self.env["remediation.age.check"]
            .with_user(user or case.user_id)
            .create({"case_id": case.id, "method": "health_card", **vals})
        )

    def _age(self, case):
        return case.beneficiary_id._age_on(self.today)

    def test_a_certificate_is_followed(self):
        case = self._case(age_method="caregiver")
        born = self.today - relativedelta(years=16, months=2)
        check = self._check(case, method="birth_certificate", birth_date=born)
        child = case.beneficiary_id
        self.assertEqual(self._age(case), 16)
        self.assertEqual(
            (child.birth_date, child.age_method, child.age_confidence),
            (born, "birth_certificate", "high"),
        )
        self.assertEqual((check.seen_by_id, check.is_followed), (case.user_id, True))

    def test_r03_what_is_weaker_never_makes_older(self):
        born = self.today - relativedelta(years=13, months=2)
        case = self._case(age_method="caregiver")
        self._check(case, method="birth_certificate", birth_date=born)
        older = self._check(case, method="caregiver", age_found=16)
        self.assertEqual(self._age(case), 13)
        self.assertFalse(older.is_followed)
        younger = self._check(case, method="medical", age_found=14, age_margin=2)
        self.assertEqual(self._age(case), 12)
        self.assertTrue(younger.is_followed)

    def test_r02_a_disputed_paper_counts_where_the_child_is_younger(self):
        case = self._case(age_method="caregiver")
        self._check(case, method="birth_certificate", is_disputed=True, age_found=17)
        self.assertEqual(self._age(case), 14)
        self.assertEqual(case.beneficiary_id.age_confidence, "low")
        self.assertTrue(case.beneficiary_id._doubt_of_age())
        self._check(case, method="birth_certificate", is_disputed=True, age_found=12)
        self.assertEqual(self._age(case), 12)

    def test_no_disputed_or_weaker_reading_makes_a_child_older(self):
        """Property: after any verification the child is as young as before, unless the
        reading is undisputed and by no weaker paper."""

        @settings(max_examples=30, deadline=None, derandomize=True)
        @given(
            st.lists(
                st.tuples(
                    st.sampled_from(sorted(WEIGHT)),
                    st.integers(8, 20),
                    st.integers(1, 4),
                    st.booleans(),
                ),
                min_size=1,
                max_size=4,
            )
        )
        def verify(rows):
            savepoint = self.env.cr.savepoint()
            try:
                case = self._case(age_method="caregiver")
                for method, age, margin, disputed in rows:
                    child = case.beneficiary_id
                    before, weight = self._age(case), WEIGHT[child.age_method]
                    self._check(
                        case,
                        method=method,
                        age_found=age,
                        age_margin=margin,
                        is_disputed=disputed,
                    )
                    after = self._age(case)
                    if disputed or WEIGHT[method] < weight:
                        self.assertEqual(after, min(before, age - margin))
                    else:
                        self.assertEqual(after, age - margin)
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all()

        verify()

    def test_evidence_is_never_changed(self):
        case = self._case()
        check = self._check(case, age_found=12)
        for user in (case.user_id, self.supervisor, self.coordinator):
            with self.assertRaises(AccessError):
                check.with_user(user).age_found = 11
            with self.assertRaises(AccessError):
                check.with_user(user).unlink()
        with self.assertRaises(UserError):
            check.age_found = 11
        with self.assertRaises(UserError):
            self._check(case, age_found=12, seen_by_id=self.coordinator.id)

    def test_who_does_not_hold_the_case_verifies_nothing(self):
        case = self._case()
        for user in (self.worker_other, self.auditor, self.monitor, self.accountant):
            with self.assertRaises(AccessError):
                self._check(case, user, age_found=12)

    def test_bad_input_what_is_no_reading(self):
        case = self._case()
        for vals in (
            {},
            {"age_found": 12, "birth_date": self.today - relativedelta(years=12)},
            {"method": "medical", "age_found": 12},
            {"age_found": 31},
        ):
            with self.subTest(vals=vals), mute_logger("odoo.sql_db"):
                savepoint = self.env.cr.savepoint()
                try:
                    self._check(case, **vals)
                except (IntegrityError, ValidationError):
                    continue
                finally:
                    savepoint.close(rollback=True)
                self.fail("it was taken for a reading")
        with self.assertRaisesRegex(ValidationError, "in the future"):
            self._check(case, age_found=12, date=self.today + relativedelta(days=3))

    def test_bad_input_a_birth_year_corrected_by_two_years(self):
        """The end of what is paid follows the verification."""
        case = self._case(age_estimated=12, age_recorded_on=self.today)
        child = self._approved_child(self._approved_agreement(), case)
        before = child.date_until
        self._check(case, method="birth_certificate", age_found=10)
        self.env.cr.precommit.run()
        self.assertEqual(child.date_until, before + relativedelta(years=2))


@tagged("post_install", "-at_install")
class TestRemedyPath(AgreementCommon):
    """Each step of an industrial find is known by the facts of the file."""

    def _done(self, case):
        self.env.invalidate_all()
        return [done for _what, done in case._remedy_steps()]

    def test_each_step_is_done_by_its_own_fact(self):
        factory = self.env["remediation.site"].create(
            {"name": "Works", "site_type": "factory"}
        )
        case = self._new_case(site_id=factory.id, risk_level="high")
        self.assertEqual(self._done(case), [True] + [False] * 8)
        case.no_safety_action_reason = "Left the works the same day"
        self.assertEqual(self._done(case), [True] * 2 + [False] * 7)
        self.env["remediation.age.check"].with_user(case.user_id).create(
            {"case_id": case.id, "method": "health_card", "age_found": 12}
        )
        self.assertEqual(self._done(case), [True] * 3 + [False] * 6)
        agreement = self._approved_agreement()
        self._approved_child(agreement, case)
        self.assertEqual(self._done(case), [True] * 5 + [False] * 4)
        institution = self.env["remediation.institution"].create({"name": "School"})
        self.env["remediation.education.enrolment"].create(
            {"case_id": case.id, "institution_id": institution.id}
        )
        self.assertEqual(self._done(case)[5:], [True, False, False, False])
        self.env["remediation.job.promise"].with_user(case.user_id).create(
            {
                "case_id": case.id,
                "employer_id": self.factory.id,
                "promised_on": self.today,
                "date_due": self.today + relativedelta(years=4),
            }
        )
        self.assertEqual(self._done(case)[5:], [True, False, True, False])
        shown = case.with_user(case.user_id).remedy_path
        self.assertEqual(shown.count("fa-check-circle"), 7)
        self.assertEqual(shown.count("fa-circle-o"), 2)

    def test_no_path_where_nobody_signed_and_no_factory_is(self):
        case = self._new_case()
        self.assertFalse(case.remedy_path)
        with self.assertRaises(AccessError):
            case.with_user(self.monitor).read(["remedy_path"])
