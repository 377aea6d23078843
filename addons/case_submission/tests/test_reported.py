import io
import json
from datetime import timedelta

import openpyxl

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.case_referral.forms import VISIT

from ..models.remediation_submission import read_answers
from .common import SubmissionCommon

#: What Kobo adds around the answers, as its REST service sends it.
KOBO = {
    "_id": 881200,
    "formhub/uuid": "5d3e0f1b2c4a4f0e9b7a6c5d4e3f2a1b",
    "__version__": "vQ7tE2mJbWcXyZ",
    "_xform_id_string": "aXyZ12abcDEFghiJKLmnop",
    "_attachments": [],
    "_status": "submitted_via_web",
    "_geolocation": [None, None],
    "_submission_time": "2026-11-28T08:12:40",
    "_tags": [],
    "_notes": [],
    "_validation_status": {},
    "_submitted_by": None,
    "start": "2026-11-28T10:02:11.512+02:00",
    "end": "2026-11-28T10:11:58.004+02:00",
    "today": "2026-11-28",
    "deviceid": "collect:AbCdEf",
    "username": "enqueteur7",
}


@tagged("post_install", "-at_install")
class TestReported(SubmissionCommon, HttpCase):
    """What public trackers report of such endpoints, over real HTTP."""

    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token = cls._key(cls, cls.collector)
        cls.number = 0

    def _kobo(self, uuid=None, **answers):
        type(self).number += 1
        uuid = uuid or f"0f3c1b2a-7d6e-4c5b-9a8f-{self.number:012}"
        return {
            **KOBO,
            "_uuid": uuid,
            "meta/instanceID": f"uuid:{uuid}",
            **answers,
        }

    def _send(self, form, document, status=201, token=None):
        answer = self.url_open(
            f"/remediation/submissions/1/{form}",
            data=json.dumps(document),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {token or self.token}",
            },
            method="POST",
        )
        self.assertEqual(answer.status_code, status, answer.text)
        found = self.env["remediation.submission"].search(
            [("name", "=", answer.json().get("reference"))]
        )
        return found

    def _concern(self, status=201, **answers):
        return self._send("concern", self._kobo(**answers), status)

    def _visit_document(self, case=None, **answers):
        return self._kobo(**self._visit_answers(case, **answers))

    # -- 30b
    def test_reported_30b_the_same_answers_come_again_with_their_attachments(self):
        document = self._kobo(
            work_observed="Lave des sacs",
            immediate_danger="yes",
            grp_freres=[
                {"grp_freres/prenom": "Aimé", "grp_freres/age": "8"},
                {"grp_freres/prenom": "Nadège", "grp_freres/age": "13"},
            ],
        )
        first = self._send("concern", document)
        document.update(
            _attachments=[{"id": 55120, "filename": "a.jpg"}],
            _validation_status={"uid": "validation_status_approved"},
            _notes=["seen"],
        )
        self.assertEqual(self._send("concern", document, status=200), first)
        self.assertIn("prenom Aimé, age 8", first.concern_id.work_observed)
        self.assertIn("2. prenom Nadège", first.concern_id.work_observed)
        document["work_observed"] = "Autre chose"
        self._send("concern", document, status=409)

    # -- 32
    def test_reported_32_names_that_kobo_makes_of_french_labels_are_kept(self):
        said = {
            "_ge_estim_": "9",
            "_cole_fr_quent_e": "EP Kapata, 3e",
            "_tat_de_sant_": "plaie ouverte",
            "_quipe/_num_ro_de_l_quipe": "7",
            "end_of_day_wage": "3000 FC",
            "start_time_of_work": "05:30",
        }
        text = self._concern(work_observed="Casse", **said).concern_id.work_observed
        for name, value in said.items():
            self.assertIn(f"{name}: {value}", text)
        for own in KOBO:
            self.assertNotIn(own + ":", text)

    # -- 33, R15
    def test_r15_reported_33_deadlines_run_from_the_moment_it_was_written(self):
        now = fields.Datetime.now()
        written = (now - timedelta(hours=5)).replace(microsecond=0)
        text = (written + timedelta(hours=2)).isoformat() + "+02:00"
        concern = self._concern(work_observed="x", written_at=text).concern_id
        self.assertEqual(concern.written_at, written)
        self.assertEqual(concern.triage_due, written + timedelta(hours=48))
        wrong = self._concern(work_observed="y", written_at="hier").concern_id
        self.assertFalse(wrong.written_at)
        self.assertIn("written_at: hier", wrong.work_observed)

    # -- 34, R58
    def test_r58_reported_34_danger_in_any_known_word_pages(self):
        for word in ("Yes", "Oui", "True", "OUI", "1", "vrai", True, 1):
            with self.subTest(word):
                concern = self._concern(
                    work_observed="x", immediate_danger=word
                ).concern_id
                self.assertEqual(concern.immediate_danger, "yes")
                self.assertTrue(concern.paged_on)
        for word in ("No", "NON", "faux", 0, False):
            with self.subTest(word):
                concern = self._concern(
                    work_observed="x", immediate_danger=word
                ).concern_id
                self.assertEqual(concern.immediate_danger, "no")
                self.assertFalse(concern.paged_on)

    def test_r58_a_word_that_is_neither_waits_and_is_told(self):
        mails = self.env["mail.mail"].search([])
        submission = self._concern(work_observed="x", immediate_danger="peut-être")
        self.assertEqual(
            (submission.state, submission.reason), ("waiting", "bad_answer")
        )
        self.assertIn("peut-être", submission.detail)
        told = (self.env["mail.mail"].search([]) - mails).mapped("body_html")
        self.assertTrue(any(submission.name in body for body in told))

    def test_r58_reported_34_the_work_of_a_visit_in_any_known_word(self):
        for number, word in enumerate(("Yes", "Oui", "True", "vrai", True)):
            case = self._new_case()
            submission = self._send(
                "visit",
                self._visit_document(
                    case,
                    child_working=word,
                    work_activity="casse des pierres",
                    hours_week="30",
                ),
            )
            with self.subTest(word, number=number):
                self.assertEqual(submission.state, "placed", submission.detail)
                self.assertEqual(submission.visit_id.outcome, "not_clean")
                self.assertEqual(case.classification, "below_min_age")

    def test_r58_every_answer_that_a_rule_reads_waits_when_not_understood(self):
        """Over all yes-or-no and choice questions of the visit."""
        asked = [
            question.name
            for question in VISIT.questions
            if VISIT.kind_of(self.env, question) not in ("text", "area")
        ]
        self.assertGreater(len(asked), 12)
        for name in asked:
            case = self._new_case()
            document = self._visit_document(
                case, **{"child_working": "yes", name: "peut-être bien"}
            )
            with self.subTest(name):
                submission = self._send("visit", document)
                self.assertEqual(
                    (submission.state, submission.reason), ("waiting", "bad_answer")
                )
                self.assertTrue(submission.detail)
                self.assertFalse(case.visit_ids)
                self.assertFalse(case.work_situation_ids)

    def test_r58_a_visit_without_the_answer_about_work_waits(self):
        for name in ("child_seen", "child_working", "occupation"):
            document = self._visit_document()
            del document[name]
            submission = self._send("visit", document)
            self.assertEqual(submission.reason, "bad_answer", name)
        self.assertFalse(self.case.visit_ids)

    # -- 36, R59
    def test_r59_reported_36_danger_registers_with_what_is_right(self):
        wrong = {
            "child_age": "9 ans",
            "child_sex": "petit",
            "children_count": "beaucoup",
            "channel": "pigeon",
            "reporter_type": "ghost",
            "written_at": "hier",
            "consent_to_be_contacted": "peut-être",
        }
        for names in ([name] for name in wrong):
            document = {name: wrong[name] for name in names}
            with self.subTest(**document):
                submission = self._concern(
                    work_observed="Enfant au fond d'un puits",
                    immediate_danger="yes",
                    site="Derrière la colline",
                    **document,
                )
                self.assertEqual(submission.state, "placed", submission.detail)
                concern = submission.concern_id
                self.assertTrue(concern.paged_on)
                self.assertIn(str(document[names[0]]), concern.work_observed)
                self.assertIn("Derrière la colline", concern.location)
        alone = self._concern(immediate_danger="oui")
        self.assertTrue(alone.concern_id.paged_on)

    def test_r59_danger_in_a_visit_that_waits_pages_the_holder(self):
        case = self._new_case(self.manager_2)
        mails = self.env["mail.mail"].search([])
        submission = self._send(
            "visit",
            self._visit_document(case, worker="worker", safety_concern="On le bat"),
        )
        self.assertEqual(submission.reason, "not_holder")
        new = self.env["mail.mail"].search([]) - mails
        self.assertIn(self.worker_2.email, " ".join(new.mapped("email_to")))
        self.assertNotIn("bat", " ".join(new.mapped("body_html")))
        self.assertIn(self.worker_2, case.activity_ids.user_id)

    # -- 37
    def test_reported_37_a_long_answer_is_kept_whole(self):
        story = " ".join(f"Phrase {number:03} du récit." for number in range(400))
        for name in ("recit", "work_observed"):
            concern = self._concern(**{"location": "Dépôt", name: story}).concern_id
            self.assertIn(story, concern.work_observed)
        place = "derrière la laverie " * 20
        concern = self._concern(work_observed="x", location=place).concern_id
        self.assertIn(place.strip(), concern.work_observed)

    # -- 39
    def test_reported_39_a_subset_of_fields_or_a_wrapper_is_accepted(self):
        subset = {"work_observed": "Vend de l'eau", "location": "Rond-point"}
        first = self._send("concern", subset)
        self.assertEqual(self._send("concern", subset, status=200), first)
        other = self._send("concern", {**subset, "location": "Ailleurs"})
        self.assertNotEqual(other, first)
        wrapped = {"source": "kobo", "data": self._kobo(work_observed="Casse")}
        first = self._send("concern", wrapped)
        self.assertEqual(first.key, wrapped["data"]["_uuid"])
        self.assertEqual(self._send("concern", wrapped, status=200), first)

    # -- 42, R11
    def test_r11_reported_42_a_submission_naming_who_has_left_waits(self):
        self.worker.sudo().active = False
        submission = self._send("visit", self._visit_document())
        self.assertEqual(submission.state, "waiting")
        self.assertIn(submission.reason, ("unknown_worker", "not_holder"))
        self.assertFalse(self.case.visit_ids)

    # -- corrections
    def test_an_edited_concern_corrects_the_first(self):
        first = self._concern(work_observed="Un garçon", child_age="9")
        edited = self._kobo(work_observed="Une fille", child_age="10")
        edited["meta/deprecatedID"] = f"uuid:{first.key}"
        second = self._send("concern", edited)
        self.assertEqual(second.concern_id, first.concern_id)
        self.assertEqual(second.corrects_id, first)
        self.assertEqual(first.concern_id.child_age, 10)
        # edited once more, known by the root alone
        third = self._kobo(work_observed="Une fille", immediate_danger="oui")
        third.update({"meta/deprecatedID": "uuid:lost", "meta/rootUuid": first.key})
        self.assertEqual(self._send("concern", third).concern_id, first.concern_id)
        self.assertTrue(first.concern_id.paged_on)
        # decided: it waits
        first.concern_id.with_user(self.supervisor).action_screen_out("adult")
        fourth = self._kobo(work_observed="Encore")
        fourth["meta/deprecatedID"] = f"uuid:{third['_uuid']}"
        waiting = self._send("concern", fourth)
        self.assertEqual(waiting.reason, "correction")
        self.assertFalse(waiting.concern_id)

    def test_an_edited_visit_waits_and_one_that_waited_is_replaced(self):
        first = self._send("visit", self._visit_document())
        edited = self._visit_document(child_working="yes")
        edited["meta/deprecatedID"] = f"uuid:{first.key}"
        second = self._send("visit", edited)
        self.assertEqual((second.state, second.reason), ("waiting", "correction"))
        self.assertEqual(len(self.case.visit_ids), 1)
        wrong = self._send("visit", self._visit_document(date_done="hier"))
        right = self._visit_document()
        right["meta/deprecatedID"] = f"uuid:{wrong.key}"
        right = self._send("visit", right)
        self.assertEqual((right.state, wrong.state), ("placed", "rejected"))
        self.assertIn(right.name, wrong.decision_note)

    # -- R60
    def test_r60_a_submission_finishes_the_planned_visit(self):
        planned = self.env["remediation.visit"].create(
            {"case_id": self.case.id, "date_planned": self.today}
        )
        submission = self._send("visit", self._visit_document())
        self.assertEqual(submission.visit_id, planned)
        self.assertEqual((planned.state, planned.outcome), ("done", "clean"))

    def test_r60_r23_a_submission_on_a_closed_case_is_its_check(self):
        case = self._new_case()
        closure = self.env["remediation.closure"].with_user(self.worker)
        closure = closure.create({"case_id": case.id, "reason": "other"})
        closure.action_submit()
        self._seen(closure, self.supervisor).action_approve()
        check = case.visit_ids.sorted("date_planned")[0]
        good = self._send("visit", self._visit_document(case))
        self.assertEqual((good.state, good.visit_id), ("placed", check), good.detail)
        bad = self._send(
            "visit", self._visit_document(case, child_working="oui", site="A farm")
        )
        self.assertEqual(bad.visit_id.outcome, "not_clean")
        self.assertEqual((case.stage, case.reopened_count), ("assessment", 1))

    # -- R76
    def test_r76_nobody_writes_in_anothers_name(self):
        submit = self.env.ref("case_submission.group_submit")
        self.worker_2.group_ids |= submit
        token = self._key(self.worker_2)
        waiting = self._send("visit", self._visit_document(), token=token)
        self.assertEqual((waiting.state, waiting.reason), ("waiting", "another_worker"))
        self.assertFalse(self.case.visit_ids)
        self.worker.group_ids |= submit
        document = self._visit_document()
        del document["worker"]
        own = self._send("visit", document, token=self._key(self.worker))
        self.assertEqual(own.visit_id.done_by_id, self.worker)
        self.assertEqual(own.visit_id.create_uid, self.worker)
        served = self._send("visit", self._visit_document(note="Second"))
        self.assertEqual(served.visit_id.done_by_id, self.collector)

    def test_r61_the_form_for_kobo_is_what_the_endpoint_takes(self):
        self.authenticate("supervisor", "supervisor")
        for form in ("visit", "concern"):
            answer = self.url_open(f"/remediation/submissions/form/{form}.xlsx")
            self.assertEqual(answer.status_code, 200)
            book = openpyxl.load_workbook(io.BytesIO(answer.content))
            rows = list(book["survey"].iter_rows(values_only=True))
            names = {row[1] for row in rows[1:]}
            _answers, others = read_answers(form, dict.fromkeys(names, "1"))
            self.assertFalse(others)
            self.assertIn("immediate_danger", names)
            lists = {row[0] for row in book["choices"].iter_rows(values_only=True)}
            for row in rows[1:]:
                if row[0].startswith("select"):
                    self.assertIn(row[0].split()[1], lists)
        self.authenticate("collector", "collector")
        answer = self.url_open("/remediation/submissions/form/visit.xlsx")
        self.assertEqual(answer.status_code, 404)
