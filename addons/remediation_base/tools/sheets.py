"""The one reader and writer of sheets (CSV and XLSX) that people fill in elsewhere.

What is read is bounded before it takes memory (R79), and what is not understood is
said, never guessed (R58): an encoding, a header that stands twice, an amount, a day.
What is written never starts a formula in the program that opens it (R30). No ORM here;
only :func:`explain` knows the language of who reads.
"""

import csv
import datetime
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

import openpyxl
import xlsxwriter

#: Of the file; of what an XLSX file unpacks to; of what is kept of it.
MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 48 * 1024 * 1024
MAX_ROWS = 60_000
MAX_CELLS = 600_000
MAX_COLUMNS = 200
LAST_COLUMN = (2, "GR")  # that is column 200
#: Parts of an XLSX file, and elements of a part that is neither sheet nor text.
MAX_PARTS = 2_000
MAX_ELEMENTS = 100_000
#: Rows of a worksheet as the format has it.
LAST_ROW = 1_048_576
#: A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "{=", "+", "-", "@", "\t", "\r", "\n")
#: Characters that no sheet may hold.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
DELIMITERS = ",;\t|"


class SheetError(ValueError):
    """A file or a cell that cannot be read; ``code`` says why, :func:`explain` how to
    put it right."""

    def __init__(self, code, row=0, **values):
        super().__init__(code)
        self.code = code
        self.row = row
        self.values = values


def explain(env, error: Exception) -> str:
    """Return the sentence for a :class:`SheetError` in the reader's language."""
    values = dict.fromkeys(("size", "limit", "header", "value"), "")
    values |= {name: str(value)[:60] for name, value in error.values.items()}
    sentences = {
        "empty": env._("The file is empty."),
        "no_rows": env._("The file has headers but no rows."),
        "too_big": env._("The file is larger than %(size)s MB: split it.", **values),
        "too_long": env._("The file has more than %(limit)s rows: split it.", **values),
        "too_wide": env._(
            "The file has more than %(limit)s columns: delete what is not needed.",
            **values,
        ),
        "too_much": env._(
            "The file has more cells than can be read: delete what is not needed, or "
            "split it."
        ),
        "not_a_table": env._("The file is no table: export it as CSV or XLSX."),
        "encoding": env._(
            "The letters of the file cannot be read: save it as CSV in UTF-8, or as "
            "XLSX."
        ),
        "truncated": env._("The file is cut off: ask for it again."),
        "twice": env._(
            "The column “%(header)s” stands twice: delete or rename one of them.",
            **values,
        ),
        "short_row": env._("the row has fewer cells than the header"),
        "formula": env._("a cell holds a formula: export values only"),
        "amount": env._("“%(value)s” is no amount", **values),
        "ambiguous_amount": env._(
            "“%(value)s” may have thousands or decimals: name the decimal sign",
            **values,
        ),
        "currency": env._(
            "“%(value)s” is not in the currency that is expected", **values
        ),
        "date": env._("“%(value)s” is no date", **values),
        "ambiguous_date": env._(
            "“%(value)s” may be two days: name the order of day, month and year",
            **values,
        ),
    }
    sentence = sentences[error.code]
    if error.row:
        return env._("Row %(row)s: %(problem)s", row=error.row, problem=sentence)
    return sentence


# -- reading a file --------------------------------------------------------------
@dataclass
class Table:
    """One sheet; ``rows`` are ``(number in the file, cells)``, empty ones left out."""

    name: str
    rows: list


