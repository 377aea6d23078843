from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.remediation_base.tools.answers import Answer

from ..models.family.remediation_work_situation import INPUT_FIELDS
from ..models.follow_up.remediation_visit import RECORD_FIELDS
from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestAnswered(RemediationCommon):
    """What nobody answered counts as nothing (R58, R81); a visit answers the planned
    one, whoever records it (R60)."""

    def _new_visit(self, case, user=None, **vals):
        return (
            self.env["remediation.visit"]
            .with_user(user or case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "visit_type": "home",
                    "date_done": self.today,
                    **vals,
                }
            )
        )

    def _answers(self, **vals):
        return {
            "child_seen": "yes",
            "child_working": "no",
            "occupation": "school",
            **vals,
        }

    def test_r81_no_answer_has_a_default(self):
        """Over every yes-or-no answer of every model, and every role's stored or
        proposed default."""
        found = 0
        for model in self.env.registry.values():
            for name, field in model._fields.items():
                if not isinstance(field, Answer) or field.related:
                    continue
                found += 1
                self.assertIsNone(field.default, f"{model._name}.{name}")
                values = self.env[model._name].with_user(self.worker)
                if not model._transient:
                    self.assertFalse(values.default_get([name]).get(name), name)
        self.assertGreater(found, 20)

    def test_r58_every_answer_that_a_class_reads_is_of_three(self):
        """No yes-or-no box among the facts of a work situation: what was not asked is
        not a no."""
        for model, names in (
            ("remediation.work.situation", INPUT_FIELDS),
            ("remediation.visit", RECORD_FIELDS),
        ):
            for name in names:
                field = self.env[model]._fields[name]
                self.assertNotEqual(field.type, "boolean", f"{model}.{name}")

    def test_r58_a_visit_without_the_answer_waits(self):
        case = self._new_case()
        for vals, word in (
            ({}, "seen"),
            ({"child_working": "no", "occupation": "school"}, "seen"),
            ({"child_seen": "yes", "occupation": "school"}, "works"),
            ({"child_seen": "yes", "child_working": "no"}, "school"),
            (self._answers(visit_type="phone"), "phone"),
        ):
            visit = self._new_visit(case, **vals)
            with self.subTest(**vals), self.assertRaisesRegex(UserError, word):
                visit.action_done()
            self.assertEqual(visit.state, "planned")
            self.assertFalse(visit.outcome)
            visit.action_cancel("Asked again")
        self.assertFalse(case.work_situation_ids)
        self.assertFalse(case.first_contact_on)

    def test_r58_not_known_is_no_clean_visit(self):
        case = self._new_case()
        visit = self._new_visit(case, **self._answers(child_working="unknown"))
        visit.action_done()
        self.assertEqual((visit.outcome, visit.is_clean), ("not_counting", False))
        self.assertFalse(case.work_situation_ids)
        self.assertTrue(case.first_contact_on, "the child was met all the same")

    def test_r58_light_work_needs_both_answers_behind_it(self):
        case = self._new_case(age=16)
        make = self.env["remediation.work.situation"].with_user(self.worker).create
        facts = {
            "case_id": case.id,
            "works": "yes",
            "hours_week": 8,
            "is_light_work": "yes",
        }
        for more, light in (
            ({"at_night": "no", "interferes_with_school": "no"}, True),
            ({"at_night": "unknown", "interferes_with_school": "no"}, False),
            ({"at_night": "no", "interferes_with_school": "unknown"}, False),
            ({"is_light_work": "unknown"}, False),
        ):
            with self.subTest(**more):
                result = make({**facts, **more}).classification
                self.assertEqual(result == "permitted_light", light, result)
        with self.assertRaisesRegex(ValidationError, "works"):
            make({"case_id": case.id})

    def test_r81_an_empty_record_is_not_kept(self):
        """New, then F5: nothing stays, and no alarm is switched off."""
        case = self._new_case(risk_level="high")
        self.assertTrue(case.needs_safety_action)
        for model, vals in (
            ("remediation.assessment", {}),
            ("remediation.assessment", {"present": "  "}),
            ("remediation.plan", {}),
            ("remediation.plan", {"goal": " "}),
            ("remediation.plan.action", {"domain": "protection", "is_urgent": True}),
            (
                "remediation.plan.action",
                {"domain": "food", "is_urgent": True, "description": "  "},
            ),
        ):
            records = self.env[model].with_user(self.worker)
            with self.subTest(model, **vals), self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    records.create({"case_id": case.id, **vals})
            with (
                self.subTest(f"{model} by the web client"),
                self.assertRaises(UserError),
            ):
                with self.env.cr.savepoint():
                    records.web_save({"case_id": case.id, **vals}, {})
        self.assertTrue(case.needs_safety_action)
        self.assertEqual(case.stage, "registered")

    def test_r81_only_help_that_is_given_answers_the_alarm(self):
        case = self._new_case(risk_level="high")
        action = (
            self.env["remediation.plan.action"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": case.id,
                    "domain": "protection",
                    "is_urgent": True,
                    "description": "A safe place for the night",
                }
            )
        )
        self.assertFalse(case.needs_safety_action)
        action.action_cancel("Not needed")
        self.assertTrue(case.needs_safety_action)
        case.with_user(self.worker).no_safety_action_reason = "  "
        self.assertTrue(case.needs_safety_action)

    def test_r60_a_visit_at_the_desk_answers_the_planned_one(self):
        case = self._new_case(identified_on=self.today - timedelta(days=30))
        planned, later = (
            self._new_visit(case, date_done=False, date_planned=day)
            for day in (self.today - timedelta(days=3), self.today + timedelta(days=60))
        )
        made = self._new_visit(case, **self._answers())
        made.action_done()
        self.assertEqual((planned.state, planned.answered_by_id), ("cancelled", made))
        self.assertEqual(made.date_planned, self.today - timedelta(days=3))
        self.assertEqual(later.state, "planned", "it is for another time")

    def test_r60_absence_answers_nothing(self):
        case = self._new_case()
        planned = self._new_visit(case, date_done=False, date_planned=self.today)
        self._new_visit(case, child_seen="no").action_done()
        self.assertEqual(planned.state, "planned")

    def test_r60_a_visit_to_a_closed_case_is_its_next_check(self):
        case = self._new_case(identified_on=self.today - timedelta(days=30))
        closure = (
            self.env["remediation.closure"]
            .with_user(self.worker)
            .create({"case_id": case.id, "reason": "other"})
        )
        closure.action_submit()
        self._seen(closure, self.supervisor).action_approve()
        checks = case.visit_ids.filtered("is_post_closure").sorted("date_planned")
        good = self._new_visit(case, **self._answers())
        good.action_done()
        self.assertTrue(good.is_post_closure)
        self.assertEqual(checks[0].answered_by_id, good)
        self.assertEqual(case.stage, "closed")
        self.assertEqual(case._day(case.next_due), checks[1].date_planned)
        bad = self._new_visit(
            case, **self._answers(child_working="yes", site_id=self.site.id)
        )
        bad.action_done()
        self.assertEqual((case.stage, case.reopened_count), ("assessment", 1))

    def test_r59_danger_at_a_visit_is_told_at_once(self):
        case = self._new_case()
        mails = self.env["mail.mail"].sudo().search([])
        self._new_visit(case, **self._answers(immediate_danger="yes")).action_done()
        new = self.env["mail.mail"].sudo().search([]) - mails
        told = " ".join(new.mapped("email_to"))
        for user in (case.user_id, self.supervisor):
            self.assertIn(user.email, told)
        self.assertIn(case.name, new[:1].body_html)
        self.assertNotIn("Amani", " ".join(new.mapped("body_html")))
        self.assertIn(
            self.supervisor, case.activity_ids.mapped("user_id"), "and has a task"
        )

    def test_r15_the_next_visit_counts_from_the_day_of_this_one(self):
        case = self._new_case(identified_on=self.today - timedelta(days=30))
        case.with_user(self.worker).action_record_first_contact()
        self._active_plan(case)
        self._visit(case, self.today - timedelta(days=5))
        due = case.deadline_ids.filtered(lambda d: d.kind == "visit" and not d.done_on)
        self.assertEqual(
            case._day(due.date_from), self.today - timedelta(days=5), "not from now"
        )


