from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SubmissionCommon


@tagged("post_install", "-at_install")
class TestQueue(SubmissionCommon):
    """What can be filed is filed; the rest waits for a supervisor, with the reason."""

    # -- visits
    def test_a_visit_is_filed_in_the_name_of_who_made_it(self):
        submission = self._receive(
            "visit",
            self._visit_answers(wellbeing="4", hours_week="0", note="All well"),
            others={"extra/question": "an answer"},
        )
        self.assertEqual(submission.state, "placed", submission.detail)
        visit = submission.visit_id
        self.assertEqual(visit.case_id, self.case)
        self.assertEqual((visit.state, visit.done_by_id), ("done", self.collector))
        self.assertIn("worker: worker", visit.note)
        self.assertEqual(visit.outcome, "clean")
        self.assertIn("All well", visit.note)
        self.assertIn("extra/question: an answer", visit.note)
        self.assertEqual(self.case.first_contact_on, self.today)

    def test_a_partners_case_manager_may_have_visited(self):
        submission = self._receive(
            "visit", self._visit_answers(self.portal_case, worker="portal_manager")
        )
        self.assertEqual(submission.state, "placed", submission.detail)
        self.assertIn("worker: portal_manager", submission.visit_id.note)

    def test_a_worker_sends_from_the_own_telephone(self):
        self.worker.group_ids |= self.env.ref("case_submission.group_submit")
        answers = self._visit_answers()
        answers.pop("worker")
        submission = self._receive("visit", answers, user=self.worker)
        self.assertEqual(submission.state, "placed", submission.detail)

    def test_a_case_is_found_by_its_number_in_a_former_system(self):
        self.env["remediation.external.reference"]._keep(
            "old", [(self.case, self.case, "500A")]
        )
        submission = self._receive(
            "visit", self._visit_answers(case=None) | {"case": "500A"}
        )
        self.assertEqual(submission.case_id, self.case)

    def test_r11_what_nobody_may_file_by_itself_waits(self):
        former = self._new_case()
        former.with_user(self.supervisor).action_assign(self.manager_2.id)
        suspended = self._new_case(self.manager_2)
        vetting = self.manager_2.vetting_ids
        vetting._unprotected().write({"result": "adverse"})
        foreign = self._new_case(self.manager_company_b)
        cases = {
            "not_holder": self._visit_answers(former),
            "not_cleared": self._visit_answers(suspended, worker="worker_2"),
            "unknown_case": self._visit_answers() | {"case": "CR-999999"},
            "unknown_worker": self._visit_answers(worker="nobody"),
            "bad_answer": self._visit_answers(visit_type="by_plane"),
        }
        # a case of another company is as unknown as one that never was
        cases["unknown_case 2"] = self._visit_answers(
            foreign, worker="worker_company_b"
        )
        cases["bad_answer 2"] = self._visit_answers(
            date_done=str(self.today + timedelta(days=3))
        )
        cases["bad_answer 3"] = self._visit_answers(hours_week="900")
        cases["bad_answer 4"] = self._visit_answers(date_done="soon")
        visits = self.env["remediation.visit"].search_count([])
        for number, (reason, answers) in enumerate(cases.items()):
            submission = self._receive("visit", answers, key=f"waiting-{number:03}")
            self.assertEqual(
                (submission.state, submission.reason),
                ("waiting", reason.split()[0]),
                submission.detail,
            )
        self.assertEqual(self.env["remediation.visit"].search_count([]), visits)

    def test_r04_the_sender_is_told_nothing_of_what_is_known(self):
        answers = []
        for number, case in enumerate((self.case.name, "CR-999999")):
            body = self._visit_answers() | {"case": case, "worker": "worker_other"}
            submissions = self.env["remediation.submission"].with_user(self.collector)
            status, answer = submissions._receive(
                "visit", f"told-{number:04}", body, {}
            )
            answer.pop("reference")
            answers.append((status, answer))
        self.assertEqual(answers[0], answers[1])

    @mute_logger("odoo.addons.case_submission.models.remediation_submission")
    def test_what_breaks_waits_too(self):
        """No answer of a telephone is lost to an error."""
        answers = self._visit_answers(hours_week={"a": 1}, note=["x"])
        submission = self._receive("visit", answers)
        self.assertEqual(submission.state, "waiting")
        self.assertIn("note", submission.answers_text)

    # -- concerns
    def test_a_concern_is_registered_with_who_reported(self):
        submission = self._receive(
            "concern",
            {
                "work_observed": "Boys carry bags",
                "site": "kapata mine SITE",
                "channel": "school",
                "child_sex": "male",
                "child_age": "11",
                "children_count": "3",
                "immediate_danger": "yes",
                "reporter_type": "teacher",
                "reporter_name": "Monsieur Ilunga",
                "reporter_phone": "+243991112223",
            },
            others={"photo_name": "x.jpg"},
        )
        self.assertEqual(submission.state, "placed", submission.detail)
        concern = submission.concern_id
        self.assertEqual(concern.site_id, self.site)
        self.assertEqual(
            (concern.channel, concern.child_age, concern.children_count),
            ("school", 11, 3),
        )
        self.assertEqual(concern.reporter_name, "Monsieur Ilunga")
        self.assertTrue(concern.immediate_danger)
        self.assertTrue(concern.paged_on, "the supervisor on call is told at once")
        self.assertIn("photo_name: x.jpg", concern.work_observed)
        self.assertEqual(concern.registered_by_id, self.collector)

    def test_a_concern_from_an_unknown_place_keeps_its_words(self):
        submission = self._receive(
            "concern", {"work_observed": "Girls wash ore", "site": "Behind the hill"}
        )
        self.assertFalse(submission.concern_id.site_id)
        self.assertEqual(submission.concern_id.location, "Behind the hill")

    def test_a_concern_that_makes_no_sense_waits(self):
        for number, answers in enumerate(
            (
                {"child_age": "11"},
                {"work_observed": "x", "channel": "portal"},
                {"work_observed": "x", "reporter_type": "ghost"},
                {"work_observed": "x", "child_age": "300"},
                {"work_observed": "x", "child_sex": "?"},
            )
        ):
            submission = self._receive("concern", answers, key=f"concern-{number:03}")
            self.assertEqual(submission.reason, "bad_answer", answers)

    # -- exactly once
    def test_a_replay_gives_the_same_answer_and_makes_nothing(self):
        first = self._receive("visit", self._visit_answers())
        visits = self.env["remediation.visit"].search_count([])
        again = self._receive("visit", self._visit_answers())
        self.assertEqual(first, again)
        self.assertEqual(self.env["remediation.visit"].search_count([]), visits)
        with self.assertRaisesRegex(UserError, "another submission"):
            self._receive("visit", self._visit_answers(note="changed"))
        with self.assertRaisesRegex(UserError, "another submission"):
            self._receive("concern", self._visit_answers())

    def test_r56_what_was_sent_goes_and_the_key_stays(self):
        placed = self._receive("visit", self._visit_answers())
        waiting = self._waiting()
        (placed | waiting)._unprotected().write({"received_at": "2020-01-01 00:00:00"})
        self.env.flush_all()
        self.env["remediation.submission"]._gc_answers()
        self.assertFalse(placed.answers_text)
        self.assertTrue(waiting.answers_text)
        self.assertEqual(self._receive("visit", self._visit_answers()), placed)

    def test_keys_of_two_senders_do_not_meet(self):
        self.worker.group_ids |= self.env.ref("case_submission.group_submit")
        first = self._receive("visit", self._visit_answers())
        second = self._receive("concern", {"work_observed": "x"}, user=self.worker)
        self.assertNotEqual(first, second)

    # -- by hand
    def _waiting(self, key="by-hand-001", **answers):
        submission = self._receive(
            "visit", self._visit_answers(worker="worker_2", **answers), key=key
        )
        self.assertEqual(submission.reason, "not_holder")
        return submission

    def test_a_supervisor_files_a_visit_that_counts_for_nothing(self):
        submission = self._waiting().with_user(self.supervisor)
        place = (
            self.env["remediation.submission.place"]
            .with_user(self.supervisor)
            .with_context(default_submission_id=submission.id)
            .create({})
        )
        self.assertEqual(place.date_done, self.today)
        place.case_id = self.case
        place.action_place()
        visit = submission.sudo().visit_id
        self.assertEqual((visit.case_id, visit.outcome), (self.case, "not_counting"))
        self.assertFalse(visit.is_clean)
        self.assertEqual(visit.done_by_id, self.supervisor)
        self.assertIn("worker: worker_2", visit.note)
        self.assertEqual(submission.state, "placed")
        self.assertEqual(submission.decided_by_id, self.supervisor)
        with self.assertRaisesRegex(UserError, "Waiting"):
            submission.action_place_visit(self.case.id)

    def test_only_a_supervisor_of_the_case_files_it(self):
        submission = self._waiting()
        other = self._new_case(self.manager_other)
        for user in (
            self.worker,
            self.worker_2,
            self.supervisor_other,
            self.collector,
            self.auditor,
            self.data_protection,
            self.plain_user,
            self.admin_like,
            self.portal_manager,
            self.portal_supervisor,
        ):
            own = submission.with_user(user)
            for call in (
                lambda own=own: own.read(["answers"]),
                lambda own=own: own.action_place_visit(self.case.id),
                own.action_place_again,
                lambda own=own: own.action_reject("No"),
                lambda own=own: own.action_place_concern({"location": "x"}),
            ):
                with self.assertRaises(AccessError, msg=user.login):
                    call()
        # a supervisor files with cases of the own teams alone
        with self.assertRaises(AccessError):
            submission.with_user(self.supervisor).action_place_visit(other.id)
        with self.assertRaises(AccessError):
            submission.with_user(self.supervisor).write({"state": "placed"})
        self.assertEqual(submission.state, "waiting")

    def test_what_was_missing_is_there_now(self):
        submission = self._waiting()
        with self.assertRaisesRegex(UserError, "still cannot"):
            submission.with_user(self.supervisor).action_place_again()
        self.case.with_user(self.supervisor).action_assign(self.manager_2.id)
        submission.with_user(self.supervisor).action_place_again()
        self.assertEqual(submission.state, "placed")
        self.assertIn("worker: worker_2", submission.visit_id.note)
        self.assertEqual(submission.visit_id.outcome, "clean")

    def test_a_waiting_concern_is_registered_by_hand(self):
        submission = self._receive("concern", {"child_age": "11"})
        self.assertFalse(submission.team_id)
        place = (
            self.env["remediation.submission.place"]
            .with_user(self.coordinator)
            .with_context(default_submission_id=submission.id)
            .create({"work_observed": "A girl of 11 at the washing place"})
        )
        place.action_place()
        self.assertEqual(
            submission.concern_id.work_observed, "A girl of 11 at the washing place"
        )
        self.assertEqual(submission.state, "placed")

    def test_it_is_set_aside_with_a_reason(self):
        submission = self._waiting().with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "Why"):
            submission.action_reject(" ")
        submission.action_reject("Sent twice by paper too")
        self.assertEqual(submission.state, "rejected")
        self.assertEqual(submission.decision_note, "Sent twice by paper too")
