import base64
from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import CashCommon


@tagged("post_install", "-at_install")
class TestProviderReport(CashCommon):
    """A provider's file tells a story: rows about one payment are read together, and a
    fact reported again is no new fact (R69)."""

    def _row(self, line, amount=30, **extra):
        return {"payment": line.name, "amount": amount, **extra}

    def _success(self, line, reference="", amount=30, **extra):
        return self._row(line, amount, reference=reference, status="Success", **extra)

    def _failed(self, line, reference="", **extra):
        return self._row(
            line,
            30,
            reference=reference,
            status="Failed",
            reason="inactive_wallet",
            **extra,
        )

    def _claims(self, plan):
        return sum(plan.dispute_ids.mapped("amount"))

    def _outcomes(self, report):
        return report.row_ids.sorted("number").mapped("outcome")

    # -- reported in public trackers --------------------------------------------
    def test_reported_01_a_fee_in_any_row_is_read(self):
        plan = self._paid_plan(3)
        one, two, three = plan.line_ids
        report = self._report(
            plan,
            [
                self._success(one, "FEE1", fee="0.20"),
                self._success(two, "FEE2", fee="0.20"),
                self._success(three, "FEE3"),
            ],
        )
        self.assertEqual(sum(report.row_ids.mapped("fee")), 0.40)
        self.assertEqual(plan._get_statements()[plan]["fees"], 0.40)
        self.assertEqual(set(plan.line_ids.mapped("status")), {"delivered"})
        self.assertBooks(plan)

    def test_reported_03_failed_then_success_in_one_file(self):
        plan = self._paid_plan(2)
        one, two = plan.line_ids
        report = self._report(
            plan,
            [
                self._failed(one, "T0a"),
                self._success(one, "T0b"),
                self._success(two, "T1"),
            ],
        )
        self.assertEqual(
            self._outcomes(report), ["no_change", "delivered", "delivered"]
        )
        self.assertEqual(set(plan.line_ids.mapped("status")), {"delivered"})
        self.assertFalse(plan.dispute_ids)
        self.assertEqual(one.provider_ref, "T0b")
        with self.assertRaisesRegex(UserError, "Nothing"):
            plan.with_user(self.officer).action_follow_up()
        self.assertBooks(plan)

    def test_r69_a_failed_second_try_undoes_nothing(self):
        for reference in ("T0a", "T0b", ""):
            with self.subTest(reference), self.env.cr.savepoint() as savepoint:
                plan = self._paid_plan(1)
                line = plan.line_ids
                self._report(
                    plan, [self._success(line, "T0a"), self._failed(line, reference)]
                )
                self.assertEqual(line.status, "delivered")
                self.assertFalse(plan.dispute_ids)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    # -- a fact reported again ----------------------------------------------------
    def test_r69_a_cumulative_file_books_fees_and_claims_once(self):
        plan = self._paid_plan(3)
        one, two, three = plan.line_ids
        first = [
            self._success(one, "T1", fee=0.2),
            self._success(one, "T2", fee=0.2),
            self._success(two, "T3", amount=40, fee=0.2),
            {
                "payment": "P-999999",
                "reference": "T4",
                "amount": 12,
                "status": "Success",
                "fee": 0.2,
            },
        ]
        self._report(plan, first)
        before = plan._get_statements()[plan]
        self.assertEqual((before["fees"], self._claims(plan)), (0.8, 30 + 10 + 12))
        report = self._report(plan, [*first, self._success(three, "T5", fee=0.2)])
        after = plan._get_statements()[plan]
        self.assertEqual((after["fees"], self._claims(plan)), (1.0, 52))
        self.assertEqual(after["delivered"], 90)
        self.assertEqual(self._outcomes(report), ["no_change"] * 4 + ["delivered"])
        self.assertBooks(plan)

    def test_r69_two_reports_read_before_the_first_is_posted(self):
        plan = self._paid_plan(2)
        one, two = plan.line_ids
        rows = [
            self._success(one, "T1", fee=0.2),
            self._success(one, "T2", fee=0.2),
            {"payment": "P-999999", "amount": 12, "status": "Success", "fee": 0.2},
        ]
        first = self._new_report(plan, rows)
        second = self._new_report(plan, [*rows, self._success(two, "T3", fee=0.2)])
        self._post(first)
        self._post(second)
        statement = plan._get_statements()[plan]
        self.assertEqual((statement["fees"], self._claims(plan)), (0.8, 42))
        self.assertEqual(statement["delivered"], 60)
        self.assertBooks(plan)

    def test_r69_a_row_repeated_in_one_file(self):
        plan = self._paid_plan(1)
        row = self._success(plan.line_ids, "T1", amount=31, fee=0.2)
        unknown = {"payment": "P-999999", "amount": 12, "status": "Success", "fee": 0.1}
        self._report(plan, [row, row, unknown, unknown, row])
        statement = plan._get_statements()[plan]
        self.assertAlmostEqual(statement["fees"], 0.3)
        self.assertEqual(self._claims(plan), 1 + 12)
        self.assertBooks(plan)

    def test_r69_the_contracts_fee_is_not_booked_again(self):
        self.provider.fee_fixed = 1
        plan = self._paid_plan(2)
        one, two = plan.line_ids
        self._report(plan, [self._success(one, "T1")])
        self._report(plan, [self._success(one, "T1"), self._success(two, "T2")])
        self.assertEqual(plan._get_statements()[plan]["fees"], 2)
        self._report(plan, [self._success(one, "T1", fee=1)])
        self.assertEqual(plan._get_statements()[plan]["fees"], 2)
        self.assertBooks(plan)

    def test_r69_the_same_reference_in_every_row_is_no_receipt(self):
        plan = self._paid_plan(3)
        rows = [self._success(line, "BATCH-7") for line in plan.line_ids]
        self._report(plan, [*rows, rows[0]])
        self.assertEqual(set(plan.line_ids.mapped("status")), {"delivered"})
        self.assertFalse(plan.dispute_ids)
        self.assertFalse(any(plan.line_ids.mapped("provider_ref")))
        unknown = {
            "payment": "P-999999",
            "reference": "BATCH-7",
            "amount": 5,
            "status": "Success",
        }
        report = self._report(plan, [unknown, *rows])
        self.assertEqual(self._outcomes(report), ["unknown"] + ["no_change"] * 3)
        self.assertBooks(plan)

    def test_r69_a_reference_that_comes_later_names_the_same_receipt(self):
        plan = self._paid_plan(1)
        line = plan.line_ids
        self._report(plan, [self._success(line)])
        second = self._report(plan, [self._success(line, "T1")])
        self.assertEqual(self._outcomes(second), ["no_change"])
        third = self._report(plan, [self._success(line, "T2")])
        self.assertEqual(self._outcomes(third), ["paid_twice"])
        self.assertEqual(self._claims(plan), 30)
        self.assertBooks(plan)

    def test_r69_two_receipts_may_make_up_one_payment(self):
        plan = self._paid_plan(1)
        report = self._report(
            plan,
            [
                self._success(plan.line_ids, "T1", amount=12.34),
                self._success(plan.line_ids, "T2", amount=17.66),
            ],
        )
        self.assertEqual(self._outcomes(report), ["partial", "late"])
        self.assertEqual(
            (plan.line_ids.status, plan.line_ids.amount_delivered), ("delivered", 30)
        )
        self.assertFalse(plan.dispute_ids)
        self.assertBooks(plan)

    def test_r58_two_amounts_without_a_reference_wait(self):
        plan = self._paid_plan(1)
        line = plan.line_ids
        report = self._new_report(
            plan, [self._success(line, amount=20), self._success(line, amount=10)]
        )
        self.assertEqual(self._outcomes(report), ["waiting", "waiting"])
        with self.assertRaisesRegex(UserError, "not understood"):
            report.action_post()

    # -- taken back ---------------------------------------------------------------
    def _taken_back(self, line, reference, **extra):
        return self._row(line, 30, reference=reference, status="Reversed", **extra)

    def test_r69_a_success_taken_back_in_the_same_file(self):
        plan = self._paid_plan(1)
        line = plan.line_ids
        self._report(plan, [self._success(line, "T1"), self._taken_back(line, "T1")])
        self.assertEqual((line.status, line.failure_reason), ("failed", "taken_back"))
        self.assertFalse(plan.dispute_ids)
        plan.with_user(self.officer).action_follow_up()
        self.assertTrue(plan.follow_up_plan_ids)
        self.assertBooks(plan)

    def test_r69_a_success_booked_before_is_taken_back(self):
        plan = self._paid_plan(2)
        one, two = plan.line_ids
        rows = [self._success(one, "T1"), self._success(two, "T2")]
        self._report(plan, rows)
        report = self._report(plan, [*rows, self._taken_back(one, "T1")])
        self.assertEqual(self._outcomes(report), ["no_change", "no_change", "reversed"])
        self.assertEqual((one.status, one.amount_delivered), ("reversed", 0))
        self.assertEqual(two.status, "delivered")
        self.assertEqual(plan._get_statements()[plan]["delivered"], 30)
        self.assertBooks(plan)
        again = self._report(plan, [self._taken_back(one, "T1"), rows[1], rows[0]])
        self.assertNotIn("late", self._outcomes(again))
        self.assertEqual(one.status, "reversed")
        nameless = self._report(plan, [self._success(two), self._success(one)])
        self.assertEqual(self._outcomes(nameless), ["no_change", "conflict"])
        self._report(plan, [self._success(one, "T9")])
        self.assertEqual((one.status, one.amount_delivered), ("delivered", 30))
        self.assertBooks(plan)

    def test_r69_what_we_reversed_ourselves_is_not_booked_by_the_old_success(self):
        plan = self._paid_plan(1)
        line = plan.line_ids
        self._report(plan, [self._success(line, "T1")])
        line.with_user(self.releaser).action_reverse("Wrong household")
        self._report(plan, [self._success(line, "T1", reason="x")])
        self.assertEqual((line.status, line.amount_delivered), ("reversed", 0))
        self.assertBooks(plan)

    def test_r69_only_its_own_receipt_takes_a_success_back(self):
        plan = self._paid_plan(1)
        line = plan.line_ids
        self._report(plan, [self._success(line, "T1"), self._taken_back(line, "T2")])
        self.assertEqual(line.status, "delivered")
        second = self._report(plan, [self._success(line, "T3")])
        self.assertEqual(self._outcomes(second), ["paid_twice"])
        third = self._report(plan, [self._taken_back(line, "T3")])
        self.assertEqual(third.row_ids.note, "claim")
        self.assertEqual(line.status, "delivered")
        self.assertBooks(plan)

    def test_r69_a_date_in_question_is_answered_by_a_later_report(self):
        plan = self._paid_plan(1)
        line = plan.line_ids
        row = self._success(line, "T1", date=self.today + timedelta(days=2))
        self._report(plan, [row])
        self.assertEqual(line.status, "in_question")
        self._report(plan, [row, row])
        self.assertEqual(line.status, "in_question")
        self._report(plan, [self._success(line, "T1", date=self.today)])
        self.assertEqual((line.status, line.amount_delivered), ("delivered", 30))
        self.assertBooks(plan)

    # -- our own file -------------------------------------------------------------
    def test_r69_our_own_instruction_file_is_refused_by_its_hash(self):
        plan = self._paid_plan(2)
        content = base64.b64decode(plan.file_content)
        with self.assertRaisesRegex(ValidationError, plan.name):
            self._new_report_file(plan, content)

    def test_r69_our_own_instruction_file_is_refused_by_its_rows(self):
        plan = self._paid_plan(2)
        content = base64.b64decode(plan.file_content).decode()
        other = plan.line_ids[0]
        for name, changed in (
            ("another line end", content.replace("\r\n", "\n")),
            ("semicolons", content.replace(",", ";").replace(".00", ",0")),
            ("rows left out", "\r\n".join(content.split("\r\n")[:2])),
            (
                "an empty status",
                content.replace("\r\n", ",\r\n").replace(
                    "currency,", "currency,status"
                ),
            ),
        ):
            with (
                self.subTest(name),
                self.env.cr.savepoint(),
                self.assertRaisesRegex(UserError, "instruction file"),
            ):
                self._new_report_file(plan, changed.encode())
        answered = content.replace("\r\n", ",Success\r\n").replace(
            "currency,Success", "currency,status"
        )
        report = self._new_report_file(plan, answered.encode())
        self.assertEqual(self._outcomes(report), ["delivered", "delivered"])
        self.assertEqual(other.status, "sent")
