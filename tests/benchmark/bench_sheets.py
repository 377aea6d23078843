"""The one reader of sheets: what the largest file that it accepts may take (R79)."""

import io

import xlsxwriter
from lib import benchmark

COLUMNS = 10
#: MB that the reader may take over what there was before.
MOST = 150


@benchmark("sheet_xlsx", size=59_000)
def sheet_xlsx(bench):
    """An XLSX file with as many cells as are read."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(bench.size):
        sheet.write_row(row, 0, [f"P-{row:06}", f"T{row}", *range(COLUMNS - 2)])
    book.close()
    _read(bench, buffer.getvalue())


@benchmark("sheet_csv", size=59_000)
def sheet_csv(bench):
    """A CSV file of the same size."""
    lines = [
        ";".join([f"P-{row:06}", f"T{row}", *map(str, range(COLUMNS - 2))])
        for row in range(bench.size)
    ]
    _read(bench, "\n".join(lines).encode())


def _read(bench, content):
    from odoo.addons.remediation_base.tools import sheets  # noqa: PLC0415

    before = _memory("VmRSS")
    with bench.measure():
        table = sheets.tables(content)[0]
    assert len(table.rows) == bench.size
    more = _memory("VmHWM") - before
    assert more <= MOST, f"{more} MB over the start, {MOST} at most"


def _memory(name):
    """Return a figure of this process in MB."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(name):
                return int(line.split()[1]) // 1024
    return 0
