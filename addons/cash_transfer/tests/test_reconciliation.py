import base64
import io
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import CashCommon


class Reports(CashCommon):
    def _row(self, line, amount=30, **extra):
        return {"payment": line.name, "amount": amount, **extra}


@tagged("post_install", "-at_install")
class TestReconciliation(Reports):
    """The provider's report in full (R39) and what follows from it (R41)."""

    @whole
    def test_r39_future_or_early_dates_are_in_question(self):
        plan = self._paid_plan(3)
        self.env.cr.execute(
            "UPDATE cash_transfer_payment_line SET sent_on = sent_on - 10"
        )
        self.env.invalidate_all()
        first, second, third = plan.line_ids
        self._report(
            plan,
            [
                self._row(first, date=self.today + timedelta(days=2)),
                self._row(second, date=self.today - timedelta(days=30)),
                self._row(third, date=self.today - timedelta(days=1)),
            ],
        )
        self.assertEqual(
            plan.line_ids.mapped("status"), ["in_question", "in_question", "delivered"]
        )
        self.assertEqual(
            plan.line_ids.mapped("question_reason"), ["future", "early", False]
        )
        with self.assertRaisesRegex(UserError, "Nothing"):
            plan.with_user(self.officer).action_follow_up()
        first.with_user(self.reconciler).action_delivered("Typing error", self.today)
        self.assertEqual(first.status, "delivered")
        with self.assertRaises(AccessError):
            second.with_user(self.officer).action_not_delivered("x")
        second.with_user(self.reconciler).action_not_delivered("Never paid")
        self.assertEqual(second.status, "failed")
        self.assertEqual(plan.state, "reconciled")
        self.assertBooks(plan)

    @whole
    def test_r39_missing_from_the_report_never_enters_a_follow_up(self):
        plan = self._paid_plan(3)
        first, second, third = plan.line_ids
        self._report(
            plan, [self._row(first), self._row(second, 0, reason="wrong_number")]
        )
        self.assertEqual(third.status, "sent")
        plan.with_user(self.officer).action_follow_up()
        follow_up = plan.follow_up_plan_ids
        self.assertEqual(follow_up.line_ids.origin_line_id, second)
        with self.assertRaises(UserError):
            plan.with_user(self.officer).action_follow_up()

    def test_r39_other_file_same_values_is_no_change(self):
        plan = self._paid_plan(2)
        one, two = plan.line_ids
        self._report(plan, [self._row(one), self._row(two)])
        moves = plan.move_count
        again = self._report(plan, [self._row(two), self._row(one)])
        self.assertEqual(set(again.row_ids.mapped("outcome")), {"no_change"})
        plan.invalidate_recordset()
        self.assertEqual(plan.move_count, moves)
        self.assertBooks(plan)

    def test_r39_twice_in_one_file(self):
        plan = self._paid_plan(2)
        one, two = plan.line_ids
        report = self._report(
            plan,
            [
                self._row(one, reference="T1"),
                self._row(one, reference="T1"),
                self._row(two, reference="T2"),
                self._row(two, reference="T3"),
            ],
        )
        self.assertEqual(
            report.row_ids.mapped("outcome"),
            ["delivered", "no_change", "delivered", "paid_twice"],
        )
        self.assertEqual(plan.dispute_ids.amount, 30)
        self.assertEqual(set(plan.line_ids.mapped("status")), {"delivered"})
        self.assertBooks(plan)

    @whole
    def test_r39_by_the_providers_reference(self):
        self.report_profile.match_key = "reference"
        plan = self._paid_plan(1)
        plan.line_ids._unprotected().provider_ref = "ABC"
        self._report(plan, [{"reference": "ABC", "amount": 30}])
        self.assertEqual(plan.line_ids.status, "delivered")

    @whole
    def test_r41_failure_needs_a_reason_and_two_lead_to_a_visit(self):
        self.provider.default_failure_reason = False
        plan = self._paid_plan(1)
        with self.assertRaisesRegex(UserError, "Row 2.*reason"):
            self._new_report(plan, [self._row(plan.line_ids, 0)])
        self._report(plan, [self._row(plan.line_ids, 0, reason="wrong_number")])
        case = plan.line_ids.entitlement_id.case_id
        visits = self.env["remediation.visit"]
        self.assertFalse(visits.search_count([("case_id", "=", case.id)]))
        plan.with_user(self.officer).action_follow_up()
        follow_up = self._to(plan.follow_up_plan_ids, "instructed")
        self._report(follow_up, [self._row(follow_up.line_ids, 0, reason="refused")])
        self.assertEqual(plan.line_ids.entitlement_id.failure_count, 2)
        self.assertEqual(visits.search_count([("case_id", "=", case.id)]), 1)

    @whole
    def test_files_in_other_encodings_and_decimals(self):
        plan = self._paid_plan(3)
        one, two, three = plan.line_ids
        for line, encoding in ((one, "utf-16"), (two, "cp1252"), (three, "utf-8-sig")):
            content = f"payment;amount;reason\n{line.name};30,00;é\n".encode(encoding)
            self._post(self._new_report_file(plan, content))
        self.assertEqual(set(plan.line_ids.mapped("status")), {"delivered"})

    @whole
    def test_xlsx_report_with_the_providers_headers(self):
        import xlsxwriter  # noqa: PLC0415

        for column in self.report_profile.column_ids:
            if column.content == "payment":
                column.header = "Transaction Code"
            if column.content == "amount":
                column.header = "Montant"
        plan = self._paid_plan(1)
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["transaction_code", "MONTANT"])
        sheet.write_row(1, 0, [plan.line_ids.name, 30])
        book.close()
        self._post(self._new_report_file(plan, buffer.getvalue()))
        self.assertEqual(plan.line_ids.status, "delivered")

    def test_worklist_shows_what_is_unexplained(self):
        self.provider.settlement_days = 0
        plan = self._paid_plan(2)
        self.env.cr.execute(
            "UPDATE cash_transfer_payment_line SET sent_on = sent_on - 45"
        )
        self.env.invalidate_all()
        self._report(plan, [{"payment": "P-999999", "amount": 5}])
        rows = (
            self.env["cash.transfer.worklist"]
            .with_user(self.reconciler)
            .search([("plan_id", "=", plan.id)])
        )
        self.assertEqual(sorted(rows.mapped("kind")), ["dispute", "missing", "missing"])
        self.assertEqual(rows.filtered(lambda r: r.kind == "missing")[0].age, 45)
        self.assertEqual(
            rows[0].action_open_source()["res_model"], "cash.transfer.payment.line"
        )


