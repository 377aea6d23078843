from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.case_referral.forms import VISIT
from odoo.addons.remediation_base.tools.forms import Question

from ..models import remediation_submission
from .common import OfflineCommon

TWO_DAYS = 2 * 24 * 3600


@tagged("post_install", "-at_install")
class TestLate(OfflineCommon):
    """What arrives days after it was written: its day, and forms that changed since."""

    def setUp(self):
        super().setUp()
        self.key = self.enrol()
        self.case._unprotected().write(
            {"identified_on": self.today - timedelta(days=20)}
        )

    def take(self, form, values, **more):
        """Send one entry, and return what it became."""
        intent = self.intent(form, values, **{"age": TWO_DAYS, **more})
        (answer,) = self.call("send", key=self.key, intents=[intent])["answers"]
        self.assertEqual(answer["state"], "done", f"{form}: {answer}")
        self.env.invalidate_all()
        submission = self.env["remediation.submission"].search(
            [("key", "=", intent["key"])]
        )
        return self.env[submission.result_model].browse(submission.result_id)

    def day(self, seconds=TWO_DAYS):
        return self.case._day(fields.Datetime.now() - timedelta(seconds=seconds))

    # -- the day on which it was written -------------------------------------------
    def test_every_fact_is_of_the_day_on_which_it_was_written(self):
        consent = {
            "purposes[]": ["services", "share_with_org"],
            "subject": "caregiver",
            "given_by_member_id": self._caregiver(self.case).id,
            "answer": "yes",
            "assent": "yes",
            "how": "verbal_witnessed",
            "witness": "The teacher",
            "limits_explained": "yes",
        }
        member = {"full_name": "Aunt", "relationship": "aunt_uncle", "age": "40"}
        plan = {
            "goal": "School",
            "action-0-domain": "education",
            "action-0-description": "Fees",
            "submit": "0",
        }
        placement = {
            "trigger": "emergency_placement",
            "placed_with": "The sisters",
            "decider": "organisation",
            "authority_reached": "no",
            "authority_tried": "Called twice",
            "decision": "Beaten",
        }
        day = self.day()
        for form, values, name in (
            ("contact", {}, "first_contact_on"),
            ("family", {**member, "is_caregiver": "yes"}, "age_recorded_on"),
            ("work", {"works": "no", "is_at_risk": "no"}, "date"),
            ("consent", consent, "given_on"),
            ("assessment", {"summary": "Tired", "submit": "0"}, "done_on"),
            ("plan", plan, "date_start"),
            ("visit", {"visit_type": "home", "child_seen": "no"}, "date_done"),
            ("placement", placement, "placed_on"),
        ):
            self.assertEqual(self.take(form, values)[name], day, form)
        action = self.case.plan_ids.action_ids[:1]
        action.plan_id._unprotected().write({"state": "active"})
        delivery = self.take("delivery", {"plan_action_id": str(action.id)})
        self.assertEqual(delivery.date, day)
        note = self.take("note", {"subject": "Met", "text": "At the river"})
        self.assertAlmostEqual(
            note.date.timestamp(),
            fields.Datetime.now().timestamp() - TWO_DAYS,
            delta=120,
        )
        self.take("child", {"age_estimated": "13"})
        self.assertEqual(self.case.beneficiary_id.age_recorded_on, day)

    def test_a_child_reported_and_met_on_one_evening_is_taken_days_later(self):
        report = self.intent(
            "danger",
            {"sex": "female", "first_name": "Neema", "what": "Alone"},
            age=TWO_DAYS,
        )
        report["values"].pop("case")
        ref = {"case": f"key:{report['key']}"}
        contact = self.intent("contact", ref, age=TWO_DAYS - 60)
        visit = self.intent(
            "visit",
            {**ref, "visit_type": "home", "child_seen": "no"},
            age=TWO_DAYS - 120,
        )
        answers = self.call("send", key=self.key, intents=[report, contact, visit])
        states = [one["state"] for one in answers["answers"]]
        self.assertEqual(states, ["done"] * 3, answers)
        self.env.invalidate_all()
        case = (
            self.env["remediation.submission"]
            .search([("key", "=", report["key"])])
            .case_id
        )
        self.assertEqual(case.identified_on, self.day())
        self.assertEqual(case.first_contact_on, self.day(TWO_DAYS - 60))
        self.assertEqual(case.visit_ids.filtered("date_done").child_seen, "no")

    def test_no_day_lies_in_the_future_or_before_the_phone_was_taken_into_use(self):
        year = 366 * 24 * 3600
        for age in (-year, -3600, 31 * 24 * 3600, year, 1e300, None, "x", [1]):
            note = self.take("note", {"subject": "Met", "text": "Now"}, age=age)
            self.assertAlmostEqual(
                note.date.timestamp(),
                fields.Datetime.now().timestamp(),
                delta=120,
                msg=str(age),
            )

    def test_a_day_that_somebody_wrote_stays(self):
        wrote = self.today - timedelta(days=5)
        values = {"visit_type": "home", "child_seen": "no", "date_done": str(wrote)}
        self.assertEqual(self.take("visit", values).date_done, wrote)

    def test_filed_by_a_supervisor_it_keeps_its_day(self):
        self.case.with_user(self.supervisor).action_assign(self.manager.id)
        note = self.intent("note", {"text": "Before"}, age=TWO_DAYS)
        self.assertEqual(self.send(self.key, note), ["waiting"])
        self.env.invalidate_all()
        submission = self.env["remediation.submission"].search(
            [("key", "=", note["key"])]
        )
        submission.with_user(self.supervisor).action_place_held(self.case.id)
        self.assertAlmostEqual(
            self.case.note_ids.date.timestamp(),
            fields.Datetime.now().timestamp() - TWO_DAYS,
            delta=120,
        )

    def test_no_call_names_the_moment_of_another(self):
        self.sign_in()
        self.case.with_user(self.portal_manager).with_context(
            said_at="2020-01-01 00:00:00"
        ).portal_add_note({"text": "Today"})
        self.assertEqual(self.case._day(self.case.note_ids.date), self.day(0))

    # -- a form that changed meanwhile ---------------------------------------------
    def visit(self, **more):
        values = {"visit_type": "home", "child_seen": "no", **more}
        return self.intent("visit", values, asked={"meals": "Meals a day"})

    def test_an_answer_to_a_question_that_was_taken_away_stays_as_words(self):
        for form, values, kept in (
            ("visit", {"visit_type": "home", "child_seen": "no"}, "note"),
            ("assessment", {"summary": "Tired", "submit": "0"}, None),
        ):
            record = self.take(
                form, {**values, "meals": "Two"}, asked={"meals": "Meals a day"}
            )
            words = record[kept] if kept else self.case.note_ids.text
            self.assertIn("Meals a day: Two", words)

    def test_without_a_question_that_was_added_it_is_taken(self):
        added = Question("made_by", "Said before?", kind="area", field="note")
        VISIT.questions.append(added)
        self.addCleanup(VISIT.questions.remove, added)
        self.assertEqual(self.send(self.key, self.visit()), ["done"])

    def test_a_question_that_must_be_answered_now_is_asked_in_words(self):
        note = next(one for one in VISIT.questions if one.name == "present")
        self.addCleanup(setattr, note, "required", note.required)
        note.required = True
        entry = self.visit()
        (answer,) = self.call("send", key=self.key, intents=[entry])["answers"]
        self.assertEqual(answer["state"], "refused")
        self.assertIn("Who Was Present", answer["say"])
        entry["values"]["present"] = "The mother"
        self.assertEqual(self.send(self.key, entry), ["done"])

    def test_a_choice_that_is_not_offered_any_more_is_refused_in_words(self):
        (answer,) = self.call(
            "send", key=self.key, intents=[self.visit(visit_type="no_such_kind")]
        )["answers"]
        self.assertEqual(answer["state"], "refused")
        self.assertIn("Kind of Visit", answer["say"])

    # -- limits ----------------------------------------------------------------------
    def test_r77_too_much_waits_and_what_is_urgent_does_not(self):
        self.patch(remediation_submission, "PHONE_HOURLY", 1)
        first, second = (
            self.intent("note", {"text": f"Met {number}"}) for number in range(2)
        )
        self.assertEqual(self.send(self.key, first), ["done"])
        danger = self.intent("danger", {"sex": "female", "what": "Alone"})
        danger["values"].pop("case")
        found = self.call("send", key=self.key, intents=[first, second, danger])
        states = [one["state"] for one in found["answers"]]
        self.assertEqual(states, ["done", "later", "done"])
        self.assertIn("later", found["answers"][1]["say"])
        self.patch(remediation_submission, "PHONE_HOURLY", 100)
        self.assertEqual(self.send(self.key, second), ["done"])
