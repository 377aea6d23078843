import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwk, jwt
from lxml import html

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, no_retry, tagged
from odoo.tools import mute_logger

from odoo.addons.child_remediation.tests.common import RemediationCommon

LOGGERS = (
    "odoo.addons.remediation_sign_on.models.res_users",
    "odoo.addons.auth_oauth.controllers.main",
    "odoo.addons.base.models.res_users",
)


class Provider:
    """A small OpenID Connect provider: the code flow with PKCE, tokens signed by RSA.

    ``claims`` is who sits before the browser; ``alter`` changes a token before it is
    signed, ``key`` is what it is signed with.
    """

    def __init__(self):
        self.codes, self.claims = {}, {}
        self.alter = lambda token: token
        self.key, self.public = self.new_key()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                if parts.path == "/keys":
                    return self.answer({"keys": [provider.public]})
                asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
                code = secrets.token_urlsafe()
                provider.codes[code] = asked
                self.send_response(302)
                back = urlencode({"code": code, "state": asked["state"]})
                self.send_header("Location", f"{asked['redirect_uri']}?{back}")
                self.send_header("Content-Length", "0")
                return self.end_headers()

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                form = parse_qs(self.rfile.read(length).decode())
                asked = provider.codes.pop(form["code"][0])
                proof = hashlib.sha256(form["code_verifier"][0].encode()).digest()
                proof = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
                if proof != asked["code_challenge"]:
                    return self.answer({"error": "invalid_grant"}, 400)
                return self.answer(provider.tokens(asked))

            def answer(self, values, status=200):
                body = json.dumps(values).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def new_key():
        private = rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        key = jwk.construct(private.decode(), "RS256")
        public = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in key.public_key().to_dict().items()
        }
        return private.decode(), {**public, "kid": "1"}

    def tokens(self, asked):
        token = {
            "iss": self.url,
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            **self.claims,
        }
        access = secrets.token_urlsafe()
        signed = jwt.encode(
            self.alter(token), self.key, "RS256", {"kid": "1"}, access_token=access
        )
        return {"access_token": access, "id_token": signed, "token_type": "Bearer"}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@tagged("post_install", "-at_install")
