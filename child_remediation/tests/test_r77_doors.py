"""Doors for strangers: what is never refused (R77), and what tells nobody anything."""

import base64
import time

from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.auth_totp.models.totp import TOTP, hotp

from .common import RemediationCommon

PASSWORDS = "odoo.addons.base.models.res_users"
SIGN_IN = "odoo.addons.child_remediation.models.protection.remediation_sign_in"


@tagged("post_install", "-at_install", "whole")
class TestR77Reports(RemediationCommon):
    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "safeguarding_2": "group_safeguarding",
            "alternate_2": "group_safeguarding_alternate",
        }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["remediation.safeguarding.report"]
        cls.public = cls.env.ref("base.public_user")
        cls.safeguarding.name = "Espérance Mbuyi"

    def _file(self, user=None, **vals):
        reference = self.Report.with_user(user or self.public).file_report(
            {"description": "He asked the family for money.", **vals}
        )
        return self.Report.search([("name", "=", reference)])

    def test_r77_no_number_of_reports_is_refused(self):
        for user in (self.public, self.portal_reporter, self.worker):
            mails = self.env["mail.mail"].search_count([])
            reports = self.Report.browse()
            for _number in range(40):
                reports |= self._file(user)
            self.assertEqual(len(reports), 40, user.login)
            self.assertFalse(reports[0].is_one_of_many)
            self.assertTrue(reports[-1].is_one_of_many, "the officer sees a flood")
            sent = self.env["mail.mail"].search_count([]) - mails
            self.assertLessEqual(sent, 2 * 30, "a flood fills no mailbox")
            danger = self._file(user, is_immediate_danger=True)
            more = self.env["mail.mail"].search_count([]) - mails - sent
            self.assertTrue(danger and more, "danger calls whatever came before")

    def test_r77_nothing_that_is_wrong_refuses_a_report(self):
        for vals, kept in (
            ({"subject_kind": "queen"}, "queen"),
            ({"happened_on": "last week"}, "last week"),
            ({"happened_on": "2026-02-31"}, "2026-02-31"),
            ({"subject_user_id": "Paul"}, "Paul"),
            ({"subject_user_id": 2**40}, str(2**40)),
            ({"subject_organisation_id": [1]}, "[1]"),
            ({"channel": "pigeon"}, "pigeon"),
            ({"subject_text": "n" * 501}, "n" * 501),
        ):
            report = self._file(**vals)
            self.assertIn(kept, report.description)
        report = self._file(description="a\0b", subject_text="c\0")
        self.assertEqual((report.description, report.subject_text), ("ab", "c"))
        report = self._file(description="x" * 250_000)
        self.assertIn("50000", report.description.replace(",", ""))

    def test_r77_a_form_sent_twice_is_filed_once(self):
        first = self._file(client_key="k" * 20)
        self.assertTrue(first)
        again = self.Report.with_user(self.public).file_report(
            {"description": "x", "client_key": "k" * 20}
        )
        self.assertEqual(again, "")

    def test_r77_complaints_are_limited_per_person_in_the_method(self):
        complaints = self.env["remediation.complaint"]
        vals = {"description": "No money came.", "category": "cash"}
        as_reporter = complaints.with_user(self.portal_reporter)
        with self.assertRaises(UserError):
            for _number in range(50):
                as_reporter.file_complaint(vals)
        # another person at the same place goes on, and a person's conduct is told
        self.assertTrue(complaints.with_user(self.worker).file_complaint(vals))
        self.assertTrue(
            as_reporter.file_complaint({**vals, "category": "worker_conduct"})
        )

    def test_r77_a_report_about_the_officer_goes_to_the_alternate(self):
        for vals in (
            {"subject_user_id": self.safeguarding.id},
            {"subject_text": "esperance MBUYI"},
            {"description": "Madame Mbuyi, Esperance, hits the children."},
            {"subject_text": self.safeguarding.login + "@example.com"},
            {"subject_kind": "officer"},
            {"subject_text": "the safeguarding officer"},
        ):
            with self.subTest(vals=vals):
                before = self.env["mail.mail"].search([])
                report = self._file(self.worker, **vals)
                for officer in (self.safeguarding, self.safeguarding_2):
                    self.assertFalse(
                        self.Report.with_user(officer).search([("id", "=", report.id)])
                    )
                    with self.assertRaises(AccessError):
                        report.with_user(officer).read(["description"])
                for alternate in (self.alternate, self.alternate_2):
                    seen = report.with_user(alternate)
                    self.assertTrue(seen.read(["description"]))
                mails = self.env["mail.mail"].search([]) - before
                self.assertEqual(
                    set(mails.mapped("email_to")),
                    set((self.alternate | self.alternate_2).mapped("email_formatted")),
                )
        report.with_user(self.alternate).action_review()
        self.assertEqual(report.officer_id, self.alternate)

    def test_r77_the_alternate_reads_no_other_report_and_none_about_oneself(self):
        report = self._file()
        for operation in ("read", "write"):
            self.assertFalse(report.with_user(self.alternate).has_access(operation))
        both = self.env.ref("child_remediation.group_safeguarding")
        self.alternate.group_ids = [Command.link(both.id)]
        about = self._file(subject_kind="officer", subject_user_id=self.alternate.id)
        self.assertFalse(about.with_user(self.alternate).has_access("read"))
        self.assertTrue(about.with_user(self.alternate_2).has_access("read"))

    def test_r77_without_an_alternate_somebody_is_called(self):
        group = self.env.ref("child_remediation.group_safeguarding_alternate")
        group.all_user_ids.group_ids -= group
        report = self._file(subject_user_id=self.safeguarding.id)
        self.assertFalse(report.with_user(self.safeguarding).has_access("read"))
        self.assertTrue(report.with_user(self.safeguarding_2).has_access("read"))
        mails = self.env["mail.mail"].search([])
        report = self._file(subject_kind="officer")
        new = self.env["mail.mail"].search([]) - mails
        self.assertIn(self.coordinator.email_formatted, new.mapped("email_to"))
        # named later, the alternate finds it
        self.plain_user.group_ids = [Command.link(group.id)]
        self.assertTrue(report.with_user(self.plain_user).has_access("read"))


