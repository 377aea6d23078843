"""The checks of this house that no linter knows: what `setup/lint` adds to ruff,
pylint-odoo and manifestoo. Each yields (file, line, what to do)."""

import ast
import csv
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import polib
from lxml import etree

from . import arrows, modules, words
from .common import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
DATA_FOLDERS = ("security", "data", "views", "wizards", "reports")
CHAPTER = 15  # models that may stand side by side in one folder
ROOM = 500  # lines of a file of models
METHOD = 60  # lines of a method
#: What one module does for all, and what everybody else calls instead.
GROUND_FLOOR = "remediation_base"
ONCE = (
    (r"pg_(try_)?advisory", "call one_at_a_time of tools/once.py"),
    (r"raise ConcurrencyError", "call first_wins of tools/once.py"),
    (r"_bus_send\(", "call remediation.notice._show"),
    (r"\"mail\.mail\"\]", "call remediation.notice._mail"),
    (r"\bactivity_schedule\(", "call remediation.notice._plan"),
)
#: What goes on by batches and survives a record that fails.
BY_BATCHES = r"each_batch\(|_commit_progress\("
#: Scheduled methods that do not, and why.
AT_ONCE = {
    "_cron_commit_budget": "calls one that does",
    "_cron_digest": "one mail to each supervisor, all queued at once",
    "_cron_forget": "one statement",
}
#: Methods that are longer, and why.
LONG = {
    "step": "documents each argument of a step's declaration",
    "_explain": "one sentence for each error of a provider's report",
}
# Written in pieces, so that this file does not hold what it looks for.
FORBIDDEN = (
    (r"\b(files\.)?python" r"hosted\.org|pypi" r"\.org", "name no package registry"),
    (r"deb\.deb" r"ian\.org|npm" r"js\.(org|com)", "name no package registry"),
    (r"/wo" r"rk/|/ro" r"ot/|/ho" r"me/[a-z]", "name no path of one machine"),
    (r"^(<{7}|>{7}|={7})( |$)", "finish the merge"),
    (r"BEGIN [A-Z ]*PRIVATE " r"KEY", "keep secrets out"),
)
#: Most files hold nothing of it, and are asked once.
ANY = re.compile("|".join(f"(?:{pattern})" for pattern, _advice in FORBIDDEN), re.M)
TEXT = {".py", ".xml", ".csv", ".po", ".pot", ".js", ".scss", ".md", ".toml", ".conf"}
TEXT |= {".txt", ".yaml", ".yml", ".json", ".cfg", ".lock", ".in", ""}
OLD_XML = (
    (r"<tree\b|</tree>", "Odoo 19 calls it <list>"),
    (r"\b(attrs|states)=", "write invisible, readonly, required as expressions"),
    (r"\bt-raw=", "use t-out"),
    (r'sample="1"', "an empty list says so: no rows that nobody made"),
)


def check():
    yield from _repository()
    yield from _metapackage()
    for name, folder in modules.find().items():
        yield from _manifest(name, folder)
        yield from _xml(name, folder)
        yield from _access(folder)
        yield from _translations(folder)
    yield from names()
    yield from sizes()
    yield from mechanisms()
    yield from scheduled()
    yield from words.check()


def files():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def _repository():
    for path in files():
        if path.suffix not in TEXT or path.name == "LICENSE":
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            yield path, 1, "save it as UTF-8"
            continue
        if text and not text.endswith("\n"):
            yield path, text.count("\n") + 1, "end the file with a newline"
        suspect = ANY.search(text)
        blanks = path.suffix not in (".md", ".po", ".pot")
        for number, line in enumerate(text.splitlines(), 1):
            if blanks and line != line.rstrip():
                yield path, number, "remove the blanks at the end of the line"
            for pattern, advice in FORBIDDEN if suspect else ():
                if re.search(pattern, line):
                    yield path, number, advice


def _metapackage():
    path = ROOT / "setup" / "_metapackage" / "pyproject.toml"
    named = set(re.findall(r'"odoo-addon-(\w+)==19\.0\.\*"', path.read_text()))
    for name in sorted(set(modules.find()) - named):
        yield path, 1, f"add odoo-addon-{name}==19.0.* to the dependencies"