def tables(content, max_rows=MAX_ROWS, formulas=True):
    """Return the sheets of a file that have something in them; a CSV file is one.

    Cells of a CSV file are text; those of an XLSX file text, numbers, dates, times.

    :param bytes content: CSV in UTF-8, UTF-16 or Windows-1252 with comma, semicolon,
        tab or bar; or XLSX.
    :param formulas: read the value that a formula had; otherwise it is refused.
    :raises SheetError: empty, too_big, too_long, too_wide, too_much, not_a_table,
        encoding, truncated, formula.
    """
    if not content or not content.strip():
        raise SheetError("empty")
    if len(content) > MAX_BYTES:
        raise SheetError("too_big", size=MAX_BYTES // 1024 // 1024)
    if content[:4] == b"PK\x03\x04":
        found = _read_book(content, max_rows, formulas)
    elif content[:4] in (b"%PDF", b"\xd0\xcf\x11\xe0") or content[:2] == b"\x1f\x8b":
        raise SheetError("not_a_table")
    else:
        found = [Table("", list(_Kept(max_rows).of(_read_csv(content))))]
    found = [table for table in found if table.rows]
    if not found:
        raise SheetError("empty")
    return found


def read(content: bytes, max_rows: int = MAX_ROWS, formulas: bool = True) -> tuple:
    """Return ``(headers, rows)`` of the first sheet, whose first row is the header;
    every row has as many cells as there are headers.

    :raises SheetError: as :func:`tables`, and ``twice``.
    """
    table = tables(content, max_rows + 1, formulas)[0]
    headers = [as_text(cell) for cell in table.rows[0][1]]
    while headers and not headers[-1]:
        headers.pop()
    check_headers(headers)
    if len(table.rows) - 1 > max_rows:
        raise SheetError("too_long", limit=max_rows)
    width = len(headers)
    return headers, [
        (number, (list(cells) + [None] * width)[:width])
        for number, cells in table.rows[1:]
    ]


def check_headers(headers, only=None):
    """Refuse a header that stands twice (R58).

    :param only: the headers that matter, in the form of :func:`fold`; all by default.
    :raises SheetError: ``twice``, with the header.
    """
    seen = set()
    for header in headers:
        name = fold(header)
        if name in seen and (only is None or name in only):
            raise SheetError("twice", header=header)
        if name:
            seen.add(name)


class _Kept:
    """Rows as they are kept: bounded, and equal texts are one object."""

    def __init__(self, max_rows):
        self.max_rows = max_rows
        self.rows = self.cells = 0
        self.texts = {}

    def of(self, rows):
        for number, cells in rows:
            last = len(cells)
            while last and cells[last - 1] in (None, ""):
                last -= 1
            if not last:
                continue
            if last > MAX_COLUMNS:
                raise SheetError("too_wide", limit=MAX_COLUMNS)
            self.rows += 1
            self.cells += len(cells)
            if self.rows > self.max_rows:
                raise SheetError("too_long", limit=self.max_rows)
            if self.cells > MAX_CELLS:
                raise SheetError("too_much")
            yield number, [self._one(cell) for cell in cells]

    def _one(self, cell):
        if isinstance(cell, str) and len(cell) < 40:
            if len(self.texts) < 20_000:
                return self.texts.setdefault(cell, cell)
            return self.texts.get(cell, cell)
        return cell


# -- XLSX
def _read_book(content, max_rows, formulas):
    try:
        _check_book(content)
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=formulas
        )
        kept = _Kept(max_rows)
        found = []
        for sheet in book.worksheets:
            # programs write "A1" or another wrong size into the sheet: it is not used
            sheet.reset_dimensions()
            rows = sheet.iter_rows(
                max_col=MAX_COLUMNS + 1, max_row=LAST_ROW, values_only=formulas
            )
            rows = enumerate(rows, 1)
            if not formulas:
                rows = _without_formulas(rows)
            found.append(Table(sheet.title, list(kept.of(_trimmed(rows)))))
        return found
    except SheetError:
        raise
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise SheetError("truncated") from error
    except Exception as error:  # openpyxl raises whatever a broken file provokes
        raise SheetError("not_a_table") from error


def _trimmed(rows):
    for number, cells in rows:
        last = len(cells)
        while last and cells[last - 1] in (None, ""):
            last -= 1
        if last:
            yield number, cells[:last]


