"""Reading what providers send, and writing what they expect.

Nothing here knows Odoo: errors are codes with a row number, the caller translates.
"""

import csv
import datetime
import io
import re
import zipfile
from decimal import Decimal, InvalidOperation

MAX_BYTES = 25 * 1024 * 1024
MAX_ROWS = 200_000
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")


class TableError(Exception):
    """A file or a cell that cannot be read; ``code`` says why."""

    def __init__(self, code, row=0, **values):
        super().__init__(code)
        self.code = code
        self.row = row
        self.values = values


def normalise(header):
    """Return a header in the form that headers are compared in."""
    return re.sub(r"[\s_\-./]+", " ", str(header or "")).strip().casefold()


def read_table(content, filename=""):
    """Return ``(headers, rows)``; a row is ``(number in the file, list of cells)``.

    CSV in UTF-8, UTF-16 or Latin-1 with comma, semicolon, tab or bar; XLSX with the
    table on its first sheet. Cells are text, dates are ISO.

    :raises TableError: empty, too_big, too_long, not_a_table, truncated, no_rows,
        formula (with row).
    """
    if not content or not content.strip():
        raise TableError("empty")
    if len(content) > MAX_BYTES:
        raise TableError("too_big", size=MAX_BYTES // 1024 // 1024)
    if content[:4] == b"PK\x03\x04":
        rows = _read_xlsx(content)
    elif content[:4] in (b"%PDF", b"\xd0\xcf\x11\xe0") or content[:2] == b"\x1f\x8b":
        raise TableError("not_a_table")
    else:
        rows = _read_csv(content)
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        raise TableError("empty")
    _number, headers = rows.pop(0)
    if not rows:
        raise TableError("no_rows")
    if len(rows) > MAX_ROWS:
        raise TableError("too_long", limit=MAX_ROWS)
    width = len(headers)
    while width and not headers[width - 1]:
        width -= 1
    for number, cells in rows:
        if len([cell for cell in cells if cell]) and len(cells) < width:
            # a file cut off in transfer ends in the middle of a row
            if number == rows[-1][0]:
                raise TableError("truncated", row=number)
            raise TableError("short_row", row=number)
    return headers[:width], rows


def _read_xlsx(content):
    import openpyxl  # noqa: PLC0415 (heavy, and only some files need it)

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        sheet = book.worksheets[0]
        rows = []
        for number, row in enumerate(sheet.iter_rows(), start=1):
            if number > MAX_ROWS + 1:
                raise TableError("too_long", limit=MAX_ROWS)
            cells = []
            for cell in row:
                if cell.data_type == "f":
                    raise TableError("formula", row=number)
                cells.append(_cell_text(cell.value))
            rows.append((number, cells))
    except TableError:
        raise
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise TableError("truncated") from error
    except Exception as error:  # openpyxl raises what its parsers raise
        raise TableError("not_a_table") from error
    width = max((len(cells) for _n, cells in rows), default=0)
    return [(number, cells + [""] * (width - len(cells))) for number, cells in rows]


def _cell_text(value):
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _read_csv(content):
    text = decode(content)
    sample = text[:20_000].splitlines()
    if not sample:
        raise TableError("empty")
    first = sample[0]
    delimiter = max(",;\t|", key=lambda sign: _split_count(first, sign))
    if not _split_count(first, delimiter):
        raise TableError("not_a_table")
    if text.count('"') % 2:
        raise TableError("truncated", row=text.count("\n") + 1)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [(reader.line_num, [c.strip() for c in row]) for row in reader]
    except csv.Error as error:
        raise TableError("not_a_table") from error


def _split_count(line, sign):
    return len(next(csv.reader([line], delimiter=sign), ())) - 1


def decode(content):
    """Return the text of a file whose encoding nobody names."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise TableError("truncated") from error
    zeros = content[:200].count(0)
    if zeros:
        # UTF-16 without a mark: every second byte of Latin text is zero
        little = content[1:200:2].count(0) > content[0:200:2].count(0)
        try:
            text = content.decode("utf-16-le" if little else "utf-16-be")
        except UnicodeDecodeError as error:
            raise TableError("not_a_table") from error
        if any(ord(c) < 9 for c in text[:200]):
            raise TableError("not_a_table")
        return text
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def parse_amount(text, decimal="auto"):
    """Return the amount as Decimal.

    :param decimal: ``auto``, ``.`` or ``,``: which sign separates decimals. With
        ``auto``, of two different signs the last one does, and a lone sign followed by
        exactly three digits is ambiguous and refused.
    :raises TableError: formula, amount, ambiguous_amount.
    """
    raw = (text or "").strip()
    if raw[:1] in ("=", "@"):
        raise TableError("formula")
    cleaned = re.sub(r"[\s\u00a0\u202f']", "", raw)
    cleaned = re.sub(r"^[A-Z]{3}|[A-Z]{3}$", "", cleaned)
    if not re.fullmatch(r"[+-]?[\d.,]+", cleaned):
        raise TableError("amount", value=raw[:40])
    if decimal == "auto":
        dot, comma = cleaned.rfind("."), cleaned.rfind(",")
        if dot >= 0 and comma >= 0:
            decimal = "." if dot > comma else ","
        elif dot >= 0 or comma >= 0:
            sign = "." if dot >= 0 else ","
            if cleaned.count(sign) > 1:
                decimal = "," if sign == "." else "."
            elif len(cleaned) - max(dot, comma) - 1 == 3:
                raise TableError("ambiguous_amount", value=raw[:40])
            else:
                decimal = sign
        else:
            decimal = "."
    thousands = "," if decimal == "." else "."
    cleaned = cleaned.replace(thousands, "").replace(decimal, ".")
    try:
        return Decimal(cleaned)
    except InvalidOperation as error:
        raise TableError("amount", value=raw[:40]) from error


_DATES = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), (0, 1, 2)),
    (re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"), (0, 1, 2)),
    (re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})"), (2, 1, 0)),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), (0, 1, 2)),
)


def parse_date(text):
    """Return a date from ISO or day-month-year text, or None for an empty cell.

    :raises TableError: date.
    """
    raw = (text or "").strip()
    if not raw:
        return None
    for pattern, order in _DATES:
        match = pattern.match(raw)
        if match:
            parts = [int(part) for part in match.groups()]
            try:
                return datetime.date(*(parts[index] for index in order))
            except ValueError:
                break
    raise TableError("date", value=raw[:40])


def neutralise(text):
    """Return text that a spreadsheet will not run (R30)."""
    text = re.sub(r"[\x00-\x1f]+", " ", str(text or "")).strip()
    return "'" + text if text[:1] in _FORMULA_START else text


def write_csv(headers, rows, delimiter=",", encoding="utf-8"):
    """Return the bytes of a CSV file; cells are text already."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows(rows)
    return buffer.getvalue().encode(encoding, errors="replace")


def write_xlsx(headers, rows, numeric=()):
    """Return the bytes of an XLSX file.

    :param numeric: indexes of the columns whose text is written as a number.
    """
    import xlsxwriter  # noqa: PLC0415

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    # a fixed date: the same content gives the same bytes
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})
    sheet = book.add_worksheet()
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header)
    numeric = set(numeric)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if column in numeric:
                sheet.write_number(number, column, float(cell))
            else:
                sheet.write_string(number, column, cell)
    book.close()
    return buffer.getvalue()
