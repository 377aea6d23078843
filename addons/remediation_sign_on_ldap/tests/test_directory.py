import socket

from _lib.plugins.directory import BASE, ROOT, Directory
from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, no_retry, tagged
from odoo.tools import mute_logger

from odoo.addons.child_remediation.tests.common import RemediationCommon

LOGGERS = (
    "odoo.addons.remediation_sign_on.models.res_users",
    "odoo.addons.auth_ldap.models.res_company_ldap",
    "odoo.addons.base.models.res_users",
)
WORD = "known to the directory"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@tagged("post_install", "-at_install")
class TestDirectory(RemediationCommon, HttpCase):
    """A real directory on this machine, and the page on which people sign in."""

    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Directory(_free_port())
        cls.addClassCleanup(cls.server.stop)
        people = {
            login: cls.server.person(login, WORD)
            for login in ("worker", "supervisor", "boss", "stranger", "rosalie")
        }
        cls.workers = cls.server.group("workers", people["worker"], people["rosalie"])
        cls.watchers = cls.server.group("watchers", people["supervisor"])
        cls.people = people
        cls.worker_group = cls.env.ref("child_remediation.group_case_worker")
        cls.monitor_group = cls.env.ref("child_remediation.group_monitoring")
        cls.directory = cls.env["res.company.ldap"].create(
            {
                "company": cls.company.id,
                "ldap_server": "127.0.0.1",
                "ldap_server_port": cls.server.port,
                "ldap_binddn": ROOT,
                "ldap_password": cls.server.password,
                "ldap_filter": "(&(objectClass=person)(uid=%s))",
                "ldap_base": BASE,
                "role_ids": [
                    Command.create(
                        {"claim": "memberOf", "value": value, "group_id": group.id}
                    )
                    for value, group in (
                        (cls.workers, cls.worker_group),
                        (cls.watchers, cls.monitor_group),
                    )
                ],
            }
        )
        cls.worker._set_empty_password()

    @no_retry
    def _sign_in(self, login, password=WORD):
        """Sign in on the page; the login of the session, or nothing."""
        self.opener.cookies.clear()
        page = self.url_open("/web/login")
        token = page.text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        self.url_open(
            "/web/login",
            data={"login": login, "password": password, "csrf_token": token},
            allow_redirects=False,
        )
        self.env.invalidate_all()
        answer = self.url_open("/web/session/get_session_info", json={"params": {}})
        return answer.json().get("result", {}).get("username")

    def test_roles_are_those_of_the_directory(self):
        self.worker.group_ids |= self.monitor_group
        self.assertEqual(self._sign_in("worker"), "worker")
        self.assertIn(self.worker_group, self.worker.group_ids)
        # The table decides on it, and the directory does not say it.
        self.assertNotIn(self.monitor_group, self.worker.group_ids)

    @mute_logger(*LOGGERS)
    def test_who_lost_the_group_stays_outside(self):
        self.assertEqual(self._sign_in("worker"), "worker")
        self.server.leave(self.workers, self.people["worker"])
        self.assertFalse(self._sign_in("worker"))
        self.assertIn(self.worker_group, self.worker.group_ids, "nothing half done")

    @mute_logger(*LOGGERS)
    def test_a_wrong_password_and_none_at_all_are_refused(self):
        for word in ("another", "", "*"):
            self.assertFalse(self._sign_in("worker", word), word)
        for login in ("work*", "*", "worker)(uid=*", "worker)(|(uid=*"):
            self.assertFalse(self._sign_in(login), login)

    @mute_logger(*LOGGERS)
    def test_an_entry_makes_nobody(self):
        before = self.env["res.users"].search_count([])
        self.assertFalse(self._sign_in("stranger"))
        self.assertEqual(self.env["res.users"].search_count([]), before)
        with self.assertRaisesRegex(ValidationError, "made here"):
            self.directory.create_user = True

    @mute_logger(*LOGGERS)
    def test_no_entry_is_an_administrator(self):
        boss = self.env["res.users"].create(
            {
                "name": "Boss",
                "login": "boss",
                "password": "of this server alone",
                "group_ids": [Command.link(self.env.ref("base.group_system").id)],
            }
        )
        self.assertFalse(self._sign_in("boss"))
        self.assertEqual(self._sign_in("boss", "of this server alone"), "boss")
        boss.group_ids -= self.env.ref("base.group_system")
        boss.sign_on_local = True
        self.assertFalse(self._sign_in("boss"))

    @mute_logger(*LOGGERS)
    def test_the_door_opens_when_the_directory_is_away(self):
        self.directory.ldap_server_port = _free_port()
        self.assertFalse(self._sign_in("worker"))
        local = self.env["res.users"].create(
            {"name": "Local", "login": "local", "password": "of this server alone"}
        )
        local.sign_on_local = True
        self.assertEqual(self._sign_in("local", "of this server alone"), "local")

    def test_the_second_factor_of_this_server_is_asked(self):
        self.company.second_factor_required = True
        self.assertEqual(self._sign_in("worker"), "worker")
        answer = self.url_open(
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
        self.assertIn("error", answer)

    def test_no_password_crosses_the_network_in_the_clear(self):
        with self.assertRaisesRegex(ValidationError, "Use TLS"):
            self.directory.ldap_server = "directory.example.org"
        self.directory.write({"ldap_server": "directory.example.org", "ldap_tls": True})

    def test_a_line_belongs_to_one_table(self):
        roles = self.env["remediation.sign.on.role"]
        values = {"value": "x", "group_id": self.worker_group.id}
        provider = self.env["auth.oauth.provider"].create(
            {
                "name": "P",
                "body": "P",
                "auth_endpoint": "https://example.org/",
                "flow": "id_token_code",
            }
        )
        for places in ({}, {"provider_id": provider.id, "ldap_id": self.directory.id}):
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                roles.create(values | places)
        with self.assertRaisesRegex(ValidationError, "named here by hand"):
            group = self.env.ref("base.group_system")
            roles.create(
                {"ldap_id": self.directory.id, "value": "x", "group_id": group.id}
            )
