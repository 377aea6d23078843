"""The server's log holds no name, number or narrative (R78)."""

import io
import logging
import math

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.remediation_base.tools import log_filter

from .common import RemediationCommon

NAME = "Zuberimwanga"
STORY = "Hiddennarrative"
PHONE = "243999771881"
SECRETS = (NAME, STORY, PHONE)
#: What people type into a number: too much, too little, nothing that is a number.
MISTAKES = (999, 10**12, -7, math.nan, math.inf, "NaN", f"{NAME} 9", 1e308)


@tagged("post_install", "-at_install")
class TestR78Logs(RemediationCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.child = cls.case.beneficiary_id
        cls.child.write({"first_name": NAME, "external_ref": "REF-1"})
        cls.caregiver = cls._caregiver(cls.case)
        cls.caregiver.write({"full_name": NAME, "phone": PHONE})
        cls.case.household_id.address = STORY
        cls._active_plan(cls.case)
        cls.visit = cls._visit(cls.case, note=STORY)
        cls.work = cls.env["remediation.work.situation"].create(
            {"case_id": cls.case.id, "works": "yes"}
        )

    def setUp(self):
        super().setUp()
        self.text = io.StringIO()
        handler = logging.StreamHandler(self.text)
        handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        # Whatever the tests' own log leaves out, a production server's does not.
        logging.disable(logging.NOTSET)
        self.addCleanup(logging.disable, logging.root.manager.disable)
        for name in ("odoo", "odoo.http", "odoo.sql_db", "odoo.addons", "werkzeug"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.INFO)
        for name in ("odoo", "werkzeug"):
            logging.getLogger(name).addHandler(handler)
            self.addCleanup(logging.getLogger(name).removeHandler, handler)

    def _assert_silent(self, what=""):
        text = self.text.getvalue()
        for secret in SECRETS:
            self.assertNotIn(secret, text, what)

    def _numbers(self):
        """Every number that people can write on a record of the child's file."""
        child = self.child
        for records in (
            child,
            child.household_id,
            self.caregiver,
            self.case,
            self.visit,
            self.work,
            self.case.plan_ids.action_ids,
        ):
            for field in records._fields.values():
                if (
                    field.type in ("integer", "float", "monetary")
                    and field.store
                    and not field.related
                    and field.name not in ("id",)
                ):
                    yield records[:1], field

    def test_r78_sixty_typing_mistakes_leave_no_name_in_the_log(self):
        made = 0
        for record, field in self._numbers():
            for value in MISTAKES:
                made += 1
                try:
                    with self.env.cr.savepoint():
                        record._unprotected().write({field.name: value})
                        record.flush_recordset()
                except (UserError, ValidationError, ValueError, TypeError):
                    logging.getLogger("odoo.http").exception("As Odoo logs it")
                except psycopg2.Error:
                    self.fail(f"{record._name}.{field.name} = {value} reached SQL")
        self.assertGreaterEqual(made, 60)
        self._assert_silent()

    def test_r78_a_used_reference_is_told_before_sql(self):
        other = self._new_case().beneficiary_id
        for write in (
            lambda: other.write({"external_ref": "REF-1"}),
            lambda: self.env["remediation.beneficiary"].create(
                {"sex": "male", "age_estimated": 9, "external_ref": "REF-1"}
            ),
        ):
            with self.assertRaises(ValidationError):
                write()
        self._assert_silent()
        self.assertNotIn("bad query", self.text.getvalue())
        other.write({"external_ref": "REF-2"})
        other.write({"external_ref": "REF-2"})

    def test_r78_what_reaches_sql_all_the_same_is_cut(self):
        for query, params in (
            ("UPDATE remediation_beneficiary SET age_estimated = 999", []),
            ("INSERT INTO remediation_note (text) VALUES (%s)", [STORY]),
            ("SELECT id FROM remediation_case WHERE id = %s", [NAME]),
            ("SELECT * FROM remediation_visit WHERE note = %s AND x", [STORY]),
        ):
            with (
                self.assertRaises(psycopg2.Error),
                self.env.cr.savepoint(flush=False),
            ):
                self.env.cr.execute(query, params)
        self.assertIn("bad query", self.text.getvalue())
        self.assertIn("remediation_note", self.text.getvalue())
        self._assert_silent()

    def test_r78_errors_of_python_are_cut_to_their_kind(self):
        log = logging.getLogger("odoo.http")
        for fail in (
            lambda: int(NAME),
            lambda: {}[NAME],
            lambda: self.child.write({"sex": NAME}),
            lambda: self.case.read([NAME]),
            lambda: self.env["remediation.case"].search([(NAME, "=", 1)]),
        ):
            try:
                with self.env.cr.savepoint():
                    fail()
            except Exception as error:
                log.exception("Exception during request handling.")
                log.warning(error)
                log.warning("%s", error)
        self._assert_silent()
        self.assertIn("ValueError", self.text.getvalue())

    def test_r78_who_reports_without_a_name_leaves_no_address(self):
        log = logging.getLogger("werkzeug")
        for path in ("/report-concern?lang=fr", "/speak-up/safeguarding"):
            log.info('10.9.8.7 - - [x] "POST %s HTTP/1.1" 200 -', path)
            log.info('%s - - [x] "GET %s HTTP/1.1" 200 -', "10.9.8.7", path)
        self.assertNotIn("10.9.8.7", self.text.getvalue())
        log.info('10.9.8.7 - - [x] "GET /my/cases?search=%s HTTP/1.1" 200 -', NAME)
        self.assertIn("10.9.8.7", self.text.getvalue())
        self._assert_silent()

    def test_r78_signing_in_logs_no_login(self):
        page = self.url_open("/web/login").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(
            "/web/login",
            data={"login": NAME, "password": STORY, "csrf_token": token},
        )
        self.url_open("/web/reset_password", data={"login": NAME, "csrf_token": token})
        self._assert_silent()

    def test_r78_the_filter_stands_before_every_handler(self):
        self.assertTrue(getattr(logging.getLogRecordFactory(), "cuts_names", False))
        self.assertEqual(
            log_filter.statement(f"UPDATE \"remediation_note\" SET x='{NAME}'"),
            "UPDATE remediation_note (cut)",
        )
