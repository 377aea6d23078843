import base64
import io
from datetime import datetime

import xlsxwriter

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.cash_transfer.tests.common import CashCommon

BANK = (
    "Date;Libellé;Référence;Montant\n"
    "28/11/2026;Virement à Monnaie mobile PP-000002;VIR1;-452480,00\n"
    "28/11/2026;Frais de tenue;FR1;-5600,50\n"
)
AMOUNTS = [-452480.0, -5600.5]


@tagged("post_install", "-at_install")
class TestStatementFile(CashCommon):
    """A bank's file comes in through OCA's importer as it is: any encoding, CSV or
    XLSX; an amount that does not fit is refused, the same statement adds nothing."""

    def _import(self, content, mapping="bank", name="bank.csv"):
        wizard = (
            self.env["account.statement.import"]
            .with_context(journal_id=self.bank_journal.id)
            .create(
                {
                    "statement_file": base64.b64encode(content),
                    "statement_filename": name,
                    "sheet_mapping_id": self.env.ref(
                        f"cash_transfer_reconcile.sheet_mapping_{mapping}"
                    ).id,
                }
            )
        )
        result = wizard._import_file()
        return self.env["account.bank.statement"].browse(result["statement_ids"])

    def _amounts(self):
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self.bank_journal.id)]
        )
        return sorted(lines.mapped("amount"))

    def test_reported_74_windows_1252_and_every_other_encoding(self):
        for encoding in ("cp1252", "utf-8", "utf-8-sig", "utf-16"):
            with self.subTest(encoding), self.env.cr.savepoint() as savepoint:
                statement = self._import(BANK.encode(encoding))
                self.assertEqual(self._amounts(), AMOUNTS)
                self.assertIn(
                    "Virement à Monnaie mobile PP-000002",
                    statement.line_ids.mapped("payment_ref"),
                )
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_reported_74_a_workbook(self):
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        sheet = book.add_worksheet()
        for number, line in enumerate(BANK.strip().split("\n")):
            day, label, reference, amount = line.split(";")
            sheet.write_row(number, 0, [day, label, reference])
            if number:
                sheet.write_number(number, 3, float(amount.replace(",", ".")))
            else:
                sheet.write_string(number, 3, amount)
        book.close()
        self._import(buffer.getvalue(), name="bank.xlsx")
        self.assertEqual(self._amounts(), AMOUNTS)

    def test_reported_74_a_workbook_keeps_every_digit(self):
        """Francs run to ten digits before the cents, numbers of the bank to twelve."""
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["Date", "Libellé", "Référence", "Montant"])
        amounts = (-12345678901.25, -123456789.55, -20000000000.0, 29.999999999999996)
        for number, amount in enumerate(amounts, 1):
            sheet.write_datetime(number, 0, datetime(2026, 11, 28), day)
            sheet.write_string(number, 1, f"Virement {number}")
            sheet.write_number(number, 2, 250000000000 + number)
            sheet.write_number(number, 3, amount)
        book.close()
        statement = self._import(buffer.getvalue(), name="bank.xlsx")
        self.assertEqual(self._amounts(), sorted([*amounts[:3], 30]))
        names = statement.line_ids.mapped("unique_import_id")
        self.assertEqual(len(set(names)), 4)
        self.assertTrue(any("250000000001" in name for name in names), names)

    def test_r58_signs_of_a_banks_amounts(self):
        head = "Date;Libellé;Référence;Montant\n"
        for number, (text, amount) in enumerate(
            (
                ("(452 480,00)", -452480),
                ("452480,00-", -452480),
                ("\u2212452\u202f480,00", -452480),
                ("-452\u00a0480,00", -452480),
                ("452'480,00", 452480),
            )
        ):
            with self.subTest(text), self.env.cr.savepoint() as savepoint:
                self._import(f"{head}28/11/2026;V;N{number};{text}\n".encode())
                self.assertEqual(self._amounts(), [amount])
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_r69_a_transaction_told_twice_in_a_file(self):
        """Pages overlap: a number of the bank with the same amount is one transaction,
        and a longer file of the same days brings what is new."""
        row = "28/11/2026;Frais de tenue;FR1;-5600,50\n"
        self._import((BANK + row).encode())
        self.assertEqual(self._amounts(), AMOUNTS)
        self._import((BANK + row + "29/11/2026;Autre;FR2;-10,00\n").encode())
        self.assertEqual(self._amounts(), [*AMOUNTS, -10])

    def test_r69_a_tax_as_high_as_its_charge_is_kept(self):
        row = "28/11/2026;TVA;FR1;-5600,50\n"
        self._import((BANK + row).encode())
        self.assertEqual(self._amounts(), [*AMOUNTS, AMOUNTS[1]])
        with self.assertRaisesRegex(UserError, "already imported"):
            self._import((BANK + row + row).encode())

    def test_reported_76_a_dot_decimal_under_a_comma_mapping_is_refused(self):
        for amount in ("-452480.00", "-452.480", "-4,52,480", "-452480,00 USD"):
            with self.subTest(amount), self.assertRaises(UserError) as caught:
                self._import(BANK.replace("-452480,00", amount).encode())
            self.assertIn(amount, str(caught.exception))
        self.assertFalse(self._amounts())

    def test_reported_76_the_same_statement_twice_adds_nothing(self):
        self._import(BANK.encode())
        with self.assertRaisesRegex(UserError, "already imported"):
            self._import(BANK.encode("cp1252"), name="other.csv")
        more = BANK + "29/11/2026;Dépôt;DEP1;1000,00\n"
        self._import(more.encode())
        self.assertEqual(self._amounts(), [*AMOUNTS, 1000.0])

    def test_reported_76_without_a_number_of_the_bank_either(self):
        mapping = self.env.ref("cash_transfer_reconcile.sheet_mapping_bank")
        mapping.transaction_id_column = False
        twice = BANK + "28/11/2026;Frais de tenue;FR1;-5600,50\n"
        self._import(twice.encode())
        self.assertEqual(self._amounts(), [AMOUNTS[0], AMOUNTS[1], AMOUNTS[1]])
        with self.assertRaisesRegex(UserError, "already imported"):
            self._import(twice.encode())

    def test_r69_a_charge_with_the_number_of_its_payment_is_kept(self):
        text = (
            "Short Code:,171717,,,,,,\nTime Period:,x,,,,,,\nOperator:,y,,,,,,\n\n"
            "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,"
            "Paid In,Withdrawn,Balance,Reason Type,Other Party Info,"
            "Linked Transaction ID,A/C No.\n"
            "SKS1,2026-11-28 10:10:05,2026-11-28 10:10:03,Payment,Completed,,-20.00,"
            "480,Salary,x,,P-000002\n"
            "SKS1,2026-11-28 10:10:05,2026-11-28 10:10:03,Charge,Completed,,-0.40,"
            '479.6,Salary,x,,\n"SKS2",2026-11-28 11:00:00,2026-11-28 11:00:00,Deposit,'
            'Completed,"1,000.00",,1479.6,x,x,,\n'
        )
        self._import(text.encode(), "mpesa")
        self.assertEqual(self._amounts(), [-20.0, -0.4, 1000.0])
        with self.assertRaisesRegex(UserError, "already imported"):
            self._import(text.encode(), "mpesa")

    def test_r69_every_shipped_mapping_names_the_transaction(self):
        mappings = self.env["account.statement.import.sheet.mapping"].search([])
        own = [
            mapping
            for mapping in mappings
            if (mapping.get_external_id()[mapping.id] or "").startswith(
                "cash_transfer_reconcile."
            )
        ]
        self.assertEqual(len(own), 4)
        for mapping in own:
            self.assertTrue(mapping.transaction_id_column, mapping.name)

    def test_a_missing_column_is_said(self):
        with self.assertRaisesRegex(UserError, "no column “Libellé”.*Label"):
            self._import(BANK.replace("Libellé", "Label").encode())
