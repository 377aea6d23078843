"""Files that are written row by row: what is in memory does not grow with them."""

import csv
import hashlib
import io
import json
from datetime import date, datetime

import xlsxwriter

from odoo.addons.remediation_base.tools import sheets

#: A worksheet has no more rows.
XLSX_ROWS = 1_048_000


def write_csv(target, headers, rows, delimiter=";"):
    """Write rows to a binary file as CSV in UTF-8, every cell neutral (R30)."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow([sheets.neutral(cell) for cell in headers])
    for row in rows:
        writer.writerow([sheets.neutral(_plain(cell)) for cell in row])
    text.flush()
    text.detach()


def write_xlsx(target, headers, rows):
    """Write rows to a binary file as XLSX; text is text and numbers are numbers."""
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for column, cell in enumerate(headers):
        sheet.write_string(0, column, sheets.neutral(cell))
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            if isinstance(cell, bool):
                sheet.write_boolean(number, column, cell)
            elif isinstance(cell, int | float):
                sheet.write_number(number, column, cell)
            elif isinstance(cell, datetime):
                sheet.write_datetime(number, column, cell, moment)
            elif isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            else:
                sheet.write_string(number, column, sheets.neutral(str(cell)))
    book.close()


def write_json(target, records):
    """Write records to a binary file as a JSON array, one record a line."""
    target.write(b"[")
    for number, record in enumerate(records):
        target.write(b",\n" if number else b"\n")
        target.write(json.dumps(record, ensure_ascii=False, default=str).encode())
    target.write(b"\n]\n")


def digest(source):
    """The SHA-256 of a binary file and its size; it is left at its beginning."""
    source.seek(0)
    sha, size = hashlib.sha256(), 0
    while block := source.read(1 << 20):
        sha.update(block)
        size += len(block)
    source.seek(0)
    return sha.hexdigest(), size


def _plain(cell):
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell
