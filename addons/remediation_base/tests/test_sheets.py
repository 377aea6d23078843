import io
import tracemalloc
import zipfile
from datetime import date

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import sheets

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@tagged("post_install", "-at_install")
class TestSheets(BaseCase):
    """The one reader of sheets: bounded before it takes memory (R79), and nothing is
    guessed (R58)."""

    def _book(self, rows):
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        book.close()
        return buffer.getvalue()

    def _with_part(self, name, data):
        """A workbook with one part put in another's place."""
        out = io.BytesIO()
        book = self._book([["a", "b"], [1, 2]])
        with (
            zipfile.ZipFile(io.BytesIO(book)) as one,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as two,
        ):
            for part in one.namelist():
                two.writestr(part, data if part.endswith(name) else one.read(part))
        return out.getvalue()

    def _refused(self, content, code):
        """Refuse the file, with no more memory than the reader is allowed."""
        tracemalloc.start()
        try:
            with self.assertRaises(sheets.SheetError) as caught:
                sheets.tables(content)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        self.assertIn(caught.exception.code, code)
        self.assertLess(peak, 100 * 1024 * 1024)

    def test_r79_what_unpacks_to_too_much_is_refused_before_it_is_read(self):
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>'
        cells = "<c/>" * 1_000_000
        self._refused(
            self._with_part("sheet1.xml", f"{sheet}<row>{cells}</row></sheetData>"),
            {"too_much"},
        )
        rows = "<row><c><v>1</v></c></row>" * 700_000
        self._refused(
            self._with_part("sheet1.xml", f"{sheet}{rows}</sheetData></worksheet>"),
            {"too_much", "too_long"},
        )
        texts = "<si><t>a</t></si>" * 2_000_000
        self._refused(
            self._with_part("sharedStrings.xml", f'<sst xmlns="{MAIN}">{texts}</sst>'),
            {"too_much"},
        )
        styles = "<xf/>" * 2_000_000
        self._refused(
            self._with_part(
                "styles.xml",
                f'<styleSheet xmlns="{MAIN}"><cellXfs>{styles}</cellXfs></styleSheet>',
            ),
            {"too_much"},
        )
        self._refused(
            self._with_part("sheet1.xml", b" " * (sheets.MAX_UNPACKED + 1)),
            {"too_much"},
        )

    def test_r79_a_cell_far_to_the_right_or_below_makes_no_grid(self):
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>'
        row = '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="{1}{0}"><v>2</v></c></row>'
        wide = "".join(row.format(number, "XFD") for number in range(1, 2000))
        self._refused(
            self._with_part("sheet1.xml", f"{sheet}{wide}</sheetData></worksheet>"),
            {"too_wide", "too_much"},
        )
        deep = row.format(1, "B") + row.format(1_048_576, "B")
        found = sheets.tables(
            self._with_part("sheet1.xml", f"{sheet}{deep}</sheetData></worksheet>")
        )
        self.assertEqual([number for number, _c in found[0].rows], [1, 1_048_576])

    def test_r79_csv_files_are_bounded_too(self):
        self._refused(b";" * 5_000_000, {"too_wide", "empty"})
        self._refused(b"a;b\n" * 100_000, {"too_long"})
        wide = b";".join([b"a"] * 150) + b"\n"
        self._refused(wide * 5_000, {"too_much"})
        self._refused(b"a" * (sheets.MAX_BYTES + 1), {"too_big"})
        self._refused(b"a;b\n\x81\x8d;\x90\n", {"encoding"})

    def test_r58_a_document_type_is_no_sheet(self):
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
        self._refused(self._with_part("sheet1.xml", bomb), {"not_a_table"})

    def test_r58_a_header_that_stands_twice_is_refused(self):
        for content in (b"Name;Age;name\n1;2;3\n", self._book([["A", "a "], [1, 2]])):
            with self.assertRaises(sheets.SheetError) as caught:
                sheets.read(content)
            self.assertEqual(caught.exception.code, "twice")

    def test_r58_every_reason_has_its_sentence(self):
        with self.registry_env() as env:
            for code in (
                "empty no_rows too_big too_long too_wide too_much not_a_table encoding "
                "truncated twice short_row formula amount ambiguous_amount currency "
                "date ambiguous_date"
            ).split():
                self.assertTrue(sheets.explain(env, sheets.SheetError(code, row=3)))

    def registry_env(self):
        from contextlib import contextmanager

        from odoo import api
        from odoo.modules.registry import Registry
        from odoo.tests.common import get_db_name

        @contextmanager
        def make():
            with Registry(get_db_name()).cursor() as cr:
                yield api.Environment(cr, api.SUPERUSER_ID, {})

        return make()

    @settings(max_examples=60, deadline=None)
    @given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
    def test_r58_a_day_is_read_or_refused_never_another_day(self, day):
        months = "jan fev mars avr mai juin juil aout sept oct nov dec".split()
        for text in (
            day.isoformat(),
            f"{day:%d/%m/%Y}",
            f"{day:%d.%m.%y}",
            f"{day:%d-%b-%Y} 10:20",
            f"{day.day} {months[day.month - 1]}. {day.year}",
        ):
            self.assertEqual(sheets.parse_moment(text, "dmy")[0], day, text)
            try:
                found = sheets.parse_moment(text)[0]
            except sheets.SheetError as error:
                self.assertEqual(error.code, "ambiguous_date")
            else:
                self.assertEqual(found, day, text)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(-(10**11), 10**11))
    def test_r58_an_amount_is_read_or_refused_never_another_amount(self, cents):
        plain = f"{cents / 100:.2f}"
        for text, decimal in (
            (plain, "auto"),
            (plain.replace(".", ","), "auto"),
            (f"{cents / 100:,.2f}", "auto"),
            (f"{plain} USD", "auto"),
        ):
            found = sheets.parse_amount(text, decimal, "USD")
            self.assertEqual(round(found * 100), cents, text)
        for text, decimal in ((plain, ","), (plain.replace(".", ","), ".")):
            with self.assertRaises(sheets.SheetError):
                sheets.parse_amount(text, decimal)