def _without_formulas(rows):
    for number, cells in rows:
        if any(cell.data_type == "f" for cell in cells):
            raise SheetError("formula", row=number)
        yield number, [cell.value for cell in cells]


def _check_book(content):
    """Measure what a workbook unpacks to while it is unpacked in small pieces; nothing
    is kept of it (R79)."""
    if content.count(b"PK\x01\x02") > MAX_PARTS:
        raise SheetError("too_much")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        # a part never gives more than the size that is written here
        if sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise SheetError("too_much")
        cells = 0
        for part in parts:
            if part.flag_bits & 1:
                raise SheetError("not_a_table")
            with archive.open(part) as stream:
                cells += _check_part(stream)
            if cells > MAX_CELLS:
                raise SheetError("too_much")


def _check_part(stream):
    """Return the number of cells in a part; what is no XML is not read by anybody."""
    count = {"root": "", "all": 0, "cells": 0, "row": 0, "far": False}

    def start(tag, attributes):
        tag = tag.rpartition(":")[2]
        count["root"] = count["root"] or tag
        count["all"] += 1
        if tag == "row":
            count["row"] = 0
        elif tag in ("c", "si"):
            count["cells"] += 1
            count["row"] += 1
            letters = attributes.get("r", "").rstrip("0123456789")
            count["far"] = (len(letters), letters) > LAST_COLUMN
        elif count["far"] and tag in ("v", "is", "f"):
            # a format may stand anywhere, something to read may not
            raise SheetError("too_wide", limit=MAX_COLUMNS)
        whole = count["root"] in ("worksheet", "sst")
        if (
            count["all"] > (MAX_ELEMENTS if not whole else 6 * MAX_CELLS)
            or count["cells"] > MAX_CELLS
            or (count["root"] == "worksheet" and count["row"] > 20_000)
        ):
            raise SheetError("too_much")

    def doctype(*_arguments):
        raise SheetError("not_a_table")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        while piece := stream.read(65_536):
            parser.Parse(piece)
    except expat.ExpatError:
        return 0
    return count["cells"] if count["root"] == "worksheet" else 0


