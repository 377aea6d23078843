"""Reading and writing the sheets that groups and networks exchange."""

import csv
import io
from datetime import date, datetime

#: A text cell that begins like this would be taken for a formula (R30).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text):
    """Return text that no spreadsheet takes for a formula."""
    text = text or ""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def read_rows(content, name):
    """Return the rows of a CSV or XLSX file as lists of plain values.

    :raises ValueError: the file cannot be read.
    """
    if (name or "").lower().endswith(".xlsx") or content[:2] == b"PK":
        return _read_xlsx(content)
    return _read_csv(content)


def _read_csv(content):
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="strict")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter)]


def _read_xlsx(content):
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever zipfile and lxml raise
        raise ValueError("not a workbook") from error
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def to_date(value):
    """Return a date from a cell: a date, 2026-01-31, 31/01/2026 or 31.01.2026.

    :raises ValueError: anything else.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value or "").strip()
    for layout in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(text, layout).date()
        except ValueError:
            continue
    raise ValueError(text)


def to_number(value):
    """Return a number of zero or more from a cell; empty is zero.

    :raises ValueError: text, or below zero.
    """
    if value is None or value == "":
        return 0.0
    if isinstance(value, str):
        value = value.replace("\u202f", "").replace("\xa0", "").replace(" ", "")
        value = value.replace(",", ".")
    number = float(value)
    if not 0 <= number < 1e12:
        raise ValueError(str(value))
    return number


def write_xlsx(title, header, rows):
    """Return a workbook; text is neutralised, numbers stay numbers."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for column, name in enumerate(header):
        sheet.write_string(0, column, neutral(name), bold)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(
                    number, column, datetime(value.year, value.month, value.day), day
                )
            elif isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, neutral(str(value or "")))
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()
