import csv
import hashlib
import io
import json
from datetime import timedelta

import openpyxl
import psycopg2

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from ..tools import source
from .common import ExchangeCommon


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@tagged("post_install", "-at_install")
class TestExport(ExchangeCommon):
    """Exports keep account of themselves (R9, R29, R30)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._reportable()
        cls.other = cls._reportable(cls.manager_other)
        cls.silent = cls._new_case()
        cls.case.beneficiary_id.write(
            {"first_name": "=cmd|'/c calc'!A1", "nickname": "+243 99"}
        )

    # -- who may
    def test_r29_roles_that_may_not_export(self):
        for user in (
            self.coordinator,
            self.supervisor,
            self.worker_other,
            self.monitor,
            self.auditor,
            self.data_protection,
            self.plain_user,
            self.admin_like,
            self.portal_manager,
            self.portal_observer,
            self.env.ref("base.public_user"),
        ):
            with self.assertRaises(AccessError, msg=user.login):
                self._export(user)
            with self.assertRaises(AccessError, msg=user.login):
                self.env["remediation.export"].with_user(user)._request(
                    {"layout": "table", "column_keys": ["case_code"]}
                )
        # the right to export alone reads no case
        with self.assertRaises(AccessError):
            self._export(self.only_export)

    def test_r29_an_export_holds_the_cases_its_user_reads_and_no_other(self):
        own = self._reportable(self.manager_2)
        self._reportable(self.manager_company_b)
        found = rows_of(self._content(self._export(self.worker_2)))
        self.assertEqual([row[0] for row in found[1:]], [own.name])
        found = rows_of(self._content(self._export(self.exporter)))
        self.assertEqual(
            {row[0] for row in found[1:]}, {self.case.name, self.other.name, own.name}
        )
        # a filter widens nothing
        export = self._export(
            self.worker_2, domain=repr([("id", "in", [self.case.id, own.id])])
        )
        self.assertEqual(export.case_count, 1)

    def test_r29_nobody_writes_or_deletes_an_export_and_each_sees_their_own(self):
        export = self._export(self.namer)
        for user in (
            self.exporter,
            self.coordinator,
            self.data_protection,
            self.admin_like,
            self.namer_company_b,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                export.with_user(user).read(["name"])
        for values in ({"state": "queued"}, {"user_id": self.worker.id}):
            with self.assertRaises(AccessError):
                export.with_user(self.namer).write(values)
            with self.assertRaises(AccessError):
                export.sudo().write(values)
        with self.assertRaises(AccessError):
            export.with_user(self.namer).unlink()

    def test_r29_a_right_lost_before_the_background_wrote_it_counts(self):
        export = self._export(self.namer)
        export.sudo()._unprotected().write({"state": "queued"})
        self.namer.group_ids -= self.env.ref("child_remediation.group_export")
        export.sudo()._make_in_background()
        self.assertEqual(export.sudo().state, "failed")
        self.assertIn("right to export", export.sudo().problem)

    # -- names
    def test_r30_without_names_unless_asked_for_with_right_and_reason(self):
        text = self._content(self._export(self.namer)).decode()
        self.assertIn(self.case.name, text)
        for name in ("Hidden", "Mama Secret", "Amani", "cmd"):
            self.assertNotIn(name, text)
        named = {"column_ids": self._columns("case_code", "last_name")}
        with self.assertRaisesRegex(UserError, "With Names"):
            self._export(self.namer, **named)
        with self.assertRaisesRegex(UserError, "needed for"):
            self._export(self.namer, is_identified=True, **named)
        with self.assertRaisesRegex(AccessError, "see names"):
            self._export(
                self.exporter, is_identified=True, reason="A survey by phone", **named
            )
        export = self._export(
            self.namer, is_identified=True, reason="A survey by phone", **named
        )
        self.assertIn("Hidden", self._content(export).decode())
        self.assertEqual(self._log_rows(export).reason, "A survey by phone")
        self.assertTrue(self._log_rows(export).is_identified)

    def test_r30_every_identity_field_of_the_core_is_named_as_one(self):
        """The whitelist holds no field with groups that the code takes for harmless."""
        columns = self.env["remediation.export.column"].search([])
        for table, model in (
            ("b.", "remediation.beneficiary"),
            ("i.", "remediation.beneficiary"),
            ("h.", "remediation.household"),
            ("g.", "remediation.household.member"),
        ):
            for key in columns.mapped("key"):
                expression = source.SOURCES.get(key, ("",))[0]
                name = expression.removeprefix(table)
                field = self.env[model]._fields.get(name)
                if expression.startswith(table) and field is not None and field.groups:
                    self.assertIn(key, source.IDENTITY)
                    self.assertNotEqual(table, "b.", "read by the row's own rules")
        self.assertFalse(
            columns.filtered("is_default").mapped("is_identity").count(True)
        )

    def test_r30_name_of_a_child_that_somebody_else_holds_today_stays_away(self):
        old = self._reportable(self.manager_2)
        old._unprotected().write({"closed_on": fields.Datetime.now() - timedelta(1)})
        child = old.beneficiary_id
        new = (
            self.env["remediation.case"]
            ._unprotected()
            .create(
                {"beneficiary_id": child.id, "case_manager_id": self.manager_other.id}
            )
        )
        self.assertEqual(child.user_id, self.worker_other)
        self.assertTrue(new)
        export = self._export(
            self.worker_2,
            is_identified=True,
            reason="My own old files",
            column_ids=self._columns(
                "case_code", "first_name", "caregiver_name", "address"
            ),
        )
        row = next(
            row for row in rows_of(self._content(export))[1:] if row[0] == old.name
        )
        self.assertEqual(row[1:], ["", "", ""])

    def test_r30_cells_are_neutral_and_numbers_stay_numbers(self):
        keys = ("case_code", "age", "first_name", "nickname", "reopened_count")
        options = {
            "column_ids": self._columns(*keys),
            "is_identified": True,
            "reason": "To prove that it is harmless",
        }
        export = self._export(self.namer, **options)
        line = next(
            row for row in rows_of(self._content(export)) if row[0] == self.case.name
        )
        order = [
            c.key
            for c in self.env["remediation.export.column"].search([("key", "in", keys)])
        ]
        cells = dict(zip(order, line, strict=True))
        self.assertEqual(cells["first_name"], "'=cmd|'/c calc'!A1")
        self.assertEqual(cells["nickname"], "'+243 99")
        self.assertEqual(cells["age"], "11")
        export = self._export(self.namer, file_format="xlsx", **options)
        sheet = openpyxl.load_workbook(io.BytesIO(self._content(export))).active
        line = next(row for row in sheet.iter_rows() if row[0].value == self.case.name)
        cells = dict(zip(order, line, strict=True))
        self.assertEqual(cells["age"].value, 11)
        self.assertEqual(cells["age"].data_type, "n")
        self.assertEqual(cells["first_name"].data_type, "s")
        self.assertEqual(cells["first_name"].value, "'=cmd|'/c calc'!A1")

    def test_r30_only_columns_of_the_whitelist(self):
        exports = self.env["remediation.export"].with_user(self.namer)
        for keys in (
            ["birth_date_for_age"],
            ["case_code", "c.write_uid"],
            ["1; DROP TABLE remediation_case"],
            [],
        ):
            with self.assertRaises(UserError, msg=keys):
                exports._request({"layout": "table", "column_keys": keys})
        # a row that somebody adds to the list of words opens nothing
        self.env["remediation.export.column"].create({"name": "x", "key": "c.id"})
        with self.assertRaises(UserError):
            exports._request({"layout": "table", "column_keys": ["c.id"]})
        for domain in ("[('id', '=', uid)]", "__import__('os')", "[('nope', '=', 1)]"):
            with self.assertRaises(UserError, msg=domain):
                exports._request(
                    {"layout": "table", "column_keys": ["sex"], "domain": domain}
                )

    def test_r30_a_filter_on_a_name_is_refused_without_the_right_to_names(self):
        with self.assertRaises(AccessError):
            self._export(
                self.exporter,
                domain=repr([("beneficiary_id.last_name", "ilike", "hid")]),
            )

    # -- consent
    def test_r09_cases_without_reporting_consent_are_left_out(self):
        export = self._export(self.namer)
        self.assertNotIn(self.silent.name, self._content(export).decode())
        self.assertEqual((export.case_count, export.excluded_count), (2, 1))
        log = self._log_rows(export)
        self.assertEqual((log.count, log.excluded_count), (2, 1))

    def test_r09_the_set_wise_answer_is_that_of_the_case(self):
        """Differential: every shape of consent, against the one place that decides."""
        day = timedelta(days=1)
        shapes = [
            [],
            [{}],
            [{"answer": "no"}],
            [{"given_on": self.today - 9 * day}, {"answer": "no"}],
            [{"answer": "no", "given_on": self.today - 9 * day}, {}],
            [{"answer": "no"}, {}],
            [{}, {"answer": "no"}],
            [{"valid_until": self.today}],
            [{"given_on": self.today - 9 * day, "valid_until": self.today - day}],
            [{"purpose": "services"}],
            [{"subject": "child", "given_by_member_id": False}],
            [{}, {"given_on": self.today - 3 * day, "valid_until": self.today - day}],
        ]
        cases = self.env["remediation.case"]
        for shape in shapes:
            case = self._new_case()
            cases |= case
            for vals in shape:
                self._new_consent(case, **{"purpose": "reporting", **vals})
        withdrawn = self._reportable()
        withdrawn.consent_ids.with_user(self.worker).action_withdraw()
        lapsed = self._new_case()
        self._new_consent(
            lapsed,
            "reporting",
            given_on=self.today - 9 * day,
            valid_until=self.today - day,
        )
        self.env["remediation.consent"]._cron_expire()
        creditor = self._reportable()
        self._caregiver(creditor).is_employer_or_creditor = True
        confirmed = self._reportable()
        self._caregiver(confirmed).is_employer_or_creditor = True
        confirmed.consent_ids.with_user(self.supervisor).action_confirm()
        second = self._new_case()
        self._caregiver(second).is_employer_or_creditor = True
        aunt = self.env["remediation.household.member"].create(
            {
                "household_id": second.household_id.id,
                "relationship": "aunt_uncle",
            }
        )
        self._new_consent(second, "reporting", second_member_id=aunt.id)
        cases |= withdrawn | lapsed | creditor | confirmed | second
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT c.id FROM remediation_case c WHERE c.id = ANY(%s) AND %s",
                cases.ids,
                source.reporting_consent(self.today),
            )
        )
        found = {row[0] for row in self.env.cr.fetchall()}
        expected = set(cases._disclosure_reportable().ids)
        self.assertEqual(found, expected)
        self.assertTrue(expected)
        self.assertTrue(set(cases.ids) - expected)

    def test_r08_what_a_family_withholds_is_in_no_file(self):
        items = self.env["remediation.disclosure.item"].search([])
        keys = sorted(
            {"case_code", *source.TELLS}
            & set(self.env["remediation.export.column"].search([]).mapped("key"))
        )
        school = self.env["res.partner"].create({"name": "A school"})
        self._new_consent(
            self.case,
            "share_with_org",
            withhold_item_ids=[
                fields.Command.set(
                    items.filtered(lambda i: i.key in ("last_name", "area", "sex")).ids
                )
            ],
            withhold_from_ids=[fields.Command.set(school.ids)],
        )
        self.case.site_id = self.site
        self.other.site_id = self.site
        export = self._export(
            self.namer,
            is_identified=True,
            reason="To prove what is withheld",
            column_ids=self._columns(*keys),
        )
        order = self.env["remediation.export.column"].search([("key", "in", keys)])
        rows = {}
        for row in rows_of(self._content(export))[1:]:
            fact = dict(zip(order.mapped("key"), row, strict=True))
            rows[fact["case_code"]] = fact
        own, other = rows[self.case.name], rows[self.other.name]
        for key in ("last_name", "site", "sex"):
            self.assertEqual(own[key], "", key)
            self.assertTrue(other[key], key)
        self.assertTrue(own["first_name"])
        for layout in ("htcds", "primero"):
            export = self._export(
                self.namer,
                layout=layout,
                is_identified=True,
                reason="To prove what is withheld",
                domain=repr([("id", "=", self.case.id)]),
            )
            self.assertNotIn("Hidden", self._content(export).decode())

    def test_the_age_is_that_of_the_child(self):
        for vals in (
            {"age_estimated": 11, "age_margin": 2},
            {"age_estimated": 0, "birth_date": self.today - timedelta(days=4000)},
            {"age_estimated": 0},
            {"birth_date": self.today - timedelta(days=4000), "age_estimated": 13},
            {"age_recorded_on": self.today - timedelta(days=800), "age_estimated": 9},
        ):
            self.case.beneficiary_id.write(
                {"birth_date": False, "age_margin": 0, **vals}
            )
            export = self._export(
                self.namer,
                domain=repr([("id", "=", self.case.id)]),
                column_ids=self._columns("age"),
            )
            expected = self.case.beneficiary_id._age_on(self.today)
            cell = rows_of(self._content(export))[1]
            self.assertEqual(cell, ["" if expected is None else str(expected)], vals)

    def test_reported_62_moments_are_those_of_the_place_of_the_case(self):
        """22:30 in UTC is the next day in Lubumbashi (UTC+2)."""
        self.company.partner_id.tz = "Africa/Lubumbashi"
        self.case._unprotected().write({"opened_at": "2026-11-20 22:30:00"})
        self.namer.tz = "America/New_York"
        export = self._export(
            self.namer,
            domain=repr([("id", "=", self.case.id)]),
            column_ids=self._columns("opened_at"),
        )
        self.assertEqual(rows_of(self._content(export))[1], ["2026-11-21 00:30"])

    def test_r61_answers_to_a_programmes_own_questions(self):
        programme = self.env["remediation.programme"].create({"name": "Own Questions"})
        programme.case_properties = [
            {
                "name": "cc01",
                "string": "Water",
                "type": "selection",
                "selection": [["well", "Well"], ["river", "River"]],
            },
            {"name": "cc02", "string": "Rooms", "type": "integer"},
            {"name": "cc03", "string": "Never asked", "type": "char"},
        ]
        self.case.programme_id = programme
        self.case.properties = {"cc01": "river", "cc02": 2}
        wanted = {
            "domain": repr([("id", "=", self.case.id)]),
            "column_ids": self._columns(
                "case_answers", "assessment_answers", "visit_answers"
            ),
        }
        with self.assertRaises(UserError):
            self._export(self.namer, **wanted)
        export = self._export(
            self.namer, is_identified=True, reason="A report to the donor", **wanted
        )
        self.assertEqual(
            rows_of(self._content(export))[1], ["Water: River\nRooms: 2", "", ""]
        )

    def test_r30_the_money_of_exploitation_is_exported(self):
        self.env["remediation.work.situation"].create(
            {
                "case_id": self.case.id,
                "works": "yes",
                "site_id": self.site.id,
                "pay_promised": 50,
                "debt_amount": 120.5,
                "debt_holder": "recruiter",
            }
        )
        export = self._export(
            self.namer,
            domain=repr([("id", "=", self.case.id)]),
            column_ids=self._columns("pay_promised", "debt_amount", "debt_holder"),
        )
        found = rows_of(self._content(export))[1]
        self.assertEqual(found[:2], ["50.0", "120.5"])
        self.assertIn("ecruiter", found[2])

    def test_unknown_is_never_no_in_a_table(self):
        answers = ("yes", "no", "unknown", False)
        cases = self.env["remediation.case"]
        for answer in answers:
            for _number in range(11):
                case = self._reportable(age=9)
                cases |= case
                self.env["remediation.work.situation"].create(
                    {"case_id": case.id, "works": "unknown", "is_bonded": answer}
                )
        wanted = {
            "domain": repr([("id", "in", cases.ids)]),
            "column_ids": self._columns("is_bonded"),
        }
        cells = rows_of(self._content(self._export(self.namer, **wanted)))[1:]
        self.assertEqual(
            {name: cells.count([name]) for name in ("Yes", "No", "Not Known", "")},
            {"Yes": 11, "No": 11, "Not Known": 11, "": 11},
        )

    def test_what_was_true_once_stays_and_unknown_outweighs_no(self):
        for said, told in (
            (("yes", "no"), "Yes"),
            (("no", "unknown"), "Not Known"),
            (("no", False), "No"),
        ):
            case = self._reportable(age=9)
            self.env["remediation.work.situation"].create(
                [
                    {"case_id": case.id, "works": "unknown", "is_bonded": answer}
                    for answer in said
                ]
            )
            export = self._export(
                self.namer,
                domain=repr([("id", "=", case.id)]),
                column_ids=self._columns("is_bonded"),
            )
            self.assertEqual(rows_of(self._content(export))[1:], [[told]], said)

    # -- totals
    def test_r10_totals_hide_small_numbers_and_what_gives_them_away(self):
        for number in range(24):
            self._new_case(age=9, site_id=(self.site if number < 12 else self.farm).id)
        export = self._export(
            self.namer,
            layout="totals",
            column_ids=self._columns("sex", "site_type"),
        )
        rows = rows_of(self._content(export))[1:]
        counts = {row[1]: row[2] for row in rows}
        self.assertEqual(len(rows), 3)
        hidden = [count for count in counts.values() if not count.isdigit()]
        # three cases without a site: hidden, and so is one more, or the total of the
        # others would give it away
        self.assertEqual(len(hidden), 2)
        self.assertEqual(export.case_count, 27)
        for keys in (("case_code",), ("last_name",), ("sex", "age", "stage", "area")):
            with self.assertRaises(UserError, msg=keys):
                self._export(
                    self.namer, layout="totals", column_ids=self._columns(*keys)
                )

    # -- account
    def test_r29_every_export_leaves_a_row_with_the_hash_of_its_file(self):
        export = self._export(
            self.namer, receiver="Donor", domain=repr([("stage", "!=", "closed")])
        )
        content = self._content(export)
        row = self._log_rows(export)
        self.assertEqual(row.user_id, self.namer)
        self.assertEqual(row.file_hash, hashlib.sha256(content).hexdigest())
        self.assertEqual(row.file_size, len(content))
        self.assertEqual(export.file_hash, row.file_hash)
        self.assertEqual(row.receiver, "Donor")
        self.assertEqual(row.domain, "[('stage', '!=', 'closed')]")
        self.assertIn("case_code", row.columns)
        self.env.cr.flush()
        looks = self.env["remediation.access.log"].search(
            [("action", "=", "export"), ("user_id", "=", self.namer.id)]
        )
        self.assertIn(export.name, looks.mapped("reason"))
        self.assertEqual(
            set(looks.filtered(lambda r: r.reason == export.name).res_ids),
            {self.case.id, self.other.id},
        )

    def test_r29_the_log_is_for_data_protection_and_for_nobody_to_change(self):
        export = self._export(self.namer)
        row = self._log_rows(export)
        for user in (
            self.namer,
            self.exporter,
            self.coordinator,
            self.supervisor,
            self.auditor,
            self.safeguarding,
            self.plain_user,
            self.admin_like,
            self.portal_manager,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                row.with_user(user).read(["code"])
        officer = row.with_user(self.data_protection)
        self.assertEqual(officer.count, 2)
        for operation in ("create", "write", "unlink"):
            self.assertFalse(officer.has_access(operation))
        for statement in (
            "UPDATE remediation_export_log SET count = 0",
            "DELETE FROM remediation_export_log",
            "TRUNCATE remediation_export_log",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(psycopg2.Error, "append-only"),
                self.env.cr.savepoint(flush=False),
            ):
                self.env.cr.execute(statement)
        for code in (
            "env['remediation.export.log'].sudo().search([]).unlink()",
            "env['remediation.export.log'].sudo().search([]).write({'count': 0})",
            "env['remediation.export.log'].sudo().create({'code': 'x'})",
        ):
            action = self.env["ir.actions.server"].create(
                {
                    "name": "x",
                    "state": "code",
                    "code": code,
                    "model_id": self.env["ir.model"]._get_id("res.partner"),
                }
            )
            with self.assertRaises(UserError):
                action.run()
        self.assertEqual(self._log_rows(export).count, 2)

    # -- afterwards
    def test_r29_the_file_goes_after_its_days_and_the_row_stays(self):
        self.company.export_keep_days = 3
        export = self._export(self.namer)
        self.assertEqual(export.delete_on, self.today + timedelta(days=3))
        self.env["remediation.export"]._gc_files()
        self.assertEqual(export.state, "done")
        export.sudo()._unprotected().write({"delete_on": self.today})
        self.env["remediation.export"]._gc_files()
        self.assertEqual(export.state, "deleted")
        self.assertFalse(
            self.env["ir.attachment"].search(
                [("res_model", "=", export._name), ("res_field", "=", "file")]
            )
        )
        self.assertTrue(self._log_rows(export))
        with self.assertRaises(UserError):
            export.action_download()

    def test_many_cases_wait_for_the_background(self):
        from ..models import remediation_export as module

        limit, module.AT_ONCE = module.AT_ONCE, 1
        self.addCleanup(setattr, module, "AT_ONCE", limit)
        export = self._export(self.namer)
        self.assertEqual(export.state, "queued")
        self.assertFalse(self._log_rows(export))
        with self.enter_registry_test_mode():
            self.env.ref("case_exchange.ir_cron_export").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(export.state, "done")
        self.assertEqual(self._log_rows(export).user_id, self.namer)
        self.assertEqual(self._log_rows(export).count, 2)

    def test_columns_speak_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(
            ["child_remediation", "case_exchange"], ["fr_FR"]
        )
        self.namer.lang = "fr_FR"
        export = self._export(self.namer, column_ids=self._columns("sex"))
        self.assertEqual(rows_of(self._content(export))[:2], [["Sexe"], ["Masculin"]])


@tagged("post_install", "-at_install")
class TestExportOverHttp(ExchangeCommon, HttpCase):
    """Odoo's own doors stay closed; the file is its owner's alone."""

    _registry_readonly_enabled = False

    @mute_logger("odoo.http")
    def test_r29_web_export_and_json2_are_closed_whoever_holds_odoos_right(self):
        case = self._reportable()
        for user in (self.worker, self.coordinator, self.namer, self.importer):
            user.group_ids |= self.env.ref("base.group_allow_export")
            key = self._key(user)
            for model, record in (
                ("remediation.case", case),
                ("remediation.beneficiary", case.beneficiary_id),
                ("remediation.consent", case.consent_ids),
            ):
                answer = self.url_open(
                    f"/json/2/{model}/export_data",
                    data=json.dumps({"ids": record.ids, "fields_to_export": ["name"]}),
                    headers={
                        "Authorization": f"bearer {key}",
                        "Content-Type": "application/json",
                    },
                )
                self.assertIn(answer.status_code, (403, 404), user.login)
                self.assertNotIn(case.name, answer.text)
            self.authenticate(user.login, user.login)
            for kind in ("csv", "xlsx"):
                answer = self.url_open(
                    f"/web/export/{kind}",
                    data={
                        "data": json.dumps(
                            {
                                "model": "remediation.case",
                                "fields": [
                                    {"name": "name", "label": "Code"},
                                    {
                                        "name": "beneficiary_id/first_name",
                                        "label": "First",
                                    },
                                ],
                                "ids": case.ids,
                                "domain": [],
                                "import_compat": False,
                                "groupby": [],
                                "context": {},
                            }
                        ),
                        "csrf_token": http.Request.csrf_token(self),
                    },
                )
                self.assertNotEqual(answer.status_code, 200, (user.login, kind))
                self.assertNotIn("Amani", answer.text)
                self.assertNotIn(case.name, answer.text)

    def test_r29_the_file_is_downloaded_by_its_owner_alone_and_logged(self):
        case = self._reportable()
        export = self._export(self.namer)
        address = f"/web/content/remediation.export/{export.id}/file/x.csv?download=1"
        for user in (
            self.exporter,
            self.coordinator,
            self.data_protection,
            self.admin_like,
            self.worker,
            self.portal_manager,
        ):
            self.authenticate(user.login, user.login)
            answer = self.url_open(address)
            self.assertNotEqual(answer.status_code, 200, user.login)
            self.assertNotIn(case.name, answer.text)
        self.authenticate("namer", "namer")
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(case.name, answer.text)
        row = self.env["remediation.access.log"].search(
            [("model", "=", "remediation.export"), ("action", "=", "download")]
        )
        self.assertEqual((row.user_id, row.res_id), (self.namer, export.id))

    def test_r75_yesterdays_file_needs_todays_right(self):
        case = self._reportable()
        export = self._export(
            self.namer,
            is_identified=True,
            reason="A survey by phone",
            column_ids=self._columns("case_code", "first_name"),
        )
        address = f"/web/content/remediation.export/{export.id}/file/x.csv?download=1"
        file = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", export._name),
                    ("res_id", "=", export.id),
                    ("res_field", "=", "file"),
                ]
            )
        )
        self.assertTrue(file)
        for group in (
            "child_remediation.group_identity",
            "child_remediation.group_export",
        ):
            lost = self.env.ref(group)
            held = self.namer.group_ids
            if group.endswith("identity"):
                # names come with case work too
                self.namer.group_ids = self.env["res.groups"].union(
                    self.env.ref("child_remediation.group_export"),
                    self.env.ref("child_remediation.group_monitoring"),
                )
            else:
                self.namer.group_ids -= lost
            self.env.invalidate_all()
            self.authenticate("namer", "namer")
            answer = self.url_open(address)
            self.assertNotEqual(answer.status_code, 200, group)
            self.assertNotIn(case.name, answer.text)
            for ask in (
                lambda: export.with_user(self.namer).action_download(),
                lambda: export.with_user(self.namer).read(["file"]),
                lambda: export.with_user(self.namer).web_read({"file": {}}),
                lambda: file.with_user(self.namer).read(["datas"]),
                lambda: file.with_user(self.namer).read(["raw"]),
            ):
                with self.assertRaises(AccessError, msg=group):
                    ask()
            self.namer.group_ids = held
        self.env.invalidate_all()
        self.authenticate("namer", "namer")
        self.assertEqual(self.url_open(address).status_code, 200)

    def _key(self, user):
        return (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate(None, "test", fields.Datetime.now() + timedelta(days=1))
        )
