"""The case-work rules that no other file is named after: R1, R12, R17, R18, R20, R22,
R25."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestCaseRules(RemediationCommon):
    # -- R1 --------------------------------------------------------------------
    def test_r01_every_child_has_a_code_and_the_name_stays_with_identity(self):
        case = self._new_case()
        child = case.beneficiary_id
        self.assertRegex(child.name, r"^B-\d{6}$")
        self.assertEqual(child.display_name, child.name)
        self.assertEqual(case.display_name, case.name)
        self.assertEqual(child.with_user(self.worker).first_name, "Amani")
        with self.assertRaises(AccessError):
            child.with_user(self.monitor).read(["first_name"])
        with self.assertRaises(AccessError):
            child.with_user(self.worker).write({"name": "B-AMANI"})
        codes = self.env["remediation.beneficiary"].create([{"sex": "female"}] * 3)
        self.assertEqual(len(set(codes.mapped("name"))), 3)

    def test_r01_area_follows_the_site(self):
        here, there = self.env["remediation.area"].create(
            [{"name": "Here"}, {"name": "There"}]
        )
        self.site.area_id, self.farm.area_id = here, there
        case = self._new_case()
        case.site_id = self.site
        self.assertEqual(case.area_id, here)
        case.with_user(self.worker).site_id = self.farm
        self.assertEqual(case.area_id, there, "a case moves with its site")
        case.write({"site_id": self.site.id, "area_id": there.id})
        self.assertEqual(case.area_id, there, "what is chosen beside the site counts")
        self.farm.area_id = False
        case.site_id = self.farm
        self.assertEqual(case.area_id, there, "a site without one takes none away")

    # -- R12 -------------------------------------------------------------------
    def test_r12_a_junior_needs_a_mentor_and_a_trainee_holds_no_case(self):
        case = self._new_case(manager=False).with_user(self.supervisor)
        self.manager._unprotected().write({"level": "trainee"})
        with self.assertRaisesRegex(UserError, "trainee"):
            case.action_assign(self.manager.id)
        self.manager._unprotected().write({"level": "junior"})
        with self.assertRaisesRegex(UserError, "mentor"):
            case.action_assign(self.manager.id)
        manager = self.manager.with_user(self.coordinator)
        for days, reason in ((31, "Holidays"), (30, " "), (-1, "Holidays")):
            with self.assertRaises(UserError):
                manager.action_waive_mentor(self.today + timedelta(days=days), reason)
        with self.assertRaises(AccessError):
            self.manager.with_user(self.supervisor).action_waive_mentor(
                self.today, "Holidays"
            )
        manager.action_waive_mentor(self.today + timedelta(days=30), "Holidays")
        case.action_assign(self.manager.id)
        self.assertEqual(case.user_id, self.worker)
        self.manager.mentor_id = self.manager_2
        self.manager._unprotected().write({"mentor_waiver_until": False})
        self.assertFalse(self.manager._problems_to_hold())

    # -- R17, R20 --------------------------------------------------------------
    def test_r17_an_assessment_needs_the_childs_wishes_and_who_was_present(self):
        case = self._new_case()
        assessment = (
            self.env["remediation.assessment"]
            .with_user(self.worker)
            .create({"case_id": case.id, "summary": "Begun"})
        )
        with self.assertRaisesRegex(UserError, "wishes"):
            assessment.action_submit()
        assessment.child_not_heard_reason = "In hospital"
        with self.assertRaisesRegex(UserError, "present"):
            assessment.action_submit()
        assessment.present = "Nurse"
        with self.assertRaisesRegex(UserError, "domain"):
            assessment.action_submit()
        assessment.action_add_domains()
        assessment.score_ids[:1].score = "2"
        assessment.action_submit()
        with self.assertRaises(UserError):
            assessment.present = "Somebody else"

    def test_r17_a_plan_without_agreement_needs_the_supervisors_note(self):
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(
            case,
            caregiver_agreed_on=False,
            caregiver_not_agreed_reason="suspected_of_harm",
        )
        plan.action_submit()
        with self.assertRaisesRegex(UserError, "best-interest"):
            self._seen(plan, self.supervisor).action_approve()
        plan.with_user(self.supervisor).best_interest_note = "Neither asked nor told."
        self._seen(plan, self.supervisor).action_approve()
        self.assertEqual(plan.state, "active")

    @whole
    def test_r17_a_plan_has_goal_action_agreement_and_assent(self):
        case = self._new_case()
        self._approved_assessment(case)
        for vals, word in (
            ({"goal": " "}, "goal"),
            ({"action_ids": []}, "action"),
            ({"caregiver_agreed_on": False}, "caregiver"),
            ({"child_assent": False}, "assent"),
            ({"child_assent": "not_heard"}, "not heard"),
            ({"child_assent_on": False}, "child agreed"),
            ({"target_date": False}, "target date"),
            ({"payer": False}, "pays"),
            ({"income_replacement": "stipend"}, "Cash Transfer"),
            ({"income_replacement": "adult_job"}, "Livelihood"),
            *(
                (
                    {
                        "action_ids": [
                            Command.create(self._planned_action("education", **lack))
                        ]
                    },
                    word,
                )
                for lack, word in (
                    ({"date_due": False}, "by when"),
                    ({"provider_id": False}, "who carries it out"),
                    ({"cost_estimate": 0}, "Costs Nothing"),
                )
            ),
        ):
            with self.subTest(word), self.assertRaisesRegex(UserError, word):
                with self.env.cr.savepoint():
                    self._new_plan(case, **vals).action_submit()

    def test_r20_income_replacement_is_decided_for_a_child_who_worked(self):
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(
            case, income_replacement=False, income_replacement_reason=False
        )
        self.assertFalse(plan._missing_to_submit())
        self.env["remediation.work.situation"].create(
            {"case_id": case.id, "works": "yes", "site_id": self.site.id}
        )
        with self.assertRaisesRegex(UserError, "income"):
            plan.action_submit()
        plan.income_replacement = "none"
        with self.assertRaisesRegex(UserError, "why"):
            plan.action_submit()
        plan.income_replacement_reason = "Earned nothing"
        plan.action_submit()

    # -- R18 -------------------------------------------------------------------
    def test_r18_nobody_approves_their_own_work(self):
        case = self._new_case(manager=False)
        mine = case.with_user(self.supervisor)
        assessment = (
            self.env["remediation.assessment"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_id": mine.id,
                    "child_wishes": "School",
                    "present": "Mother",
                    "score_ids": [(0, 0, {"domain": "work", "score": "2"})],
                }
            )
        )
        assessment.action_submit()
        with self.assertRaises(AccessError):
            self._seen(assessment).action_approve()
        with self.assertRaises(AccessError):
            self._seen(assessment, self.worker).action_approve()
        assessment.with_user(self.supervisor_2).action_reject("Ask the child too")
        self.assertEqual(assessment.state, "draft")
        assessment.action_submit()
        self._seen(assessment, self.supervisor_2).action_approve()
        with self.assertRaises(UserError):
            self._seen(assessment, self.coordinator).action_approve()
        self.assertEqual(
            case.approval_ids.sorted("id").mapped("step"),
            ["submitted", "rejected", "submitted", "approved"],
        )

    def test_r19_one_active_plan_and_a_revision_keeps_the_actions(self):
        case = self._new_case()
        plan = self._active_plan(case, actions=("education", "health"))
        actions = plan.action_ids
        self.assertEqual(case.stage, "in_remediation")
        action = plan.with_user(self.worker).action_revise()
        new = self.env["remediation.plan"].browse(action["res_id"])
        self.assertEqual(new.action_ids, actions)
        self.assertEqual(len(plan.action_snapshot), 2)
        self.assertEqual(case.stage, "in_remediation", "help goes on meanwhile")
        new.with_user(self.worker).write(
            {
                "caregiver_agreed_on": self.today,
                "child_assent": "yes",
                "child_assent_on": self.today,
            }
        )
        new.with_user(self.worker).action_submit()
        self._seen(new, self.supervisor).action_approve()
        self.assertEqual(case.active_plan_id, new)
        for done in actions.with_user(self.worker):
            done.action_done("Done")
        new.with_user(self.worker).action_complete()
        self.assertFalse(case.active_plan_id)
        self._active_plan(case)

    # -- R22 -------------------------------------------------------------------
    def _closing(self, case, reason="goals_met", **vals):
        return self.env["remediation.closure"]._missing_for(case, reason)

    def test_r22_the_59th_and_the_60th_day_between_clean_visits(self):
        for days, closes in ((59, False), (60, True)):
            case = self._new_case(identified_on=self.today - timedelta(days=100))
            self._visit(case, self.today - timedelta(days=days))
            self._visit(case, self.today)
            self.assertEqual(not self._closing(case), closes, f"{days} days")

    def test_r22_the_30th_and_the_31st_day_after_the_last_visit(self):
        for age, closes in ((30, True), (31, False)):
            case = self._new_case(identified_on=self.today - timedelta(days=200))
            self._visit(case, self.today - timedelta(days=age + 70))
            self._visit(case, self.today - timedelta(days=age))
            self.assertEqual(not self._closing(case), closes, f"{age} days")

    @whole
    def test_r22_today_is_the_day_of_the_place(self):
        # 23:30 UTC on the 31st is the first of June in Lubumbashi.
        with freeze_time("2026-05-01 10:00:00"):
            case = self._new_case(identified_on="2026-01-01")
            self._visit(case, date(2026, 2, 20))
            self._visit(case, date(2026, 5, 1))
        with freeze_time("2026-05-31 23:30:00"):
            self.company.partner_id.tz = "Africa/Lubumbashi"
            self.assertTrue(self._closing(case), "1 June there: 31 days")
            self.company.partner_id.tz = False  # then it is that of Greenwich
            reader = case.with_context(tz="Africa/Lubumbashi")
            self.assertFalse(self._closing(reader), "whoever asks")

    @whole
    def test_r22_phone_and_absence_neither_count_nor_break_the_series(self):
        case = self._new_case(identified_on=self.today - timedelta(days=100))
        self._visit(case, self.today - timedelta(days=61))
        phone = self._visit(
            case, self.today - timedelta(days=30), visit_type="phone", child_seen="no"
        )
        absent = self._visit(case, self.today - timedelta(days=20), child_seen="no")
        self.assertEqual((phone | absent).mapped("outcome"), ["not_counting"] * 2)
        self._visit(case, self.today)
        self.assertFalse(self._closing(case))
        working = self._visit(case, self.today, working=True, site_id=self.site.id)
        self.assertEqual(working.outcome, "not_clean")
        self.assertTrue(self._closing(case))

    @whole
    def test_r22_permitted_light_work_is_clean(self):
        case = self._new_case(age=17)
        visit = self._visit(
            case,
            working=True,
            site_id=self.farm.id,
            is_light_work="yes",
            hours_week=10,
            occupation="decent_work",
        )
        self.assertEqual(visit.classification, "permitted_light")
        self.assertTrue(visit.is_clean)

    def test_r22_lost_contact_needs_three_attempts_over_ninety_days(self):
        case = self._new_case(identified_on=self.today - timedelta(days=120))
        notes = self.env["remediation.note"].with_user(self.worker)
        for days in (89, 40, 0):
            notes.create(
                {
                    "case_id": case.id,
                    "kind": "contact_attempt",
                    "text": "Nobody at home",
                    "date": self.today - timedelta(days=days),
                }
            )
        self.assertTrue(self._closing(case, "lost_contact"))
        notes.create(
            {
                "case_id": case.id,
                "kind": "contact_attempt",
                "text": "Nobody at home",
                "date": self.today - timedelta(days=90),
            }
        )
        self.assertFalse(self._closing(case, "lost_contact"))

    def test_r22_reached_age_needs_the_method_and_the_youngest_reading(self):
        case = self._new_case(age=17)
        child = case.beneficiary_id
        child.write(
            {"age_estimated": 19, "age_margin": 2, "age_method": "school_record"}
        )
        self.assertTrue(self._closing(case, "reached_age"))
        child.age_margin = 1
        self.assertFalse(self._closing(case, "reached_age"))
        child.age_method = False
        self.assertTrue(self._closing(case, "reached_age"))

    def test_r22_refusal_at_high_risk_needs_the_coordinator(self):
        case = self._new_case(risk_level="high")
        closure = (
            self.env["remediation.closure"]
            .with_user(self.worker)
            .create({"case_id": case.id, "reason": "refused"})
        )
        with self.assertRaisesRegex(UserError, "best-interest"):
            closure.action_submit()
        closure.best_interest_note = "The family left for good."
        closure.action_submit()
        with self.assertRaisesRegex(UserError, "coordinator"):
            self._seen(closure, self.supervisor).action_approve()
        self._seen(closure, self.coordinator).action_approve()
        self.assertEqual(case.stage, "closed")

    # -- R25 -------------------------------------------------------------------
    @whole
    def test_r25_notes_keep_both_texts_and_close_after_a_day(self):
        case = self._new_case()
        note = (
            self.env["remediation.note"]
            .with_user(self.worker)
            .create({"case_id": case.id, "text": "Seen at the river"})
        )
        note.text = "Seen at the market"
        self.assertEqual(note.former_texts[0]["text"], "Seen at the river")
        with self.assertRaises(UserError):
            note.with_user(self.supervisor).text = "Not seen"
        with self.assertRaises(AccessError):
            note.unlink()
        with self.assertRaises(AccessError):
            note.write({"former_texts": []})
        with note._erasing("a day later"):
            note.env.cr.execute(
                "UPDATE remediation_note"
                " SET create_date = create_date - interval '25 hours'"
            )
        note.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "24 hours"):
            note.text = "Seen nowhere"

    @whole
    def test_a_later_no_ends_what_was_agreed_before(self):
        case = self._new_case()
        self._new_consent(case, given_on=self.today - timedelta(days=9))
        self.assertTrue(case._has_consent("services"))
        self._new_consent(case, answer="no", given_on=self.today - timedelta(days=3))
        self.assertFalse(case._has_consent("services"))
        earlier = self.today - timedelta(days=5)
        self.assertTrue(case._has_consent("services", on=earlier))
        self._new_consent(case)
        self.assertTrue(case._has_consent("services"))

    # -- stage -----------------------------------------------------------------
    def test_hold_and_resume_are_the_supervisors(self):
        case = self._new_case()
        until = self.today + timedelta(days=10)
        with self.assertRaises(AccessError):
            case.with_user(self.worker).action_hold("Away", until)
        mine = case.with_user(self.supervisor)
        for reason, day in ((" ", until), ("Away", False), ("Away", self.today)):
            with self.assertRaises(UserError):
                mine.action_hold(reason, day)
        mine.action_hold("Away for the harvest", until)
        self.assertEqual(case.stage, "on_hold")
        mine.action_resume()
        self.assertEqual(case.stage, "registered")
