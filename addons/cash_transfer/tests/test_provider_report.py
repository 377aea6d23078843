import base64
import io
import re
from datetime import date, timedelta

import xlsxwriter

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.books import with_dimension

from .common import CashCommon


class Reports(CashCommon):
    #: How many payments were instructed before each test.
    payments = 0
    STATEMENT = (
        "Short Code:,171717,,,,,,\n"
        "Time Period:,From 2026-11-01 00:00:00 To 2026-11-28 23:59:59,,,,,,\n"
        "Operator:,finance,,,,,,\n"
        "\n"
        "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,"
        "Paid In,Withdrawn,Balance,Reason Type,Other Party Info,"
        "Linked Transaction ID,A/C No.\n"
    )
    # -- shipped profiles -----------------------------------------------------------
    SHIPPED = {
        "mpesa_bulk": (
            "Receiver Party,Amount,Remarks,Status,Transaction ID,Completed Time,"
            "Charge,Failure Reason\n"
            "243810000100,30.00,{0},Completed,SKT1,28-11-2026 10:00:01,0.20,\n"
            "243810000101,30.00,{1},Failed,SKT2,28-11-2026 10:00:02,0.00,"
            "Invalid Receiver\n"
        ),
        "airtel": (
            "Airtel Money bulk disbursement\n"
            "Batch,4711\n"
            "MSISDN,Transaction Amount,Currency,External Reference,Transaction ID,"
            "Transaction Status,Transaction Date,Service Charge,Message\n"
            "810000100,30,USD,{0},MP261128.1000.A1,TS,28-Nov-2026 10:00,0.20,Done\n"
            "810000101,30,USD,{1},MP261128.1000.A2,TF,28-Nov-2026 10:01,,"
            "Invalid MSISDN\n"
        ),
        "orange": (
            "Rapport de paiement de masse;;;;;;;\n"
            "Numéro Bénéficiaire;Montant;Devise;Référence Client;ID Transaction;"
            "Statut;Date Transaction;Motif de rejet\n"
            "0810000100;30,00;USD;{0};PP261128.1000.B1;Succès;28/11/2026 10:00;\n"
            "0810000101;30,00;USD;{1};PP261128.1000.B2;Échec;28/11/2026 10:01;"
            "Compte inexistant\n"
            "TOTAL;60,00;;;;;;\n"
        ),
        "bank": (
            "Relevé de compte;;;\n"
            "Date;Libellé;Référence;Montant\n"
            "28/11/2026;Virement {0} allocation;VIR1;-30,00\n"
            "28/11/2026;Approvisionnement;DEP1;500,00\n"
        ),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.payments:
            cls.plan = cls._paid_plan(cls.payments)

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

    def _taken_back(self, line, reference, **extra):
        return self._row(line, 30, reference=reference, status="Reversed", **extra)

    def _part(self, line, reference, amount, **extra):
        return self._row(line, amount, reference=reference, status="Reversed", **extra)

    def _file(self, plan, template, user=None):
        """A report of the shape of ``template``: {0}, {1} … are our codes. No two are
        the same file: each ends with one more empty line."""
        self.files = getattr(self, "files", 0) + 1
        text = template.format(*plan.line_ids.mapped("name")) + "\n" * self.files
        return self._new_report_file(plan, text.encode(), user)

    def _book(self, *sheets):
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()
        return buffer.getvalue()

    def _use(self, name, **vals):
        """The shipped profile of this name, or the company's copy with changes."""
        profile = self.env.ref(f"cash_transfer.report_profile_{name}")
        if vals:
            profile = profile.copy({"company_id": self.company.id, **vals})
        self.provider.report_profile_id = profile
        return profile

    def _statuses(self, plan):
        return set(plan.line_ids.mapped("status"))

    def _statement_row(self, receipt, code="", out="", into="", **cells):
        cells = {
            "clock": "10:10:05",
            "details": "Business Payment to Customer",
            "status": "Completed",
            "party": "+243810000100 - XXX",
            "linked": "",
            **cells,
        }
        moment = f"{self.today} {cells['clock']}"
        return (
            f"{receipt},{moment},{moment},{cells['details']},{cells['status']},{into},"
            f"{out},500.00,Salary,{cells['party']},{cells['linked']},{code}\n"
        )


# No other module changes how a report is read.
@tagged("post_install", "-at_install", "whole")
class TestProviderReport(Reports):
    """A provider's file tells a story: rows about one payment are read together, and a
    fact reported again is no new fact (R69)."""

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

    def test_r69_a_part_of_a_success_is_taken_back(self):
        """Booked before, in a cumulative file, told again: once, and to the cent in
        both grants; the rest of it later."""
        self.scheme.grant_ids |= self.grant_b
        plan = self._paid_plan(2, shares=[(self.grant, 33.33), (self.grant_b, 66.67)])
        one, two = plan.line_ids
        rows = [self._success(one, "T1"), self._success(two, "T2")]
        self._report(plan, rows)
        rows.append(self._part(one, "T1", 10.01))
        for outcome in ("reversed", "no_change"):
            report = self._report(plan, [*rows, {"payment": f"X{outcome}"}])
            self.assertEqual(self._outcomes(report)[:3], ["no_change"] * 2 + [outcome])
            self.assertEqual((one.status, one.amount_delivered), ("partial", 19.99))
            self.assertEqual(plan._get_statements()[plan]["delivered"], 49.99)
            self.assertBooks(plan)
        self.assertEqual(one.cycle_line_id.amount_delivered, 19.99)
        other = self._report(plan, [self._part(one, "T1", 12)])
        self.assertEqual(other.row_ids.note, "by_hand")
        whole = self._report(plan, [*rows[:2], self._part(one, "T1", 30)])
        self.assertEqual(self._outcomes(whole)[2], "reversed")
        self.assertEqual((one.status, one.amount_delivered), ("reversed", 0))
        self.assertFalse(plan._ledger_differences())
        self.assertBooks(plan)

    def test_r44_a_part_is_reversed_by_hand_with_a_reason(self):
        for kind in ("advance", "wallet", "prefinanced"):
            with self.subTest(kind), self.env.cr.savepoint() as savepoint:
                provider = self._new_provider(f"Of {kind}", kind)
                plan = self._paid_plan(2, provider=provider)
                line = plan.line_ids[0]
                self._report(plan, [self._success(one) for one in plan.line_ids])
                releaser = line.with_user(self.releaser)
                for amount in (30.01, -1):
                    with self.assertRaisesRegex(UserError, "at most"):
                        releaser.action_reverse("Gave some back", amount=amount)
                with self.assertRaises(UserError):
                    releaser.action_reverse(" ", amount=5)
                with self.assertRaisesRegex(UserError, "one payment"):
                    plan.line_ids.with_user(self.releaser).action_reverse(
                        "Both", None, 5
                    )
                with self.assertRaises(AccessError):
                    line.with_user(self.reconciler).action_reverse("Mine", amount=5)
                releaser.action_reverse("Gave some back", amount=7.77)
                self.assertEqual(
                    (line.status, line.amount_delivered), ("partial", 22.23)
                )
                self.assertEqual(plan._owed_lines(), line)
                self.assertFalse(plan._ledger_differences())
                self.assertEqual(plan._get_statements()[plan]["delivered"], 52.23)
                releaser.action_reverse("All of it")
                self.assertEqual(line.status, "reversed")
                self.assertFalse(plan._ledger_differences())
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_r69_the_file_of_another_provider_is_no_claim(self):
        """Its payments are ours: nobody is asked for money that another paid."""
        another = self._new_provider(
            "Another", "advance", advance_account_id=self.advance_account.id
        )
        self._new_entitlement()
        self._new_entitlement(provider=another)
        plans = self._new_plans(self._new_cycle())
        plan, other = [
            self._to(one, "instructed")
            for one in plans.sorted(lambda one: one.provider_id == another)
        ]
        rows = [self._success(line, f"T{line.id}") for line in other.line_ids]
        with self.assertRaisesRegex(UserError, other.name):
            self._new_report(plan, rows)
        self.assertFalse(plan.dispute_ids)

    def test_reported_09_mpesa_organisation_statement(self):
        """Lines before the header, money out, charges and reversals as rows of their
        own, the newest first."""
        self._use("mpesa_statement")
        plan = self._paid_plan(3)
        one, two, three = plan.line_ids.mapped("name")
        row = self._statement_row
        rows = [
            row("SKS5", out="-0.40", details="Customer payment charge", party=""),
            row("SKS9", "", "", "12.00", details="Deposit of funds", party="Bank"),
            row(
                "SKS8",
                three,
                into="30.00",
                clock="10:15:00",
                details="Reversal of business payment",
                linked="SKS7",
            ),
            row("SKS7", three, "-30.00", clock="10:14:00"),
            row("SKS6", two, "-30.00", clock="10:13:00"),
            row("SKS5", one, "-30.00", clock="10:12:00"),
            row("SKS4", one, "-30.00", clock="10:11:00", status="Declined"),
        ]
        report = self._new_report_file(plan, (self.STATEMENT + "".join(rows)).encode())
        self.assertEqual(report.header_row, 5)
        self._post(report)
        self.assertEqual(
            plan.line_ids.mapped("status"), ["delivered", "delivered", "failed"]
        )
        self.assertEqual(plan.line_ids[2].failure_reason, "taken_back")
        statement = plan._get_statements()[plan]
        self.assertEqual((statement["delivered"], statement["fees"]), (60, 0.4))
        self.assertFalse(plan.dispute_ids)
        self.assertBooks(plan)

    def test_reported_10_money_out_as_a_negative_number(self):
        text = "payment,reference,amount,status\n{0},S0,-30.00,Completed\n"
        plan = self._paid_plan(1)
        with self.assertRaisesRegex(UserError, "other sign"):
            self._file(plan, text)
        self._use("own", sign="minus")
        self.assertEqual(self._outcomes(self._file(plan, text)), ["delivered"])
        with self.assertRaisesRegex(UserError, "other sign"):
            self._file(plan, text.replace("-", ""))

    def test_reported_11_by_wallet_number_where_it_is_unique(self):
        profile = self._use("own", match_key="number")
        profile.column_ids.filtered(
            lambda column: column.content in ("payment", "reference", "amount")
        ).unlink()
        for content, header in (
            ("number", "MSISDN"),
            ("reference", "Transaction ID"),
            ("amount", "Amount"),
        ):
            profile.column_ids.create(
                {"profile_id": profile.id, "content": content, "header": header}
            )
        plan = self._paid_plan(4)
        numbers = plan.line_ids.mapped("payee_number")
        third = plan.line_ids[2]
        plan.line_ids[3]._unprotected().payee_number = third.payee_number
        forms = (numbers[0][1:], f"0{numbers[1][4:]}", f"00{numbers[2][1:]}")
        rows = [f"{one},T{i},30.00,Success" for i, one in enumerate(forms)]
        rows.append("243899999999,T8,30.00,Success")
        content = "\n".join(["MSISDN,Transaction ID,Amount,Status", *rows]).encode()
        report = self._new_report_file(plan, content)
        rows = report.row_ids.sorted("number")
        self.assertEqual(
            rows.mapped("outcome"), ["delivered", "delivered", "waiting", "waiting"]
        )
        self.assertEqual(rows[2:].mapped("note"), ["which_payment", "number_unknown"])
        with self.assertRaisesRegex(UserError, "say of each which payment"):
            report.with_user(self.reconciler_2).action_post()
        with self.assertRaises(UserError):
            rows[0].action_answer("payment", third)
        with self.assertRaises(AccessError):
            rows[2].with_user(self.officer).action_answer("payment", third)
        self.env["cash.transfer.row.answer"].with_user(self.reconciler).create(
            {"row_ids": rows[2].ids, "line_id": third.id}
        ).action_confirm()
        rows[3].action_answer("unknown")
        self._post(report)
        self.assertEqual(plan.line_ids.mapped("status"), ["delivered"] * 3 + ["sent"])
        self.assertEqual(plan.dispute_ids.mapped("kind"), ["unknown"])
        self.assertBooks(plan)

    def test_reported_12_dates_with_month_names_and_two_digit_years(self):
        plan = self._paid_plan(4)
        self.env.cr.execute(
            "UPDATE cash_transfer_payment_line SET sent_on = '2026-01-01'"
        )
        self.env.invalidate_all()
        for text, head in (
            ("{0},30,Success,28-Nov-2026 10:20\n", ","),
            ("{1};30,00;Réussi;28/11/26\n", ";"),
            ("{2};30,00;Réussi;28 nov. 2026\n", ";"),
            ('{3},30,Success,"Nov 28, 2026 10:20 PM"\n', ","),
        ):
            header = head.join(["payment", "amount", "status", "date"]) + "\n"
            content = (header + text).format(*plan.line_ids.mapped("name"))
            report = self._new_report_file(plan, content.encode("cp1252"))
            self.assertEqual(report.row_ids.date, date(2026, 11, 28), text)

    def test_r69_a_row_without_a_status_is_no_delivery(self):
        self._use("own")
        plan = self._paid_plan(2)
        report = self._file(plan, "payment,amount,status\n{0},30,\n{1},30,Success\n")
        self.assertEqual(self._outcomes(report), ["pending", "delivered"])
        self.assertEqual(report.row_ids[0].note, "no_status")
        with self.assertRaisesRegex(UserError, "no column for Status"):
            self._file(plan, "payment,amount\n{0},30\n")
        self._use("own_successes")
        report = self._file(plan, "payment,amount\n{0},30\n")
        self.assertEqual(self._outcomes(report), ["delivered"])

    def test_r69_the_control_total_has_to_agree_before_posting(self):
        profile = self._use("own", needs_control_total=True)
        plan = self._paid_plan(2)
        report = self._file(
            plan, "payment,amount,status\n{0},30,Success\n{1},30,Failed\n"
        )
        with self.assertRaisesRegex(UserError, "Type the total"):
            report.with_user(self.reconciler_2).action_post()
        report.control_total = 60
        with self.assertRaisesRegex(UserError, "find the difference"):
            report.with_user(self.reconciler_2).action_post()
        report.control_total = 30
        self._post(report)
        self.assertEqual(plan.line_ids.mapped("status"), ["delivered", "failed"])
        self.assertTrue(profile)

    def test_r69_every_shipped_profile_is_complete_and_changed_by_nobody(self):
        shipped = self.env["cash.transfer.report.profile"].search(
            [("company_id", "=", False)]
        )
        self.assertGreaterEqual(len(shipped), 7)
        for profile in shipped:
            self.assertFalse(profile._problems(), profile.name)
            for user in (self.releaser, self.reconciler):
                self.assertTrue(profile.with_user(user).name)
                with self.assertRaises(AccessError):
                    profile.with_user(user).sign = "plus"
                with self.assertRaises(AccessError):
                    profile.with_user(user).column_ids[0].header = "x"
        own = shipped[0].with_user(self.releaser).copy()
        self.assertEqual(own.company_id, self.company)
        own.sign = "minus"
        with self.assertRaises(AccessError):
            own.with_user(self.officer).sign = "plus"

    def test_r69_try_it_on_a_file_books_nothing(self):
        self._use("own")
        plan = self._paid_plan(2)
        text = "payment,amount,status\n{0},30,Success\n{1},40,Success\nTOTAL,70,\n"
        content = base64.b64encode(text.format(*plan.line_ids.mapped("name")).encode())
        before = self.env["cash.transfer.reconciliation"].search_count([])
        for plan_id, word in ((plan.id, "Delivered Too Much"), (False, "No Payment")):
            picture = (
                self.env["cash.transfer.report.try"]
                .with_user(self.reconciler)
                .create(
                    {
                        "profile_id": self.provider.report_profile_id.id,
                        "plan_id": plan_id,
                        "file": content,
                    }
                )
                .picture
            )
            for part in (plan.line_ids[0].name, word, "70", "Nothing was booked"):
                self.assertIn(part, picture)
        broken = self.env["cash.transfer.report.try"].create(
            {
                "profile_id": self.provider.report_profile_id.id,
                "file": base64.b64encode(b"a,b\n1,2\n"),
            }
        )
        self.assertIn("no column", broken.picture)
        self.assertEqual(self._statuses(plan), {"sent"})
        self.assertEqual(
            self.env["cash.transfer.reconciliation"].search_count([]), before
        )
        with self.assertRaises(AccessError):
            self.env["cash.transfer.report.try"].with_user(self.worker).create({})


@tagged("post_install", "-at_install", "whole")
class TestProviderReportOfOne(Reports):
    """The same, where one payment was instructed."""

    payments = 1

    def test_r69_a_failed_second_try_undoes_nothing(self):
        for reference in ("T0a", "T0b", ""):
            with self.subTest(reference), self.env.cr.savepoint() as savepoint:
                plan = self.plan
                line = plan.line_ids
                self._report(
                    plan, [self._success(line, "T0a"), self._failed(line, reference)]
                )
                self.assertEqual(line.status, "delivered")
                self.assertFalse(plan.dispute_ids)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_r69_a_row_repeated_in_one_file(self):
        plan = self.plan
        row = self._success(plan.line_ids, "T1", amount=31, fee=0.2)
        unknown = {"payment": "P-999999", "amount": 12, "status": "Success", "fee": 0.1}
        self._report(plan, [row, row, unknown, unknown, row])
        statement = plan._get_statements()[plan]
        self.assertAlmostEqual(statement["fees"], 0.3)
        self.assertEqual(self._claims(plan), 1 + 12)
        self.assertBooks(plan)

    def test_r69_a_reference_that_comes_later_names_the_same_receipt(self):
        plan = self.plan
        line = plan.line_ids
        self._report(plan, [self._success(line)])
        second = self._report(plan, [self._success(line, "T1")])
        self.assertEqual(self._outcomes(second), ["no_change"])
        third = self._report(plan, [self._success(line, "T2")])
        self.assertEqual(self._outcomes(third), ["paid_twice"])
        self.assertEqual(self._claims(plan), 30)
        self.assertBooks(plan)

    def test_r69_two_receipts_may_make_up_one_payment(self):
        plan = self.plan
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
        plan = self.plan
        line = plan.line_ids
        report = self._new_report(
            plan, [self._success(line, amount=20), self._success(line, amount=10)]
        )
        self.assertEqual(self._outcomes(report), ["waiting", "waiting"])
        with self.assertRaisesRegex(UserError, "not understood"):
            report.with_user(self.reconciler_2).action_post()

    def test_r69_a_success_taken_back_in_the_same_file(self):
        plan = self.plan
        line = plan.line_ids
        self._report(plan, [self._success(line, "T1"), self._taken_back(line, "T1")])
        self.assertEqual((line.status, line.failure_reason), ("failed", "taken_back"))
        self.assertFalse(plan.dispute_ids)
        plan.with_user(self.officer).action_follow_up()
        self.assertTrue(plan.follow_up_plan_ids)
        self.assertBooks(plan)

    def test_r69_a_part_is_taken_back_in_the_same_file(self):
        for turned in (False, True):
            with self.subTest(turned), self.env.cr.savepoint() as savepoint:
                plan = self.plan
                line = plan.line_ids
                rows = [self._success(line, "T1"), self._part(line, "T1", 10)]
                rows = rows[::-1] if turned else rows
                report = self._report(plan, rows)
                self.assertEqual(report.told_total, 20)
                self.assertEqual((line.status, line.amount_delivered), ("partial", 20))
                again = self._report(plan, [*rows, {"payment": "X"}])
                self.assertEqual(self._outcomes(again)[:2], ["no_change"] * 2)
                self.assertEqual(line.amount_delivered, 20)
                self._report(plan, [self._success(line, "T2", amount=10)])
                self.assertEqual(
                    (line.status, line.amount_delivered), ("delivered", 30)
                )
                self.assertFalse(plan.dispute_ids)
                self.assertBooks(plan)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_r69_one_of_two_receipts_is_taken_back(self):
        plan = self.plan
        line = plan.line_ids
        self._report(
            plan,
            [
                self._success(line, "T1", amount=12.34),
                self._success(line, "T2", amount=17.66),
            ],
        )
        self._report(plan, [self._part(line, "T1", 12.34)])
        self.assertEqual((line.status, line.amount_delivered), ("partial", 17.66))
        self.assertBooks(plan)

    def test_r69_what_we_reversed_ourselves_is_not_booked_by_the_old_success(self):
        plan = self.plan
        line = plan.line_ids
        self._report(plan, [self._success(line, "T1")])
        line.with_user(self.releaser).action_reverse("Wrong household")
        self._report(plan, [self._success(line, "T1", reason="x")])
        self.assertEqual((line.status, line.amount_delivered), ("reversed", 0))
        self.assertBooks(plan)

    def test_r69_only_its_own_receipt_takes_a_success_back(self):
        plan = self.plan
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
        plan = self.plan
        line = plan.line_ids
        row = self._success(line, "T1", date=self.today + timedelta(days=2))
        self._report(plan, [row])
        self.assertEqual(line.status, "in_question")
        self._report(plan, [row, row])
        self.assertEqual(line.status, "in_question")
        self._report(plan, [self._success(line, "T1", date=self.today)])
        self.assertEqual((line.status, line.amount_delivered), ("delivered", 30))
        self.assertBooks(plan)

    def test_r69_a_receipt_is_the_same_in_whatever_case_and_zeros(self):
        for first, then in (("t0a9", "T0A9"), ("000123", "123"), ("12 34", "1234")):
            with self.subTest(first), self.env.cr.savepoint() as savepoint:
                plan = self.plan
                line = plan.line_ids
                self._report(plan, [self._success(line, first, fee=0.2)])
                report = self._report(plan, [self._success(line, then, fee=0.2)])
                self.assertEqual(self._outcomes(report), ["no_change"])
                self.assertFalse(plan.dispute_ids)
                self._report(plan, [self._row(line, reference=then, status="Reversed")])
                self.assertEqual(line.status, "reversed")
                self.assertEqual(plan._get_statements()[plan]["fees"], 0.2)
                self.assertBooks(plan)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_reported_06_two_columns_of_one_name_are_refused_by_name(self):
        plan = self.plan
        with self.assertRaisesRegex(UserError, "“amount” stands twice"):
            self._file(plan, "payment,amount,status,amount\n{0},12.50,Success,30\n")

    def test_reported_21_a_table_on_another_sheet(self):
        plan = self.plan
        summary = ("Summary", [["Batch", "Count", "Total"], ["B1", 1, 30]])
        rows = [["payment", "amount", "status"], [plan.line_ids.name, 30, "Success"]]
        report = self._new_report_file(plan, self._book(summary, ("Details", rows)))
        self.assertEqual(
            (report.sheet_read, self._outcomes(report)), ("Details", ["delivered"])
        )
        with self.assertRaisesRegex(UserError, "Summary has: Batch"):
            self._new_report_file(plan, self._book(summary))
        with self.assertRaisesRegex(UserError, "Several sheets"):
            self._new_report_file(plan, self._book(("One", rows), ("Two", rows)))


@tagged("post_install", "-at_install", "whole")
class TestProviderReportOfTwo(Reports):
    """The same, where two payments were instructed."""

    payments = 2

    def test_reported_03_failed_then_success_in_one_file(self):
        plan = self.plan
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

    def test_r69_two_reports_read_before_the_first_is_posted(self):
        plan = self.plan
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

    def test_r69_a_success_booked_before_is_taken_back(self):
        plan = self.plan
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

    def test_r69_our_own_instruction_file_is_refused_by_its_hash(self):
        plan = self.plan
        content = base64.b64decode(plan.file_content)
        with self.assertRaisesRegex(ValidationError, plan.name):
            self._new_report_file(plan, content)

    def test_r69_our_own_instruction_file_is_refused_by_its_rows(self):
        plan = self.plan
        content = base64.b64decode(plan.file_content).decode()
        other = plan.line_ids[0]
        for name, changed in (
            ("another line end", content.replace("\r\n", "\n")),
            ("semicolons", content.replace(",", ";").replace(".00", ",0")),
            ("rows left out", "\r\n".join(content.split("\r\n")[:2])),
            ("small letters", content.lower()),
            ("numbers rounded", re.sub(r"\+?243\d+", "2.43812E+11", content)),
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

    def test_reported_07_a_total_row_is_no_payment_and_has_to_agree(self):
        plan = self.plan
        head = "payment,reference,amount,status\n{0},T0,30.00,Success\n"
        rows = head + "{1},T1,30.00,Success\n"
        report = self._file(plan, rows + "TOTAL,,60.00,\n")
        self.assertEqual(self._outcomes(report), ["delivered", "delivered", "left_out"])
        self.assertEqual((report.file_total, report.told_total), (60, 60))
        short = self._file(plan, head + "TOTAL,,60.00,\n")
        with self.assertRaisesRegex(UserError, "whole file"):
            short.with_user(self.reconciler_2).action_post()
        self._post(report)
        self.assertFalse(plan.dispute_ids)
        self.assertEqual(self._statuses(plan), {"delivered"})

    def test_reported_12_an_ambiguous_day_is_never_guessed(self):
        plan = self.plan
        text = "payment,amount,status,date\n{0},30,Success,03/04/2026\n"
        with self.assertRaisesRegex(UserError, "Row 2.*two days"):
            self._file(plan, text)
        # the column says it elsewhere
        report = self._file(plan, text + "{1},30,Success,28/11/2026\n")
        self.assertEqual(report.row_ids[0].date, date(2026, 4, 3))
        self._use("own", date_order="mdy")
        report = self._file(plan, text)
        self.assertEqual(report.row_ids.date, date(2026, 3, 4))

    def test_reported_18_one_quotation_mark_in_a_name(self):
        plan = self.plan
        for name in ('Zawadi "Petit M', '"Petit M'):
            report = self._file(
                plan,
                "payment,reference,amount,status,name\n"
                f"{{0}},T0,30.00,Success,{name}\n{{1}},T1,30.00,Success,Kalombo\n",
            )
            self.assertEqual(self._outcomes(report), ["delivered"] * 2)
            report.action_cancel()

    def test_r69_shipped_profiles_read_a_file_of_their_public_shape(self):
        plan = self.plan
        for name, template in self.SHIPPED.items():
            for encoding in ("utf-8", "cp1252"):
                with self.subTest(name, encoding=encoding):
                    self._use(name)
                    text = template.format(*plan.line_ids.mapped("name"))
                    report = self._new_report_file(plan, text.encode(encoding))
                    payments = report.row_ids.filtered("line_id").sorted("number")
                    if name == "bank":
                        self.assertEqual(payments.mapped("meaning"), ["delivered"])
                    else:
                        self.assertEqual(
                            payments.mapped("meaning"), ["delivered", "failed"]
                        )
                        self.assertEqual(payments[1].failure_reason, "wrong_number")
                    self.assertEqual(payments[0].date, date(2026, 11, 28))
                    self.assertEqual(payments[0].amount, 30)
                    self.assertTrue(payments[0].provider_ref)
                    report.action_cancel()


@tagged("post_install", "-at_install", "whole")
class TestProviderReportOfThree(Reports):
    """The same, where three payments were instructed."""

    payments = 3

    def test_reported_01_a_fee_in_any_row_is_read(self):
        plan = self.plan
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

    def test_r69_a_cumulative_file_books_fees_and_claims_once(self):
        plan = self.plan
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

    def test_r69_the_same_reference_in_every_row_is_no_receipt(self):
        plan = self.plan
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

    def test_reported_05_an_xlsx_with_a_wrong_size_is_read_whole(self):
        plan = self.plan
        rows = [["payment", "reference", "amount", "status"]]
        rows += [[one.name, f"T{one.id}", 30, "Success"] for one in plan.line_ids]
        right = self._book(("Report", rows))
        for size in ("A1", "A1:D2"):
            with self.subTest(size), self.env.cr.savepoint() as savepoint:
                report = self._new_report_file(plan, with_dimension(right, size))
                self.assertEqual(self._outcomes(report), ["delivered"] * 3)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_reported_14_amounts_with_a_currency_sign(self):
        plan = self.plan
        report = self._file(
            plan,
            "payment;amount;status\n{0};30,00 $;Succès\n{1};US$ 30;Succès\n"
            "{2};3 000,00 USD;Succès\n",
        )
        self.assertEqual(report.row_ids.mapped("amount"), [30, 30, 3000])
        with self.assertRaisesRegex(UserError, "Row 2.*currency"):
            self._file(plan, "payment;amount;status\n{0};12 500 FC;Succès\n")

    def test_r69_our_code_inside_a_text(self):
        plan = self.plan
        report = self._file(
            plan,
            "payment,amount,status\nStipend {0} of PP-000123,30,Success\n"
            "ref:{1}/11,30,Success\n",
        )
        self.assertEqual(self._outcomes(report), ["delivered"] * 2)
        with self.assertRaisesRegex(UserError, "Row 2.*two payments"):
            self._file(plan, "payment,amount,status\n{0} and {1},30,Success\n")