@tagged("post_install", "-at_install")
class TestDoors(RemediationCommon, HttpCase):
    """Signing up, signing in, a forgotten password, the second factor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.safeguarding.email = "safe@example.com"

    def _csrf_token(self):
        page = self.url_open("/web/login").text
        return page.split('name="csrf_token" value="')[1].split('"')[0]

    def _post(self, path, **data):
        return self.url_open(
            path, data={"csrf_token": self._csrf_token(), **data}, timeout=60
        )

    def test_nobody_signs_up_by_himself(self):
        users = self.env["res.users"]
        self.assertEqual(users._get_signup_invitation_scope(), "b2b")
        self.assertEqual(self.url_open("/web/signup").status_code, 404)
        self.assertNotIn("/web/signup", self.url_open("/web/login").text)
        before = users.search_count([])
        answer = self._post(
            "/web/signup",
            login="new@example.com",
            name="New",
            password="a long password",
            confirm_password="a long password",
        )
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(users.search_count([]), before)

    def test_short_passwords_are_refused(self):
        with self.assertRaises(UserError):
            self.worker.password = "short12"
        self.worker.password = "long enough"

    @mute_logger(PASSWORDS, "odoo.addons.auth_signup.controllers.main")
    def test_a_forgotten_password_tells_nobody_who_has_an_account(self):
        pages = set()
        for login in ("worker", "nobody", "safe@example.com", "a\0b"):
            page = self._post("/web/reset_password", login=login).text
            self.assertNotIn("No account", page)
            pages.add("Password reset instructions sent" in page)
        self.assertEqual(pages, {True})
        for email in ("safe@example.com", "nobody@example.com"):
            page = self.url_open(
                f"/web/reset_password?signup_email={email}", allow_redirects=False
            )
            self.assertEqual(page.status_code, 200)
        wishes = self.env["remediation.password.request"]
        self.assertEqual(len(wishes.search([])), 4)
        wishes._cron_answer()
        self.assertFalse(wishes.search([]))
        for user, asked in ((self.worker, True), (self.supervisor, False)):
            self.assertEqual(user.partner_id.signup_type == "reset", asked)

    @mute_logger(
        PASSWORDS, "odoo.addons.child_remediation.models.protection.remediation_sign_in"
    )
    def test_wrong_passwords_slow_down_a_person_not_an_office(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "5")
        self.env.registry._remediation_login_failures = None
        del self.env.registry._remediation_login_failures
        token = self._csrf_token()

        def sign_in(login, password):
            page = self.url_open(
                "/web/login",
                data={"login": login, "password": password, "csrf_token": token},
                allow_redirects=False,
            )
            if page.status_code == 303:
                return "in"
            self.assertEqual(page.status_code, 200)
            return "slow" if "Too many wrong" in page.text else "wrong"

        for _number in range(5):
            self.assertEqual(sign_in("worker_2", "wrong"), "wrong")
        self.assertEqual(sign_in("worker_2", "worker_2"), "slow")
        self.assertEqual(sign_in("WORKER_2 ", "worker_2"), "slow")
        self.assertEqual(sign_in("supervisor", "supervisor"), "in")

    @mute_logger(
        PASSWORDS, "odoo.addons.child_remediation.models.protection.remediation_sign_in"
    )
    def test_an_unknown_account_costs_the_hash_of_a_wrong_password(self):
        def cost(login):
            started = time.process_time()
            with self.assertRaises(AccessDenied):
                self.env["res.users"]._login(
                    {"login": login, "password": "wrong", "type": "password"},
                    {"interactive": True},
                )
            return time.process_time() - started

        cost("worker")
        known = min(cost("worker") for _number in range(5))
        unknown = min(cost("nobody") for _number in range(5))
        self.assertGreater(unknown, known / 4)

    def _two_factor_users(self):
        return (
            self.worker,
            self.supervisor,
            self.coordinator,
            self.safeguarding,
            self.alternate,
            self.data_protection,
            self.monitor,
            self.auditor,
        )

    def test_the_second_factor_is_on_by_default(self):
        company = self.env["res.company"].create({"name": "New organisation"})
        self.assertTrue(company.second_factor_required)

    @mute_logger("odoo.http")
    def test_no_page_and_no_call_before_enrolment_in_the_back_office(self):
        self.company.second_factor_required = True
        case = self._new_case()
        call = {
            "model": "remediation.case",
            "method": "search_read",
            "args": [[], ["name"]],
            "kwargs": {},
        }
        for user in self._two_factor_users():
            self.authenticate(user.login, user.login.ljust(8, "x"))
            for path in ("/odoo", "/web", "/odoo/safeguarding-reports"):
                answer = self.url_open(path, allow_redirects=False)
                self.assertEqual(answer.status_code, 303, path)
                self.assertIn("/second-factor", answer.headers["Location"])
            answer = self.url_open(
                "/web/dataset/call_kw",
                json={"jsonrpc": "2.0", "method": "call", "params": call},
            )
            self.assertIn("Enrol your phone", answer.text)
            self.assertNotIn(case.name, answer.text)
            page = self.url_open("/second-factor")
            self.assertIn("authenticator", page.text)
        self.authenticate("plain_user", "plain_user")
        answer = self.url_open("/odoo", allow_redirects=False)
        self.assertEqual(answer.status_code, 200, "others are not asked")

    @mute_logger("odoo.http", PASSWORDS)
    def test_enrolling_needs_password_and_code_and_opens_the_rest(self):
        self.company.second_factor_required = True
        self.authenticate("worker", "workerxx")
        page = self.url_open("/second-factor").text
        secret = page.split("<code>")[1].split("</code>")[0].replace(" ", "")
        key = base64.b32decode(secret)
        code = f"{hotp(key, int(time.time() // 30)):06d}"
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        for password, digits in (
            ("wrong", code),
            ("workerxx", "12"),
            ("workerxx", "abcdef"),
        ):
            self.url_open(
                "/second-factor",
                data={"password": password, "code": digits, "csrf_token": token},
            )
            self.assertFalse(self.worker.totp_enabled)
        self.url_open(
            "/second-factor",
            data={"password": "workerxx", "code": code, "csrf_token": token},
            allow_redirects=False,
        )
        self.worker.invalidate_recordset()
        self.assertTrue(self.worker.totp_enabled)
        self.assertTrue(TOTP(key).match(int(code)))
        answer = self.url_open("/odoo", allow_redirects=False)
        self.assertEqual(answer.status_code, 200)

    def test_a_signed_in_report_is_filed_before_the_second_factor(self):
        self.company.second_factor_required = True
        self.assertTrue(self.portal_manager._second_factor_missing())
        self.assertTrue(
            self.env["remediation.safeguarding.report"]
            .with_user(self.portal_manager)
            .file_report({"description": "x"})
        )
