"""setup/i18n: the terms of each module, their French, and in the languages of
`spoken.py` what people outside the desk can meet."""

import ast
import copy
from pathlib import Path

from . import modules, spoken, words
from .common import ROOT, SetupError, say
from .postgres import Cluster

LANGUAGE = "fr"
# Who calls one of these hands over a text to be translated.
CALLS = ("_", "_lt", "LazyTranslate")
# Where Odoo has translated the same words already.
CORE = ("base", "mail", "web", "portal", "account", "analytic", "product")
# Odoo takes a file for one of the module that the first matching addons path names:
# the folder addons/ inside the root must come before the root itself.
EXPORT = """
import base64, io, json
import odoo.addons
from odoo.tools.translate import trans_export
odoo.addons.__path__ = sorted(odoo.addons.__path__, key=len, reverse=True)
result = {}
for module in %r:
    buffer = io.BytesIO()
    trans_export(None, [module], buffer, "po", env)
    result[module] = base64.b64encode(buffer.getvalue()).decode()
print("TERMS" + json.dumps(result))
"""


def run(parser, arguments):
    parser.add_argument("modules", nargs="*", help="these only")
    options = parser.parse_args(arguments)
    found = modules.find()
    names = options.modules or list(found)
    if set(names) - set(found):
        raise SetupError(f"the modules are {', '.join(found)}; name one of them.")
    # What setup/ installs is imported where it is used: --help installs nothing.
    from .database import Databases

    databases = Databases(Cluster("test", fast=True).start())
    # Whatever is asked for, in the database of all: modules that load earlier there put
    # fields on our models, which the database of one module does not have.
    template = databases.template(sorted({*modules.product(), *names}))
    with databases.scratch(template, options.database) as database:
        exported = _export(databases, database, names)
    core = _core_translations()
    left = 0
    for name, text in exported.items():
        left += _write(found[name] / "i18n", name, text, core)
    return 1 if left else 0


def _export(databases, database, names):
    import base64
    import json

    printed, _ = databases.shell(database, EXPORT % names)
    line = next(line for line in printed.splitlines() if line.startswith("TERMS"))
    decoded = json.loads(line.removeprefix("TERMS"))
    return {name: base64.b64decode(text).decode() for name, text in decoded.items()}


def _write(folder, name, text, core):
    """Write the template and bring the file of each language up to date with it."""
    import polib

    folder.mkdir(exist_ok=True)
    template = clean(polib.pofile(text), folder.parent)
    text = str(template)
    previous = folder / f"{name}.pot"
    if not previous.exists() or _entries(polib.pofile(str(previous))) != _entries(
        template
    ):
        previous.write_text(text)
    left = _translate(folder, template, LANGUAGE, "nplurals=2; plural=(n > 1);", core)
    for language, plurals in spoken.LANGUAGES.items():
        met = [entry for entry in template if spoken.reach(entry)]
        left += _translate(folder, template, language, plurals, {}, met)
    return left


def _translate(folder, template, language, plurals, core, terms=None):
    """Bring the file of one language up to date; return how many terms it lacks.

    :param terms: the entries it has to hold; all of the template where not said
    """
    import polib

    path = folder / f"{language}.po"
    known = {}
    if path.exists():
        known = {e.msgid: e.msgstr for e in polib.pofile(str(path)) if e.msgstr}
    elif terms is not None and not terms:
        return 0
    result = polib.POFile(wrapwidth=78)
    result.header = template.header
    result.metadata = {
        **template.metadata,
        "Language": language,
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": plurals,
    }
    for key in ("POT-Creation-Date", "PO-Revision-Date"):
        result.metadata.pop(key, None)
    borrowed = 0
    tidy = words.tidy if language == LANGUAGE else str
    for entry in template if terms is None else terms:
        msgstr = known.get(entry.msgid, "")
        if not msgstr and entry.msgid in core:
            msgstr = core[entry.msgid]
            borrowed += 1
        entry = copy.copy(entry)
        entry.msgstr = tidy(msgstr)
        result.append(entry)
    result.save(str(path))
    left = [entry for entry in result if not entry.msgstr]
    say(
        f"{path.relative_to(ROOT)}: {len(result)} terms, {borrowed} taken over from "
        f"Odoo's own French, {len(left)} to translate"
    )
    for entry in left[:10]:
        say(f"    {entry.linenum or ''} {entry.msgid[:70]!r}")
    return len(left)


def clean(template, folder):
    """Take out what the extraction of terms adds by mistake: places that do not exist
    and, because it takes every underscore for a call, keys of the code."""
    for entry in template:
        # What lies in addons/ is named by a second place, which does not exist.
        entry.occurrences = [
            (place, line)
            for place, line in entry.occurrences
            if not place.startswith("code:addons/addons/")
        ]
    terms = _terms(folder)
    template[:] = [
        entry
        for entry in template
        if entry.msgid in terms
        or not all(
            place.startswith("code:") and place.endswith(".py")
            for place, _line in entry.occurrences
        )
    ]
    return template


def _terms(folder):
    """The texts that the Python code of a module hands over to be translated."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                text = node.args[0]
                if name in CALLS and isinstance(text, ast.Constant):
                    found.add(text.value)
    return found


def _entries(pofile):
    return {(entry.msgid, tuple(entry.occurrences)) for entry in pofile}


def _core_translations():
    import polib

    import odoo.addons

    result = {}
    for place in odoo.addons.__path__:
        for name in CORE:
            path = Path(place) / name / "i18n" / f"{LANGUAGE}.po"
            if path.is_file():
                with open(path) as handle:
                    for entry in polib.pofile(handle.read()):
                        if entry.msgstr and not entry.fuzzy:
                            result.setdefault(entry.msgid, entry.msgstr)
    return result
