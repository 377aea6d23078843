import json
import re
import threading
import xmlrpc.client

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.ir_http import PAGES
from .test_portal import PortalCommon

# Every route of this module and who gets through it. A route that is missing here
# fails test_every_route_is_in_the_matrix.
EVERYBODY = {
    "anonymous",
    "reporter",
    "provider",
    "manager",
    "manager_other",
    "former",
    "supervisor",
    "observer",
    "plain",
}
HOME = {
    "reporter",
    "provider",
    "manager",
    "manager_other",
    "former",
    "supervisor",
    "observer",
}
MANAGERS = {"manager", "manager_other", "former"}
# path → who reads it with GET; {case}, {package}, {file} are the manager's own
ROUTES = {
    "/my/remediation": HOME,
    "/my/remediation/messages": MANAGERS,
    "/my/remediation/app.webmanifest": EVERYBODY,
    "/my/remediation/totals": {"observer"},
    "/my/remediation/file/<int:file_id>": {"manager", "supervisor"},
    "/my/remediation/cases": MANAGERS | {"supervisor"},
    "/my/remediation/case/<string:code>": {"manager", "supervisor"},
    "/my/remediation/case/<string:code>/<string:section>": {"manager"},
    "/my/remediation/case/<string:code>/read/<string:section>/<int:record_id>": {
        "manager",
        "supervisor",
    },
    "/my/remediation/danger": MANAGERS,
    "/my/remediation/case/<string:code>/consent/<int:consent_id>/withdraw": {"manager"},
    "/my/remediation/case/<string:code>/consent/<int:consent_id>/second": {"manager"},
    "/my/remediation/case/<string:code>/consent/<int:consent_id>/confirm": {
        "supervisor"
    },
    "/my/remediation/case/<string:code>/action/<int:action_id>": {"manager"},
    "/my/remediation/case/<string:code>/referral/<int:referral_id>/revoke": {"manager"},
    "/my/remediation/case/<string:code>/reassign": {"supervisor"},
    "/my/remediation/handover/<int:handover_id>": {"former"},
    "/my/remediation/request": MANAGERS,
    "/my/remediation/referrals": MANAGERS | {"provider"},
    "/my/remediation/referral/<string:code>": {"provider"},
    "/my/remediation/referral/<string:code>/<any(accept,reject,done):answer>": {
        "provider"
    },
    "/my/remediation/attendance": {"provider"},
    "/my/remediation/report": {"reporter"},
    "/my/remediation/report/send": {"reporter"},
    "/my/remediation/reports": {"reporter"},
    "/report-concern": EVERYBODY,
    "/speak-up/<any(safeguarding,complaint):kind>": EVERYBODY,
}
#: Everybody's, and no page: core's doors and that of the second factor, what remembers
#: how large text is, and the reader's language.
LEADS_ON = {
    "/web/login",
    "/web/reset_password",
    "/web/signup",
    "/second-factor",
    "/my/remediation/text-size/<string:size>",
    "/my/remediation/language",
    # Everybody's once a year was published, and missing before: test_portal tries it.
    "/remedies",
}
POST_ONLY = {
    path
    for path in ROUTES
    if path.rsplit("/", 1)[-1]
    in (
        "withdraw",
        "second",
        "confirm",
        "revoke",
        "reassign",
        "send",
        "<int:action_id>",
        "<any(accept,reject,done):answer>",
    )
}
# Who may read which of the module's models through RPC. Everybody else is refused
# every operation; nobody named here writes, creates or deletes.
READERS = {
    "remediation.concern": set(),
    "remediation.referral": {"manager", "manager_other", "former", "supervisor"},
    "remediation.referral.package": {
        "manager",
        "manager_other",
        "former",
        "supervisor",
        "provider",
    },
    "referral.accreditation": set(),
    "referral.accreditation.document": set(),
    "referral.accreditation.finding": set(),
    "referral.total": set(),
    "referral.match": set(),
    "referral.match.line": set(),
    "referral.invite": set(),
    "remediation.concern.accept": set(),
    "remediation.concern.accept.child": set(),
    "remediation.concern.screen": set(),
}
ABSTRACT = {"referral.mail", "referral.matching"}
# Models of other modules that a portal user must not reach either.
SENSITIVE = (
    "remediation.case",
    "remediation.beneficiary",
    "remediation.household",
    "remediation.household.member",
    "remediation.consent",
    "remediation.assessment",
    "remediation.plan",
    "remediation.plan.action",
    "remediation.visit",
    "remediation.note",
    "remediation.attendance",
    "remediation.education.enrolment",
    "remediation.service.delivery",
    "remediation.work.situation",
)
NO_CASES = ("anonymous", "reporter", "provider", "observer", "plain")