@tagged("post_install", "-at_install")
class TestReconciliationOfOne(Reports):
    """The same, where one payment was instructed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._paid_plan(1)

    def _failed_with_follow_up(self, state):
        plan = self.plan
        self._report(plan, [self._row(plan.line_ids, 0, reason="inactive_wallet")])
        plan.with_user(self.officer).action_follow_up()
        follow_up = plan.follow_up_plan_ids
        self._to(follow_up, state)
        return plan, follow_up

    def _late_success_after_two_follow_ups(self, state):
        plan, follow_up = self._failed_with_follow_up("instructed")
        self._report(follow_up, [self._row(follow_up.line_ids, 0, reason="refused")])
        follow_up.with_user(self.officer).action_follow_up()
        second = self._to(follow_up.follow_up_plan_ids, state)
        self._report(plan, [self._row(plan.line_ids)])
        self.assertEqual(plan.line_ids.status, "delivered")
        due = plan.line_ids.cycle_line_id
        self.assertEqual((due.amount_delivered, due.amount_live), (30, 0))
        self.assertBooks(plan | follow_up | second)
        return second.line_ids

    def _in_question(self, amount=30):
        plan = self.plan
        day = self.today + timedelta(days=2)
        self._report(plan, [self._row(plan.line_ids, amount, date=day)])
        self.assertEqual(plan.line_ids.status, "in_question")
        return plan

    @whole
    def test_r39_delivered_too_much_goes_to_dispute(self):
        plan = self.plan
        self.provider.fee_fixed = 1
        self._report(plan, [self._row(plan.line_ids, 37.5)])
        line = plan.line_ids
        self.assertEqual(
            (line.status, line.amount_delivered, line.amount_disputed),
            ("delivered", 30, 7.5),
        )
        dispute = plan.dispute_ids
        self.assertEqual(
            (dispute.kind, dispute.amount, dispute.state),
            ("over_delivered", 7.5, "open"),
        )
        claims = self.env["account.move.line"].search(
            [("account_id", "=", self.claims_account.id)]
        )
        self.assertEqual(claims.amount_currency, 7.5)
        self.assertBooks(plan)
        with self.assertRaisesRegex(UserError, "dispute"):
            plan.with_user(self.reconciler).action_close()

    @whole
    def test_r39_unknown_rows_go_to_dispute(self):
        plan = self.plan
        self._report(plan, [{"payment": "P-999999", "amount": 12}])
        self.assertEqual(plan.dispute_ids.kind, "unknown")
        self.assertEqual(plan.line_ids.status, "sent")
        self.assertEqual(plan.state, "partly_reconciled")

    @whole
    def test_r39_after_the_grants_end_takes_two_people(self):
        plan = self.plan
        self.env.cr.execute(
            "UPDATE cash_transfer_payment_line SET sent_on = sent_on - 10"
        )
        self.grant.date_end = self.today - timedelta(days=3)
        self.env.invalidate_all()
        line = plan.line_ids
        self._report(plan, [self._row(line, date=self.today - timedelta(days=1))])
        self.assertEqual(line.question_reason, "grant_ended")
        one = line.with_user(self.reconciler)
        self.assertFalse(one.action_delivered("Funder agreed"))
        with self.assertRaises(AccessError):
            one.action_delivered("Funder agreed")
        line.with_user(self.reconciler_2).action_delivered("Yes")
        self.assertEqual(line.status, "delivered")

    @whole
    def test_r39_same_file_is_refused_naming_the_first(self):
        plan = self.plan
        rows = [self._row(plan.line_ids)]
        first = self._report(plan, rows)
        with self.assertRaisesRegex(ValidationError, first.name):
            self._new_report(plan, rows)

    def test_r39_partial_and_the_rest_by_follow_up(self):
        plan = self.plan
        self._report(plan, [self._row(plan.line_ids, 12.34)])
        self.assertEqual(plan.line_ids.status, "partial")
        plan.with_user(self.officer).action_follow_up()
        follow_up = plan.follow_up_plan_ids
        self.assertAlmostEqual(follow_up.line_ids.amount_due, 17.66)
        self._to(follow_up, "approved")
        plan.with_user(self.releaser).action_carry()
        self._seen(follow_up, self.releaser).action_release()
        self._instruct(follow_up)
        self._report(follow_up, [self._row(follow_up.line_ids, 17.66)])
        self.assertBooks(plan | follow_up)
        (plan | follow_up).with_user(self.reconciler).action_close()
        due = plan.line_ids.cycle_line_id
        self.assertEqual((due.payment_status, due.amount_delivered), ("paid", 30))

    @whole
    def test_r39_late_success_drops_a_follow_up_not_instructed(self):
        plan, follow_up = self._failed_with_follow_up("approved")
        self._report(plan, [self._row(plan.line_ids)])
        self.assertEqual(plan.line_ids.status, "delivered")
        self.assertEqual(follow_up.line_ids.status, "cancelled")
        self.assertFalse(plan.dispute_ids)
        self.assertBooks(plan)

    @whole
    def test_r39_late_success_after_instruction_is_paid_twice(self):
        plan, follow_up = self._failed_with_follow_up("instructed")
        self._report(plan, [self._row(plan.line_ids)])
        self.assertEqual(plan.line_ids.status, "delivered")
        self.assertEqual(follow_up.line_ids.status, "paid_twice")
        self._report(follow_up, [self._row(follow_up.line_ids)])
        self.assertEqual(follow_up.dispute_ids.kind, "paid_twice")
        self.assertEqual(follow_up.dispute_ids.amount, 30)
        self.assertEqual(plan.line_ids.cycle_line_id.amount_delivered, 30)
        self.assertBooks(plan | follow_up)

    @whole
    def test_r39_late_success_after_the_follow_up_was_delivered(self):
        plan, follow_up = self._failed_with_follow_up("instructed")
        self._report(follow_up, [self._row(follow_up.line_ids)])
        self._report(plan, [self._row(plan.line_ids)])
        self.assertEqual(plan.line_ids.status, "paid_twice")
        self.assertEqual(plan.dispute_ids.amount, 30)
        expense = self.env["account.move.line"].search(
            [("account_id", "=", self.expense_account.id)]
        )
        self.assertEqual(sum(expense.mapped("amount_currency")), 30, "expensed once")
        self.assertBooks(plan | follow_up)

    @whole
    def test_r40_a_late_report_opens_a_closed_plan_again(self):
        plan = self.plan
        self._report(plan, [self._row(plan.line_ids, 0, reason="limit")])
        plan.with_user(self.releaser).action_return()
        self._owe_later(plan)
        plan.with_user(self.reconciler).action_close()
        self._report(plan, [self._row(plan.line_ids)])
        self.assertEqual(
            (plan.state, plan.line_ids.status), ("reconciled", "delivered")
        )
        self.assertEqual(plan._get_statements()[plan]["remaining"], -30)
        with self.assertRaises(UserError):
            plan.with_user(self.reconciler).action_close()
        plan.with_user(self.releaser).action_fund(30)
        plan.with_user(self.reconciler).action_close()
        self.assertEqual(plan.state, "closed")
        self.assertBooks(plan)

    @whole
    def test_r39_late_success_drops_the_follow_up_of_a_follow_up(self):
        line = self._late_success_after_two_follow_ups("approved")
        self.assertEqual(line.status, "cancelled")

    @whole
    def test_r39_late_success_after_a_second_instruction_is_paid_twice(self):
        line = self._late_success_after_two_follow_ups("instructed")
        self.assertEqual(line.status, "paid_twice")

    @whole
    def test_r39_what_a_question_reports_beyond_the_due_is_disputed(self):
        plan = self._in_question(37.5)
        line = plan.line_ids
        line.with_user(self.reconciler).action_delivered("Typing error", self.today)
        self.assertEqual(
            (line.status, line.amount_delivered, line.amount_disputed),
            ("delivered", 30, 7.5),
        )
        self.assertEqual(
            (plan.dispute_ids.kind, plan.dispute_ids.amount), ("over_delivered", 7.5)
        )
        self.assertEqual(plan._get_statements()[plan]["disputes"], 7.5)
        self.assertBooks(plan)

    def test_r37_who_released_decides_no_question(self):
        plan = self._in_question()
        self.releaser.group_ids |= self.env.ref("cash_transfer.group_cash_reconciler")
        with self.assertRaisesRegex(AccessError, "different people"):
            plan.line_ids.with_user(self.releaser).action_delivered(
                "Explained", self.today
            )
        plan.line_ids.with_user(self.reconciler).action_not_delivered("It failed")
        self.assertIn(self.reconciler, plan.reconciled_by_ids)

    def test_r39_both_in_one_report(self):
        plan, follow_up = self._failed_with_follow_up("instructed")
        self._report(plan, [self._row(follow_up.line_ids), self._row(plan.line_ids)])
        statuses = {plan.line_ids.status, follow_up.line_ids.status}
        self.assertEqual(statuses, {"delivered", "paid_twice"})
        self.assertEqual(plan.line_ids.cycle_line_id.amount_delivered, 30)
        self.assertBooks(plan | follow_up)

    @whole
    def test_r39_delivered_payment_called_failed_is_shown_not_booked(self):
        plan = self.plan
        self._report(plan, [self._row(plan.line_ids)])
        report = self._report(plan, [self._row(plan.line_ids, 0, reason="refused")])
        self.assertEqual(report.row_ids.outcome, "conflict")
        self.assertEqual(plan.line_ids.status, "delivered")

    def test_bad_rows_name_the_row_and_change_nothing(self):
        plan = self.plan
        line = plan.line_ids
        for row, sentence in (
            (self._row(line, -5), "Row 2.*other sign"),
            (self._row(line, "abc"), "Row 2.*no amount"),
            (self._row(line, "=1+1"), "Row 2.*formula"),
            (self._row(line, "30.001"), "Row 2.*decimals"),
            (self._row(line, currency="CDF"), "Row 2.*currency"),
            (self._row(line, date="2026-13-45"), "Row 2.*no date"),
            (self._row(line, status="whatever"), "Row 2.*unknown"),
            (self._row(line, 0, status="delivered"), "Row 2.*without an amount"),
            ({"amount": 30, "reference": "X"}, "No row of the file names a payment"),
        ):
            with (
                self.subTest(sentence),
                self.assertRaisesRegex(UserError, f"(?s){sentence}"),
                self.env.cr.savepoint(),
            ):
                self._new_report(plan, [row])
        self.assertEqual(line.status, "sent")
        self.assertFalse(self.env["cash.transfer.reconciliation.row"].search([]))

    @whole
    def test_bad_files_are_refused_whole(self):
        plan = self.plan
        for content, sentence in (
            (b"%PDF-1.7 abc", "table"),
            (b"payment,amount\n", "no rows"),
            (b"PK\x03\x04broken", "cut off"),
            (b"code,sum\nP-1,3\n", "no column"),
            (b'payment,amount\n"P-1,30', "cut off"),
        ):
            with (
                self.subTest(sentence),
                self.assertRaisesRegex(UserError, sentence),
                self.env.cr.savepoint(),
            ):
                self._new_report_file(plan, content)

    @whole
    def test_locked_date_offers_the_first_open_day(self):
        plan = self.plan
        report = self._new_report(
            plan, [self._row(plan.line_ids)], date=self.today - timedelta(days=40)
        )
        lock = self.today - timedelta(days=35)
        self.company.fiscalyear_lock_date = lock
        first_open = self.env["base"]._say_day(lock + timedelta(days=1))
        with self.assertRaisesRegex(UserError, f"choose {first_open} or later"):
            report.with_user(self.reconciler_2).action_post()
        self.assertEqual(report.state, "matched")

    def test_only_reconcilers_import(self):
        plan = self.plan
        for user in (self.officer, self.approver, self.releaser, self.worker):
            with self.assertRaises(AccessError):
                self._new_report(plan, [self._row(plan.line_ids)], user)

    def test_report_is_private_to_cash_duties_and_the_auditor(self):
        plan = self.plan
        report = self._new_report(plan, [self._row(plan.line_ids)])
        for user in (self.worker, self.plain_user):
            with self.assertRaises(AccessError):
                report.with_user(user).read(["file_content"])
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", report._name),
                    ("res_id", "=", report.id),
                    ("res_field", "=", "file_content"),
                ]
            )
        )
        self.assertTrue(base64.b64decode(report.file_content))
        self.assertTrue(attachment.with_user(self.auditor).read(["datas"]))
        for user in (self.worker, self.plain_user):
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["datas"])
