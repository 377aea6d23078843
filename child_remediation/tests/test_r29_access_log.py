from datetime import timedelta

import psycopg2
from freezegun import freeze_time

from odoo import api, fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestR29AccessLog(RemediationCommon):
    """Whoever reads a child's file outside sudo leaves a row that stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.Log = cls.env["remediation.access.log"]

    def setUp(self):
        super().setUp()
        self.env.cr.flush()
        self.env.invalidate_all()
        self.start = max(self.Log.search([], limit=1).ids, default=0)

    def _rows(self, user=None):
        self.env.cr.flush()
        domain = [("id", ">", self.start)]
        if user:
            domain.append(("user_id", "=", user.id))
        return self.Log.search(domain, order="id")

    def _open(self, user, case=None):
        case = (case or self.case).with_user(user)
        case.invalidate_recordset()
        return case.web_read(
            {
                "name": {},
                "stage": {},
                "risk_level": {},
                "beneficiary_id": {"fields": {"display_name": {}}},
                "note_ids": {"fields": {"subject": {}, "text": {}}},
                "deadline_ids": {"fields": {"kind": {}, "date_due": {}}},
                "consent_ids": {"fields": {"purpose": {}, "state": {}}},
            }
        )

    def test_r29_opening_a_case_is_one_row_per_slot(self):
        self.env["remediation.note"].create(
            [{"case_id": self.case.id, "text": str(i)} for i in range(3)]
        )
        self._open(self.worker)
        rows = self._rows(self.worker)
        self.assertEqual(len(rows), 1, rows.mapped("model"))
        self.assertEqual((rows.model, rows.res_id), ("remediation.case", self.case.id))
        self.assertEqual((rows.action, rows.count), ("view", 1))
        self.assertEqual(rows.case_id, self.case)
        self._open(self.worker)
        self._open(self.worker)
        self.assertEqual(len(self._rows(self.worker)), 1)
        self._open(self.supervisor)
        self.assertEqual(len(self._rows(self.supervisor)), 1)

    def test_r29_warm_cache_is_logged_too(self):
        self.case.read(["stage", "risk_level"])  # as superuser: no row
        self.assertFalse(self._rows())
        self.case.with_user(self.worker).read(["stage", "risk_level"])
        self.assertEqual(self._rows(self.worker).res_id, self.case.id)

    def test_r29_a_list_is_one_row_with_the_count(self):
        cases = self.case
        for _i in range(4):
            cases |= self._new_case()
        model = self.env["remediation.case"].with_user(self.worker)
        self.env.invalidate_all()
        model.web_search_read([("id", "in", cases.ids)], {"stage": {}, "name": {}})
        rows = self._rows(self.worker)
        self.assertEqual(len(rows), 1)
        self.assertEqual((rows.res_id, rows.count), (0, 5))
        self.assertEqual(rows.res_ids, sorted(cases.ids))
        self.assertFalse(rows.case_id)
        # the same list again within the slot, and another list
        self.env.invalidate_all()
        model.web_search_read([("id", "in", cases.ids)], {"stage": {}, "name": {}})
        self.assertEqual(len(self._rows(self.worker)), 1)
        model.web_search_read([("id", "in", cases[:2].ids)], {"stage": {}})
        self.assertEqual(len(self._rows(self.worker)), 2)

    def test_r29_a_list_over_two_companies_is_read_in_both(self):
        other = self._new_case(manager=self.manager_company_b)
        companies = self.company | self.company_b
        self.coordinator.company_ids = companies
        both = self.case | other
        self.env.invalidate_all()
        both.with_user(self.coordinator).with_context(
            allowed_company_ids=companies.ids
        ).read(["stage"])
        row = self._rows(self.coordinator)
        self.assertEqual(row.count, 2)
        self.assertFalse(row.company_id)
        for user in (self.auditor, self.coordinator_company_b):
            self.assertEqual(
                self.Log.with_user(user).search([("id", "=", row.id)]), row
            )

    def test_r29_records_below_a_case_name_it(self):
        note = self.env["remediation.note"].create(
            {"case_id": self.case.id, "text": "x"}
        )
        self.env.invalidate_all()
        note.with_user(self.worker).read(["text"])
        row = self._rows(self.worker)
        self.assertEqual((row.model, row.res_id), (note._name, note.id))
        self.assertEqual(row.case_id, self.case)
        child = self.case.beneficiary_id
        self.env.invalidate_all()
        child.with_user(self.worker).read(["first_name"])
        row = self._rows(self.worker)[-1]
        self.assertEqual((row.model, row.case_id), (child._name, self.case))

    def test_r29_codes_in_a_search_box_are_no_look(self):
        self.env["remediation.case"].with_user(self.worker).name_search("CR-")
        self.assertFalse(self._rows(self.worker))

    def test_r29_refused_reading_leaves_no_row(self):
        with self.assertRaises(AccessError):
            self.case.with_user(self.worker_other).read(["stage"])
        self.assertFalse(self._rows(self.worker_other))

    def test_r29_odoos_own_export_is_closed_whoever_holds_its_right(self):
        allowed = self.env.ref("base.group_allow_export")
        for user in (self.worker, self.supervisor, self.coordinator):
            self.assertFalse(user.has_group("base.group_allow_export"), user.login)
            user.group_ids |= allowed
            for records in (
                self.case,
                self.case.beneficiary_id,
                self.case.household_id,
            ):
                for paths in (["name"], ["id"], ["name", "user_id/name"]):
                    with self.assertRaisesRegex(AccessError, "account"):
                        records.with_user(user).export_data(paths)
        # and by no way round over a record that is not sensitive
        self._open(self.worker)
        row = self._rows(self.worker).with_user(self.coordinator)
        self.assertEqual(row.export_data(["case_id"])["datas"], [[self.case.name]])
        with self.assertRaisesRegex(AccessError, "account"):
            row.export_data(["case_id/beneficiary_id/first_name"])

    def test_r29_downloads_and_photos_are_logged(self):
        attachment = self.env["ir.attachment"].create(
            {
                "name": "x.txt",
                "raw": b"x",
                "res_model": self.case._name,
                "res_id": self.case.id,
            }
        )
        binary = self.env["ir.binary"].with_user(self.worker)
        binary._log_download(attachment.with_user(self.worker))
        rows = self._rows(self.worker).filtered(lambda r: r.action == "download")
        self.assertEqual(rows.res_id, self.case.id)

    def test_r29_explicit_rows_work_under_sudo(self):
        self.Log.with_user(self.portal_manager)._log(
            self.case.with_user(self.portal_manager).sudo(), "download"
        )
        self.assertEqual(self._rows(self.portal_manager).action, "download")

    def test_r29_works_in_read_only_calls(self):
        admin = self.env.ref("base.user_admin")
        with self.registry.cursor() as cr:  # a connection of its own, as on a replica
            cr._cnx.set_session(readonly=True)
            self.assertTrue(cr.readonly)
            env = api.Environment(cr, admin.id, {})
            env["remediation.access.log"]._log(
                env["remediation.case"].browse(self.case.id)
            )
            cr.flush()
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT user_id, action FROM remediation_access_log "
                "WHERE model = 'remediation.case' AND res_id = %s",
                [self.case.id],
            )
            self.assertEqual(cr.fetchall(), [(admin.id, "view")])

    def _assert_refused(self, statement):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(psycopg2.Error, "append-only"),
            self.env.cr.savepoint(flush=False),
        ):
            self.env.cr.execute(statement)

    def test_r29_log_is_append_only_for_the_database_superuser(self):
        self._open(self.worker)
        self._rows()
        for statement in (
            "UPDATE remediation_access_log SET user_id = 1",
            "DELETE FROM remediation_access_log",
            "TRUNCATE remediation_access_log",
        ):
            self._assert_refused(statement)

    def test_r29_log_is_append_only_for_server_actions(self):
        self._open(self.worker)
        row = self._rows(self.worker)
        for code in (
            "env['remediation.access.log'].sudo().search([]).unlink()",
            "env['remediation.access.log'].sudo().search([]).write({'user_id': 1})",
            "env['remediation.access.log'].sudo().create({'user_id': 1})",
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
        self.assertTrue(row.exists())

    def test_r29_log_older_than_five_years_may_be_forgotten(self):
        self.env.cr.execute(
            "INSERT INTO remediation_access_log (date, slot, user_id, model, res_id, "
            "count, action) VALUES "
            "(now() - interval '6 years', 1, 1, 'x', 1, 1, 'view')"
            ", (now() - interval '4 years', 1, 1, 'x', 2, 1, 'view') RETURNING id"
        )
        old, young = (row[0] for row in self.env.cr.fetchall())
        self.Log._cron_forget()
        left = self.Log.search([("id", "in", [old, young])])
        self.assertEqual(left.ids, [young])

    def test_r29_sign_in_log_is_append_only_for_the_database_superuser(self):
        log = self.env["remediation.sign.in"]
        young = log.browse(
            log._append(
                date=fields.Datetime.now(), user_id=self.worker.id, outcome="refused"
            )
        )
        for statement in (
            "UPDATE remediation_sign_in SET outcome = 'accepted'",
            "DELETE FROM remediation_sign_in",
            "TRUNCATE remediation_sign_in",
        ):
            self._assert_refused(statement)
        for change in (
            young.unlink,
            lambda: young.write({"outcome": "accepted"}),
            lambda: log.create({"user_id": self.worker.id, "outcome": "accepted"}),
        ):
            with self.assertRaises(UserError):
                change()
        self.assertEqual(young.outcome, "refused")

    def test_r29_sign_ins_older_than_a_year_are_removed(self):
        log = self.env["remediation.sign.in"]
        now = fields.Datetime.now()
        old, young = (
            log.browse(
                log._append(
                    date=now - timedelta(days=days),
                    user_id=self.worker.id,
                    outcome="accepted",
                )
            )
            for days in (366, 364)
        )
        log._gc_old()
        self.assertEqual((old | young).exists(), young)

    def test_r29_who_reads_the_log(self):
        self._open(self.worker)
        self._rows()
        for user in (
            self.worker,
            self.plain_user,
            self.admin_like,
            self.monitor,
            self.portal_manager,
            self.portal_supervisor,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                self.Log.with_user(user).search_count([])
        for user in (
            self.supervisor,
            self.coordinator,
            self.auditor,
            self.safeguarding,
            self.data_protection,
        ):
            seen = self.Log.with_user(user)
            self.assertTrue(seen.search([("case_id", "=", self.case.id)]), user.login)
            for operation in ("create", "write", "unlink"):
                self.assertFalse(seen.has_access(operation), (user.login, operation))
        for user in (self.supervisor_other, self.coordinator_company_b):
            self.assertFalse(
                self.Log.with_user(user).search([("case_id", "=", self.case.id)])
            )

    def test_r29_supervisor_sees_who_looked_at_this_child(self):
        other = self._new_case()
        self._open(self.worker)
        self._rows()  # end of the first request
        self.env.invalidate_all()
        self.env["remediation.case"].with_user(self.worker).web_search_read(
            [("id", "in", (self.case | other).ids)], {"stage": {}}
        )
        self.env.invalidate_all()
        self.case.beneficiary_id.with_user(self.worker).read(["last_name"])
        self._rows()
        action = self.case.with_user(self.supervisor).action_who_looked()
        rows = self.Log.with_user(self.supervisor).search(action["domain"])
        self.assertEqual(
            set(rows.mapped("model")), {"remediation.case", "remediation.beneficiary"}
        )
        self.assertEqual(rows.user_id, self.worker)
        action = self.case.with_user(self.coordinator).action_who_looked()
        rows = self.Log.with_user(self.coordinator).search(action["domain"])
        self.assertIn(2, rows.mapped("count"))
        with self.assertRaises(AccessError):
            self.case.with_user(self.worker).action_who_looked()
        with self.assertRaises(AccessError):
            self.case.with_user(self.supervisor_other).action_who_looked()


@tagged("post_install", "-at_install")
class TestR29BreakGlass(RemediationCommon):
    """Emergency access: reason, half an hour, reported, no rule opened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls.Glass = cls.env["remediation.break.glass"]

    def _break(self, user=None, reason="The child is at the police station now."):
        glass = self.Glass.with_user(user or self.worker_other)
        return glass.browse(glass.open_case(self.case.name.lower(), reason))

    def test_r29_break_glass_shows_the_minimum_for_half_an_hour(self):
        access = self._break()
        self.assertIn("Amani", access.sheet)
        self.assertIn("Mama Secret", access.sheet)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            access.invalidate_recordset()
            self.assertFalse(access.sheet)
        with self.assertRaises(AccessError):
            access.write({"open_until": "2099-01-01 00:00:00"})
        with self.assertRaises(AccessError):
            self.case.with_user(self.worker_other).read(["stage"])

    def test_r29_break_glass_keeps_a_suspect_out_of_the_sheet(self):
        self._caregiver(self.case).is_suspected_of_harm = True
        access = self._break()
        self.assertNotIn("Mama Secret", access.sheet)
        self.assertIn("suspected", access.sheet)

    def test_r29_break_glass_needs_a_reason_and_is_logged_and_told(self):
        for reason in (
            "",
            "   ",
            "now",
            "aaaaaaaaaaaaaaaaaaaa",
            "1 2 3 4 5 6 7 8 9 0",
            "now now now now now",
            "urgent!!!!!!!!!!!!!!!!!",
        ):
            with self.assertRaises(UserError):
                self._break(reason=reason)
        mails = self.env["mail.mail"].search([])
        access = self._break()
        new = self.env["mail.mail"].search([]) - mails
        self.assertIn(self.safeguarding.email_formatted, new.mapped("email_to"))
        self.env.cr.flush()
        row = self.env["remediation.access.log"].search(
            [("action", "=", "break_glass"), ("case_id", "=", self.case.id)]
        )
        self.assertEqual(row.user_id, self.worker_other)
        self.assertIn("police", row.reason)
        officer = access.with_user(self.safeguarding)
        self.assertEqual(officer.state, "new")
        self.assertFalse(officer.sheet)
        officer.action_misused()
        with self.assertRaises(UserError):
            officer.action_justified()

    def test_r71_the_same_answer_for_no_case_conflict_and_former_holder(self):
        glass = self.Glass.with_user(self.worker_other)
        why = "The child is at the police station now."
        unknown = glass.browse(glass.open_case("CR-999999", why)).sheet
        self.assertIn("No file opens", unknown)
        former = self._new_case(self.manager_other)
        former.with_user(self.coordinator).action_assign(self.manager.id)
        related = self._new_case()
        related.related_manager_ids = self.manager_other
        employed = self._new_case(site_id=self.site.id)
        self.site.operator_id = self.manager_other.organisation_id
        elsewhere = self._new_case(self.manager_company_b)
        for case in (former, related, employed, elsewhere):
            access = glass.browse(glass.open_case(case.name, why))
            self.assertEqual(access.sheet, unknown)

    def test_r29_every_try_counts(self):
        glass = self.Glass.with_user(self.worker_other)
        why = "The child is at the police station now."
        for number in range(5):
            glass.open_case(f"CR-99999{number}", why)
        self.assertEqual(len(glass.search([])), 5)
        with self.assertRaisesRegex(UserError, "safeguarding officer"):
            self._break()

    def test_r71_the_sheet_leaves_out_what_the_family_withholds(self):
        items = self.env["remediation.disclosure.item"].search([])
        self.assertIn("Amani", self._break().sheet)
        self._new_consent(self.case, withhold_item_ids=[Command.set(items.ids)])
        sheet = self._break().sheet
        for told in ("Amani", "Hidden", "Mama Secret", "Medium", "years", "worker ("):
            self.assertNotIn(told, sheet)
        self.assertIn(self.supervisor.name, sheet)

    def test_r29_break_glass_is_limited_per_day(self):
        for _i in range(5):
            self._break()
        with self.assertRaisesRegex(UserError, "safeguarding officer"):
            self._break()

    def test_r29_break_glass_is_for_case_workers_of_the_company(self):
        for user in (
            self.monitor,
            self.auditor,
            self.plain_user,
            self.admin_like,
            self.portal_reporter,
            self.portal_provider,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                self._break(user)
        self.assertIn("No file opens", self._break(self.worker_company_b).sheet)
        self.assertTrue(self._break(self.portal_manager).sheet)

    def test_r29_break_glass_rows_are_ones_own(self):
        access = self._break()
        with self.assertRaises(AccessError):
            access.with_user(self.worker_2).read(["reason"])
        with self.assertRaises(AccessError):
            access.with_user(self.worker_other).read(["case_id"])
        for operation in ("write", "create", "unlink"):
            self.assertFalse(access.has_access(operation), operation)
        self.safeguarding.group_ids |= self.env.ref(
            "child_remediation.group_case_worker"
        )
        own = self._break(self.safeguarding)
        with self.assertRaisesRegex(UserError, "their own"):
            own.action_justified()
