import json
import time
from datetime import timedelta
from pathlib import Path

from odoo import fields, http
from odoo.tests import HttpCase, no_retry, tagged
from odoo.tools import mute_logger

from odoo.addons.case_submission.tests.common import SubmissionCommon
from odoo.addons.remediation_base.tools.steps import steps_of

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"
NOBODY = 2**31 - 2
LOGGERS = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.sql_db")


@tagged("post_install", "-at_install")
class TestOpenApi(SubmissionCommon, HttpCase):
    """What docs/openapi.json promises, asked of the server by key."""

    # What is read is logged by a cursor of its own, which a test's cannot be.
    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = json.loads(DOCUMENT.read_text())
        cls.steps = {
            path.removeprefix("/json/2/"): one["post"]
            for path, one in cls.document["paths"].items()
            if path.startswith("/json/2/")
        }
        cls.forms = {
            path.rsplit("/", 1)[-1]: one["post"]
            for path, one in cls.document["paths"].items()
            if path.startswith("/remediation/submissions/1/")
        }

    def _make_key(self, user, scope=None, days=1):
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        last = fields.Datetime.now() + timedelta(days=1)
        key = keys._generate(scope, "test", last)
        if days < 0:
            self.env.cr.execute(
                "UPDATE res_users_apikeys SET expiration_date = now() - interval '1d' "
                "WHERE user_id = %s",
                [user.id],
            )
        return key

    @no_retry
    def _post(self, path, body, key):
        self.opener.cookies.clear()
        return self.url_open(
            path,
            data=json.dumps(body),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {key}",
            },
        )

    @staticmethod
    def _schema(operation):
        return operation["requestBody"]["content"]["application/json"]["schema"]

    def _sample(self, schema):
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("format") == "date":
            return "2099-01-01"
        return {"integer": 1, "number": 1.5, "boolean": True, "array": []}.get(
            schema.get("type"), "Because"
        )

    def test_every_step_of_the_server_is_in_the_document_and_no_other(self):
        found = {}
        for name, model in self.env.registry.items():
            if model._abstract or name.startswith("base"):
                continue
            for method, step in steps_of(self.env[name]).items():
                if not method.startswith("_"):
                    found[f"{name}/{method}"] = step
        names = set(found) & {n for n in found if not n.startswith("remediation.demo")}
        self.assertEqual(names, set(self.steps))
        for name, step in found.items():
            model = self.env[name.split("/")[0]]
            schema = self._schema(self.steps[name])
            for argument, ask in step.asks.items():
                with self.subTest(step=name, argument=argument):
                    self.assertEqual(argument in schema["required"], ask.required)
                    kind = ask.type_in(model)
                    said = schema["properties"][argument]
                    if kind == "selection" and isinstance(
                        model._fields[ask.field].selection, list
                    ):
                        known = dict(model._fields[ask.field].selection)
                        self.assertEqual(said["enum"], list(known))
                    elif kind in ("char", "text", "date"):
                        self.assertEqual(said["type"], "string")

    @mute_logger(*LOGGERS)
    def test_every_documented_call_answers_as_documented(self):
        key = self._make_key(self.supervisor)
        for name, operation in self.steps.items():
            schema = self._schema(operation)
            body = {n: self._sample(s) for n, s in schema["properties"].items()}
            body |= {"ids": [NOBODY], "context": {}}
            with self.subTest(step=name):
                answer = self._post(f"/json/2/{name}", body, key)
                said = operation["responses"].keys()
                self.assertIn(str(answer.status_code), said, answer.text[:300])
                if answer.status_code != 200:
                    self.assertLessEqual({"name", "message"}, answer.json().keys())
                answer = self._post(f"/json/2/{name}", body | {"forged_x": 1}, key)
                self.assertEqual(answer.status_code, 422, "arguments are a closed list")

    @mute_logger(*LOGGERS)
    def test_a_key_does_what_its_user_may_until_its_last_day(self):
        path = "/json/2/remediation.case/action_hold"
        body = {"ids": self.case.ids, "reason": "Away", "until": "2099-01-01"}
        for user, options, status in (
            (self.supervisor, {"days": -1}, 401),
            (self.supervisor, {"scope": "remediation.other"}, 401),
            (self.worker, {}, 403),
            (self.supervisor_other, {}, 403),
        ):
            with self.subTest(user=user.login, **options):
                answer = self._post(path, body, self._make_key(user, **options))
                self.assertEqual(answer.status_code, status, answer.text[:300])
        self.assertFalse(self.case.hold_reason)
        self.env["res.users.apikeys"].search([]).unlink()
        key = self._make_key(self.supervisor)
        answer = self._post(path, {"ids": self.case.ids}, key)
        said = self.document["paths"][path]["post"]["responses"]["200"]["description"]
        self.assertEqual(answer.json()["res_model"], "remediation.step.window")
        self.assertIn(answer.json()["res_model"], said)
        self.assertFalse(self.case.hold_reason)
        answer = self._post(path, body, key)
        self.assertEqual(answer.status_code, 200, answer.text[:300])
        self.assertEqual(self.case.hold_reason, "Away")

    @mute_logger(*LOGGERS)
    def test_a_key_sees_what_its_user_sees(self):
        """By key each role reads the records that its user finds, and no other; what
        its user may not read it does not read."""
        models = ("remediation.case", "remediation.visit", "remediation.beneficiary")
        for user in (
            self.worker,
            self.worker_2,
            self.supervisor,
            self.supervisor_other,
            self.coordinator,
            self.monitor,
            self.auditor,
            self.portal_manager,
            self.plain_user,
            self.collector,
        ):
            key = self._make_key(user)
            for name in models:
                own = self.env[name].with_user(user)
                seen = set(own.search([]).ids) if own.has_access("read") else None
                with self.subTest(user=user.login, model=name):
                    body = {"domain": [], "fields": ["display_name"]}
                    answer = self._post(f"/json/2/{name}/search_read", body, key)
                    if seen is None:
                        self.assertEqual(answer.status_code, 403)
                    else:
                        self.assertEqual({row["id"] for row in answer.json()}, seen)
                    body = {
                        "ids": self.case.beneficiary_id.ids,
                        "fields": ["first_name"],
                    }
            answer = self._post("/json/2/remediation.beneficiary/read", body, key)
            child = self.case.beneficiary_id.with_user(user)
            may = child.has_access("read") and child._has_field_access(
                child._fields["first_name"], "read"
            )
            self.assertEqual(
                answer.status_code, 200 if may else 403, (user.login, answer.text)
            )

    @mute_logger(*LOGGERS)
    def test_a_key_for_forms_opens_nothing_else(self):
        """As its user makes it in the preferences, with a last day."""
        self.worker.group_ids |= self.env.ref("case_submission.group_submit")
        session = self.authenticate("worker", "worker".ljust(8, "x"))
        session["identity-check-last"] = time.time()
        http.root.session_store.save(session)
        keys = {}
        for scope in ("submission", "rpc"):
            wizard = self.env["res.users.apikeys.description"].with_user(self.worker)
            made = wizard.create({"name": scope, "scope": scope, "duration": "1"})
            answer = self.url_open(
                "/web/dataset/call_kw",
                json={
                    "params": {
                        "model": made._name,
                        "method": "make_key",
                        "args": [made.ids],
                        "kwargs": {},
                    }
                },
            )
            keys[scope] = answer.json()["result"]["context"]["default_key"]
        rows = self.env["res.users.apikeys"].search([("user_id", "=", self.worker.id)])
        self.assertTrue(all(rows.mapped("expiration_date")))
        note = {"case": self.case.name, "text": "Seen at school"}
        read = {"domain": [], "fields": ["name"]}
        for scope, status in (("submission", 401), ("rpc", 200)):
            answer = self._post("/remediation/submissions/1/note", note, keys[scope])
            self.assertIn(answer.status_code, (200, 201), answer.text)
            answer = self._post(
                "/json/2/remediation.case/search_read", read, keys[scope]
            )
            self.assertEqual(answer.status_code, status)

    def test_a_documented_submission_is_taken_once(self):
        schema = self._schema(self.forms["note"])
        self.assertEqual(schema["required"], ["case"])
        body = {"case": self.case.name, "worker": "worker", "text": "Seen at school"}
        self.assertLessEqual(body.keys(), schema["properties"].keys())
        key = self._make_key(self.collector)
        for status in ("201", "200"):
            answer = self._post("/remediation/submissions/1/note", body, key)
            self.assertEqual(str(answer.status_code), status, answer.text)
            self.assertIn(status, self.forms["note"]["responses"])
        self.assertEqual(len(self.case.note_ids), 1)
