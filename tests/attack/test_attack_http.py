"""The same file, attacked through the doors: every route that there is, with forged
ids, files, reports, exports, the bus, forms without their token."""

import base64
import inspect
import json
import re
import threading
import xmlrpc.client

from attack_world import IDENTITY, MARK, PICTURE, AttackWorld

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

#: Who goes through every route; the others have fewer rights than one of these.
VISITORS = (
    "worker",
    "portal_manager",
    "portal_supervisor",
    "portal_reporter",
    "school_user",
    "portal_observer",
    "admin_like",
    "public",
)
#: Routes that would end the visit, or serve programs and no data.
SKIPPED = re.compile(
    r"^/(web/(session/(logout|destroy|save_session_info)|database|assets|bundle|tests"
    r"|webclient|login_layout|health|manifest|service-worker|static|become|reset)"
    r"|websocket($|/health)|bus/websocket_worker_bundle|odoo|web(/?$|/<)"
    r"|scoped_app|json/|robots|sitemap|logo|web/login|web/signup|doc)"
)
#: Doors that a key opens, never a session.
BY_KEY = "/remediation/submissions/"
LOGGERS = (
    "odoo.http",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.rpc.controllers.xmlrpc",
    "odoo.addons.web.controllers.export",
    "odoo.addons.web.controllers.report",
    "odoo.addons.http_routing.models.ir_http",
    "odoo.sql_db",
    "werkzeug",
)