def _manifest(name, folder):
    path = folder / "__manifest__.py"
    manifest = ast.literal_eval(path.read_text())
    listed = {*manifest.get("data", [])}
    if "demo" in manifest:
        yield path, 1, f"move what is shown into addons/{modules.DEMO}"
    for entry in sorted(listed):
        if not (folder / entry).is_file():
            yield path, 1, f"{entry} is listed and does not exist"
    for part in DATA_FOLDERS:
        for file in sorted((folder / part).rglob("*")):
            inside = str(file.relative_to(folder))
            if "files" in file.parts:
                continue  # what a field of demo data reads
            if file.suffix in (".xml", ".csv") and inside not in listed:
                yield file, 1, "list it in the manifest or delete it"
    if not manifest.get("version", "").startswith("19.0."):
        yield path, 1, "the version must begin with 19.0."
    if not (folder / "pyproject.toml").is_file():
        yield folder / "pyproject.toml", 1, "add the three lines of whool"
    if not (folder / "readme" / "DESCRIPTION.md").is_file():
        yield folder / "readme" / "DESCRIPTION.md", 1, f"say what {name} is for"


def _xml(name, folder):
    import odoo.release

    grammar = Path(odoo.release.__file__).parent / "import_xml.rng"
    schema = etree.RelaxNG(etree.parse(grammar))
    seen = {}
    for path in sorted(folder.rglob("*.xml")):
        try:
            tree = etree.parse(path)
        except etree.XMLSyntaxError as error:
            yield path, error.lineno, f"{error.msg}: make it well-formed"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for pattern, advice in OLD_XML:
                if re.search(pattern, line):
                    yield path, number, advice
        if "static" in path.parts:
            continue
        if not schema.validate(tree):
            for error in schema.error_log:
                yield path, error.line, error.message
        for node in tree.iter("record", "template", "menuitem"):
            xmlid = node.get("id") or ""
            if xmlid.startswith(f"{name}."):
                yield path, node.sourceline, "leave out the module's own name in the id"
            if xmlid in seen and seen[xmlid] != (path, node.sourceline):
                where = seen[xmlid][0].relative_to(folder)
                yield path, node.sourceline, f"the id {xmlid} is already in {where}"
            if xmlid:
                seen[xmlid] = (path, node.sourceline)


def _access(folder):
    path = folder / "security" / "ir.model.access.csv"
    if not path.is_file():
        return
    seen = set()
    with open(path, newline="") as handle:
        for number, row in enumerate(csv.DictReader(handle), 2):
            if row["id"] in seen:
                yield path, number, f"the id {row['id']} is used twice"
            if not row.get("group_id:id"):
                yield path, number, "name a group: rights for everybody are a leak"
            seen.add(row["id"])


def _glossary():
    """{word in small letters: its French words}"""
    table = GLOSSARY.read_text().partition("\n## ")[0]
    rows = re.findall(r"^\| (\w[^|]*) \| [^|]* \| ([^|]+) \|", table, re.MULTILINE)
    return {word.lower(): french.lower().split(" / ") for word, french in rows[1:]}


def names():
    """A file bears the whole name of its model (`remediation_case.py`), or that and
    what it is about (`remediation_case_screen.py`); of a wizard without `_wizard`."""
    found = []
    for folder in modules.find().values():
        for part in ("models", "wizards", "reports"):
            for path in sorted((folder / part).rglob("*.py")):
                model = _model(path)
                if model:
                    found.append((path, *model))
    known = {_stem(model) for _path, model, _line, _new in found}
    beside = defaultdict(int)
    for path, model, line, new in found:
        beside[path.parent] += new
        stem = _stem(model)
        aspect = path.stem.startswith(f"{stem}_") and path.stem not in known
        if path.stem != stem and not aspect:
            yield path, line, f"name the file {stem}.py, as its model {model}"
    for folder, count in beside.items():
        if count > CHAPTER:
            advice = f"give the {count} models chapters: a folder for each subject"
            yield folder / "__init__.py", 1, advice
    for folder in modules.find().values():
        for path in sorted(folder.rglob("*_views.xml")):
            tree = etree.parse(path)
            shown = tree.xpath("//field[@name='model' or @name='res_model']")
            stems = [_stem(node.text) for node in shown if node.text]
            name = path.name.removesuffix("_views.xml")
            # A page of its own (a client action) shows no model.
            if stems and not any(
                name == stem or name.startswith(f"{stem}_") for stem in stems
            ):
                yield path, 1, f"name it after what it shows: {stems[0]}_views.xml"