# -- CSV
def decode(content: bytes) -> str:
    """Return the text of a file whose encoding nobody names.

    :raises SheetError: truncated, encoding, not_a_table.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise SheetError("truncated") from error
    if content[:200].count(0):
        # UTF-16 without a mark: every second byte of Latin text is zero
        little = content[1:200:2].count(0) > content[0:200:2].count(0)
        try:
            text = content.decode("utf-16-le" if little else "utf-16-be")
        except UnicodeDecodeError as error:
            raise SheetError("not_a_table") from error
        if any(ord(sign) < 9 for sign in text[:200]):
            raise SheetError("not_a_table")
        return text
    for encoding in ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise SheetError("not_a_table")
        return text
    raise SheetError("encoding")


def _read_csv(content):
    text = decode(content)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    delimiters = _delimiters(text)
    delimiter = delimiters[0]
    if '"' not in text:
        return _csv_rows(text, delimiter, csv.QUOTE_NONE)
    try:
        # read to the end before anything is kept: a quotation mark may swallow rows
        quoted = _quoted_delimiter(text, delimiters)
        return _csv_rows(text, quoted, csv.QUOTE_MINIMAL)
    except csv.Error as error:
        # a single quotation mark inside a name is a letter like any other, as long as
        # every row still has its cells
        last = text.rstrip().rpartition("\n")[2]
        widths = {len(row) for _number, row in _csv_rows(text, delimiter)}
        if len(widths - {0}) != 1 or last.count('"') % 2:
            raise SheetError("truncated") from error
        return _unquoted(_csv_rows(text, delimiter))


def _csv_rows(text, delimiter, quoting=csv.QUOTE_NONE, strict=False):
    reader = csv.reader(
        _lines(text, delimiter), delimiter=delimiter, quoting=quoting, strict=strict
    )
    try:
        for row in reader:
            yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        if strict:
            raise
        raise SheetError("not_a_table") from error


def _unquoted(rows):
    for number, cells in rows:
        yield (
            number,
            [
                cell[1:-1].replace('""', '"')
                if len(cell) > 1 and cell[0] == cell[-1] == '"'
                else cell
                for cell in cells
            ],
        )


def _lines(text, delimiter):
    """Yield the lines of a text one by one: no list of them is made."""
    start, end = 0, len(text)
    while start < end:
        stop = text.find("\n", start) + 1 or end
        line = text[start:stop]
        if line.count(delimiter) > 5 * MAX_COLUMNS:
            raise SheetError("too_wide", limit=MAX_COLUMNS)
        yield line
        start = stop


def _count(line, sign):
    """Return how often a sign parts a line, 0 where the line is none of its."""
    try:
        return len(next(csv.reader([line], delimiter=sign))) - 1
    except csv.Error:
        return 0


def _delimiters(text):
    """Return the signs that may part the cells, first the one that gives the most lines
    the same number of cells.

    :raises SheetError: none does.
    """
    lines = [line for line in text[:50_000].split("\n")[:200] if line.strip()]
    if len(text) > 50_000:
        lines = lines[:-1] or lines
    scores = {}
    for sign in DELIMITERS:
        counts = [_count(line, sign) for line in lines]
        for count in set(counts) - {0}:
            score = counts.count(count) * count + counts.count(count)
            scores[sign] = max(score, scores.get(sign, 0))
    if not scores:
        raise SheetError("not_a_table")
    return sorted(scores, key=lambda sign: -scores[sign])


def _quoted_delimiter(text, delimiters):
    """Return the first sign with which every quotation mark closes: signs inside quoted
    texts deceive the count of lines.

    :raises csv.Error: there is none.
    """
    failed = None
    for sign in delimiters:
        try:
            rows = _csv_rows(text, sign, csv.QUOTE_MINIMAL, strict=True)
            widths = {len(row) for _number, row in rows} - {0}
        except csv.Error as error:
            failed = failed or error
        else:
            # another sign than the likeliest has to part every row alike
            if sign == delimiters[0] or (len(widths) == 1 and widths != {1}):
                return sign
    raise failed


# -- cells -----------------------------------------------------------------------
def fold(text) -> str:
    """Return a text in the form that headers and words are compared in: without
    accents, case, and what stands between words."""
    text = unicodedata.normalize("NFKD", str(text or "")).casefold()
    text = "".join(
        sign
        for sign in text
        if not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf"
    )
    return re.sub(r"[\s_\-./’']+", " ", text).strip()


def plain(text):
    """Return a text of codes, figures and days in the signs of a keyboard: digits of
    every script, every dash and every space, without what nobody sees."""
    if text.isascii():
        return text
    signs = []
    for sign in text:
        kind = unicodedata.category(sign)
        if kind == "Nd":
            sign = str(unicodedata.decimal(sign))
        elif kind == "Zs":
            sign = " "
        elif kind == "Pd" or sign == "\u2212":
            sign = "-"
        elif kind == "Cf":
            continue
        signs.append(_ARABIC_SIGNS.get(sign, sign))
    return "".join(signs).strip()


#: Decimal sign and thousands as Arabic writes them.
_ARABIC_SIGNS = {"\u066b": ".", "\u066c": "'"}


def is_formula(text: str) -> bool:
    """Whether a program takes a cell for a formula: some pass over blanks before it."""
    return text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)


def neutral(value):
    """Return a cell's value so that no program takes it for a formula."""
    if isinstance(value, str):
        value = CONTROL.sub("", value)
        if is_formula(value):
            return f"'{value}"
    return value


def harmless(text: str) -> str:
    """Return text that was read, without what would make it a formula elsewhere."""
    text = CONTROL.sub("", text).strip()
    if text[:1] == "'" and is_formula(text[1:]):
        text = text[1:].strip()
    while text.startswith(FORMULA):
        text = text.lstrip("".join(FORMULA)).strip()
    return text