@tagged("post_install", "-at_install")
class TestAttackHttp(AttackWorld, HttpCase):
    # The log of a read-only call goes through a second cursor; see the access log.
    _registry_readonly_enabled = False

    def setUp(self):
        super().setUp()
        thread = threading.current_thread()
        if not hasattr(thread, "dbname"):  # Odoo's servers name it, pytest does not
            thread.dbname = self.env.cr.dbname
            self.addCleanup(delattr, thread, "dbname")
        self.photo = base64.b64decode(PICTURE)

    def _sign_in(self, role):
        if role == "public":
            self.authenticate(None, None)
        else:
            login = self._user(role).login
            self.authenticate(login, login)

    def _user(self, role):
        return {**self.outsiders, **self.partly, **self.nameless}[role]

    def _json(self, route, /, **params):
        return self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
            allow_redirects=False,
        )

    def _call_http(self, model, method, args, kwargs=None):
        return self._json(
            "/web/dataset/call_kw",
            model=model,
            method=method,
            args=args,
            kwargs=kwargs or {},
        )

    def _key(self, user):
        # sudo: whoever may not make a key here gets one from the test.
        return (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "attack", None)
        )

    def _problem(self, response, what, ours=True):
        # Without a guess at the letters of each picture and each answer in JSON.
        content = response.content.decode(errors="replace")
        sent = f"{response.request.url} {response.request.body}"
        if self.target.name in sent:
            # It comes back in forms and in the address to return to after signing in:
            # no news to who sent it.
            content = content.replace(self.target.name, "")
        leak = self._leaks(content)
        if leak or self.photo in response.content:
            return [f"{what}: {leak or 'the photo'}"]
        if response.status_code >= 500 and ours:
            return [f"{what}: {response.status_code}"]
        return []

    # -- every route -------------------------------------------------------------
    @mute_logger(*LOGGERS)
    def test_every_route_with_forged_parameters(self):
        problems, asked = [], 0
        rules = [
            rule
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if not SKIPPED.match(rule.rule)
        ]
        for role in VISITORS:
            self._sign_in(role)
            before = self._snapshot()
            for rule in rules:
                routing = rule.endpoint.routing
                if routing.get("auth") in ("none", "bearer"):
                    continue
                asked += 1
                response = self._ask(rule, routing)
                # Core answers nonsense to some of its own routes with an error page;
                # the product's own never do.
                module = rule.endpoint.__module__.split(".")[2:3]
                problems += self._problem(
                    response, f"{rule.rule} by {role}", set(module) & self.product
                )
            changed = self._changed(before)
            if changed:
                problems.append(f"{role} changed {changed}")
        self.assertGreater(asked, 500)
        self.assertNothing(problems)

    def _ask(self, rule, routing):
        parameters = self._parameters(rule.endpoint)
        path = re.sub(
            r"<(?:(\w+)(?:\([^>]*?\))?:)?(\w+)>",
            lambda found: str(
                parameters.pop(found.group(2), None)
                or (self.target.id if found.group(1) == "int" else "forged")
            ),
            rule.rule,
        )
        if routing.get("type") == "jsonrpc":
            return self._json(path, **parameters)
        query = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in parameters.items()
        }
        methods = routing.get("methods") or ["GET"]
        if "GET" in methods:
            return self.url_open(path, params=query, allow_redirects=False, timeout=60)
        query["csrf_token"] = self._token()
        return self.url_open(path, data=query, allow_redirects=False, timeout=60)

    def _token(self):
        page = self.url_open("/report-concern")
        return re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)

    def _parameters(self, endpoint):
        function = inspect.unwrap(getattr(endpoint, "func", endpoint))
        function = getattr(function, "__func__", function)
        names = set(inspect.signature(function).parameters)
        child = self.target.beneficiary_id
        picture = "field" in names or "field_name" in names
        model = child._name if picture else self.target._name
        record = child.id if picture else self.target.id
        known = {
            "model": model,
            "model_name": model,
            "res_model": model,
            "thread_model": model,
            "id": record,
            "res_id": record,
            "record_id": record,
            "thread_id": record,
            "resId": record,
            "field": "photo",
            "field_name": "photo",
            "message_id": self.message.id,
            "attachment_id": self.file.id,
            "attachment_ids": [self.file.id],
            "file_id": self.file.id,
            "activity_id": self.activity.id,
            "partner_id": self.worker_2.partner_id.id,
            "user_id": self.worker_2.id,
            "access_token": "x",
            "token": "x",
            "code": self.target.name,
            "section": "note",
            "case_id": self.target.id,
            "fields": ["display_name"],
            "domain": [],
            "args": [self.target.ids, ["name"]],
            "kwargs": {},
            "method": "read",
            "path": "x",
            "post_data": {"body": "forged", "message_type": "comment"},
            "update_data": {"body": "forged", "attachment_ids": []},
            "fetch_params": [
                [
                    "mail.thread",
                    {
                        "thread_model": model,
                        "thread_id": record,
                        "request_list": [
                            "activities",
                            "attachments",
                            "followers",
                            "suggestedRecipients",
                            "scheduledMessages",
                        ],
                    },
                ]
            ],
            "channels": [f"remediation.case_{self.target.id}"],
            "last": 0,
            "data": json.dumps(
                [f"/report/html/child_remediation.report_plan_document/{record}", "x"]
            ),
            "context": {},
            "reason": "forged",
        }
        return {name: known[name] for name in names if name in known}

    # -- remote calls through each door ------------------------------------------
    @mute_logger(*LOGGERS)
    def test_private_methods_have_no_door(self):
        """Not even for who holds the file."""
        case = self.target
        self.authenticate("worker_2", "worker_2")
        key = self._key(self.worker_2)
        problems = []
        for method in (
            "_unprotected",
            "_write",
            "_search",
            "_read_group",
            "_set_holder",
            "_portal_held",
            "_disclosure_values",
            "sudo",
            "with_user",
            "with_env",
            "browse",
            "search_fetch",
            "mapped",
            "filtered",
            "invalidate_recordset",
            "lock_for_update",
        ):
            answer = self._call_http(case._name, method, [case.ids]).json()
            result = answer.get("result")
            if "error" not in answer and result not in (None, False, [], case.ids):
                problems.append(f"call_kw {method}: {result}")
            response = self.url_open(
                f"/json/2/{case._name}/{method}",
                data=json.dumps({"ids": case.ids}),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"bearer {key}",
                },
            )
            if response.status_code == 200 and response.json() not in (
                None,
                False,
                [],
                case.ids,
            ):
                problems.append(f"json2 {method}: {response.text[:80]}")
        self.assertNothing(problems)
        answer = self._call_http(
            case._name,
            "write",
            [case.ids, {"stage": "closed"}],
            {"context": {"remediation_unprotected": {}, "uid": 1, "su": True}},
        ).json()
        self.assertIn("error", answer)

    @mute_logger(*LOGGERS)
    def test_every_outsider_is_refused_at_every_door(self):
        problems = []
        before = self._snapshot()
        database = self.env.cr.dbname
        child = self.target.beneficiary_id
        tries = (
            (self.target, "read", [["name"]]),
            (child, "read", [["first_name"]]),
            (self.file, "read", [["name", "raw"]]),
            (self.message, "read", [["body"]]),
            (self.activity, "read", [["summary"]]),
            (self.target, "write", [{"survivor_reason": "forged"}]),
            (self.target, "unlink", []),
            (self.target, "message_subscribe", [[1]]),
        )
        names = {
            "read": ("fields",),
            "write": ("vals",),
            "message_subscribe": ("partner_ids",),
            "unlink": (),
        }
        for role, user in self.outsiders.items():
            self._sign_in(role)
            key = None if role == "public" else self._key(user)
            for record, method, args in tries:
                what = f"{record._name}.{method} by {role}"
                answer = self._call_http(record._name, method, [record.ids, *args])
                problems += self._problem(answer, f"call_kw {what}")
                if method != "read" and "error" not in answer.text:
                    problems.append(f"call_kw {what} was accepted")
                if not key:
                    continue
                body = dict(zip(names[method], args, strict=True), ids=record.ids)
                answer = self.url_open(
                    f"/json/2/{record._name}/{method}",
                    data=json.dumps(body),
                    headers={
                        "Content-Type": "application/json",
                        "Authorization": f"bearer {key}",
                    },
                )
                problems += self._problem(answer, f"json2 {what}")
                if answer.status_code < 400:
                    problems.append(f"json2 {what}: {answer.status_code}")
                with self.assertRaises(xmlrpc.client.Fault, msg=f"xmlrpc {what}"):
                    self.xmlrpc_object.execute_kw(
                        database,
                        user.id,
                        key,
                        record._name,
                        method,
                        [record.ids, *args],
                    )
        self.assertNothing(problems)
        self.assertEqual(self._changed(before), [])

    # -- exports and reports -----------------------------------------------------
    @mute_logger(*LOGGERS)
    def test_exports_carry_nothing(self):
        problems = []
        columns = [
            {"name": name, "label": name, "type": "char"}
            for name in (
                "id",
                "display_name",
                "beneficiary_id/first_name",
                "beneficiary_id/household_id/member_ids/full_name",
                "note_ids/text",
            )
        ]
        for role in ("worker", "supervisor_other", "admin_like", "finance", "monitor"):
            self._sign_in(role)
            words = (IDENTITY,) if role == "monitor" else (MARK,)
            token = self._token()
            for kind in ("csv", "xlsx"):
                for ids, compatible in ((self.target.ids, False), (False, True)):
                    data = {
                        "model": self.target._name,
                        "fields": columns,
                        "ids": ids,
                        "domain": [],
                        "groupby": [],
                        "context": {},
                        "import_compat": compatible,
                    }
                    response = self.url_open(
                        f"/web/export/{kind}",
                        data={"data": json.dumps(data), "csrf_token": token},
                    )
                    leak = self._leaks(self._unpacked(response.content), words)
                    if leak:
                        problems.append(f"{kind} by {role}: {leak}")
        self.assertNothing(problems)

    @staticmethod
    def _unpacked(content):
        """What is in a sheet, which is a packed file."""
        import io
        import zipfile

        if not content.startswith(b"PK"):
            return content
        with zipfile.ZipFile(io.BytesIO(content)) as sheet:
            return b"".join(sheet.read(name) for name in sheet.namelist())

    @mute_logger(*LOGGERS)
    def test_reports_of_foreign_records(self):
        problems = []
        reports = self.env["ir.actions.report"].search(
            [("model", "in", self._product_models())]
        )
        self.assertTrue(reports)
        for role in self.outsiders:
            self._sign_in(role)
            for report in reports:
                ids = self.rows.get(report.model) or [1]
                paths = [f"/report/html/{report.report_name}/{ids[0]}"]
                if role in ("worker", "portal_manager"):
                    paths += [
                        f"/report/text/{report.report_name}/{ids[0]}",
                        f'{paths[0]}?context={{"allowed_company_ids":[1,2]}}',
                    ]
                for path in paths:
                    response = self.url_open(path, allow_redirects=False)
                    problems += [
                        problem
                        for problem in self._problem(response, f"{path} by {role}")
                        # Core answers a refused report with its error page.
                        if not problem.endswith(": 500")
                    ]
        self._sign_in("worker")
        plan = self.rows["remediation.plan"][0]
        response = self.url_open(
            f"/report/pdf/child_remediation.report_plan_document/{plan}"
        )
        self.assertFalse(response.content.startswith(b"%PDF"))
        self.assertNothing(problems)

    # -- files -------------------------------------------------------------------
    @mute_logger(*LOGGERS)
    def test_files_and_thumbnails(self):
        problems = []
        paths = [
            f"/web/content/{self.file.id}",
            f"/web/content/{self.file.id}/x.txt?download=1&access_token=x",
            f"/web/content?model=ir.attachment&id={self.file.id}&field=raw",
            f"/web/content/ir.attachment/{self.file.id}/datas",
            f"/web/image/ir.attachment/{self.file.id}/raw/50x50",
        ]
        for name, ids in self.rows.items():
            for field in self.env[name]._fields.values():
                if field.type == "binary" and ids:
                    path = f"{name}/{ids[0]}/{field.name}"
                    paths += [
                        f"/web/content/{path}",
                        f"/web/image/{path}",
                        f"/web/image/{path}/64x64",
                        f"/web/image/{path}?width=32&height=32&crop=1&unique=1",
                    ]
        photo = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "remediation.beneficiary"),
                ("res_field", "=", "photo"),
                ("res_id", "=", self.target.beneficiary_id.id),
            ]
        )
        self.assertTrue(photo)
        paths += [f"/web/image/{photo[:1].id}", f"/web/content/{photo[:1].id}"]
        self.assertGreater(len(paths), 8)
        for role in {**self.outsiders, **self.nameless, **self.partly}:
            self._sign_in(role)
            for path in paths:
                response = self.url_open(path)
                what = f"{path} by {role}"
                if self.photo in response.content or photo.raw in response.content:
                    problems.append(f"{what}: the photo")
                if self._leaks(response.content, (IDENTITY,)):
                    problems.append(f"{what}: the file")
        self.assertNothing(problems)

    @mute_logger(*LOGGERS)
    def test_uploads_hang_on_nothing_foreign(self):
        before = self._snapshot()
        for role in VISITORS:
            self._sign_in(role)
            token = self._token()
            for path, data in (
                (
                    "/web/binary/upload_attachment",
                    {"model": self.target._name, "id": self.target.id},
                ),
                (
                    "/mail/attachment/upload",
                    {
                        "thread_model": self.target._name,
                        "thread_id": self.target.id,
                        "is_pending": "false",
                    },
                ),
            ):
                self.url_open(
                    path,
                    data={**data, "csrf_token": token},
                    files={"ufile": ("forged.txt", b"forged")},
                )
            user = self._user(role)
            own = (
                self.env["ir.attachment"]
                .with_user(user)
                .sudo()  # sudo: some may not make files at all
                .create({"name": "own.txt", "raw": b"own"})
            )
            for values in (
                {"res_model": self.target._name, "res_id": self.target.id},
                {
                    "res_model": "remediation.beneficiary",
                    "res_id": self.target.beneficiary_id.id,
                    "res_field": "photo",
                },
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    own.with_user(user).sudo(False).write(values)
                    self.env.flush_all()
        self.assertEqual(self._changed(before), [])

    # -- forms, the bus ------------------------------------------------------------
    @mute_logger(*LOGGERS)
    def test_every_form_of_the_product_asks_for_its_token(self):
        """A page of somebody else cannot post in the name of who is signed in."""
        without = []
        for rule in self.env["ir.http"].routing_map().iter_rules():
            module = rule.endpoint.__module__
            if module.split(".")[2:3] and module.split(".")[2] not in self.product:
                continue
            routing = rule.endpoint.routing
            if routing.get("type") != "http" or routing.get("auth") == "bearer":
                continue
            if "POST" not in (routing.get("methods") or ["POST"]):
                continue
            if routing.get("csrf") is False:
                without.append(rule.rule)
        # For programs, by a key in a header that no browser sends by itself.
        self._sign_in("portal_manager")
        for path in [path for path in without if path.startswith(BY_KEY)]:
            without.remove(path)
            answer = self.url_open(f"{BY_KEY}1/concern", data="location=forged")
            self.assertEqual(answer.status_code, 401, path)
        self.assertEqual(without, [])
        case = self.own["portal_manager"]
        for path in ("note", "consent", "visit", "contact"):
            url = f"/my/remediation/case/{case.name}/{path}"
            for token in ({}, {"csrf_token": "x"}, {"csrf_token": "0" * 60}):
                response = self.url_open(url, data={"text": "forged", **token})
                self.assertEqual(response.status_code, 400, url)
        self.assertFalse(case.note_ids)

    @mute_logger(*LOGGERS)
    def test_the_bus_tells_nobody(self):
        """Whatever channels are asked for: no news of somebody else's file."""
        forged = [f"{name}_{ids[0]}" for name, ids in self.rows.items() if ids]
        forged += [
            f"remediation.case,{self.target.id}",
            f"res.partner_{self.worker_2.partner_id.id}",
            f"mail.record_{self.target._name}_{self.target.id}",
            f"odoo-presence-res.partner_{self.worker_2.partner_id.id}",
        ]
        as_holder = self.target.with_user(self.worker_2)
        as_holder._by_code().message_post(
            body=f"{MARK} news", partner_ids=self.worker_2.partner_id.ids
        )
        as_holder.sudo().activity_schedule(  # sudo: as the application plans one
            "mail.mail_activity_data_todo", summary=f"{MARK} to do"
        )
        self.env["bus.bus"].sudo()._sendone(  # sudo: the system sends
            self.worker_2.partner_id, "test", {"text": f"{MARK} bus"}
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        for role in self.outsiders:
            self._sign_in(role)
            response = self._json(
                "/websocket/peek_notifications",
                channels=forged,
                last=0,
                is_first_poll=False,
            )
            self.assertFalse(self._leaks(response.content), role)
            channels = response.json().get("result", {}).get("channels", [])
            for channel in channels:
                text = str(channel)
                if text.startswith("["):
                    self.assertNotIn("remediation.", text, role)

    @mute_logger(*LOGGERS)
    def test_mentions_and_recipients_are_no_oracle(self):
        """Suggested people and mentions on somebody else's file name nobody."""
        problems = []
        for role in VISITORS:
            if role == "public":
                continue
            self._sign_in(role)
            for model, method, args, kwargs in (
                (
                    self.target._name,
                    "message_get_suggested_recipients",
                    [self.target.ids],
                    {},
                ),
                (self.target._name, "get_mention_suggestions", ["x"], {}),
                ("mail.followers", "search_read", [[]], {"fields": ["res_id"]}),
                (
                    "mail.notification",
                    "search_read",
                    [[]],
                    {"fields": ["mail_message_id"]},
                ),
                (
                    "mail.message",
                    "search_read",
                    [[["body", "ilike", MARK]]],
                    {"fields": ["body"]},
                ),
                (
                    "mail.message",
                    "search_count",
                    [
                        [
                            ["res_id", "=", self.target.id],
                            ["model", "=", self.target._name],
                        ]
                    ],
                    {},
                ),
                (
                    "mail.activity",
                    "search_count",
                    [
                        [
                            ["res_id", "=", self.target.id],
                            ["res_model", "=", self.target._name],
                        ]
                    ],
                    {},
                ),
                (
                    "res.users",
                    "get_total_fields",
                    [],
                    {},
                ),
            ):
                response = self._call_http(model, method, args, kwargs)
                problems += self._problem(response, f"{model}.{method} by {role}")
                result = response.json().get("result")
                if method == "search_count" and result:
                    problems.append(f"{model}.{method} by {role} finds {result}")
        self.assertNothing(problems)
