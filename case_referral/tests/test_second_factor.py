import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestSecondFactor(PortalCommon):
    """Asked by default of who holds or covers cases on the portal, at every door; a
    password alone opens no remote call; who signed in is seen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.second_factor_required = True

    def _call(self, model, method, *args):
        return self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": {},
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        )

    def test_it_is_on_by_default(self):
        company = self.env["res.company"].create({"name": "New organisation"})
        self.assertTrue(company.second_factor_required)

    @mute_logger("odoo.http")
    def test_no_page_and_no_remote_call_before_enrolment(self):
        file = self.case._portal_attach(self.picture().encode(), self.case)
        for login in ("portal_manager", "portal_supervisor"):
            self.authenticate(login, login)
            url = f"/my/remediation/case/{self.case.name}"
            for path in (
                "/my/remediation",
                "/my/remediation/cases",
                url,
                f"{url}/assessment",
                f"/my/remediation/file/{file.id}",
            ):
                page = self.get(path)
                self.assertIn("/second-factor", page.text, path)
                self.assertNotIn("Amani", page.text)
            for model in ("remediation.case", "remediation.beneficiary"):
                answer = self._call(model, "search_read", [])
                self.assertNotIn(self.case.name, answer.text)
                self.assertIn("Enrol your phone first", answer.text)
            for path in (f"/web/content/{file.id}", f"/web/image/{file.id}"):
                self.assertEqual(self.url_open(path).status_code, 403, path)
            # What enrolling needs is open.
            answer = self._call(
                "res.users",
                "read",
                [self.env["res.users"].search([("login", "=", login)]).id],
                ["login"],
            )
            self.assertIn(login, answer.text)
            self.assertEqual(self.url_open("/my/security").status_code, 200)

    def test_others_are_not_asked(self):
        for login in ("portal_reporter", "school_user", "portal_observer"):
            self.authenticate(login, login)
            page = self.get("/my/remediation")
            self.assertNotIn("/second-factor", page.text)

    def test_once_enrolled_the_pages_open(self):
        self.portal_manager.sudo().totp_secret = "A" * 32
        self.portal_manager.invalidate_recordset()
        self.authenticate("portal_manager", "portal_manager")
        self.assertFalse(self.portal_manager._second_factor_missing())

    @mute_logger("odoo.addons.base.models.res_users", "odoo.service.common")
    def test_a_password_alone_opens_no_remote_call_to_a_childs_file(self):
        database = self.env.cr.dbname
        for user in (
            self.worker,
            self.supervisor,
            self.safeguarding,
            self.data_protection,
            self.auditor,
            self.portal_manager,
            self.portal_supervisor,
        ):
            password = user.login.ljust(8, "x")  # as new_test_user makes them
            uid = self.xmlrpc_common.authenticate(database, user.login, password, {})
            self.assertFalse(uid, user.login)
            key = (
                self.env["res.users.apikeys"]
                .with_user(user)
                .sudo()  # sudo: portal users get theirs from the test
                ._generate("rpc", "test", None)
            )
            uid = self.xmlrpc_common.authenticate(database, user.login, key, {})
            self.assertEqual(uid, user.id, user.login)

    @mute_logger("odoo.addons.base.models.res_users")
    def test_sign_ins_and_refusals_are_seen_and_nobody_changes_them(self):
        log = self.env["remediation.sign.in"]
        before = log.search([])
        token = self._csrf_token()
        for password in ("wrong", "school_user"):
            self.url_open(
                "/web/login",
                data={
                    "login": "school_user",
                    "password": password,
                    "csrf_token": token,
                },
            )
        self.url_open(
            "/web/login",
            data={"login": "unknown", "password": "secret", "csrf_token": token},
        )
        rows = log.search([]) - before
        self.assertEqual(sorted(rows.mapped("outcome")), ["accepted", "refused"], rows)
        self.assertEqual(rows.user_id, self.school_user)
        for user in (self.coordinator, self.data_protection):
            seen = log.with_user(user).search([("id", "in", rows.ids)])
            self.assertEqual(seen, rows)
            with self.assertRaises(UserError):
                seen.write({"outcome": "accepted"})
            with self.assertRaises(AccessError):
                seen.unlink()
            with self.assertRaises(UserError):
                seen.create({"outcome": "accepted", "user_id": user.id})
        for user in (self.worker, self.supervisor, self.plain_user, self.admin_like):
            with self.assertRaises(AccessError):
                log.with_user(user).search([])
