import json
import xmlrpc.client
from contextlib import suppress
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, no_retry, tagged
from odoo.tools import mute_logger

from ..models.duty.cash_transfer_duty import GROUPS
from .common import CashCommon

DOORS = ("call_button", "call_kw", "xmlrpc", "json2")
LOGGERS = ("odoo.http", "odoo.addons.base.models.ir_rule")


@tagged("post_install", "-at_install")
class TestSecondPerson(CashCommon, HttpCase):
    """Whoever imports a provider's report does not post it (R37, R39)."""

    def _read(self, user=None, **row):
        plan = self._paid_plan(1)
        row = {"payment": plan.line_ids.name, "amount": 30, **row}
        return self._new_report(plan, [row], user).with_env(self.env)

    def test_r37_a_second_reconciler_posts(self):
        report = self._read()
        self.assertTrue(report.with_user(self.reconciler).is_own)
        with self.assertRaisesRegex(AccessError, f"You imported {report.name}"):
            report.with_user(self.reconciler).action_post()
        self.assertFalse(report.job)
        self._post(report, self.reconciler_2)
        self.assertEqual(report.posted_by_id, self.reconciler_2)
        self.assertEqual(
            report.plan_id.reconciled_by_ids, self.reconciler | self.reconciler_2
        )
        self.assertBooks(report.plan_id)

    def test_r37_who_read_the_file_again_still_posts_what_another_brought(self):
        report = self._read()
        report.with_user(self.reconciler_2).action_read()
        report._run_job()
        with self.assertRaises(AccessError):
            report.with_user(self.reconciler).action_post()
        self._post(report, self.reconciler_2)
        self.assertEqual(report.state, "posted")

    def test_r37_a_lone_reconcilers_report_is_posted_by_an_approver(self):
        """The approver sees the rows; the table of the company keeps nobody from it."""
        report = self._read()
        approver = report.with_user(self.approver)
        self.assertIn(self.approver, report.plan_id._done_by()["approve"])
        self.assertEqual(approver.row_ids.mapped("outcome"), ["delivered"])
        self._post(report, self.approver)
        self.assertEqual(report.posted_by_id, self.approver)
        self.assertEqual(report.plan_id.reconciled_by_ids, self.reconciler)

    def test_r37_who_released_or_prepared_posts_in_no_other_duty(self):
        report = self._read()
        approver = self.env.ref("cash_transfer.group_cash_approver")
        for user in (self.releaser, self.officer):
            with self.assertRaises(AccessError):
                report.with_user(user).action_post()
            user.group_ids |= approver
            with self.assertRaisesRegex(AccessError, "different people"):
                report.with_user(user).action_post()
        reconciler = self.env.ref("cash_transfer.group_cash_reconciler")
        self.releaser_2.group_ids |= reconciler
        report.plan_id._unprotected().released_by_id = self.releaser_2
        with self.assertRaisesRegex(AccessError, "different people"):
            report.with_user(self.releaser_2).action_post()

    def test_r37_who_answers_a_row_does_not_post(self):
        self.report_profile.lists_successes_only = False
        report = self._read(status="")
        row = report.row_ids
        if row.outcome != "waiting":
            row._unprotected().outcome = "waiting"
        row.with_user(self.reconciler_2).action_answer("left_out")
        self.assertEqual(row.answered_by_id, self.reconciler_2)
        for user in (self.reconciler, self.reconciler_2):
            with self.assertRaisesRegex(AccessError, "You imported"):
                report.with_user(user).action_post()
        report.with_user(self.approver).action_post()
        self.assertEqual(report.job, "post")

    def test_r37_a_deputy_of_the_importer_does_not_post(self):
        self.env["cash.transfer.deputy"].create(
            {
                "user_id": self.reconciler.id,
                "deputy_id": self.reconciler_2.id,
                "duty": "reconcile",
                "date_from": self.today,
                "date_to": self.today,
            }
        )
        report = self._read()
        with self.assertRaisesRegex(AccessError, "act for somebody"):
            report.with_user(self.reconciler_2).action_post()

    def test_r37_who_stands_on_the_desk(self):
        """The report waits on the desk of those who may post it, not of its author."""
        report = self._read()
        for user, waits in (
            (self.reconciler, False),
            (self.reconciler_2, True),
            (self.approver, True),
            (self.officer, False),
        ):
            desk = self.env["remediation.desk"].with_user(user)
            duties = {duty for duty, group in GROUPS.items() if user.has_group(group)}
            [turn] = desk._drawn([desk._turn(duties)])
            lines = turn["lines"]
            named = f"report-{report.id}" in [line["id"] for line in lines]
            self.assertEqual(named, waits, user.login)

    def test_r37_whoever_wrote_it_in_another_way_is_refused_as_well(self):
        """Neither the author nor the answers are theirs to write."""
        report = self._read()
        for values in ({"create_uid": self.officer.id}, {"state": "posted"}):
            own = report.with_user(self.reconciler)
            with suppress(UserError), self.env.cr.savepoint():
                own.write(values)
            report.invalidate_recordset()
            self.assertEqual(
                (report.create_uid, report.state), (self.reconciler, "matched")
            )
        with self.assertRaises(AccessError):
            report.row_ids.with_user(self.reconciler).write({"answered_by_id": False})

    # -- the doors of the server ---------------------------------------------------
    @no_retry
    def _call(self, door, user, record, method="action_post", **context):
        """Call a step by one door; the sentence of the refusal, or None."""
        args, kwargs = [record.ids], {"context": context}
        if door == "json2":
            keys = self.env["res.users.apikeys"].with_user(user).sudo()
            key = keys._generate(None, "t", fields.Datetime.now() + timedelta(days=1))
            self.opener.cookies.clear()
            answer = self.url_open(
                f"/json/2/{record._name}/{method}",
                data=json.dumps({"ids": record.ids, **kwargs}),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {key}",
                },
            )
            return None if answer.ok else answer.json()["message"]
        if door == "xmlrpc":
            keys = self.env["res.users.apikeys"].with_user(user).sudo()
            key = keys._generate(None, "t", fields.Datetime.now() + timedelta(days=1))
            self.env.flush_all()
            try:
                self.xmlrpc_object.execute_kw(
                    *(self.env.cr.dbname, user.id, key),
                    *(record._name, method, args, kwargs),
                )
            except xmlrpc.client.Fault as fault:
                return fault.faultString
            return None
        self.authenticate(user.login, user.login)
        answer = self.url_open(
            f"/web/dataset/{door}/{record._name}/{method}",
            data=json.dumps(
                {
                    "params": {
                        "model": record._name,
                        "method": method,
                        "args": args,
                        "kwargs": kwargs,
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()
        return answer["error"]["data"]["message"] if "error" in answer else None

    @mute_logger(*LOGGERS)
    def test_r37_every_door_refuses_the_importer(self):
        report = self._read()
        for door in DOORS:
            with self.subTest(door=door):
                sentence = self._call(door, self.reconciler, report)
                self.assertIn("You imported", sentence or "")
                report.invalidate_recordset()
                self.assertFalse(report.job)
        self.assertIsNone(self._call("call_button", self.approver, report))
        report.invalidate_recordset()
        self.assertEqual((report.job, report.job_user_id), ("post", self.approver))

    @mute_logger(*LOGGERS)
    def test_r38_every_door_asks_what_was_shown(self):
        """A plan is signed with the hash of what was before the person, or not."""
        plan = self._paid_plan(1, "locked")
        for door in DOORS:
            with self.subTest(door=door):
                sign = "action_approve"
                unseen = self._call(door, self.approver, plan, sign)
                self.assertIn(f"Open {plan.name}", unseen or "")
                old = self._call(door, self.approver, plan, sign, seen_hash="earlier")
                self.assertIn("changed since you opened it", old or "")
                plan.invalidate_recordset()
                self.assertEqual(plan.state, "locked")
        seen = {"seen_hash": plan.content_hash}
        self.assertIsNone(self._call("json2", self.approver, plan, sign, **seen))
        plan.invalidate_recordset()
        self.assertEqual(plan.state, "approved")