def sizes():
    """A file of models fits into one reading, a method onto one screen."""
    for folder in modules.find().values():
        for path in sorted(folder.rglob("*.py")):
            if "tests" in path.parts:
                continue
            text = path.read_text()
            if "models" in path.parts and text.count("\n") > ROOM:
                yield path, 1, f"split it by subject: more than {ROOM} lines"
            for node in modules.nodes(path):
                if not isinstance(node, ast.FunctionDef) or node.name in LONG:
                    continue
                if node.end_lineno - node.lineno >= METHOD:
                    advice = f"split {node.name}: it is longer than {METHOD} lines"
                    yield path, node.lineno, advice


def mechanisms():
    """A mechanism of the ground floor is written there, once."""
    for name, folder in modules.find().items():
        if name in (GROUND_FLOOR, modules.DEMO):
            continue
        for path in sorted(folder.rglob("*.py")):
            if "tests" in path.parts:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for pattern, advice in ONCE:
                    if re.search(pattern, line):
                        yield path, number, advice


def scheduled():
    """What the scheduler calls goes by batches: one bad record stops nobody else."""
    for folder in modules.find().values():
        for path in sorted(folder.rglob("*.py")):
            if "tests" in path.parts:
                continue
            text = path.read_text()
            for node in modules.nodes(path):
                if (
                    isinstance(node, ast.FunctionDef)
                    and node.name.startswith("_cron_")
                    and node.name not in AT_ONCE
                    and not re.search(BY_BATCHES, ast.get_source_segment(text, node))
                ):
                    yield path, node.lineno, "call each_batch of tools/batches.py"


def _stem(model):
    return model.replace(".", "_").removesuffix("_wizard")


def _model(path):
    """(model, line, whether it is made here) of what a file is about."""
    about = None
    for node in modules.tree(path).body:
        if isinstance(node, ast.ClassDef):
            name = arrows.assigned(node, "_name")
            parents = arrows.inherited(node)
            if name and name not in parents:
                return name, node.lineno, True
            if (name or parents) and not about:
                about = name or sorted(parents)[0], node.lineno, False
    return about


def _translations(folder):
    glossary = _glossary()
    for path in sorted((folder / "i18n").glob("*.po")):
        for entry in polib.pofile(str(path)):
            if entry.obsolete:
                continue
            if entry.fuzzy or not entry.translated():
                yield path, entry.linenum, f"translate {entry.msgid[:50]!r}"
            elif _placeholders(entry.msgid) != _placeholders(entry.msgstr):
                yield path, entry.linenum, "keep the placeholders of the source"
            if unmarked := _marks(entry) - set((entry.comment or "").split()):
                advice = f"without `#. {min(unmarked)}` Odoo passes {entry.msgid!r} by"
                yield path, entry.linenum, advice
            wanted = path.stem == "fr" and glossary.get(entry.msgid.lower())
            if wanted and entry.msgstr.lower() not in wanted:
                advice = f"the glossary says {' or '.join(wanted)} for {entry.msgid!r}"
                yield path, entry.linenum, advice


def _marks(entry):
    """What Odoo looks for before it gives a term to the code."""
    places = [place for place, _line in entry.occurrences if place.startswith("code:")]
    return {
        "odoo-python" if place.endswith(".py") else "odoo-javascript"
        for place in places
    }


def _placeholders(text):
    return sorted(re.findall(r"%\(\w+\)[sdf]|%[sdf]", text))
