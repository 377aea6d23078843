import re
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon

JOBS = "odoo.addons.remediation_base.models.remediation_job"


@tagged("post_install", "-at_install")
class TestJob(CashCommon):
    """A step in the background fails alone, says why, tells who pressed it, and is
    pressed again or given up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = cls.officer | cls.releaser | cls.reconciler | cls.reconciler_2
        people.email = "cash@example.org"

    # -- one of each kind, queued ------------------------------------------------
    def _kinds(self):
        """Return (model, step) → a record with that step queued, for every step of
        every model: what is not here fails the test."""
        return {
            ("cash.transfer.cycle", "generate"): self._queued_generate,
            ("cash.transfer.cycle", "compliance"): self._queued_compliance,
            ("cash.transfer.payment.plan", "prepare"): self._queued_prepare,
            ("cash.transfer.payment.plan", "lock"): self._queued_lock,
            ("cash.transfer.payment.plan", "instruct"): self._queued_instruct,
            ("cash.transfer.reconciliation", "read"): self._queued_read,
            ("cash.transfer.reconciliation", "post"): self._queued_post,
        }

    def _queued_generate(self):
        self._new_entitlement()
        self._new_entitlement()
        cycle = self.env["cash.transfer.cycle"].create(
            {"scheme_id": self.scheme.id, "period": self.period}
        )
        cycle.with_user(self.officer).action_generate()
        return cycle, self.officer

    def _queued_compliance(self):
        self.scheme.condition_attendance = True
        self._new_entitlement()
        cycle = self._new_cycle(validate=False)
        cycle.with_user(self.officer).action_check_compliance()
        return cycle, self.officer

    def _queued_prepare(self):
        self._new_entitlement()
        self._new_entitlement()
        cycle = self._new_cycle()
        cycle.with_user(self.officer).action_create_plans()
        return cycle.plan_ids, self.officer

    def _queued_lock(self):
        plan, _user = self._queued_prepare()
        plan._run_job()
        plan.with_user(self.officer).action_lock()
        return plan, self.officer

    def _queued_instruct(self):
        plan = self._paid_plan(2, "released")
        plan.with_user(self.releaser).action_fund()
        plan.with_user(self.releaser).action_instruct()
        return plan, self.releaser

    def _queued_read(self):
        plan = self._paid_plan(2)
        rows = [{"payment": line.name, "amount": 30} for line in plan.line_ids]
        report = self._new_report(plan, rows, read=False)
        report.action_read()
        return report.with_env(self.env), self.reconciler

    def _queued_post(self):
        report, _user = self._queued_read()
        report._run_job()
        report.with_user(self.reconciler_2).action_post()
        return report, self.reconciler_2

    def _outsider(self, step):
        """Somebody of the cash section without the duty of the step."""
        return self.officer if step == "post" else self.approver

    def _break(self, record, error, after=0):
        """Let the step of this one record end in an error, after so many portions."""
        step, calls = record.job, []
        method = getattr(type(record), f"_job_{step}")

        def broken(this):
            if this.id != record.id:
                return method(this)
            calls.append(this)
            if len(calls) <= after:
                return method(this)
            method(this)  # the portion did its work: it is undone all the same
            this.env.flush_all()
            raise error

        patcher = patch.object(type(record), f"_job_{step}", broken)
        patcher.start()
        self.addCleanup(patcher.stop)
        return patcher.stop

    def _minute(self):
        """What the scheduler does each minute, with real commits and rollbacks."""
        with self.enter_registry_test_mode(), self.env.registry.cursor() as cr:
            self.env(cr=cr)["remediation.job"]._cron_run_jobs()

    def _facts(self):
        """Everything that money hangs on, to compare before and after."""
        self.env.flush_all()
        facts = {}
        for table, columns in (
            ("cash_transfer_cycle", "id, state"),
            (
                "cash_transfer_cycle_line",
                "id, amount_live, amount_delivered, payable, compliant",
            ),
            ("cash_transfer_payment_plan", "id, state, file_hash, content_hash"),
            ("cash_transfer_payment_line", "id, status, is_live, amount_delivered"),
            ("cash_transfer_payment_split", "id, amount, amount_posted"),
            ("cash_transfer_reconciliation", "id, state"),
            ("cash_transfer_reconciliation_row", "id, outcome"),
            ("account_move", "id, state"),
        ):
            self.env.cr.execute(f"SELECT {columns} FROM {table} ORDER BY id")
            facts[table] = self.env.cr.fetchall()
        return facts

    def _alarms(self, name):
        """The queues of which the server's health says so."""
        figures = self.env["remediation.health"].sudo()._figures()
        alarmed = [f for f in figures if f.name == name and f.alarmed]
        return [dict(figure.labels)["queue"] for figure in alarmed]

    # -- the proof ---------------------------------------------------------------
    def test_every_step_is_in_the_table(self):
        kinds = set()
        for name in self.env.registry.descendants(["remediation.job"], "_inherit"):
            model = self.env[name]
            if model._abstract:
                continue
            for attribute in dir(type(model)):
                if attribute.startswith("_job_") and callable(
                    getattr(type(model), attribute)
                ):
                    step = attribute[5:]
                    kinds.add((name, step))
                    self.assertTrue(hasattr(model, model._job_buttons[step]))
            if name.startswith("cash.transfer."):
                self.assertEqual(
                    model._job_duties.keys(), model._job_buttons.keys(), name
                )
        self.assertEqual(
            {kind for kind in kinds if kind[0].startswith("cash.transfer.")},
            set(self._kinds()),
        )

    def test_any_error_in_any_step_fails_that_step_alone(self):
        """Unexpected error, refusal, broken rule of the database: the step stops with
        its sentence, nothing of it stays, the next one runs, and it can be repeated."""
        errors = (
            ZeroDivisionError("Mama Secret"),
            UserError("Ask the provider first."),
            psycopg2.DataError("Mama Secret"),
            psycopg2.IntegrityError("Mama Secret"),
        )
        for number, ((name, step), queue) in enumerate(self._kinds().items()):
            error = errors[number % len(errors)]
            with self.subTest(model=name, step=step, error=type(error).__name__):
                self._one_kind(name, step, queue, error)

    def _one_kind(self, name, step, queue, error):
        with self.env.cr.savepoint() as savepoint:
            record, user = queue()
            self.assertEqual((record._name, record.job), (name, step))
            other = self._other_step()
            before = self._facts()
            mend = self._break(record, error)
            mails = self.env["mail.mail"].search([])
            with mute_logger(JOBS, "odoo.sql_db"):
                self._minute()
            self.assertFalse(record.job)
            self.assertEqual(record.job_failed, step)
            self.assertNotIn("Secret", record.job_error)
            if isinstance(error, UserError):
                self.assertEqual(record.job_error, "Ask the provider first.")
            elif isinstance(error, ZeroDivisionError):
                self.assertIn("ZeroDivisionError", record.job_error)
            mail = self.env["mail.mail"].search([]) - mails
            self.assertEqual(mail.email_to, user.email_formatted)
            self.assertIn(record.name, mail.subject)
            self.assertIn(f"/{record._name}/{record.id}", str(mail.body_html))
            self.assertFalse(other.job or other.job_error, "the other step went on")
            self.assertEqual(other.state, "compliance_check")
            self.assertEqual(self._without(other), self._only(before, other))
            # pressed again, by whoever may press its button and nobody else
            with self.assertRaises(UserError):
                record.with_user(self._outsider(step)).action_retry_job()
            mend()
            record.with_user(user).action_retry_job()
            self.assertEqual((record.job, record.job_error), (step, False))
            self._minute()
            self.assertFalse(record.job or record.job_failed or record.job_error)
            self.assertNotEqual(self._without(other), self._only(before, other))
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def _other_step(self):
        """A step of something else that waits behind the broken one."""
        case = self._new_case()
        scheme = self.scheme.copy({"name": "Other"})
        scheme.grant_ids = self.grant
        self._new_entitlement(case, scheme)
        cycle = self.env["cash.transfer.cycle"].create(
            {"scheme_id": scheme.id, "period": self.period}
        )
        cycle.with_user(self.officer).action_generate()
        cycle._unprotected().job_queued_on = fields.Datetime.add(
            cycle.job_queued_on, seconds=5
        )
        return cycle

    def _only(self, facts, other):
        facts = dict(facts)
        facts["cash_transfer_cycle"] = [
            row for row in facts["cash_transfer_cycle"] if row[0] != other.id
        ]
        facts["cash_transfer_cycle_line"] = [
            row
            for row in facts["cash_transfer_cycle_line"]
            if row[0] not in other.line_ids.ids
        ]
        return facts

    def _without(self, other):
        return self._only(self._facts(), other)

    @whole
    def test_given_up_before_and_after_it_stopped(self):
        """Whoever may press the step gives it up; what it held is given back."""
        for (name, step), queue in self._kinds().items():
            with self.subTest(model=name, step=step):
                with self.env.cr.savepoint() as savepoint:
                    record, user = queue()
                    before = self._facts()
                    with self.assertRaises(AccessError):
                        record.with_user(self._outsider(step)).action_give_up_job()
                    record.with_user(user).action_give_up_job()
                    self.assertFalse(record.job or record.job_failed)
                    self.assertEqual(self._facts(), before)
                    with self.assertRaisesRegex(UserError, "reload"):
                        record.with_user(user).action_give_up_job()
                    getattr(record.with_user(user), record._job_buttons[step])()
                    mend = self._break(record, ZeroDivisionError())
                    with mute_logger(JOBS):
                        self._minute()
                    record.with_user(user).action_give_up_job()
                    self.assertFalse(record.job_failed or record.job_error)
                    mend()
                    savepoint.rollback()
                self.env.invalidate_all(flush=False)

    @whole
    def test_a_lock_that_breaks_in_its_second_portion_holds_nothing(self):
        plan, _user = self._queued_lock()
        self.patch(type(plan), "_job_size", 1)
        before = self._facts()
        self._break(plan, ZeroDivisionError(), after=1)
        with mute_logger(JOBS):
            self._minute()
        self.assertEqual((plan.state, plan.job_failed), ("draft", "lock"))
        self.assertEqual(self._facts(), before)

    def test_a_report_that_waits_says_so_when_it_is_given_up(self):
        report, user = self._queued_read()
        report = report.with_user(user)
        with self.assertRaisesRegex(UserError, "is running"):
            report.action_cancel()
        report.action_give_up_job()
        report.action_cancel()
        self.assertEqual(report.state, "cancelled")

    @whole
    def test_interrupted_again_and_again_it_fails_instead_of_blocking(self):
        """A step that takes the server down with it is tried five times."""
        plan, _user = self._queued_lock()
        plan._unprotected().job_tries = 5
        other = self._other_step()
        self._minute()
        self.assertEqual(plan.job_failed, "lock")
        self.assertIn(plan._name, self._alarms("steps_stopped"))
        self.assertIn("interrupted 5 times", plan.job_error)
        self.assertEqual(other.state, "compliance_check")

    @whole
    def test_lost_race_is_tried_again_and_stops_nobody(self):
        plan, _user = self._queued_lock()
        other = self._other_step()
        mend = self._break(plan, psycopg2.errors.SerializationFailure("race"))
        self._minute()
        self.assertEqual((plan.job, plan.job_tries), ("lock", 1))
        self.assertFalse(plan.job_failed)
        self.assertEqual(other.state, "compliance_check")
        mend()
        self._minute()
        self.assertEqual(plan.state, "locked")

    @whole
    def test_reads_in_the_language_of_who_pressed(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.officer.lang = "fr_FR"
        plan, _user = self._queued_lock()
        self._break(plan, ZeroDivisionError())
        with mute_logger(JOBS):
            self._minute()
        self.assertRegex(plan.job_error, "erreur|Erreur")
        self.assertFalse(re.search("error in", plan.job_error))

    # -- what stopped every step (reported/01) -------------------------------------
    @whole
    def test_fee_in_any_row(self):
        for fees in (["0.40", ""], ["", "0.40"], ["", ""], ["0.20", "0.20"]):
            with self.subTest(fees=fees), self.env.cr.savepoint() as savepoint:
                plan = self._paid_plan(2)
                rows = [
                    {"payment": line.name, "amount": 30, "fee": fee}
                    for line, fee in zip(plan.line_ids, fees, strict=True)
                ]
                report = self._new_report(plan, rows)
                self.assertEqual(report.state, "matched")
                self.assertAlmostEqual(
                    sum(report.row_ids.mapped("fee")),
                    sum(float(fee or 0) for fee in fees),
                )
                savepoint.rollback()
            self.env.invalidate_all(flush=False)