class TestSignOn(RemediationCommon, HttpCase):
    """The whole way, by a real browser session: page, provider, token, user."""

    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.second_factor_required = True
        cls.server = Provider()
        cls.addClassCleanup(cls.server.stop)
        cls.worker_group = cls.env.ref("child_remediation.group_case_worker")
        cls.monitor_group = cls.env.ref("child_remediation.group_monitoring")
        cls.provider = cls.env["auth.oauth.provider"].create(
            {
                "name": "Organisation",
                "body": "Organisation",
                "enabled": True,
                "flow": "id_token_code",
                "client_id": "remediation",
                "client_secret": "s",
                "issuer": cls.server.url,
                "auth_endpoint": f"{cls.server.url}/authorize",
                "token_endpoint": f"{cls.server.url}/token",
                "jwks_uri": f"{cls.server.url}/keys",
                "role_ids": [
                    (0, 0, {"claim": "groups", "value": value, "group_id": group.id})
                    for value, group in (
                        ("workers", cls.worker_group),
                        ("watchers", cls.monitor_group),
                    )
                ],
            }
        )
        cls.worker.write({"oauth_uid": "w-1", "oauth_provider_id": cls.provider.id})

    def setUp(self):
        super().setUp()
        self.server.claims = {"sub": "w-1", "groups": ["workers"], "amr": ["mfa"]}
        self.server.alter = lambda token: token

    def _link(self):
        """The link on the sign-in page of a new browser."""
        self.opener.cookies.clear()
        page = html.fromstring(self.url_open("/web/login").text)
        (link,) = [
            a
            for a in page.xpath("//a/@href")
            if a.startswith(self.provider.auth_endpoint)
        ]
        return link

    @no_retry
    def _sign_on(self, link=None):
        """Follow the link to its end; the login of the session, or nothing."""
        link = link or self._link()
        at_provider = self.url_open(link, allow_redirects=False)
        back = at_provider.headers["Location"]
        self.url_open(back, allow_redirects=False)
        self.env.invalidate_all()
        return self._whoami()

    def _whoami(self):
        answer = self.url_open("/web/session/get_session_info", json={"params": {}})
        return answer.json().get("result", {}).get("username")

    def test_nobody_is_offered_whom_the_organisation_did_not_choose(self):
        offered = self.env["auth.oauth.provider"].search([("enabled", "=", True)])
        self.assertEqual(offered, self.provider)
        page = self.url_open("/web/login").text
        self.assertNotIn("accounts.odoo.com", page)

    def test_signed_on_with_roles_and_second_factor(self):
        self.assertEqual(self._sign_on(), "worker")
        self.assertIn(self.worker_group, self.worker.group_ids)
        # No phone is enrolled, and the provider asked: the files are open.
        answer = self._read_cases()
        self.assertNotIn("error", answer)

    def _read_cases(self):
        return self.url_open(
            "/web/dataset/call_kw",
            json={
                "params": {
                    "model": "remediation.case",
                    "method": "search_count",
                    "args": [[]],
                    "kwargs": {},
                }
            },
        ).json()

    @mute_logger("odoo.http")
    def test_without_the_second_factor_ours_is_asked(self):
        for amr in (None, [], ["pwd"], "pwd"):
            self.server.claims["amr"] = amr
            self.assertEqual(self._sign_on(), "worker")
            self.assertIn("error", self._read_cases(), amr)
            self.assertIn("/second-factor", self.url_open("/odoo").url)
        self.provider.second_factor_values = False
        self.server.claims["amr"] = ["mfa"]
        self._sign_on()
        self.assertIn("error", self._read_cases())

    @mute_logger("odoo.http")
    def test_a_second_factor_is_of_its_session_alone(self):
        """Whoever then signs in by password is asked, in the same browser too."""
        self._sign_on()
        self.assertNotIn("error", self._read_cases())
        self.opener.cookies.clear()
        self.authenticate("worker", "worker".ljust(8, "x"))
        self.assertIn("error", self._read_cases())

    def test_roles_come_and_go(self):
        self.server.claims["groups"] = ["watchers", "others"]
        self.assertEqual(self._sign_on(), "worker")
        self.assertIn(self.monitor_group, self.worker.group_ids)
        self.assertNotIn(self.worker_group, self.worker.group_ids)
        by_hand = self.env.ref("child_remediation.group_auditor")
        self.worker.group_ids |= by_hand
        self.server.claims["groups"] = ["workers"]
        self._sign_on()
        self.assertIn(self.worker_group, self.worker.group_ids)
        self.assertNotIn(self.monitor_group, self.worker.group_ids)
        self.assertIn(by_hand, self.worker.group_ids, "given by hand, and left")

    @mute_logger(*LOGGERS)
    def test_without_a_role_nobody_comes_in(self):
        before = self.worker.group_ids
        for groups in ([], ["strangers"], None, "work", {"workers": 1}):
            self.server.claims["groups"] = groups
            self.assertFalse(self._sign_on(), groups)
        self.assertEqual(self.worker.group_ids, before)

    @mute_logger(*LOGGERS, "odoo.http")
    def test_a_wrong_token_opens_nothing(self):
        stranger = Provider.new_key()[0]
        right = self.server.key

        def swap(name):
            return lambda token: token | {name: "https://elsewhere.example.org"}

        for alter in (
            swap("iss"),
            swap("aud"),
            swap("nonce"),
            swap("sub"),
            lambda token: token | {"exp": int(time.time()) - 60},
            lambda token: {k: v for k, v in token.items() if k != "nonce"},
        ):
            self.server.alter = alter
            self.assertFalse(self._sign_on())
        self.server.alter = lambda token: token
        self.server.key = stranger
        try:
            self.assertFalse(self._sign_on())
        finally:
            self.server.key = right
        self.assertEqual(self._sign_on(), "worker")

    @mute_logger(*LOGGERS)
    def test_the_answer_to_another_browser_opens_nothing(self):
        link = self._link()
        back = self.url_open(link, allow_redirects=False).headers["Location"]
        self.opener.cookies.clear()
        self.url_open("/web/login")
        self.url_open(back, allow_redirects=False)
        self.assertFalse(self._whoami())

    @mute_logger(*LOGGERS)
    def test_nobody_is_made_and_linking_needs_a_checked_address(self):
        users = self.env["res.users"].with_context(active_test=False)
        count = users.search_count([])
        person = {"sub": "s-1", "email": "worker_2"}
        self.server.claims |= person
        self.assertFalse(self._sign_on(), "not linked by e-mail unless it is wanted")
        self.provider.link_by_email = True
        for verified in (None, False, "true"):
            self.server.claims["email_verified"] = verified
            self.assertFalse(self._sign_on())
        self.server.claims["email_verified"] = True
        for email in ("nobody@example.org", "%", "worker%", "", None):
            self.server.claims["email"] = email
            self.assertFalse(self._sign_on(), email)
        self.worker_2.sign_on_local = True
        self.server.claims["email"] = "worker_2"
        self.assertFalse(self._sign_on())
        self.worker_2.sign_on_local = False
        self.assertEqual(self._sign_on(), "worker_2")
        self.assertEqual(self.worker_2.oauth_uid, "s-1")
        self.server.claims |= {"sub": "a-1", "email": "admin_like"}
        self.assertFalse(self._sign_on(), "an administrator is linked by hand")
        self.assertEqual(users.search_count([]), count)

    @mute_logger(*LOGGERS)
    def test_the_local_administrator_opens_when_the_provider_is_away(self):
        with self.assertRaises(ValidationError):
            self.provider.password_closed = True
        self.admin_like.sign_on_local = True
        self.provider.password_closed = True
        with self.assertRaises(ValidationError):
            self.admin_like.write(
                {"oauth_uid": "a", "oauth_provider_id": self.provider.id}
            )
        with self.assertRaises(ValidationError):
            self.admin_like.sign_on_local = False
        self.provider.token_endpoint = "http://127.0.0.1:9/token"
        with mute_logger("odoo.http"):
            self.assertFalse(self._sign_on())
        self.assertFalse(self._by_password("worker"), "the provider alone opens")
        self.assertEqual(self._by_password("worker_2"), "worker_2")
        self.assertEqual(self._by_password("admin_like"), "admin_like")

    def _by_password(self, login):
        self.opener.cookies.clear()
        page = html.fromstring(self.url_open("/web/login").text)
        (token,) = page.xpath("//input[@name='csrf_token']/@value")[:1]
        self.url_open(
            "/web/login",
            data={
                "login": login,
                "password": login.ljust(8, "x"),
                "csrf_token": token,
            },
            allow_redirects=False,
        )
        return self._whoami()

    def test_no_provider_names_administrators(self):
        for name in ("base.group_system", "base.group_erp_manager"):
            with self.assertRaises(ValidationError):
                self.provider.role_ids[:1].group_id = self.env.ref(name)

    def test_a_claim_may_lie_deep(self):
        role = self.provider.role_ids[:1]
        role.write({"claim": "realm_access.roles"})
        self.assertTrue(role._matches({"realm_access": {"roles": [role.value]}}))
        for claims in (
            {},
            {"realm_access": role.value},
            {"realm_access": {"roles": 7}},
        ):
            self.assertFalse(role._matches(claims))