def raw_text(cell) -> str:
    """Return a cell as the text that stands in it: dates are ISO, a whole number has no
    decimals."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        if cell.time() == datetime.time():
            return cell.date().isoformat()
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, float):
        # a sheet shows fifteen digits: 29.999999999999996 is 30 to whoever wrote it
        shown = float(f"{cell:.15g}")
        cell = int(shown) if shown.is_integer() else shown
    return str(cell).strip()


def as_text(cell) -> str:
    """Return a cell as harmless text."""
    return harmless(raw_text(cell))


def as_number(cell) -> float | None:
    """Return a cell as float, None where empty.

    :raises SheetError: it is no number, or may be two.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        raise SheetError("amount", value=cell)
    if isinstance(cell, int | float):
        number = float(cell)
        if number != number or abs(number) == float("inf"):
            raise SheetError("amount", value=cell)
        return number
    if not str(cell).strip():
        return None
    return float(parse_amount(str(cell), lone="decimal"))


#: How currencies are written beside their code.
MARKS = {
    "USD": ("$", "US$", "USD$", "$US"),
    "CDF": ("FC", "FR", "CFC"),
    "EUR": ("€",),
    "XAF": ("FCFA", "F CFA", "CFA", "F"),
    "XOF": ("FCFA", "F CFA", "CFA", "F"),
    "GBP": ("£",),
}


def parse_amount(text, decimal="auto", currency=None, lone="refuse"):
    """Return the amount as Decimal, below zero where money went out.

    :param decimal: ``auto``, ``.`` or ``,``: which sign separates decimals. With
        ``auto``, of two different signs the last one does, and a lone sign followed by
        exactly three digits is ambiguous.
    :param currency: the code of the currency that an amount may name.
    :param lone: ``refuse`` what is ambiguous, or take it as ``decimal``.
    :raises SheetError: formula, amount, ambiguous_amount, currency.
    """
    raw = plain(CONTROL.sub("", text or "").strip())
    shown = raw[:40]
    if raw[:1] in ("=", "@"):
        raise SheetError("formula")
    match = re.fullmatch(
        r"(?P<open>\(?)\s*(?P<sign>[+\-\u2212]?)\s*(?P<before>[^\d\s.,()+\-\u2212]"
        r"[^\d.,()+\-\u2212]{0,5})?\s*(?P<sign2>[+\-\u2212]?)\s*"
        r"(?P<number>\d[\d.,'’\s\u00a0\u202f]*|[.,]\d+)"
        r"(?P<after>[^\d\s.,()+\-\u2212][^\d.,()+\-\u2212]{0,5})?\s*"
        r"(?P<sign3>[+\-\u2212]?)\s*(?P<close>\)?)",
        raw,
    )
    if not match or bool(match["open"]) != bool(match["close"]):
        raise SheetError("amount", value=shown)
    signs = [match[name] for name in ("sign", "sign2", "sign3") if match[name]]
    if len(signs) + bool(match["open"]) > 1:
        raise SheetError("amount", value=shown)
    for name in ("before", "after"):
        mark = (match[name] or "").strip().upper()
        known = (currency, *MARKS.get(currency, ())) if currency else ()
        if not mark or mark in known:
            continue
        code = re.fullmatch("[A-Z]{3}", mark)
        if currency is None and code:
            continue
        foreign = code or any(mark in marks for marks in MARKS.values())
        raise SheetError("currency" if foreign and currency else "amount", value=shown)
    number = re.sub(r"[\s\u00a0\u202f'’]", "", match["number"])
    number = _plain_decimal(number, decimal, lone, shown)
    try:
        amount = Decimal(number)
    except InvalidOperation as error:
        raise SheetError("amount", value=shown) from error
    negative = bool(match["open"]) or (signs and signs[0] != "+")
    return -amount if negative else amount


