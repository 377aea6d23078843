"""Reading and writing sheets (CSV and XLSX) that people fill in elsewhere.

No Odoo here on purpose. What is read is text, numbers, dates and times; what is
written never starts a formula in the program that opens it.
"""

import csv
import io
import re
from datetime import date, datetime, time

import openpyxl

#: Most rows that are read; a longer file is refused by whoever reads it.
MAX_ROWS = 10000
MAX_COLUMNS = 200
MAX_BYTES = 20 * 1024 * 1024
#: A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


#: Characters that no sheet may hold.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class SheetError(Exception):
    """The file cannot be read; the text says what to do, as a key."""


def neutral(value):
    """Return a cell's value so that no program takes it for a formula."""
    if isinstance(value, str):
        value = CONTROL.sub("", value)
        if value.startswith(FORMULA):
            return f"'{value}"
    return value


def harmless(text):
    """Return text that was read, without what would make it a formula elsewhere."""
    text = CONTROL.sub("", text).strip()
    if text[:1] == "'" and text[1:2] in FORMULA:
        text = text[1:]
    return text.lstrip("=+@-\t\r ").strip() if text.startswith(FORMULA) else text


def read(content, filename):
    """Return ``(headers, rows)``; rows are ``(number in the file, cells)``.

    :param bytes content: the file
    :raises SheetError: ``size``, ``format``, ``empty`` or ``rows``
    """
    if len(content) > MAX_BYTES:
        raise SheetError("size")
    is_book = content[:4] == b"PK\x03\x04"
    lines = _read_book(content) if is_book else _read_csv(content, filename)
    lines = [
        (number, cells)
        for number, cells in lines
        if any(cell not in (None, "") for cell in cells)
    ]
    if not lines:
        raise SheetError("empty")
    if len(lines) - 1 > MAX_ROWS:
        raise SheetError("rows")
    headers = ["" if cell is None else str(cell).strip() for cell in lines[0][1]]
    while headers and not headers[-1]:
        headers.pop()
    width = len(headers)
    rows = [
        (number, (list(cells) + [None] * width)[:width]) for number, cells in lines[1:]
    ]
    return headers, rows


def _read_book(content):
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
        sheet = book.worksheets[0]
        lines = []
        for number, row in enumerate(
            sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1
        ):
            if number > MAX_ROWS * 2:
                raise SheetError("rows")
            lines.append((number, row))
        return lines
    except SheetError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file provokes
        raise SheetError("format") from error


def _read_csv(content, filename):
    if b"\x00" in content:
        raise SheetError("format")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetError("format")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(enumerate(reader, 1))
    except csv.Error as error:
        raise SheetError("format") from error


def write_book(headers, rows):
    """Return an XLSX file with these headers and rows, every cell neutral."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for row in (headers, *rows):
        sheet.append([neutral(_plain(cell)) for cell in row])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def write_csv(headers, rows):
    """Return a CSV file (UTF-8 with mark, semicolons) with every cell neutral."""
    output = io.StringIO(newline="")
    writer = csv.writer(output, delimiter=";")
    for row in (headers, *rows):
        writer.writerow([neutral(_plain(cell)) for cell in row])
    return output.getvalue().encode("utf-8-sig")


def _plain(cell):
    if cell is None or isinstance(cell, str | int | float | date | datetime | time):
        return cell
    return str(cell)


def as_text(cell):
    """Return a cell as harmless text; a whole number without decimals."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return harmless(str(cell))


def as_number(cell):
    """Return a cell as float, None where empty; ValueError where it is no number."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        raise ValueError
    if isinstance(cell, int | float):
        number = float(cell)
    else:
        text = str(cell).strip().replace("\u00a0", "").replace(" ", "")
        if not text:
            return None
        if text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        number = float(text)
    if number != number or abs(number) == float("inf"):
        raise ValueError
    return number


def as_date(cell):
    """Return a cell as date, None where empty; ValueError where it is none.

    Days come first in what people type: 03/04/2026 is the third of April.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError


def as_hour(cell):
    """Return a time of day as float (6.5 is half past six), None where empty."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return cell.hour + cell.minute / 60
    if isinstance(cell, str) and (":" in cell or "h" in cell.lower()):
        hours, _sep, minutes = cell.strip().lower().replace("h", ":").partition(":")
        hour = int(hours) + int(minutes or 0) / 60
    else:
        hour = as_number(cell)
        if hour is None:
            return None
    if not 0 <= hour <= 24:
        raise ValueError
    return hour
