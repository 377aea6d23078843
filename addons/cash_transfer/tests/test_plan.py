import base64
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.remediation_base.tests.whole import whole
from odoo.addons.remediation_base.tools import sheets

from .common import EVERY_DUTY, CashCommon
from .zip_reader import open_zip


@tagged("post_install", "-at_install")
class TestPlan(CashCommon):
    """Lock, approvals, release, instruction (R32, R35–R38)."""

    def _draft(self, count=2, **vals):
        for _number in range(count):
            self._new_entitlement(**vals)
        return self._new_plans(self._new_cycle())

    @whole
    def test_step_writes_in_the_language_of_who_pressed(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.officer.lang = "fr_FR"
        plan = self._draft(1)
        plan.with_user(self.officer).action_lock()
        plan.with_context(lang=None)._run_job()  # the scheduler has no language
        self.assertEqual(plan.approval_ids.name, "Approbation")

    # -- duplicates (R32) ------------------------------------------------------
    @whole
    def test_r32_unique_index_on_live_lines(self):
        plan = self._paid_plan(1, "locked")
        line = plan.line_ids
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            line.env["cash.transfer.payment.line"]._unprotected().create(
                {
                    **plan._line_vals(),
                    "cycle_line_id": line.cycle_line_id.id,
                    "entitlement_id": line.entitlement_id.id,
                    "beneficiary_id": line.beneficiary_id.id,
                    "payee_id": line.payee_id.id,
                    "amount_due": 1,
                    "kind": line.kind,
                    "period": line.period,
                    "purpose_id": line.purpose_id.id,
                    "is_live": True,
                }
            )
            self.env.flush_all()

    @whole
    def test_r32_never_more_than_due_in_the_database(self):
        plan = self._paid_plan(1, "locked")
        due = plan.line_ids.cycle_line_id
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            due._unprotected().amount_delivered = 5
            self.env.flush_all()

    @whole
    def test_r32_same_child_in_another_locked_plan(self):
        case = self._new_case()
        payee = self._new_payee(case)
        self._new_entitlement(case, payee=payee)
        other_scheme = self.scheme.copy({"name": "Other"})
        other_scheme.grant_ids = self.grant
        self._new_entitlement(case, other_scheme, payee=payee)
        first = self._new_plans(self._new_cycle())
        second = self._new_plans(self._new_cycle(other_scheme))
        self._lock(first)
        with self.assertRaisesRegex(UserError, first.name):
            second.with_user(self.officer).action_lock()

    @whole
    def test_r32_one_per_household_where_the_scheme_says_so(self):
        case = self._new_case()
        sibling = self.env["remediation.beneficiary"].create(
            {"sex": "female", "age_estimated": 9, "household_id": case.household_id.id}
        )
        case_2 = (
            self.env["remediation.case"]
            ._unprotected()
            .create({"beneficiary_id": sibling.id, "case_manager_id": self.manager.id})
        )
        self._new_entitlement(case)
        self._new_entitlement(case_2)
        plan = self._new_plans(self._new_cycle())
        self._lock(plan)
        self.assertEqual(plan.state, "locked", "a warning only")
        self.scheme.one_per_household = True
        later = (self.period + timedelta(days=32)).replace(day=1)
        plan = self._new_plans(self._new_cycle(period=later))
        with self.assertRaisesRegex(UserError, "household"):
            plan.with_user(self.officer).action_lock()

    # -- snapshot (R35) --------------------------------------------------------
    @whole
    def test_r35_later_edits_do_not_change_a_locked_plan(self):
        self.scheme.grant_ids |= self.grant_b
        plan = self._draft(1, shares=[(self.grant, 33.33), (self.grant_b, 66.67)])
        self._lock(plan)
        line = plan.line_ids
        before = (
            line.payee_name,
            line.payee_number,
            line.amount_due,
            line.split_ids.mapped("amount"),
            plan.content_hash,
        )
        line.payee_id.member_id.full_name = "Somebody Else"
        method = self._new_method(line.payee_id, self.provider)
        method._unprotected().effective_from = fields.Datetime.now() - timedelta(days=1)
        line.entitlement_id.funding_ids._unprotected().write({"share": 50})
        self.env.invalidate_all()
        self.assertEqual(
            before,
            (
                line.payee_name,
                line.payee_number,
                line.amount_due,
                line.split_ids.mapped("amount"),
                plan._content_digest(),
            ),
        )
        self.assertEqual(before[3], [10.0, 20.0])
        for name, value in (
            ("payee_number", "+243899999999"),
            ("amount_due", 1),
            ("status", "delivered"),
            ("is_live", False),
        ):
            with self.assertRaises(AccessError):
                line.with_user(self.officer).write({name: value})

    @whole
    def test_r35_split_over_the_plan_is_exact(self):
        self.scheme.grant_ids |= self.grant_b
        self.scheme.amount = 10.01
        plan = self._draft(4, shares=[(self.grant, 50), (self.grant_b, 50)])
        self._lock(plan)
        for line in plan.line_ids:
            self.assertAlmostEqual(sum(line.split_ids.mapped("amount")), 10.01)
        for grant in (self.grant, self.grant_b):
            parts = plan.line_ids.split_ids.filtered(
                lambda s, grant=grant: s.grant_id == grant
            )
            self.assertAlmostEqual(sum(parts.mapped("amount")), 20.02)

    # -- missing accounts, limits, stop (R36) ----------------------------------
    def test_r36_missing_account_blocks_or_is_set_aside(self):
        self._new_entitlement()
        case = self._new_case()
        self._new_entitlement(case, payee=self._new_payee(case, provider=False))
        plan = self._new_plans(self._new_cycle())
        self.assertEqual(plan.line_count, 2, "nothing is skipped silently")
        missing = plan.line_ids.filtered(lambda line: not line.method_id)
        with self.assertRaisesRegex(UserError, missing.name):
            plan.with_user(self.officer).action_lock()
        with self.assertRaises(UserError):
            missing.with_user(self.officer).action_set_aside("")
        with self.assertRaises(AccessError):
            missing.with_user(self.approver).action_set_aside("No wallet yet")
        missing.with_user(self.officer).action_set_aside("No wallet yet")
        self._lock(plan)
        self.assertEqual(plan.amount_total, 30)
        self._new_method(missing.payee_id, self.provider)
        plan.with_user(self.officer).action_follow_up()
        follow_up = plan.follow_up_plan_ids
        self.assertEqual(follow_up.line_ids.origin_line_id, missing)
        self._lock(follow_up)
        self.assertEqual(follow_up.state, "locked")

    @whole
    def test_r36_limits_hold_per_wallet_over_all_plans(self):
        self.provider.limit_payment = 29
        plan = self._draft(1)
        with self.assertRaisesRegex(UserError, "per payment"):
            plan.with_user(self.officer).action_lock()
        self.provider.write({"limit_payment": 0, "limit_month": 50})
        self._lock(plan)
        number = plan.line_ids.payee_number
        case = self._new_case()
        payee = self._new_payee(case, number=number)
        self._new_entitlement(case, payee=payee)
        top_up = self._new_cycle(kind="top_up")
        second = self._new_plans(top_up)
        with self.assertRaisesRegex(UserError, "month"):
            second.with_user(self.officer).action_lock()

    @whole
    def test_r36_one_line_is_stopped_and_the_others_keep_their_approvals(self):
        plan = self._paid_plan(5, "approved")
        digest = plan.content_hash
        users = (self.supervisor, self.safeguarding, self.reconciler, self.officer)
        for line, user in zip(plan.line_ids, users, strict=False):
            if user in (self.supervisor, self.safeguarding):
                line.cycle_line_id.with_user(user).action_stop_payment("Unsafe")
            else:
                line.with_user(user).action_stop("Unsafe")
            self.assertEqual(line.status, "stopped")
        with self.assertRaises(AccessError):
            plan.line_ids[4].cycle_line_id.with_user(self.worker).action_stop_payment(
                "x"
            )
        self.assertEqual(plan.state, "approved")
        self.assertEqual(plan._content_digest(), digest)
        self._seen(plan, self.releaser).action_release()
        self._instruct(plan)
        self.assertEqual(
            plan.line_ids.filtered(lambda one: one.status == "sent"), plan.line_ids[4]
        )
        with self.assertRaisesRegex(UserError, "for “Pending” only"):
            plan.line_ids[4].with_user(self.officer).action_stop("Unsafe")

    def test_r36_limits_hold_when_two_plans_are_locked_at_once(self):
        self.provider.limit_month = 50
        number = "+243899000001"
        for _each in range(2):
            case = self._new_case()
            self._new_entitlement(case, payee=self._new_payee(case, number=number))
        first_cycle = self._new_cycle()
        plan = self._new_plans(first_cycle)
        one, other = plan.line_ids
        other.with_user(self.officer).action_set_aside("Limit of the wallet")
        plan.with_user(self.officer).action_lock()
        second = self._new_plans(self._new_cycle(kind="top_up"))
        second.line_ids[0].with_user(self.officer).action_set_aside("One is enough")
        second.with_user(self.officer).action_lock()
        plan._run_job()
        with self.assertRaisesRegex(UserError, "month"):
            second._run_job()
        self.assertEqual(one.is_live, True)

    def test_r32_a_lock_that_fails_half_way_holds_nothing(self):
        """The second portion meets a payment that somebody locked in the meantime; the
        first portion is given back and the button names the payment."""
        case = self._new_case()
        payee = self._new_payee(case)
        self._new_entitlement()
        self._new_entitlement(case, payee=payee)
        other_scheme = self.scheme.copy({"name": "Other"})
        other_scheme.grant_ids = self.grant
        self._new_entitlement(case, other_scheme, payee=payee)
        plan = self._new_plans(self._new_cycle())
        other = self._new_plans(self._new_cycle(other_scheme))
        self.patch(type(plan), "_job_size", 1)
        plan.with_user(self.officer).action_lock()
        self.assertFalse(plan._run_portion(), "the first portion of two")
        self.assertEqual(plan.line_ids.mapped("is_live"), [True, False])
        plan._unprotected().job = False  # the other one comes in between
        self._lock(other)
        plan._unprotected().job = "lock"
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                plan._run_portion()
        plan._undo_job()
        plan._unprotected().job = False
        self.assertFalse(any(plan.line_ids.mapped("is_live")))
        self.assertFalse(plan.line_ids.split_ids)
        self.assertEqual(plan.line_ids.cycle_line_id.mapped("amount_live"), [0, 0])
        late = plan.line_ids[1]
        with self.assertRaisesRegex(UserError, f"{late.name}: the same child"):
            plan.with_user(self.officer).action_lock()
        late.with_user(self.officer).action_set_aside("Paid by the other plan")
        self._lock(plan)
        self.assertEqual(plan.amount_total, 30)

    @whole
    def test_r32_r4_possible_duplicates_wait_for_the_supervisor(self):
        plan = self._draft(2)
        one, two = plan.line_ids.beneficiary_id
        pair = (
            self.env["remediation.duplicate"]
            ._unprotected()
            .create({"beneficiary_id": one.id, "other_id": two.id, "score": 90})
        )
        with self.assertRaisesRegex(UserError, "two files") as refused:
            plan.with_user(self.officer).action_lock()
        for line in plan.line_ids:
            self.assertIn(line.name, str(refused.exception))
        self.assertNotIn(one.name, str(refused.exception))
        pair.with_user(self.supervisor).action_distinct("Cousins")
        self._lock(plan)
        self.assertEqual(plan.state, "locked")

    # -- duties (R37) ----------------------------------------------------------
    @whole
    def test_r37_different_people(self):
        everything = self._new_user("everything", EVERY_DUTY)
        self._new_entitlement()
        plan = self._new_plans(self._new_cycle())
        plan.with_user(everything).action_lock()
        plan._run_job()
        self.assertEqual(plan.prepared_by_id, everything)
        with self.assertRaisesRegex(AccessError, "different people"):
            self._seen(plan, everything).action_approve()
        for user in (
            self.officer,
            self.releaser,
            self.reconciler,
            self.worker,
            self.admin_like,
        ):
            with self.assertRaises(AccessError):
                self._seen(plan, user).action_approve()
        self._seen(plan, self.approver).action_approve()
        self.approver.group_ids |= self.env.ref("cash_transfer.group_cash_releaser")
        with self.assertRaisesRegex(AccessError, "different people"):
            self._seen(plan, self.approver).action_release()
        self._seen(plan, self.releaser).action_release()
        self._instruct(plan)
        self.releaser.group_ids |= self.env.ref("cash_transfer.group_cash_reconciler")
        with self.assertRaisesRegex(AccessError, "different people"):
            self._new_report(
                plan, [{"payment": plan.line_ids.name, "amount": 30}], self.releaser
            )

    @whole
    def test_r37_small_office_of_three(self):
        self.env["cash.transfer.duty.pair"].search([]).unlink()
        self.officer.group_ids |= self.env.ref("cash_transfer.group_cash_reconciler")
        plan = self._paid_plan(1)
        report = self._new_report(
            plan, [{"payment": plan.line_ids.name, "amount": 30}], self.officer
        )
        # a lone reconciler imports; the approver is the second person
        self._post(report, self.approver)
        plan.with_user(self.officer).action_close()
        self.assertEqual(plan.state, "closed")

    @whole
    def test_r37_approvals_by_amount_in_order(self):
        rules = self.env["cash.transfer.approval.rule"]
        board = self.env["res.groups"].create({"name": "Board"})
        rules.create(
            [
                {"name": "Manager", "sequence": 1},
                {
                    "name": "Board",
                    "sequence": 2,
                    "min_amount": 100_000,
                    "group_id": board.id,
                },
                {"name": "Donor", "sequence": 3, "min_amount": 10_000_000},
            ]
        )
        plan = self._paid_plan(2, "locked")
        self.assertEqual(plan.approval_ids.mapped("name"), ["Manager", "Board"])
        self._seen(plan, self.approver).action_approve()
        self.assertEqual(plan.state, "locked")
        with self.assertRaisesRegex(AccessError, "already"):
            self._seen(plan, self.approver).action_approve()
        with self.assertRaisesRegex(AccessError, "Board"):
            self._seen(plan, self.approver_2).action_approve()
        self.approver_2.group_ids |= board
        self._seen(plan, self.approver_2).action_approve()
        self.assertEqual(plan.state, "approved")

    @whole
    def test_r37_nobody_approves_a_payee_they_entered(self):
        self.worker.group_ids |= self.env.ref("cash_transfer.group_cash_approver")
        plan = self._paid_plan(1, "locked")
        with self.assertRaisesRegex(AccessError, "entered or changed"):
            self._seen(plan, self.worker).action_approve()

    def test_r37_reject_returns_to_locked_with_reason(self):
        plan = self._paid_plan(1, "approved")
        with self.assertRaises(UserError):
            plan.with_user(self.releaser).action_reject("")
        plan.with_user(self.releaser).action_reject("Wrong month")
        self.assertEqual(plan.state, "locked")
        self.assertEqual(
            plan.approval_ids.filtered(lambda a: a.state == "waiting").mapped("name"),
            ["Approval"],
        )
        with self.assertRaises(UserError):
            self._seen(plan, self.releaser).action_release()

    @whole
    def test_r37_who_prepared_does_not_reject(self):
        plan = self._paid_plan(1, "locked")
        self.officer.group_ids |= self.env.ref("cash_transfer.group_cash_approver")
        with self.assertRaisesRegex(AccessError, "own work"):
            plan.with_user(self.officer).action_reject("Mine")

    @whole
    def test_r37_who_moved_the_money_does_not_reconcile_it(self):
        plan = self._paid_plan(1, "released")
        plan.with_user(self.releaser_2).action_fund()
        self._instruct(plan)
        self.releaser_2.group_ids |= self.env.ref("cash_transfer.group_cash_reconciler")
        with self.assertRaisesRegex(AccessError, "different people"):
            self._new_report(
                plan, [{"payment": plan.line_ids.name, "amount": 30}], self.releaser_2
            )

    @whole
    def test_funding_comes_from_a_bank_or_cash_journal_of_the_company(self):
        plan = self._paid_plan(1, "released")
        for journal in (self.cash_journal, self.bill_journal):
            with self.assertRaisesRegex(UserError, "bank or cash"):
                plan.with_user(self.releaser).action_fund(journal_id=journal.id)

    @whole
    def test_r37_deputy_with_dates(self):
        deputy = self.env["cash.transfer.deputy"].create(
            {
                "user_id": self.approver.id,
                "deputy_id": self.reconciler_2.id,
                "duty": "approve",
                "date_from": self.today,
                "date_to": self.today,
            }
        )
        plan = self._paid_plan(1, "locked")
        self._seen(plan, self.reconciler_2).action_approve()
        step = plan.approval_ids.filtered(lambda a: a.state == "approved")
        self.assertEqual(step.user_id, self.reconciler_2)
        self.assertEqual(step.on_behalf_of_id, self.approver)
        self.approver.group_ids |= self.env.ref("cash_transfer.group_cash_releaser")
        with self.assertRaises(AccessError):
            self._seen(plan, self.approver).action_release()
        deputy.write(
            {
                "date_from": self.today - timedelta(days=9),
                "date_to": self.today - timedelta(days=8),
            }
        )
        self.assertFalse(
            self.env["cash.transfer.duty"]
            .with_user(self.reconciler_2)
            ._principals("approve", self.company)
        )

    @whole
    def test_r37_emergency_takes_two_people_up_to_the_limit(self):
        self.approver.group_ids |= self.env.ref("cash_transfer.group_cash_releaser")
        self._new_entitlement()
        plan = self._new_plans(self._new_cycle())
        plan.with_user(self.officer).is_emergency = True
        self.company.cash_emergency_limit = 10
        with self.assertRaisesRegex(UserError, "Emergency"):
            plan.with_user(self.officer).action_lock()
        self.company.cash_emergency_limit = 1_000_000
        self._lock(plan)
        self._seen(plan, self.approver).action_approve()
        self._seen(plan, self.approver).action_release()
        self.assertEqual(plan.state, "released")

    # -- the file (R38) --------------------------------------------------------
    def test_r38_file_once_per_lock(self):
        case = self._new_case()
        self._caregiver(case).full_name = "=cmd|'/C calc'!A1"
        self._new_entitlement(case)
        plan = self._to(self._new_plans(self._new_cycle()), "instructed")
        content = plan.with_user(self.releaser).file_content
        for user in (self.officer, self.auditor):
            self.assertEqual(content, plan.with_user(user).file_content)
        with self.assertRaises(AccessError):
            plan.with_user(self.worker).read(["file_content"])
        data = base64.b64decode(content)
        _headers, rows = sheets.read(data)
        cells = rows[0][1]
        self.assertTrue(cells[1].startswith("'="), "names are neutralised (R30)")
        self.assertTrue(cells[2].startswith("+243"), "E.164 keeps its plus")
        with self.assertRaises(UserError):
            plan.with_user(self.releaser).action_instruct()
        name, archive = plan.with_user(self.releaser)._get_zip("a long password")
        self.assertEqual(open_zip(archive, "a long password"), (plan.file_name, data))
        with self.assertRaises(ValueError):
            open_zip(archive, "a wrong password")
        self.assertNotIn(data[:20], archive)
        self.assertTrue(name.endswith(".zip"))
        before = plan.file_hash
        self.provider.file_format = "xlsx"
        with self.assertRaises(AccessError):
            plan.with_user(self.officer).action_new_layout()
        plan.with_user(self.releaser).action_new_layout()
        self.assertNotEqual(plan.file_hash, before)
        self.assertEqual(plan.file_generation, 2)

    def test_r38_a_changed_payee_needs_unlock_and_approvals(self):
        plan = self._paid_plan(1, "released")
        plan.with_user(self.releaser).action_fund()
        self.env.cr.execute(
            "UPDATE cash_transfer_payment_line SET payee_number = '+243800000000'"
            " WHERE plan_id = %s",
            [plan.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "approved"):
            plan.with_user(self.releaser).action_instruct()
        with self.assertRaises(AccessError):
            plan.with_user(self.releaser).action_unlock("x")
        plan.with_user(self.officer).action_unlock("Account changed")
        self.assertEqual(plan.state, "draft")
        self.assertFalse(plan.line_ids.split_ids)
        self.assertEqual(plan.line_ids.cycle_line_id.amount_live, 0)
        self._lock(plan)
        self.assertEqual(
            plan.approval_ids.filtered(lambda a: a.state == "waiting").mapped("state"),
            ["waiting"],
        )

    @whole
    def test_plan_needs_funds_before_instruction(self):
        plan = self._paid_plan(1, "released")
        with self.assertRaisesRegex(UserError, "Fund"):
            plan.with_user(self.releaser).action_instruct()
        plan.with_user(self.releaser).action_fund()
        payment = plan.movement_ids.payment_id
        self.assertEqual(payment.destination_account_id, self.advance_account)
        with self.assertRaises(UserError):
            payment.partner_id = self.partner_org
        with self.assertRaises(UserError):
            payment.action_draft()

    @whole
    def test_abort_frees_what_was_held(self):
        plan = self._paid_plan(1, "approved")
        with self.assertRaises(UserError):
            plan.with_user(self.officer).action_abort(" ")
        plan.with_user(self.officer).action_abort("Wrong provider")
        due = plan.line_ids.cycle_line_id
        self.assertEqual(
            (plan.state, due.amount_live, due.payment_status), ("aborted", 0, "none")
        )
        again = self._new_plans(plan.cycle_id)
        self.assertEqual(again.line_count, 1)

    def test_setup_assistant_says_what_is_missing(self):
        method = self.bank_journal.outbound_payment_method_line_ids
        method.payment_account_id = False
        self.provider.invalidate_recordset()
        self.assertFalse(self.provider.is_ready)
        self.assertIn("outstanding", self.provider.problem_text)
        self.company.cash_claims_account_id = False
        self.provider.invalidate_recordset()
        self.assertIn("claims", self.provider.problem_text)
        self.provider.with_user(self.releaser).action_complete_setup()
        self.assertTrue(all(m.payment_account_id for m in method))
