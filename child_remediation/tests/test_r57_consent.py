from datetime import timedelta

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon

#: Who gives it, what is known of them, and whether that is enough.
GIVERS = {
    "mother": ({}, "counts"),
    "father": ({"relationship": "father", "is_caregiver": False}, "counts"),
    "guardian": ({"relationship": "guardian", "is_caregiver": False}, "counts"),
    "aunt who cares": ({"relationship": "aunt_uncle"}, "counts"),
    "grandmother of unknown age": ({"relationship": "grandparent", "age": 0}, "counts"),
    "dead father": ({"relationship": "father", "is_deceased": True}, "wrong_giver"),
    "mother who left": ({"active": False}, "wrong_giver"),
    "suspected of harm": ({"is_suspected_of_harm": True}, "wrong_giver"),
    "brother of nine": ({"relationship": "sibling", "age": 9}, "wrong_giver"),
    "brother of 17": ({"relationship": "sibling", "age": 17}, "wrong_giver"),
    "mother of 16": ({"age": 16}, "wrong_giver"),
    "aunt of unknown age": ({"relationship": "aunt_uncle", "age": 0}, "wrong_giver"),
    "aunt who does not care for the child": (
        {"relationship": "aunt_uncle", "is_caregiver": False},
        "wrong_giver",
    ),
    "aunt to whom the family owes": (
        {"relationship": "aunt_uncle", "is_employer_or_creditor": True},
        "to_confirm",
    ),
    "dead, suspected and owed": (
        {
            "is_deceased": True,
            "is_suspected_of_harm": True,
            "is_employer_or_creditor": True,
        },
        "wrong_giver",
    ),
}
#: What a work situation says of who gains, and of whom that is true.
GAINS = (
    ({"paid_to": "caregiver"}, ("mother", "aunt_uncle")),
    ({"debt_holder": "caregiver"}, ("mother", "aunt_uncle")),
    ({"employer_relationship": "parent"}, ("mother", "father")),
    ({"employer_relationship": "relative"}, ("grandparent", "aunt_uncle", "guardian")),
)
NO_GAINS = (
    {"paid_to": "child"},
    {"debt_holder": "recruiter"},
    {"employer_relationship": "employer"},
    {"employer_relationship": "parent", "giver": "aunt_uncle"},
    {"employer_relationship": "relative", "giver": "mother"},
)


