"""docs/bi.md: the data dictionary of what analysis tools read, made of the definitions
of the indicators and of the list of columns. Nothing is run but that list."""

import csv
import runpy

from . import modules
from .common import ROOT

PAGE = ROOT / "docs" / "bi.md"
HEAD = """\
# Data for Analysis Tools

What Power BI, Metabase or a script may read of the database: the views of the schema
`bi`, and nothing else. Made by `setup/docs` of `addons/case_indicator`; do not edit.

No view names a child, a case or a family. Numbers of children stand in spans that begin
at multiples of {k}, as a funder is told them; a breakdown with a number from 1 to
{last} is left out whole.

## Let a Tool In

The module makes the role `remediation_bi`, which reads these views and no table. Where
Odoo's database user may not make roles, the administrator does so once, and updates the
module `case_indicator`. Then each tool gets a login of its own:

```sql
CREATE ROLE remediation_bi NOLOGIN;  -- where it is not there
CREATE ROLE power_bi LOGIN PASSWORD '…' IN ROLE remediation_bi;
ALTER ROLE power_bi SET default_transaction_read_only = on;
```

A restored backup holds no rights of roles: update `case_indicator` there, and the role
reads again.

## Views
"""


def page():
    """The text of the page."""
    found = modules.find()
    k = runpy.run_path(found["remediation_base"] / "tools" / "small_cells.py")
    k = k["THRESHOLD"]
    views = runpy.run_path(found["case_indicator"] / "tools" / "bi.py")["views"](k)
    lines = [HEAD.format(k=k, last=k - 1)]
    for name, (words, _source, columns) in views.items():
        lines += [
            f"### `bi.{name}`",
            "",
            words,
            "",
            "| Column | What it is |",
            "|---|---|",
        ]
        lines += [
            f"| `{column}` | {said} |" for column, (_sql, said) in columns.items()
        ]
        lines.append("")
    lines += ["## Indicators", ""]
    for _number, definition in _rows(found, "remediation.indicator.csv"):
        lines += [
            f"### {definition['key']} {definition['name']}",
            "",
            definition["words"],
            "",
            "| `measure` | What is counted | Out of |",
            "|---|---|---|",
        ]
        lines += [
            f"| `{row['key']}` | {row['numerator']} | {row['denominator']} |"
            for _number, row in _rows(found, "remediation.indicator.measure.csv")
            if row["indicator_id:id"].split(".")[-1] == definition["id"]
        ]
        lines.append("")
    return "\n".join(lines)


def _rows(found, name):
    """``(sequence, row)`` of a data file in whatever module brings one."""
    rows = []
    for folder in found.values():
        path = folder / "data" / name
        if path.is_file():
            with path.open(newline="") as handle:
                rows += [(int(row["sequence"]), row) for row in csv.DictReader(handle)]
    return sorted(rows, key=lambda pair: (pair[0], pair[1]["id"]))


def check():
    """Yield (file, line, advice) where the page is not that of the code."""
    if not PAGE.is_file() or PAGE.read_text() != page():
        yield PAGE, 1, "run setup/docs: the data dictionary is not that of the code"
