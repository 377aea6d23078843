from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import OfflineCommon


@tagged("post_install", "-at_install")
class TestIntents(OfflineCommon):
    """What was written without network is filed exactly once, or says why not."""

    def setUp(self):
        super().setUp()
        self.key = self.enrol()

    def note(self, text, **more):
        return self.intent("note", {"subject": "Met", "text": text}, **more)

    def test_a_hundred_entries_sent_three_times_are_a_hundred(self):
        notes = [self.note(f"Met {number}") for number in range(100)]
        for _time in range(3):
            for first in range(0, 100, 25):
                states = self.send(self.key, *notes[first : first + 25])
                self.assertEqual(set(states), {"done"})
        self.env.invalidate_all()
        self.assertEqual(len(self.case.note_ids), 100)

    def test_the_moment_is_counted_from_how_long_ago_it_was(self):
        today = self.note("Just now", age=-366 * 24 * 3600)
        before = self.note("Yesterday", age=24 * 3600)
        self.assertEqual(self.send(self.key, today, before), ["done", "done"])
        submissions = self.env["remediation.submission"].search(
            [("key", "in", (today["key"], before["key"]))], order="id"
        )
        now = fields.Datetime.now()
        for submission, ago in zip(submissions, (0, 24), strict=True):
            self.assertAlmostEqual(
                submission.written_at.timestamp(),
                (now - timedelta(hours=ago)).timestamp(),
                delta=60,
            )

    def test_a_wrong_answer_is_refused_with_the_sentence_and_nothing_is_kept(self):
        wrong = self.intent("visit", {"visit_type": "home"})
        (answer,) = self.call("send", key=self.key, intents=[wrong])["answers"]
        self.assertEqual(answer["state"], "refused")
        self.assertIn("Did you see the child in person?", answer["say"])
        self.assertFalse(self.case.visit_ids.filtered("date_done"))
        right = {**wrong, "values": {**wrong["values"], "child_seen": "no"}}
        self.assertEqual(self.send(self.key, right), ["done"])

    def test_what_belongs_to_another_entry_finds_it(self):
        report = self.intent(
            "danger", {"sex": "female", "first_name": "Neema", "what": "Alone"}
        )
        report["values"].pop("case")
        ref = f"key:{report['key']}"
        member = self.intent("family", {"case": ref, "full_name": "Aunt Zawadi"})
        member["values"].update(relationship="aunt_uncle", is_caregiver="yes")
        early = self.send(self.key, member)
        self.assertEqual(early, ["later"], "it waits until the child is known")
        answers = self.call("send", key=self.key, intents=[report, member])["answers"]
        self.assertEqual([one["state"] for one in answers], ["done", "done"], answers)
        case = (
            self.env["remediation.submission"]
            .search([("key", "=", report["key"])])
            .case_id
        )
        self.assertEqual(case.household_id.member_ids.full_name, "Aunt Zawadi")
        consent = self.intent(
            "consent",
            {
                "case": ref,
                "purposes[]": ["services"],
                "subject": "caregiver",
                "given_by_member_id": f"key:{member['key']}",
                "answer": "yes",
                "assent": "yes",
                "how": "verbal_witnessed",
                "witness": "The teacher",
                "limits_explained": "yes",
            },
        )
        if case.user_id == self.portal_manager:
            self.assertEqual(self.send(self.key, consent), ["done"])
            self.assertEqual(
                case.consent_ids.given_by_member_id, case.household_id.member_ids
            )

    def test_r26_after_the_case_moved_it_waits_for_the_supervisor(self):
        self.case.with_user(self.supervisor).action_assign(self.manager.id)
        note = self.note("Written before")
        self.assertEqual(self.send(self.key, note, note), ["waiting", "waiting"])
        submission = self.env["remediation.submission"].search(
            [("key", "=", note["key"])]
        )
        self.assertEqual(submission.reason, "not_holder")
        self.assertEqual(submission.team_id, self.team)
        self.assertFalse(self.case.note_ids)

    def test_another_case_is_never_written_in(self):
        foreign = self.intent("note", {"case": self.other_case.name, "text": "Mine?"})
        self.assertEqual(self.send(self.key, foreign), ["waiting"])
        self.assertFalse(self.other_case.note_ids)

    def test_what_a_forgotten_phone_sends_waits_for_the_supervisor(self):
        self.device(self.key).with_user(self.supervisor).action_forget("lost")
        note = self.note("From nobody knows whom")
        self.assertEqual(self.send(self.key, note), ["waiting"])
        self.assertFalse(self.case.note_ids)

    def test_a_draft_that_changed_meanwhile_shows_both_texts(self):
        packet = next(iter(self.call("packets", key=self.key)["packets"].values()))
        version = packet["forms"]["assessment"]["version"]
        self.case.with_user(self.portal_manager).portal_save_assessment(
            {"assessment_type": "initial", "summary": "Written at the office"}
        )
        mine = self.intent(
            "assessment",
            {"assessment_type": "initial", "summary": "Written at the mine"},
            version=version,
        )
        (answer,) = self.call("send", key=self.key, intents=[mine])["answers"]
        self.assertEqual(answer["state"], "conflict")
        self.assertEqual(answer["theirs"]["summary"], "Written at the office")
        mine["version"] = answer["version"]
        self.assertEqual(self.send(self.key, mine, mine), ["done", "done"])
        self.env.invalidate_all()
        self.assertEqual(self.case.assessment_ids.summary, "Written at the mine")
        self.assertEqual(len(self.case.assessment_ids), 1)

    def test_facts_that_add_never_conflict(self):
        for number in range(2):
            note = self.note(f"Met {number}", version="an old one")
            self.assertEqual(self.send(self.key, note), ["done"])

    def test_a_picture_is_kept_once(self):
        photo = self.intent("document", {"photo": self.picture()})
        self.assertEqual(self.send(self.key, photo, photo), ["done", "done"])
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "remediation.case"), ("res_id", "=", self.case.id)]
        )
        self.assertEqual(len(files), 1)
        submission = self.env["remediation.submission"].search(
            [("key", "=", photo["key"])]
        )
        self.assertNotIn("photo", submission.answers)

    def test_a_report_counts_once(self):
        key = self.enrol("portal_reporter")
        report = self.intent("concern", {"work_observed": "Heavy bags"})
        self.assertEqual(self.send(key, report, report), ["done", "done"])
        found = self.env["remediation.concern"].search(
            [("reporter_user_id", "=", self.portal_reporter.id)]
        )
        self.assertEqual(found.work_observed, "Heavy bags")

    def test_what_cannot_be_read_is_refused_and_holds_nobody_back(self):
        good = self.note("After the broken ones")
        broken = [
            {**self.note("x"), "key": "short"},
            {**self.note("x"), "form": "no-such"},
            {**self.note("x"), "values": "text"},
            self.intent("visit", {"visit_type": {"a": 1}, "child_seen": ["no"]}),
            "text",
        ]
        states = self.send(self.key, *broken, good)
        self.assertEqual(states, ["refused"] * 5 + ["done"])

    def test_a_receiver_answers_a_referral_and_enters_attendance(self):
        self._consent(self.case, "services", "share_with_org")
        referral = self._referral(self.case, user=self.supervisor)
        referral.action_send()
        key = self.enrol("school_user")
        (packet,) = self.call("packets", key=key)["packets"].values()
        self.assertEqual(packet["code"], referral.sudo().name)
        self.assertEqual({*packet["forms"]}, {"referral-accept", "referral-reject"})
        accept = self.intent("referral-accept", {"case": packet["code"]})
        self.assertEqual(self.send(key, accept, accept), ["done", "done"])
        self.assertEqual(referral.sudo().state, "accepted")
        (packet,) = self.call("packets", key=key)["packets"].values()
        self.assertIn("attendance-class", packet["forms"])
        month = self.intent(
            "attendance-class",
            {
                "case": packet["code"],
                "month": str(self.today),
                "days_open": "1",
                "days_present": "1",
            },
        )
        self.assertEqual(self.send(key, month, month), ["done", "done"])
        done = self.intent(
            "referral-done",
            {"case": packet["code"], "outcome": "given", "feedback": "Enrolled"},
        )
        self.assertEqual(self.send(key, done), ["done"])
        foreign = self.intent("referral-accept", {"case": packet["code"]})
        other = self.enrol("clinic_user")
        self.assertEqual(self.call("packets", key=other)["packets"], {})
        self.assertEqual(self.send(other, foreign), ["refused"])