def _plain_decimal(number, decimal, lone, shown):
    """Return the digits with a point before the decimals."""
    if decimal == "auto":
        dot, comma = number.rfind("."), number.rfind(",")
        decimal = "."
        if dot >= 0 and comma >= 0:
            decimal = "." if dot > comma else ","
        elif dot >= 0 or comma >= 0:
            sign = "." if dot >= 0 else ","
            if number.count(sign) > 1:
                decimal = "," if sign == "." else "."
            elif len(number) - max(dot, comma) - 1 == 3 and lone == "refuse":
                raise SheetError("ambiguous_amount", value=shown)
            else:
                decimal = sign
    thousands = "," if decimal == "." else "."
    whole, _sign, decimals = number.partition(decimal)
    # 452480.00 under a decimal comma is no 45,248,000 (R58)
    if decimal in decimals or thousands in decimals:
        raise SheetError("amount", value=shown)
    groups = whole.split(thousands)
    if len(groups) > 1 and (
        not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])
    ):
        raise SheetError("amount", value=shown)
    return f"{''.join(groups) or '0'}.{decimals or '0'}"


# -- dates
_MONTHS = {
    fold(name): number
    for number, names in enumerate(
        (
            "jan janv january janvier januari",
            "feb fev fevr february fevrier februari",
            "mar mars march machi",
            "apr avr april avril aprili",
            "may mai mei",
            "jun juin june juni",
            "jul juil july juillet julai",
            "aug aou aout august ago agosti",
            "sep sept september septembre septemba",
            "oct october octobre okt oktoba",
            "nov november novembre novemba",
            "dec december decembre des desemba",
        ),
        1,
    )
    for name in names.split()
}
_CLOCK = re.compile(
    r"[T\s,à]*(\d{1,2})[:h](\d{2})(?:[:m](\d{2})s?(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?"
    r"\s*(Z|UTC|GMT|WAT|CAT|EAT|[+-]\d{2}(?::?\d{2})?)?\s*",
    re.IGNORECASE,
)
#: Hours before Greenwich of the zones that providers name.
_ZONES = {"WAT": "+01", "CAT": "+02", "EAT": "+03"}
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?=\D|$)")
#: 20261128, and 20261128102005 as machines write it.
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?=\D|$)")
#: Days since the end of 1899, as a spreadsheet counts them: from 2001 to 2099. What may
#: be 5/01/26 without its zero is none.
_SERIAL = re.compile(
    r"(?!\d(?:0[1-9]|1[0-2]))(3[7-9]\d{3}|[4-6]\d{4}|7[0-2]\d{3})(?:[.,](\d+))?"
)
_WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|juma|alh|iju)"
    r"[^\W\d_]*[.,]?\s+(?=\S+\s*\S)",
    re.IGNORECASE,
)
#: Sat Nov 28 10:20:05 CAT 2026: the year comes last.
_YEAR_LAST = re.compile(r"([^\W\d_]{3,9}\s+\d{1,2})\s+(\d.*\S)\s+(\d{4})")
_PARTS = re.compile(r"(\d{1,2})\s*([-/. ])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?=\D|$)")
_NAMED = re.compile(
    r"(\d{1,2})(?:er|st|nd|rd|th)?[\s\-/.]*([^\W\d_]{3,9})\.?[\s\-/.,]*"
    r"(\d{4}|\d{2})(?=\D|$)"
)
_NAMED_US = re.compile(
    r"([^\W\d_]{3,9})\.?[\s\-]*(\d{1,2})(?:st|nd|rd|th)?[,\-]?\s*(?<!\d)(\d{4})"
    r"(?=\D|$)"
)
#: Which of three numbers is day, month, year.
ORDERS = {"dmy": (0, 1, 2), "mdy": (1, 0, 2), "ymd": (2, 1, 0)}