@tagged("post_install", "-at_install")
class TestPlacementAndSeparation(RemediationCommon):
    """One rule for a placement that could not wait, on the desk as by phone; and a
    best-interest decision is asked for where one is due (R21)."""

    def _placed(self, **vals):
        return (
            self.env["remediation.best.interest.decision"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": self._new_case().id,
                    "trigger": "emergency_placement",
                    "placed_with": "Foyer",
                    **vals,
                }
            )
        )

    def test_r21_r81_nobody_decided_and_nobody_reached_by_default(self):
        for vals, words in (
            ({}, "who decided"),
            ({"decider": "police"}, "authority was reached"),
            ({"decider": "police", "authority_reached": "no"}, "whom you tried"),
            (
                {"trigger": "authority_placement", "decider": "organisation"},
                "which authority",
            ),
        ):
            with self.assertRaisesRegex(UserError, words):
                self._placed(**vals).action_record_placement()
        decision = self._placed(
            decider="organisation",
            authority_reached="no",
            authority_tried="DIVAS 21:10, police 21:40",
        )
        decision.action_record_placement()
        self.assertEqual(decision.state, "provisional")
        self._placed(
            trigger="authority_placement", decider="court"
        ).action_record_placement()

    def test_r21_a_separation_that_is_discussed_asks_for_a_decision(self):
        case = self._new_case()
        word = "Separation from the parents"
        self.assertNotIn(word, str(self._steps(case)))
        assessment = self.env["remediation.assessment"].create(
            {"case_id": case.id, "separation_discussed": "yes"}
        )
        self.assertIn(word, str(self._steps(case)))
        assessment.separation_discussed = "no"
        self.assertNotIn(word, str(self._steps(case)))
        plan = self.env["remediation.plan"].create(
            {"case_id": case.id, "goal": "School", "separation_discussed": "yes"}
        )
        self.assertTrue(plan)
        self.assertIn(word, str(self._steps(case)))
        self.env["remediation.best.interest.decision"].create(
            {"case_id": case.id, "trigger": "separation"}
        )
        self.assertNotIn(word, str(self._steps(case)))

    def _steps(self, case):
        return case._steps_of_consent(case.stage)

    def test_r81_a_risk_that_nobody_named_counts_as_high(self):
        unknown = self._new_case(risk_level=False)
        high = self._new_case(risk_level="high")
        self.assertFalse(unknown.risk_level)
        for kind in ("first_contact", "assessment"):
            due = [
                case.deadline_ids.filtered(lambda d, k=kind: d.kind == k).date_due
                for case in (unknown, high)
            ]
            self.assertAlmostEqual(due[0].timestamp(), due[1].timestamp(), delta=120)
        self.assertEqual(unknown._weight(), high._weight())
        self.assertFalse(unknown.needs_safety_action)
        unknown.with_user(self.supervisor)._set_risk("low")
        self.assertEqual(unknown.risk_level, "low")
