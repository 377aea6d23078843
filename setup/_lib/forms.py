"""docs/forms.md: every form for people outside the desk, read from the declarations.

Odoo is imported, without a database: a field's kind and choices stand in its class."""

import json
import subprocess
import sys

from . import modules
from .common import ROOT

PAGE = ROOT / "docs" / "forms.md"
HEAD = """\
# Forms

What people outside the desk are asked: pages of the portal, submissions of telephones
and the forms for Kobo and ODK come from these declarations. Made by `setup/docs`; do
not edit.

A question of a page of a case stands at `/my/remediation/…`; a submission goes to
`/remediation/submissions/1/NAME`, and its form for Kobo and ODK is at
`/remediation/submissions/form/NAME.xlsx`. Pictures come through pages alone. What a
family withholds is neither asked nor shown.
"""
COLUMNS = {
    "question": "Question",
    "name": "Name",
    "field": "Field",
    "type": "Type",
    "choices": "Choices",
    "required": "Required",
    "shown": "Shown when",
    "withheld": "Withheld as",
}
#: Runs in an interpreter of its own, in which nothing of this command is loaded.
READ = """
import json, sys
from types import SimpleNamespace
import odoo.addons
odoo.addons.__path__ = [*json.loads(sys.argv[1]), *odoo.addons.__path__]
import odoo.addons.base.models
from odoo import models
import odoo.addons.cash_transfer_portal
from odoo.addons.case_referral.forms import FORMS
from odoo.addons.child_remediation.models.case import (
    remediation_case_disclosure as disclosure,
)
FREE_TEXT, ITEM_FIELDS = disclosure.FREE_TEXT, disclosure.ITEM_FIELDS
classes = {}
for found in models.MetaModel._module_to_models__.values():
    for cls in found:
        names = [cls._name] if cls._name else []
        names += [cls._inherit] if isinstance(cls._inherit, str) else cls._inherit or []
        classes.setdefault(names[0], []).append(cls)
env = {}
for name, parts in classes.items():
    fields = {}
    for cls in parts:
        for field in cls._field_definitions:
            fields.setdefault(field.name, field)
    env[name] = SimpleNamespace(_fields=fields)
def withheld(model, field):
    items = [key for key in ITEM_FIELDS if field in ITEM_FIELDS[key].get(model, ())]
    return items + ["anything"] * (field in FREE_TEXT.get(model, ()))
def forms(name, form, page, phone):
    yield {
        "name": name,
        "title": form.title._source,
        "model": form.model,
        "page": page,
        "phone": phone,
        "more": form.more_says,
        "rows": form.document(env, withheld),
    }
    for other, rows in form.rows.items():
        yield from forms(f"{name}: {other}", rows, page, phone)
print(json.dumps([
    said
    for name, form in FORMS.items()
    for said in forms(name, form, form.page, form.phone)
]))
"""


def page():
    """The text of the page."""
    text = HEAD
    for said in declared():
        text += f"\n## {said['name']}: {said['title']}\n\n"
        if said["model"]:
            text += f"Model `{said['model']}`. "
        doors = [f"page `{said['page']}`"] if said["page"] else []
        doors += ["submission and XLSForm"] if said["phone"] else []
        text += f"Sent from: {', '.join(doors) or 'the page beside it'}.\n"
        if said["more"]:
            text += f"Also asked: {said['more']}.\n"
        if said["rows"]:
            text += "\n" + table(said["rows"])
    return text


def table(rows):
    """The table of the questions of one form."""
    lines = [f"| {' | '.join(COLUMNS.values())} |", f"|{'---|' * len(COLUMNS)}"]
    for row in rows:
        cells = [
            row[name] if name == "question" or not row[name] else f"`{row[name]}`"
            for name in COLUMNS
        ]
        lines.append(" ".join(f"| {' | '.join(cells)} |".split()))
    return "\n".join(lines) + "\n"


def check():
    """Yield (file, line, advice) where the page is not current."""
    if not PAGE.is_file() or PAGE.read_text() != page():
        yield PAGE, 1, "run setup/docs: a question was declared, changed or removed"


def declared():
    folders = sorted({str(folder.parent) for folder in modules.find().values()})
    done = subprocess.run(
        [sys.executable, "-c", READ, json.dumps(folders)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])