def _day_first(text):
    """Return a moment as text that begins with its date: without the day of the
    week, and the year where it belongs."""
    text = plain(text)
    if weekday := _WEEKDAY.match(text):
        rest = _year_first(text[weekday.end() :])
        try:
            _dates(rest)
        except SheetError:
            rest = _year_first(text)  # "mar." is Tuesday and March
        return rest
    return _year_first(text)


def _year_first(text):
    last = _YEAR_LAST.fullmatch(text)
    if last and ":" in last[2]:
        text = f"{last[1]} {last[3]} {last[2]}"
    return text


def _dates(text):
    """Return ``({order: date}, what follows)`` of a text; a date that can be read in
    one way only has every order.

    :raises SheetError: no date.
    """
    try:
        if match := _SERIAL.fullmatch(text):
            days = float(f"{match[1]}.{match[2] or 0}")
            # to the second: a fraction of a day is not exact
            moment = datetime.datetime(1899, 12, 30) + datetime.timedelta(
                seconds=round(days * 86_400)
            )
            clock = f" {moment:%H:%M:%S}" if match[2] else ""
            return dict.fromkeys(ORDERS, moment.date()), clock
        if match := _ISO.match(text):
            day = datetime.date(int(match[1]), int(match[3]), int(match[4]))
            return dict.fromkeys(ORDERS, day), text[match.end() :]
        if match := _STAMP.match(text):
            day = datetime.date(*(int(match[part]) for part in (1, 2, 3)))
            clock = match[4] and f" {match[4]}:{match[5]}:{match[6] or '00'}"
            return dict.fromkeys(ORDERS, day), (clock or "") + text[match.end() :]
        for pattern, places in ((_NAMED, (1, 2)), (_NAMED_US, (2, 1))):
            match = pattern.match(text)
            month = match and _MONTHS.get(fold(match[places[1]]))
            if month:
                day = datetime.date(_year(match[3]), month, int(match[places[0]]))
                return dict.fromkeys(ORDERS, day), text[match.end() :]
    except ValueError as error:
        raise SheetError("date", value=text[:40]) from error
    match = _PARTS.match(text)
    found = {}
    for order, (day, month, year) in ORDERS.items():
        # nobody writes the year first with strokes or points, and two digits
        if not match or (order == "ymd" and (match[2] != "-" or len(match[4]) == 4)):
            continue
        parts = (match[1], match[3], match[4])
        try:
            found[order] = datetime.date(
                _year(parts[year]), int(parts[month]), int(parts[day])
            )
        except ValueError:
            continue
    if not found:
        raise SheetError("date", value=text[:40])
    return found, text[match.end() :]


def _year(text):
    return int(text) if len(text) == 4 else 2000 + int(text)


def find_order(cells) -> str | None:
    """Return the order of day, month and year that a whole column allows, or None where
    more than one is left: the day is not guessed (R58)."""
    left = set(ORDERS)
    ambiguous = False
    for cell in cells:
        text = _day_first(raw_text(cell))
        if not text:
            continue
        try:
            found, _rest = _dates(text)
        except SheetError:
            continue
        left &= set(found)
        ambiguous = ambiguous or len(set(found.values())) > 1
    if len(left) == 1:
        return next(iter(left))
    return None if ambiguous or not left else "dmy"


