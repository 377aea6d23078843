import base64
import io

from openpyxl import load_workbook

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.books import with_dimension

from .common import SavingsCommon

HEADER = (
    "date;number;name;attendance;shares;loan_repaid;loan_given;fine;social_in;"
    "social_out;counted_loan;counted_social\n"
)


@tagged("post_install", "-at_install")
class TestPaperBook(SavingsCommon):
    def _book(self, text, **values):
        return (
            self.env["savings.paper.book"]
            .with_user(self.agent)
            .create(
                {
                    "cycle_id": self.cycle.id,
                    "file": base64.b64encode((HEADER + text).encode()),
                    "file_name": "book.csv",
                    **values,
                }
            )
        )

    def test_meetings_are_recorded_in_order(self):
        book = self._book(
            "19/01/2026;1;Mama Furaha 1;P;2;0;0;0;100;0;;\n"
            "2026-01-12;1;;present;3;0;0;0;100;0;2500;100\n"
            "2026-01-12;2;;retard;2;0;0;0;0;0;;\n"
        )
        book.action_import()
        first, second = book.meeting_ids.sorted("number")
        self.assertEqual((first.closing_loan, first.attended_count), (2500, 2))
        self.assertEqual(second.closing_loan, 3500)
        self.assertEqual(first.source, "paper")
        self.assertEqual(self.members[0].shares, 5)

    def test_r46_paper_beyond_the_limits_is_flagged_never_refused(self):
        book = self._book(
            "2026-01-12;1;;P;9;0;90000;0;100;0;0;100\n"
            "2026-01-12;2;;absent;2;700;0;0;0;0;;\n"
        )
        book.action_import()
        meeting = book.meeting_ids
        self.assertEqual(meeting.state, "validated")
        flags = meeting.line_ids.filtered("flag")
        self.assertEqual(flags.mapped("member_number"), [1, 2])
        self.assertIn("buys 9 shares", flags[0].flag)
        self.assertIn("repays", flags[1].flag)
        self.assertEqual(self.members[0].shares, 9)

    def test_r48_paper_that_does_not_tie_gets_a_named_difference(self):
        book = self._book("2026-01-12;1;;P;2;0;0;0;100;0;900;100\n")
        book.action_import()
        entry = book.meeting_ids.entry_ids
        self.assertEqual((entry.kind, entry.amount), ("difference", -100))
        self.assertEqual(book.meeting_ids.closing_loan, 900)

    def test_bad_rows_block_or_come_back(self):
        text = (
            "2026-01-12;1;;P;2;0;0;0;100;0;;\n"
            "12 January;2;;P;2;0;0;0;100;0;;\n"
            "2026-01-12;77;;P;2;0;0;0;100;0;;\n"
            "2026-01-12;3;Somebody Else;P;2;0;0;0;100;0;;\n"
            "2026-01-12;4;;here;2;-5;x;0;100;0;;\n"
            "2026-01-12;1;;P;2;0;0;0;100;0;;\n"
            "2026-01-01;5;;P;1.5;0;0;0;100;0;;\n"
        )
        book = self._book(text)
        book.action_check()
        problems = [bool(line.problem) for line in book.line_ids]
        self.assertEqual(problems, [False] + [True] * 6)
        with self.assertRaisesRegex(UserError, "6 rows are wrong, the first is row 3"):
            book.action_import()
        self.assertFalse(self.cycle.meeting_ids)
        book.skip_bad = True
        book.action_import()
        self.assertEqual(self.members[0].shares, 2)
        rejected = load_workbook(io.BytesIO(base64.b64decode(book.rejected)))
        self.assertEqual(rejected.worksheets[0].max_row, 7)

    def test_files_that_are_no_sheet(self):
        for content, name in ((b"PK\x03\x04rubbish", "a.xlsx"), (b"\x81\x8d", "a.csv")):
            book = self._book("", file=base64.b64encode(content), file_name=name)
            with self.assertRaises(UserError):
                book.action_check()
        with self.assertRaisesRegex(UserError, "use the template"):
            self._book("", file=base64.b64encode(b"a;b\n1;2\n")).action_check()

    def test_reported_05_template_can_be_filled_and_imported(self):
        book = self._book("")
        sheet = load_workbook(io.BytesIO(base64.b64decode(book.template)))
        page = sheet.worksheets[0]
        self.assertEqual(page.max_row, 6)
        for row in range(2, 7):
            page.cell(row, 1).value = "2026-01-12"
            page.cell(row, 5).value = 1
        buffer = io.BytesIO()
        sheet.save(buffer)
        # reported/05: what the sheet says of its own size is not believed
        content = with_dimension(buffer.getvalue(), "A1")
        book.write({"file": base64.b64encode(content), "file_name": "m.xlsx"})
        book.action_import()
        self.assertEqual(book.meeting_ids.closing_loan, 2500)
