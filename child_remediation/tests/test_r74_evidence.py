"""Evidence is append-only in the database (R74)."""

from datetime import timedelta

import psycopg2

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import RemediationCommon

#: What the issue counts as evidence, whatever module is installed. A model named here
#: that has no trigger fails.
EVIDENCE = (
    "remediation.access.log",
    "remediation.sign.in",
    "remediation.case.stage.log",
    "remediation.case.holder",
    "remediation.approval",
    "remediation.deadline.breach",
    "remediation.note",
    "remediation.grant.alert",
    "remediation.export.log",
    "remediation.best.interest.decision",
    "remediation.best.interest.option",
    "remediation.best.interest.panel.member",
    "remediation.break.glass",
    "remediation.handover",
    "remediation.data.breach",
    "savings.loan.move",
    "cash.transfer.approval",
    "cash.transfer.movement",
)


@tagged("post_install", "-at_install")
class TestR74Evidence(RemediationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case()
        cls._active_plan(cls.case)
        cls.case.with_user(cls.supervisor).action_assign(cls.manager_2.id)
        cls.note = (
            cls.env["remediation.note"]
            .with_user(cls.worker_2)
            .create({"case_id": cls.case.id, "text": "Seen at school."})
        )
        cls.worker_other.group_ids = [
            Command.link(cls.env.ref("child_remediation.group_export").id)
        ]
        cls.case.with_user(cls.worker_2).read(["stage"])
        cls.decision = cls.env["remediation.best.interest.decision"].create(
            {"case_id": cls.case.id, "trigger": "cash"}
        )
        cls.lines = cls.env["remediation.best.interest.option"].create(
            {"decision_id": cls.decision.id, "option": "Stay"}
        ) | cls.env["remediation.best.interest.option"].create(
            {"decision_id": cls.decision.id, "option": "Move"}
        )
        cls.env["remediation.best.interest.panel.member"].create(
            {"decision_id": cls.decision.id, "member_name": "Somebody"}
        )
        cls.case.with_user(cls.supervisor).action_grant_handover(cls.worker.id, 5)
        glass = cls.env["remediation.break.glass"]
        reason = "The child is hurt and nobody answers the telephone."
        glass.with_user(cls.worker_other).open_case("CR-999999", reason)
        cls.breach = cls.env["remediation.data.breach"].create(
            {"description": "A paper was lost."}
        )
        cls.env.flush_all()
        # A draft is no evidence: it changes, and its lines come and go.
        cls.env.cr.execute(
            "UPDATE remediation_best_interest_decision SET decision = 'y' "
            "WHERE id = %s",
            [cls.decision.id],
        )
        cls.env.cr.execute(
            "UPDATE remediation_best_interest_option SET pros = 'y' WHERE id = %s",
            [cls.lines[0].id],
        )
        cls.lines[0].unlink()
        cls.env.flush_all()
        cls.decision._unprotected().write({"state": "decided"})
        cls.breach._unprotected().write({"state": "closed"})
        cls.env.flush_all()
        cls.env.cr.flush()

    def _models(self):
        return [name for name in EVIDENCE if name in self.env]

    def _refused(self, query, *params):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.InsufficientPrivilege, msg=query),
            self.env.cr.savepoint(flush=False),
        ):
            self.env.cr.execute(query, params)

    def test_r74_every_table_of_evidence_has_its_triggers(self):
        for name in self._models():
            self.env.cr.execute(
                """SELECT bool_or(tgtype & 8 > 0), bool_or(tgtype & 16 > 0),
                          bool_or(tgtype & 32 > 0)
                     FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal
                      AND tgenabled <> 'D'""",
                [self.env[name]._table],
            )
            self.assertEqual(self.env.cr.fetchone(), (True, True, True), name)

    def test_r74_the_superuser_of_the_database_changes_no_column(self):
        tried = 0
        for name in self._models():
            model = self.env[name]
            table = model._table
            self.env.cr.execute(
                SQL("SELECT id FROM %s ORDER BY id DESC LIMIT 1", SQL.identifier(table))
            )
            row = self.env.cr.fetchone()
            if not row:
                continue
            tried += 1
            self._refused(f"DELETE FROM {table} WHERE id = %s", row[0])
            self._refused(f"TRUNCATE {table} CASCADE")
            once = getattr(model, "_evidence_once", frozenset())
            still_open = (
                {"id", "write_uid", "write_date"}
                | set(getattr(model, "_evidence_open", ()))
                | set(getattr(model, "_evidence_edited", ()))
                | set(getattr(model, "_evidence_steps", ()))
            )
            for field in model._fields.values():
                if not field.store or not field.column_type:
                    continue
                if field.name in still_open | once:
                    continue
                new = {
                    "varchar": "'x'",
                    "text": "'x'",
                    "int4": "coalesce({c}, 0) + 1",
                    "bool": "NOT coalesce({c}, false)",
                    "timestamp": "'1999-01-01'",
                    "date": "'1999-01-01'",
                    "jsonb": "'[9]'",
                }.get(field.column_type[0], "NULL")
                column = f'"{field.name}"'
                self.env.cr.execute(f"SELECT {column} FROM {table} WHERE id = %s", row)
                if new == "NULL" and self.env.cr.fetchone()[0] is None:
                    continue
                self._refused(
                    f"UPDATE {table} SET {column} = {new.format(c=column)} "
                    "WHERE id = %s",
                    row[0],
                )
        self.assertGreaterEqual(tried, 12)

    def test_r74_what_was_settled_once_is_settled(self):
        alert = self.env["remediation.grant.alert"].search([], limit=1)
        alert.with_user(self.safeguarding).action_acknowledge()
        self.env.flush_all()
        self._refused(
            "UPDATE remediation_grant_alert SET acknowledged_by_id = %s WHERE id = %s",
            self.coordinator.id,
            alert.id,
        )

    def test_r74_the_name_of_a_group_outlives_it(self):
        alert = self.env["remediation.grant.alert"].search(
            [("group_id", "!=", False)], limit=1
        )
        name = alert.group_id.full_name
        self.assertEqual(alert.what, name)
        self.env.flush_all()
        # as the database does when the group goes
        self.env.cr.execute(
            "UPDATE remediation_grant_alert SET group_id = NULL WHERE id = %s",
            [alert.id],
        )
        alert.invalidate_recordset()
        self.assertFalse(alert.group_id)
        self.assertEqual(alert.what, name)
        self._refused(
            "UPDATE remediation_grant_alert SET what = NULL WHERE id = %s", alert.id
        )

    def test_r74_a_note_is_edited_for_a_day_and_then_no_more(self):
        self.note.text = "Seen at school and at home."
        self.env.flush_all()
        with self.env["remediation.note"]._erasing("test"):
            self.env.cr.execute(
                "UPDATE remediation_note SET create_date = create_date - "
                "interval '25 hours' WHERE id = %s",
                [self.note.id],
            )
        self._refused(
            "UPDATE remediation_note SET text = 'x' WHERE id = %s", self.note.id
        )

    def test_r74_custody_passes_on_over_evidence(self):
        self.case.with_user(self.supervisor).action_assign(self.manager.id)
        self.env.flush_all()
        self.assertEqual(self.note.user_id, self.worker)

    def test_r74_erasure_is_the_one_path_and_keeps_the_rows(self):
        rows = {
            name: self.env[name].search_count([("case_id", "=", self.case.id)])
            for name in (
                "remediation.note",
                "remediation.case.stage.log",
                "remediation.case.holder",
                "remediation.approval",
            )
        }
        self.case._unprotected().write({"closed_on": "2026-01-02 10:00:00"})
        request = self.env["remediation.subject.request"].create(
            {
                "beneficiary_id": self.case.beneficiary_id.id,
                "kind": "erasure",
                "requested_by": "The mother",
            }
        )
        officer = self._new_user("dpo_2", "group_data_protection")
        self._seen(request, officer).action_approve_erasure()
        request.with_user(self.data_protection).action_pseudonymise()
        self.env.flush_all()
        self.assertNotIn("school", self.note.sudo().text)
        for name, count in rows.items():
            found = self.env[name].search_count([("case_id", "=", self.case.id)])
            self.assertEqual(found, count, name)
        # and the path is closed behind it
        self._refused(
            "UPDATE remediation_approval SET comment = 'x' WHERE case_id = %s",
            self.case.id,
        )

    # -- a right given by any door (R56) ---------------------------------------
    def _alerts(self):
        return self.env["remediation.grant.alert"].search_count([])

    def _assert_alerts(self, door):
        before = self._alerts()
        door()
        self.env.flush_all()
        self.assertGreater(self._alerts(), before)

    def test_r74_a_sensitive_right_alerts_by_whatever_door_it_comes(self):
        identity = self.env.ref("child_remediation.group_identity")
        model = self.env["ir.model"]._get("remediation.beneficiary")
        groups = self.env["res.groups"]
        users = self.env.ref("base.group_user")
        plain = self.plain_user
        doors = {
            "a user's groups": lambda: plain.write(
                {"group_ids": [Command.link(identity.id)]}
            ),
            "a group's users": lambda: self.env.ref(
                "child_remediation.group_export"
            ).write({"user_ids": [Command.link(plain.id)]}),
            "a new group that implies it": lambda: groups.create(
                {
                    "name": "Helpers",
                    "implied_ids": [Command.link(identity.id)],
                    "user_ids": [Command.link(self.admin_like.id)],
                }
            ),
            "an access line": lambda: self.env["ir.model.access"].create(
                {
                    "name": "x",
                    "model_id": model.id,
                    "group_id": users.id,
                    "perm_read": True,
                }
            ),
            "a rule": lambda: self.env["ir.rule"].create(
                {"name": "x", "model_id": model.id, "domain_force": "[(1, '=', 1)]"}
            ),
            "a rule that changes": lambda: self.env.ref(
                "child_remediation.safeguarding_report_rule_excluded"
            ).write({"domain_force": "[(1, '=', 1)]"}),
            "a rule that is switched off": lambda: self.env.ref(
                "child_remediation.safeguarding_report_rule_safeguarding"
            ).write({"active": False}),
            "the rule of the companies": lambda: self.env.ref(
                "remediation_base.in_company_rule"
            ).write({"domain_force": "[(1, '=', 1)]"}),
            "a server action": lambda: self.env["ir.actions.server"].create(
                {"name": "x", "model_id": model.id, "state": "code", "code": "pass"}
            ),
            "a mail template": lambda: self.env["mail.template"].create(
                {"name": "x", "model_id": model.id, "body_html": "x"}
            ),
            "a filter for everybody": lambda: self.env["ir.actions.report"].create(
                {"name": "x", "model": model.model, "report_name": "x.y"}
            ),
            "an access line that is taken away": lambda: (
                self.env["ir.rule"]
                .search([("model_id", "=", model.id)], limit=1)
                .unlink()
            ),
        }
        for door, opened in doors.items():
            with self.subTest(door=door):
                self._assert_alerts(opened)
        alert = self.env["remediation.grant.alert"].search(
            [("group_id", "=", False)], limit=1
        )
        self.assertTrue(alert.what)
        self.assertTrue(alert.granted_by_id)
        mails = self.env["mail.mail"].search_count([])
        self.assertTrue(mails)

    def test_r74_nobody_but_an_officer_reads_alerts(self):
        for user in (self.worker, self.coordinator, self.admin_like):
            with self.assertRaises(AccessError):
                self.env["remediation.grant.alert"].with_user(user).search([])

    def test_r74_a_default_filter_for_everybody_is_refused(self):
        filters = self.env["ir.filters"].with_user(self.worker)
        vals = {
            "name": "x",
            "model_id": "remediation.case",
            "domain": "[]",
            "user_ids": [],
            "is_default": True,
        }
        with self.assertRaises(AccessError):
            filters.create(vals)
        own = filters.create({**vals, "user_ids": [Command.link(self.worker.id)]})
        with self.assertRaises(AccessError):
            own.write({"user_ids": [Command.clear()]})

    # -- the auditor's right (R75) ---------------------------------------------
    def test_r75_the_auditors_right_ends_on_a_date(self):
        cases = self.env["remediation.case"].with_user(self.auditor)
        self.assertTrue(self.auditor.remediation_audit_until, "every audit ends")
        self.assertTrue(cases.search_count([]))
        self.auditor.remediation_audit_until = self.today
        self.assertTrue(cases.search_count([]), "the last day counts")
        self.auditor.remediation_audit_until = self.today - timedelta(days=2)
        self.env.invalidate_all()
        for ask in (
            lambda: cases.search_count([]),
            lambda: cases.browse(self.case.id).read(["stage"]),
            lambda: cases.formatted_read_group([], ["stage"], ["__count"]),
            lambda: self.env["remediation.approval"].with_user(self.auditor).search([]),
        ):
            with self.assertRaises(AccessError):
                ask()
        self.assertFalse(self.auditor.has_group("child_remediation.group_auditor"))
        self.env["res.users"]._cron_end_audit()
        auditors = self.env.ref("child_remediation.group_auditor")
        self.assertNotIn(auditors, self.auditor.all_group_ids)

    def test_r75_an_auditors_reading_is_logged(self):
        self.env.invalidate_all()
        self.case.with_user(self.auditor).read(["stage"])
        self.env.cr.flush()
        # By itself: what belongs to a case that was opened is part of opening it.
        self.env["remediation.approval"].with_user(self.auditor).search([]).read()
        self.env.cr.flush()
        models = (
            self.env["remediation.access.log"]
            .search([("user_id", "=", self.auditor.id)])
            .mapped("model")
        )
        self.assertIn("remediation.case", models)
        self.assertIn("remediation.approval", models)