def parse_moment(cell, order=None, zone=None):
    """Return ``(date, time or None)`` of a cell, ``(None, None)`` of an empty one.

    :param order: ``dmy``, ``mdy`` or ``ymd``; without it only a day that can be read in
        one way is taken.
    :param zone: the place whose day it is, for a moment that names its own zone.
    :raises SheetError: date, ambiguous_date.
    """
    if isinstance(cell, datetime.datetime):
        return cell.date(), cell.time()
    if isinstance(cell, datetime.date):
        return cell, None
    text = _day_first(raw_text(cell))
    if not text:
        return None, None
    found, rest = _dates(text)
    if order:
        if order not in found:
            raise SheetError("date", value=text[:40])
        day = found[order]
    elif len(set(found.values())) > 1:
        raise SheetError("ambiguous_date", value=text[:40])
    else:
        day = next(iter(found.values()))
    if not rest.strip():
        return day, None
    clock = _CLOCK.fullmatch(rest)
    try:
        if not clock:
            raise ValueError(rest)
        hour = int(clock[1])
        if clock[4]:
            if not 1 <= hour <= 12:
                raise ValueError(rest)
            hour = hour % 12 + (12 if clock[4][0] in "pP" else 0)
        moment = datetime.time(hour, int(clock[2]), int(clock[3] or 0))
    except ValueError as error:
        raise SheetError("date", value=text[:40]) from error
    if clock[5] and zone:
        offset = _ZONES.get(clock[5].upper(), clock[5]).replace(":", "")
        minutes = 0
        if offset[0] in "+-":
            minutes = int(offset[1:3]) * 60 + int(offset[3:] or 0)
            minutes = -minutes if offset[0] == "-" else minutes
        there = datetime.timezone(datetime.timedelta(minutes=minutes))
        local = datetime.datetime.combine(day, moment, there).astimezone(zone)
        return local.date(), local.time()
    return day, moment


def as_date(cell):
    """Return a cell as date, None where empty. Days come first in what people type into
    our templates: 03/04/2026 is the third of April.

    :raises SheetError: it is no date.
    """
    return parse_moment(cell, "dmy")[0]


def as_hour(cell) -> float | None:
    """Return a time of day as float (6.5 is half past six), None where empty."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime.datetime):
        cell = cell.time()
    if isinstance(cell, datetime.time):
        return cell.hour + cell.minute / 60
    if isinstance(cell, str) and (":" in cell or "h" in cell.lower()):
        hours, _sep, minutes = cell.strip().lower().replace("h", ":").partition(":")
        hour = int(hours) + int(minutes or 0) / 60
    else:
        hour = as_number(cell)
        if hour is None:
            return None
    if not 0 <= hour <= 24:
        raise SheetError("amount", value=cell)
    return hour


# -- writing ---------------------------------------------------------------------
def write_csv(headers, rows, delimiter=";", encoding="utf-8-sig", exact=()):
    """Return a CSV file, every cell neutral.

    :param exact: indexes of columns whose text a machine reads as it is, such as a
        telephone number with its plus.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([neutral(header) for header in headers])
    exact = set(exact)
    for row in rows:
        writer.writerow(
            [
                cell if index in exact else neutral(_plain(cell))
                for index, cell in enumerate(row)
            ]
        )
    # what the encoding lacks becomes "?": whoever cannot have that reads it back
    return buffer.getvalue().encode(encoding, errors="replace")


def write_xlsx(headers, rows, title="", numeric=(), exact=()):
    """Return an XLSX file; text is neutral text, numbers and dates stay what they are.
    The same content gives the same bytes.

    :param numeric: indexes of the columns whose text is written as a number.
    :param exact: as in :func:`write_csv`.
    """
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
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})
    sheet = book.add_worksheet(title[:31] or None)
    bold = book.add_format({"bold": True})
    formats = {
        datetime.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        datetime.date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime.time: book.add_format({"num_format": "hh:mm"}),
    }
    for column, header in enumerate(headers):
        sheet.write_string(0, column, neutral(str(header)), bold)
    numeric, exact = set(numeric), set(exact)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            if column in numeric:
                sheet.write_number(number, column, float(cell))
            elif isinstance(cell, bool):
                sheet.write_boolean(number, column, cell)
            elif isinstance(cell, int | float | Decimal):
                sheet.write_number(number, column, cell)
            elif type(cell) in formats:
                sheet.write_datetime(number, column, cell, formats[type(cell)])
            else:
                text = str(cell)
                sheet.write_string(
                    number, column, text if column in exact else neutral(text)
                )
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _plain(cell):
    kinds = str | int | float | datetime.date | datetime.time
    if cell is None or isinstance(cell, kinds):
        return cell
    return str(cell)