@tagged("post_install", "-at_install")
class TestR57Consent(RemediationCommon):
    """A consent counts only if its giver may give it."""

    def _member(self, case, **vals):
        return self.env["remediation.household.member"].create(
            {
                "household_id": case.household_id.id,
                "full_name": "Somebody",
                "relationship": "mother",
                "is_caregiver": True,
                "age": 40,
                **vals,
            }
        )

    def _given_by(self, case, member, **vals):
        return self._new_consent(case, given_by_member_id=member.id, **vals)

    def _works(self, case, **vals):
        return (
            self.env["remediation.work.situation"]
            .with_user(self.worker)
            .create({"case_id": case.id, "works": "yes", **vals})
        )

    @whole
    def test_r57_every_giver(self):
        for name, (facts, standing) in GIVERS.items():
            with self.subTest(giver=name):
                case = self._new_case(members=False)
                member = self._member(case, **facts)
                consent = self._given_by(case, member)
                self.assertEqual(consent.standing, standing)
                self.assertEqual(bool(consent.standing_note), standing != "counts")
                self.assertEqual(case._has_consent("services"), standing == "counts")

    def test_r57_a_fact_that_comes_later_counts_too(self):
        for facts in (
            {"is_deceased": True},
            {"is_suspected_of_harm": True},
            {"is_employer_or_creditor": True},
            {"active": False},
            {"is_caregiver": False, "relationship": "other"},
            {"age": 15},
        ):
            with self.subTest(**facts):
                case = self._new_case()
                self._new_consent(case)
                self.assertTrue(case._has_consent("services"))
                self._caregiver(case).with_user(self.worker).write(facts)
                self.assertFalse(case._has_consent("services"))
                self.assertIn(self.supervisor, case.activity_ids.user_id)

    def test_r57_a_child_decides_from_the_age_of_the_law(self):
        law = self.env.ref("child_remediation.framework_cd")
        said = law.provision_ids.filtered(lambda p: p.key == "consent_age")
        self.assertEqual((said.value, said.is_verified), (16, False))
        self.assertTrue(said.citation)
        for age, counts in (
            (0, False),
            (6, False),
            (15, False),
            (16, True),
            (17, True),
        ):
            with self.subTest(age=age):
                case = self._new_case(age=age)
                self._new_consent(case, subject="child", given_by_member_id=False)
                self.assertEqual(case._has_consent("services"), counts)
        # The youngest reading decides, on the day the answer was given.
        doubtful = self._new_case(age=17)
        doubtful.beneficiary_id.age_margin = 2
        self._new_consent(doubtful, subject="child", given_by_member_id=False)
        self.assertFalse(doubtful._has_consent("services"))

    def test_r57_another_law_says_another_age(self):
        new = self.env["remediation.legal.framework"].browse(
            self.env.ref("child_remediation.framework_cd").action_new_version()[
                "res_id"
            ]
        )
        new.provision_ids.filtered(lambda p: p.key == "consent_age").value = 14
        new.action_put_in_force()
        case = self._new_case(age=14)
        self._new_consent(case, subject="child", given_by_member_id=False)
        self.assertTrue(case._has_consent("services"))

    def test_r57_a_law_without_that_age_means_sixteen(self):
        law = self.env.ref("child_remediation.framework_cd")
        new = self.env["remediation.legal.framework"].browse(
            law.action_new_version()["res_id"]
        )
        new.provision_ids.filtered(
            lambda p: p.key in ("consent_age", "assent_age")
        ).unlink()
        new.action_put_in_force()
        for age, counts in ((15, False), (16, True)):
            case = self._new_case(age=age)
            self._new_consent(case, subject="child", given_by_member_id=False)
            self.assertEqual(case._has_consent("services"), counts)

    def test_r57_a_child_who_is_younger_than_thought_did_not_decide(self):
        case = self._new_case(age=16)
        self._new_consent(case, subject="child", given_by_member_id=False)
        self.assertTrue(case._has_consent("services"))
        case.beneficiary_id.with_user(self.worker).age_margin = 1
        self.assertFalse(case._has_consent("services"))
        self.assertIn(self.supervisor, case.activity_ids.user_id)

    def test_r57_a_child_is_asked_beside_the_caregiver(self):
        for age, assent, counts in (
            (11, "yes", True),
            (11, "no", False),
            (11, False, False),
            (11, "too_young", False),
            (6, "too_young", False),
            (5, "too_young", True),
            (0, "too_young", False),
            (17, False, False),
        ):
            with self.subTest(age=age, assent=assent):
                case = self._new_case(age=age)
                consent = self._new_consent(case, assent=assent)
                self.assertEqual(case._has_consent("services"), counts)
                if not counts:
                    self.assertEqual(consent.standing, "no_assent")

    def test_r57_a_childs_no_opens_a_review(self):
        for vals in (
            {"assent": "no"},
            {"subject": "child", "answer": "no", "given_by_member_id": False},
        ):
            case = self._new_case()
            self._new_consent(case.with_user(self.worker), **vals)
            self._new_consent(case, "photo", **vals)
            review = case.best_interest_ids
            self.assertEqual(review.mapped("trigger"), ["consent_conflict"])
            self.assertEqual(review.state, "draft")
        self.assertFalse(self._new_case().best_interest_ids)

    def test_r57_an_authority_decides_and_names_its_paper(self):
        case = self._new_case(members=False)
        with self.assertRaises(ValidationError):
            self._new_consent(case, subject="authority", given_by_member_id=False)
        self._new_consent(
            case,
            subject="authority",
            authority="court",
            authority_reference="RC 12/2026",
            assent=False,
            given_by_member_id=False,
        )
        self.assertTrue(case._has_consent("services"))

    @whole
    def test_r57_whoever_gains_by_the_work_never_suffices_alone(self):
        for facts, relations in GAINS:
            for relation in relations:
                with self.subTest(relation=relation, **facts):
                    case = self._new_case(members=False)
                    giver = self._member(case, relationship=relation)
                    consent = self._given_by(case, giver)
                    self.assertTrue(case._has_consent("services"))
                    self._works(case, **facts)
                    self.assertEqual(consent.standing, "to_confirm")
                    self.assertFalse(case._has_consent("services"))
                    self.assertIn(self.supervisor, case.activity_ids.user_id)
        for facts in NO_GAINS:
            with self.subTest(**facts):
                case = self._new_case(members=False)
                giver = self._member(case, relationship=facts.get("giver", "mother"))
                self._given_by(case, giver)
                self._works(case, **{k: v for k, v in facts.items() if k != "giver"})
                self.assertTrue(case._has_consent("services"))

    def test_r57_what_was_true_in_a_former_case_stays_true(self):
        case = self._new_case()
        self._works(case, paid_to="caregiver")
        case._unprotected().write({"closed_on": self.today})
        again = (
            self.env["remediation.case"]
            ._unprotected()
            .create(
                {
                    "beneficiary_id": case.beneficiary_id.id,
                    "case_manager_id": self.manager.id,
                }
            )
        )
        consent = self._new_consent(again)
        self.assertEqual(consent.standing, "to_confirm")

    def test_r57_the_second_person(self):
        for facts, counts in (
            ({"relationship": "father"}, True),
            ({"relationship": "aunt_uncle"}, True),
            ({"relationship": "father", "is_employer_or_creditor": True}, False),
            ({"relationship": "father", "is_deceased": True}, False),
            ({"relationship": "sibling", "age": 9}, False),
        ):
            with self.subTest(**facts):
                case = self._new_case()
                self._caregiver(case).is_employer_or_creditor = True
                second = self._member(case, **facts)
                consent = self._new_consent(case.with_user(self.worker))
                consent = consent.with_user(self.worker)
                self.assertEqual(consent.standing, "to_confirm")
                consent.second_member_id = second
                self.assertEqual(case._has_consent("services"), counts)
        # The same person twice is one person.
        case = self._new_case()
        self._caregiver(case).is_employer_or_creditor = True
        consent = self._new_consent(case, second_member_id=self._caregiver(case).id)
        self.assertFalse(case._has_consent("services"))
        with self.assertRaises(ValidationError):
            self._new_consent(
                case, second_member_id=self._caregiver(self._new_case()).id
            )
        self.assertTrue(consent)

    def test_r57_a_supervisor_confirms_and_nobody_else(self):
        case = self._new_case()
        self._caregiver(case).is_employer_or_creditor = True
        consent = (
            self.env["remediation.consent"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": case.id,
                    "purpose": "services",
                    "subject": "caregiver",
                    "answer": "yes",
                    "how": "written",
                    "given_by_member_id": self._caregiver(case).id,
                    "assent": "yes",
                }
            )
        )
        self.assertIn(self.supervisor, case.activity_ids.user_id)
        for user in (
            self.worker,
            self.worker_2,
            self.supervisor_other,
            self.monitor,
            self.portal_manager,
            self.portal_supervisor,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                consent.with_user(user).action_confirm()
        with self.assertRaises(AccessError):
            consent.write({"confirmed_by_id": self.supervisor.id})
        consent.with_user(self.supervisor).action_confirm()
        self.assertEqual(consent.confirmed_by_id, self.supervisor)
        self.assertTrue(case._has_consent("services"))
        with self.assertRaises(UserError):
            consent.with_user(self.supervisor).action_confirm()
        # Who recorded it is not the second person.
        own = (
            self.env["remediation.consent"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_id": case.id,
                    "purpose": "photo",
                    "subject": "caregiver",
                    "answer": "yes",
                    "how": "written",
                    "given_by_member_id": self._caregiver(case).id,
                    "assent": "yes",
                }
            )
        )
        with self.assertRaises(UserError):
            own.action_confirm()
        # What is wrong is not confirmed.
        self._caregiver(case).is_deceased = True
        with self.assertRaises(UserError):
            own.with_user(self.supervisor_2).action_confirm()

    def test_r57_a_no_by_who_may_not_decide_ends_nothing(self):
        case = self._new_case()
        suspect = self._member(case, relationship="father", is_suspected_of_harm=True)
        self._new_consent(case)
        self._given_by(case, suspect, answer="no")
        self.assertTrue(case._has_consent("services"))
        self._new_consent(case, answer="no")
        self.assertFalse(case._has_consent("services"))

    def test_r57_the_screen_says_it_while_one_types(self):
        case = self._new_case()
        self._caregiver(case).is_employer_or_creditor = True
        second = self._member(case, relationship="father")
        consents = self.env["remediation.consent"].with_user(self.worker)
        with Form(consents.with_context(default_case_id=case.id)) as form:
            form.purpose = "services"
            form.subject = "caregiver"
            form.answer = "yes"
            form.how = "thumbprint"
            form.assent = "yes"
            form.given_by_member_id = self._caregiver(case)
            self.assertEqual(form.standing, "to_confirm")
            self.assertIn("second caregiver", form.standing_note)
            form.second_member_id = second
            self.assertEqual(form.standing, "counts")

    def test_r57_a_caregiver_who_gains_asks_for_a_best_interest_decision(self):
        case = self._new_case()
        self.assertNotIn("best-interest", str(case.missing_html))
        self._works(case, paid_to="caregiver")
        case.invalidate_recordset(["missing_html"])
        self.assertIn("best-interest", str(case.missing_html))
        self.env["remediation.best.interest.decision"].create(
            {"case_id": case.id, "trigger": "other"}
        )
        case.invalidate_recordset(["missing_html"])
        self.assertNotIn("best-interest", str(case.missing_html))

    def test_r62_a_given_consent_is_closed(self):
        consent = self._new_consent(
            self._new_case(), how="verbal_witnessed", witness="Neighbour"
        )
        mine = consent.with_user(self.worker)
        changed = {
            "valid_until": self.today + timedelta(days=9),
            "second_member_id": self._member(consent.case_id).id,
            "witness": "Nobody",
            "limits_explained": True,
            "withhold_item_ids": [Command.clear()],
            "withhold_from_ids": [Command.clear()],
            "withhold_what": "x",
            "withhold_reason": "other",
            "authority": "court",
            "authority_reference": "x",
            "assent": "no",
            "answer": "no",
            "standing": "counts",
        }
        for name, value in changed.items():
            with self.assertRaises(AccessError, msg=name):
                mine.write({name: value})
        left = (
            {
                name
                for name, field in consent._fields.items()
                if field.store
                and not field.compute
                and not field.related
                and name not in models.MAGIC_COLUMNS
            }
            - consent._get_protected_fields()
            - consent._get_frozen_fields()
        )
        self.assertEqual(left, {"second_member_id"})

    def test_r07_the_end_of_a_consent_is_the_supervisors_task(self):
        yesterday = self.today - timedelta(days=1)
        cases = [self._new_case(), self._new_case(), self._new_case()]
        last_day, over, runs_on = cases
        self._new_consent(last_day, valid_until=self.today)
        self._new_consent(over, given_on=yesterday, valid_until=yesterday)
        self._new_consent(runs_on, valid_until=self.today + timedelta(days=8))
        consents = self.env["remediation.consent"]
        for _day in range(2):
            consents._cron_warn()
            consents._cron_expire()
        for case, tasks in ((last_day, 1), (over, 1), (runs_on, 0)):
            mine = case.activity_ids.filtered(lambda a: a.user_id == self.supervisor)
            self.assertEqual(len(mine), tasks)