@tagged("post_install", "-at_install")
class TestRefusals(PortalCommon):
    """Who is refused, over every way in. Reading names no child to the wrong person."""

    @classmethod
    def _people(cls):
        role = ("group_portal_case_manager", cls.partner_org_b)
        return {**super()._people(), "former_user": role}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        former = cls._new_manager(cls.former_user, cls.team, cls.partner_org_b)
        cls.case._set_holder(former, "for a while")
        cls.case._set_holder(cls.manager_portal, "back")
        cls.case._grant_handover({cls.case: cls.former_user}, 7)
        cls.users = {
            "reporter": cls.portal_reporter,
            "provider": cls.school_user,
            "manager": cls.portal_manager,
            "manager_other": cls.portal_manager_other,
            "former": cls.former_user,
            "supervisor": cls.portal_supervisor,
            "observer": cls.portal_observer,
            "plain": cls.plain_user,
        }
        cls.consent = cls._consent(cls.case)[0]
        cls.visit = cls.env["remediation.visit"].create({"case_id": cls.case.id})
        cls.referral = cls._referral(cls.case, user=cls.env.user)
        cls.referral.action_send()
        cls.package = cls.referral.package_id
        cls.concern = cls.env["remediation.concern"].create(
            {"work_observed": "Secret sighting", "child_nickname": "Kasongo"}
        )
        cls.file = cls.case._portal_attach(cls.picture().encode(), cls.case)
        cls.case._message_log_batch(bodies={cls.case.id: "A secret line"})
        cls.action = cls.env["remediation.plan.action"].create(
            {
                "case_id": cls.case.id,
                "domain": "health",
                "description": "At once",
                "is_urgent": True,
            }
        )

    def _path(self, route):
        return (
            route.replace("<int:file_id>", str(self.file.id))
            .replace("<string:section>", "visit")
            .replace("<int:record_id>", str(self.visit.id))
            .replace("<int:consent_id>", str(self.consent.id))
            .replace("<int:action_id>", str(self.action.id))
            .replace("<int:referral_id>", str(self.referral.id))
            .replace("<int:handover_id>", str(self.case.handover_ids.id))
            .replace("<any(accept,reject,done):answer>", "accept")
            .replace("<any(safeguarding,complaint):kind>", "complaint")
            .replace(
                "<string:code>",
                self.package.name
                if "/referral/<string" in route and "/case/" not in route
                else self.case.name,
            )
        )

    def _sign_in(self, who):
        if who == "anonymous":
            self.authenticate(None, None)
        else:
            login = self.users[who].login
            self.authenticate(login, login)

    def test_every_route_is_in_the_matrix(self):
        found = {
            rule.rule
            for rule in self._rules()
            if rule.endpoint.__module__.startswith("odoo.addons.case_referral.")
            and rule.rule not in LEADS_ON
        }
        self.assertEqual(found - set(ROUTES), set(), "add these to ROUTES")
        # Another module may add to a page of this one, which is then the other's.
        known = {rule.rule for rule in self._rules()}
        self.assertEqual(set(ROUTES) - known, set(), "these routes are gone")

    def _rules(self):
        thread = threading.current_thread()
        if not hasattr(thread, "dbname"):  # Odoo's servers name it, pytest does not
            thread.dbname = self.env.cr.dbname
            self.addCleanup(delattr, thread, "dbname")
        return list(self.env["ir.http"].routing_map().iter_rules())

    def test_every_model_is_in_the_matrix(self):
        own = {
            name
            for name, model in self.env.registry.items()
            if model._module == "case_referral"
            and not model._inherit_module
            or model._original_module == "case_referral"
        }
        own -= ABSTRACT | {"remediation.case", "res.config.settings"}
        self.assertEqual(own - set(READERS), set(), "add these to READERS")

    def test_pages_are_refused_alike(self):
        for who in sorted(EVERYBODY):
            self._sign_in(who)
            for route, allowed in ROUTES.items():
                if route in POST_ONLY:
                    continue
                path = self._path(route)
                with self.subTest(who=who, path=path):
                    response = self.url_open(path, allow_redirects=False)
                    if who in allowed:
                        self.assertEqual(response.status_code, 200, response.text[:500])
                        continue
                    if who == "anonymous":
                        self.assertEqual(response.status_code, 303)
                        self.assertIn("/web/login", response.headers["Location"])
                        continue
                    self.assertEqual(response.status_code, 404)
                    missing = self.url_open(
                        re.sub(r"(CR|RF)-\d+|\d+$", "999999", path),
                        allow_redirects=False,
                    )
                    if missing.status_code == 404:
                        self.assertEqual(
                            self._without_tokens(missing.text),
                            self._without_tokens(response.text),
                        )

    @staticmethod
    def _without_tokens(text):
        return re.sub(r'aria-current="page"', "", re.sub(r"\s+", " ", text))

    def test_every_answer_of_every_page_tells_the_browser_what_is_closed(self):
        """Pages, refusals and forged forms alike, of whatever module adds a page."""
        routes = {
            rule.rule
            for rule in self._rules()
            # Odoo answers what is no call before it asks any module; without data.
            if PAGES.match(rule.rule) and rule.endpoint.routing["type"] == "http"
        }
        self.assertGreaterEqual(routes, set(ROUTES) - {"/my/remediation/report/send"})
        for who in ("anonymous", "manager", "supervisor", "reporter", "plain"):
            self._sign_in(who)
            for route in sorted(routes):
                for data in (None, {"csrf_token": "forged"}):
                    with self.subTest(who=who, route=route, posted=bool(data)):
                        response = self.url_open(
                            self._path(route), data=data, allow_redirects=False
                        )
                        if response.status_code == 405:
                            # Odoo answers before it asks any module; without data.
                            self.assertIn(route, POST_ONLY | {"/remedies"})
                        else:
                            self._assert_closed(response)
        page = self.url_open("/web/login?redirect=/my/remediation")
        self._assert_closed(page)

    def _assert_closed(self, response):
        headers = response.headers
        policy = dict(
            part.strip().partition(" ")[::2]
            for part in headers["Content-Security-Policy"].split(";")
        )
        self.assertIn(policy["default-src"], ("'self'", "'none'"))
        self.assertNotIn("unsafe", headers["Content-Security-Policy"])
        self.assertNotIn("*", headers["Content-Security-Policy"])
        self.assertEqual(headers["X-Frame-Options"], "DENY")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Referrer-Policy"], "same-origin")
        self.assertIn("geolocation=(self)", headers["Permissions-Policy"])
        self.assertIn("no-store", headers["Cache-Control"])
        if "portal.css" in response.text:
            # What this policy would not let a browser run or show.
            for pattern in (r"<script(?![^>]*\ssrc=)", r"<style", r'\s(on\w+|style)="'):
                self.assertNotRegex(response.text, pattern)

    def test_changes_are_refused(self):
        for who in sorted(EVERYBODY - {"anonymous"}):
            self._sign_in(who)
            token = self._csrf_token()
            for route in sorted(POST_ONLY):
                if who in ROUTES[route] or route.endswith("/send"):
                    continue
                with self.subTest(who=who, route=route):
                    response = self.url_open(
                        self._path(route),
                        data={
                            "csrf_token": token,
                            "reason": "x",
                            "result": "done",
                            "case_manager_id": self.manager_portal_other.id,
                        },
                        allow_redirects=False,
                    )
                    self.assertEqual(response.status_code, 404, response.text[:500])
            if who != "reporter":
                answer = self.rpc(
                    "/my/remediation/report/send",
                    values={"client_key": "x" * 20, "work_observed": "x"},
                )
                self.assertIn("error", answer["result"])
        self.assertEqual(self.consent.state, "given")
        self.assertEqual(self.referral.state, "sent")
        self.assertEqual(self.action.state, "planned")
        self.assertEqual(self.case.user_id, self.portal_manager)

    def test_forms_without_token_change_nothing(self):
        self._sign_in("manager")
        response = self.url_open(
            f"/my/remediation/case/{self.case.name}/note",
            data={"text": "forged", "csrf_token": "00deadbeefo99"},
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.case.note_ids)

    def test_someone_elses_ids_and_extra_fields_are_ignored(self):
        self._sign_in("manager")
        other = self._consent(self.other_case)[0]
        url = f"/my/remediation/case/{self.case.name}"
        self.post(f"{url}/consent/{other.id}/withdraw", status=422)
        self.assertEqual(other.state, "given")
        self.post(
            f"{url}/note",
            {"text": "mine", "case_id": self.other_case.id, "author_id": 1},
        )
        self.assertEqual(self.case.note_ids.author_id, self.portal_manager)
        self.assertFalse(self.other_case.note_ids)
        self.post(
            f"{url}/consent",
            {
                "purposes[]": ["photo"],
                "answer": "no",
                "given_by_member_id": self._caregiver(self.other_case).id,
            },
            status=200,
        )
        self.post(
            f"{url}/refer",
            {
                "service_type_id": self.schooling.id,
                "to_organisation_id": self.partner_org_b.id,
            },
            status=200,
        )
        self.assertEqual(len(self.case.referral_ids), 1)

    def test_uploads_of_wrong_type_and_size_are_refused(self):
        self._sign_in("manager")
        url = f"/my/remediation/case/{self.case.name}/document"
        for name, content in (
            ("a.html", b"<script>alert(1)</script>"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("a.exe", b"MZ" + b"0" * 100),
            ("a.jpg", b"\xff\xd8\xff" + b"0" * 100),
            ("big.pdf", b"%PDF-" + b"0" * (5 * 1024 * 1024 + 1)),
        ):
            with self.subTest(name=name):
                response = self.url_open(
                    url,
                    data={"csrf_token": self._csrf_token()},
                    files={"photo_file": (name, content)},
                    allow_redirects=False,
                )
                self.assertEqual(response.status_code, 200)
                self.assertIn('role="alert"', response.text)

    # Remote calls with the user's own credentials

    def _json2(self, who, model, method, key, **params):
        response = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(params),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {key}",
            },
        )
        return response

    def _key(self, who):
        user = self.users[who]
        return (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "test", None)
        )

    def _ids(self):
        return {
            "remediation.concern": self.concern.id,
            "remediation.referral": self.referral.id,
            "remediation.referral.package": self.package.id,
            "referral.accreditation": self.accreditations[0].id,
            "remediation.case": self.case.id,
            "remediation.beneficiary": self.case.beneficiary_id.id,
            "remediation.consent": self.consent.id,
            "remediation.plan.action": self.action.id,
            "remediation.household": self.case.household_id.id,
        }

    def test_r26_r27_json2_refuses_models_one_by_one(self):
        ids = self._ids()
        for who in (
            "reporter",
            "provider",
            "manager_other",
            "former",
            "observer",
            "plain",
        ):
            self._sign_in("anonymous")
            key = self._key(who)
            for model, record_id in ids.items():
                may_read = who == "provider" and model == "remediation.referral.package"
                with self.subTest(who=who, model=model):
                    read = self._json2(
                        who, model, "read", key, ids=[record_id], fields=["id"]
                    )
                    if not may_read:
                        self.assertEqual(read.status_code, 403, read.text[:300])
                    found = self._json2(who, model, "search", key, domain=[])
                    if found.status_code == 200 and not may_read:
                        self.assertNotIn(record_id, found.json())
                    for method, params in (
                        ("write", {"ids": [record_id], "vals": {"active": False}}),
                        ("unlink", {"ids": [record_id]}),
                        ("create", {"vals_list": [{}]}),
                    ):
                        answer = self._json2(who, model, method, key, **params)
                        self.assertIn(
                            answer.status_code,
                            (403, 422),
                            f"{method} {answer.text[:200]}",
                        )
                    for method, params in (
                        ("name_search", {"name": ""}),
                        (
                            "formatted_read_group",
                            {
                                "domain": [("id", "=", record_id)],
                                "groupby": ["id"],
                                "aggregates": ["__count"],
                            },
                        ),
                        (
                            "export_data",
                            {"ids": [record_id], "fields_to_export": ["id"]},
                        ),
                    ):
                        answer = self._json2(who, model, method, key, **params)
                        self.assertNotIn("Amani", answer.text)
                        self.assertNotIn("Hidden", answer.text)
                        self.assertNotIn(self.case.name, answer.text)
                        if model == "remediation.concern":
                            self.assertNotEqual(answer.status_code, 200)

    def test_provider_finds_the_package_and_no_way_to_the_case(self):
        package = self.package.with_user(self.school_user)
        self.assertEqual(package.search([]), package)
        for name in ("case_id", "referral_id"):
            with self.assertRaises(AccessError):
                package.read([name])
        with self.assertRaises(AccessError):
            package.search([("case_id.name", "like", "CR")])
        with self.assertRaises(AccessError):
            package.read(["create_uid"]) and package.case_id.read(["name"])
        with self.assertRaises(AccessError):
            package.write({"data": []})

    def test_xmlrpc_refuses_with_own_password(self):
        database = self.env.cr.dbname
        for who in ("reporter", "provider", "former", "observer", "plain"):
            login = self.users[who].login
            password = login.ljust(8, "x")  # as new_test_user makes them
            uid = self.xmlrpc_common.authenticate(database, login, password, {})
            if who == "former":
                # Who worked with children's files needs a key for remote calls.
                self.assertFalse(uid)
                uid, password = self.users[who].id, self._key(who)
            self.assertEqual(uid, self.users[who].id)
            for model, record_id in self._ids().items():
                if who == "provider" and model == "remediation.referral.package":
                    continue
                with (
                    self.subTest(who=who, model=model),
                    self.assertRaises(xmlrpc.client.Fault),
                ):
                    self.xmlrpc_object.execute_kw(
                        database, uid, password, model, "read", [[record_id], ["id"]]
                    )

    def test_named_methods_check_as_the_user(self):
        calls = (
            lambda env: (
                env["remediation.case"].browse(self.case.id).portal_first_contact()
            ),
            lambda env: (
                env["remediation.case"]
                .browse(self.case.id)
                .portal_add_note({"text": "x"})
            ),
            lambda env: env["remediation.case"].browse(self.case.id).portal_files(),
            lambda env: env["remediation.case"].portal_read_file(self.file.id),
            lambda env: env["remediation.case"].browse(self.case.id).rank_partners(),
            lambda env: (
                env["remediation.case"]
                .browse(self.case.id)
                .portal_reassign(self.manager_portal_other.id)
            ),
            lambda env: (
                env["remediation.referral"].browse(self.referral.id).action_revoke("x")
            ),
            lambda env: (
                env["remediation.concern"].browse(self.concern.id).action_triage("low")
            ),
            lambda env: env["referral.total"].create({"name": "x"}),
            lambda env: (
                env["referral.accreditation"]
                .browse(self.accreditations[0].id)
                .action_suspend("x")
            ),
        )
        for who in (
            "reporter",
            "provider",
            "manager_other",
            "former",
            "observer",
            "plain",
        ):
            for number, call in enumerate(calls):
                with (
                    self.subTest(who=who, number=number),
                    self.assertRaises(AccessError),
                ):
                    call(self.env(user=self.users[who].id, su=False))
        for who in ("reporter", "manager", "former", "observer", "plain", "supervisor"):
            package = self.package.with_user(self.users[who])
            for call in (
                package.portal_accept,
                lambda package=package: package.portal_reject("full"),
                lambda package=package: package.portal_done("given", "x"),
            ):
                with self.subTest(who=who), self.assertRaises(AccessError):
                    call()

    def test_r27_files_messages_and_images_follow_present_access(self):
        message = self.case.message_ids[:1]
        paths = (
            f"/web/content/{self.file.id}",
            f"/web/image/{self.file.id}",
            f"/web/content/remediation.concern/{self.concern.id}/photo",
            f"/web/image/remediation.beneficiary/{self.case.beneficiary_id.id}/photo",
            f"/mail/view?model=remediation.case&res_id={self.case.id}",
            f"/mail/message/{message.id}",
        )
        for who in (*NO_CASES, "manager_other", "former"):
            self._sign_in(who)
            for path in paths:
                with self.subTest(who=who, path=path):
                    response = self.url_open(path)
                    self.assertNotIn("A secret line", response.text)
                    self.assertNotIn("Hidden", response.text)
                    if "/web/content" in path:
                        self.assertNotEqual(response.content, self.file.raw)
            if who == "anonymous":
                continue
            env = self.env(user=self.users[who].id, su=False)
            for model in ("mail.message", "mail.activity", "ir.attachment"):
                try:
                    found = env[model].search(
                        [
                            (
                                "model" if model == "mail.message" else "res_model",
                                "=",
                                "remediation.case",
                            ),
                            ("res_id", "=", self.case.id),
                        ]
                    )
                except AccessError:
                    continue
                self.assertFalse(found, (who, model))

    def test_missing_and_forbidden_cost_the_same(self):
        """Neither the page nor the work behind it tells that a case exists."""
        self._sign_in("former")
        for forbidden, missing in (
            (self.case.name, "CR-999999"),
            (f"{self.case.name}/visit", "CR-999999/visit"),
        ):
            counts = []
            for path in (forbidden, missing, forbidden, missing):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.get(f"/my/remediation/case/{path}", 404)
                counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(counts[2], counts[3], counts)

    def test_r29_opening_a_case_or_a_paper_is_logged(self):
        self._sign_in("manager")
        Log = self.env["remediation.access.log"]
        logged = []
        self.patch(
            type(Log),
            "_log",
            lambda model, records, action="view", reason=None: logged.append(
                (records._name, records.ids, action, model.env.uid)
            ),
        )
        self.get(f"/my/remediation/case/{self.case.name}")
        self.get(f"/my/remediation/file/{self.file.id}")
        uid = self.portal_manager.id
        self.assertIn(("remediation.case", self.case.ids, "view", uid), logged)
        self.assertIn(("remediation.case", self.case.ids, "download", uid), logged)

    def test_no_tokens_on_sensitive_models(self):
        for name in (*SENSITIVE, *READERS):
            self.assertNotIn("access_token", self.env[name]._fields, name)

    def test_r26_former_case_manager_loses_everything_the_same_second(self):
        self._sign_in("manager")
        url = f"/my/remediation/case/{self.case.name}"
        self.get(url)
        self.case._set_holder(self.manager_portal_other, "moved")
        self.get(url, 404)
        self.get(f"{url}/visit", 404)
        self.get(f"/my/remediation/file/{self.file.id}", 404)
        self.assertNotIn(self.case.name, self.get("/my/remediation").text)

    def test_r28_revoked_provider_loses_the_package_the_same_second(self):
        self._sign_in("provider")
        url = f"/my/remediation/referral/{self.package.name}"
        self.get(url)
        self.consent.action_withdraw("no more")
        self.get(url, 404)
        self.assertNotIn(self.package.name, self.get("/my/remediation/referrals").text)
