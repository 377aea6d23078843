import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import SubmissionCommon


@tagged("post_install", "-at_install")
class TestEndpoint(SubmissionCommon, HttpCase):
    """Over real HTTP: who may, what size, exactly once, and never a traceback."""

    _registry_readonly_enabled = False

    def _post(self, form, document, user=None, key="http-000001", **options):
        """Send a document; ``user`` is who the API key belongs to."""
        headers = {"Content-Type": "application/json"}
        token = options.pop("token", None)
        if token is None:
            token = self._key(user or self.collector)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        headers.update(options.pop("headers", {}))
        body = document if isinstance(document, bytes) else json.dumps(document)
        answer = self.url_open(
            f"/remediation/submissions/1/{form}",
            data=body,
            headers=headers,
            method="POST",
        )
        self.assertEqual(
            answer.headers["Content-Type"].split(";")[0], "application/json"
        )
        self.assertNotIn("Traceback", answer.text)
        told = answer.json()
        self.assertTrue(told["message"])
        self.assertNotIn("Amani", answer.text)
        return answer, told

    def _refused(self, status, *args, **options):
        before = self.env["remediation.submission"].search_count([])
        answer, told = self._post(*args, **options)
        self.assertEqual(answer.status_code, status, told)
        self.assertEqual(told["status"], "refused")
        self.assertEqual(self.env["remediation.submission"].search_count([]), before)
        return answer, told

    def test_a_visit_of_kobo_is_filed(self):
        document = {
            "_id": 17,
            "_uuid": "3f0c3f86-0a54-4a39-9a3c-1a2b3c4d5e6f",
            "_submission_time": "2026-11-22T10:00:00",
            "formhub/uuid": "x",
            "meta/instanceID": "uuid:3f0c3f86-0a54-4a39-9a3c-1a2b3c4d5e6f",
            "start": "2026-11-22T09:50:00",
            "about/case": self.case.name,
            "about/worker": "worker",
            "visit/date_done": str(self.today),
            "visit/visit_type": "home",
            "visit/child_seen": "yes",
            "visit/child_working": "no",
            "visit/occupation": "school",
            "visit/colour_of_the_house": "blue",
        }
        answer, told = self._post("visit", document, key=None)
        self.assertEqual(answer.status_code, 201, told)
        submission = self.env["remediation.submission"].search(
            [("name", "=", told["reference"])]
        )
        self.assertEqual(submission.state, "placed", submission.detail)
        self.assertEqual(submission.key, "3f0c3f86-0a54-4a39-9a3c-1a2b3c4d5e6f")
        self.assertEqual(submission.visit_id.done_by_id, self.collector)
        self.assertIn("colour_of_the_house: blue", submission.visit_id.note)
        # sent again, as Kobo does after a lost answer
        again, same = self._post("visit", document, key=None)
        self.assertEqual((again.status_code, same), (200, told))
        self.assertEqual(len(self.case.visit_ids), 1)

    def test_r61_a_programmes_own_question_is_kept_as_its_answer(self):
        programme = self.env["remediation.programme"].create({"name": "Own Questions"})
        programme.visit_properties = [
            {"name": "bb02", "string": "Meals a day", "type": "integer"}
        ]
        self.case.programme_id = programme
        document = {
            "case": self.case.name,
            "worker": "worker",
            "date_done": str(self.today),
            "visit_type": "home",
            "child_seen": "yes",
            "child_working": "no",
            "occupation": "school",
        }
        told = self._post("visit", {**document, "home/bb02": "2"}, key="own-0001")[1]
        submission = self.env["remediation.submission"].search(
            [("name", "=", told["reference"])]
        )
        self.assertEqual(submission.state, "placed", submission.detail)
        self.assertEqual(submission.visit_id.properties["bb02"], 2)
        told = self._post("visit", {**document, "home/bb02": "two"}, key="own-0002")[1]
        submission = self.env["remediation.submission"].search(
            [("name", "=", told["reference"])]
        )
        self.assertEqual(submission.state, "waiting")
        self.assertFalse(submission.visit_id)

    def test_r11_a_submission_that_names_an_archived_login_waits(self):
        self.worker.with_user(self.admin_like).action_archive()
        self.assertEqual(self.case.user_id, self.supervisor)
        told = self._post(
            "visit",
            {
                "case": self.case.name,
                "worker": "worker",
                "date_done": str(self.today),
                "visit_type": "home",
                "child_seen": "yes",
                "child_working": "no",
                "occupation": "school",
            },
            key="gone-0001",
        )[1]
        submission = self.env["remediation.submission"].search(
            [("name", "=", told["reference"])]
        )
        self.assertEqual(submission.state, "waiting")
        self.assertFalse(submission.visit_id)

    def test_nested_answers_of_odk_are_found(self):
        document = {
            "__id": "uuid:1",
            "meta": {"instanceID": "uuid:odk-0001-0002"},
            "seen": {"work_observed": "Boys at the mill", "where": {"site": "A farm"}},
        }
        answer, told = self._post("concern", document, key=None)
        self.assertEqual(answer.status_code, 201, told)
        concern = self.env["remediation.submission"].search([], limit=1).concern_id
        self.assertEqual(concern.work_observed, "Boys at the mill")
        self.assertEqual(concern.site_id, self.farm)

    def test_who_may_not_submit(self):
        document = self._visit_answers()
        answer, _told = self._refused(401, "visit", document, token="")
        self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
        self._refused(401, "visit", document, token="0" * 40)
        self._refused(
            401, "visit", document, token="", headers={"Authorization": "Basic eDp5"}
        )
        # a session is no key, also that of somebody who may
        self.collector.group_ids |= self.env.ref("child_remediation.group_coordinator")
        self.authenticate("collector", "collector")
        self._refused(401, "visit", document, token="")
        self.authenticate(None, None)
        for user in (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.auditor,
            self.plain_user,
            self.admin_like,
        ):
            self._refused(403, "visit", document, user=user)
        key = self._key(self.collector)
        self.collector.active = False
        self._refused(401, "visit", document, token=key)

    def test_what_cannot_be_read(self):
        good = self._visit_answers()
        self._refused(404, "payment", good)
        self._refused(415, "visit", good, headers={"Content-Type": "text/plain"})
        self._refused(
            415,
            "visit",
            good,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        for body in (b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"[" * 50_000, b"null"):
            self._refused(400, "visit", body)
        self._refused(413, "visit", b'{"a":"' + b"x" * 300_000 + b'"}')
        for key in ("short", "a b c d e f g", "x" * 200):
            self._refused(400, "visit", good, key=key)
        self._refused(422, "visit", {"colour": "blue"})
        self._refused(422, "visit", good | {f"q{i}": "x" for i in range(300)})

    def test_a_key_used_twice_for_different_things(self):
        self._post("visit", self._visit_answers())
        answer, told = self._post("visit", self._visit_answers(note="other"))
        self.assertEqual((answer.status_code, told["status"]), (409, "refused"))
        self.assertIn("another submission", told["message"])

    def test_too_many_within_a_minute(self):
        self.company.submission_per_minute = 3
        token = self._key(self.collector)
        statuses = []
        for number in range(5):
            answer, _told = self._post(
                "concern", {"work_observed": "x"}, key=f"rate-{number:06}", token=token
            )
            statuses.append(answer.status_code)
        self.assertEqual(statuses.count(201), 3)
        self.assertEqual(statuses[-1], 429)
        self.assertEqual(answer.headers["Retry-After"], "60")
        # refused calls count too, and another sender is not slowed down
        self.worker.group_ids |= self.env.ref("case_submission.group_submit")
        answer, _told = self._post(
            "concern", {"work_observed": "x"}, key="rate-other", user=self.worker
        )
        self.assertEqual(answer.status_code, 201)

    @mute_logger("odoo.addons.case_submission.controllers.submissions", "odoo.sql_db")
    def test_a_break_inside_is_told_by_a_sentence(self):
        """A column that the database refuses, below everything that is checked."""
        self.env.cr.execute(
            "ALTER TABLE remediation_submission ADD CONSTRAINT broken "
            "CHECK (key <> 'break-0001')"
        )
        _answer, told = self._refused(
            500, "concern", {"work_observed": "x"}, key="break-0001"
        )
        self.assertIn("send it again later", told["message"])
        answer, _told = self._post("concern", {"work_observed": "x"}, key="fine-00001")
        self.assertEqual(answer.status_code, 201)

    def test_the_sentence_is_in_the_language_of_the_sender(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.collector.lang = "fr_FR"
        _answer, told = self._refused(404, "payment", {})
        self.assertIn("formulaire", told["message"])

    def test_hostile_answers_stay_text(self):
        document = self._visit_answers(
            note="<script>alert(1)</script> =cmd|' /C calc'!A0 ${7*7} %(x)s \x00"
        )
        document["case"] = "CR-1' OR '1'='1"
        answer, told = self._post("visit", document)
        self.assertEqual(answer.status_code, 201, told)
        submission = self.env["remediation.submission"].search([], limit=1)
        self.assertEqual(submission.reason, "unknown_case")
        self.assertIn("<script>", submission.answers_text)
