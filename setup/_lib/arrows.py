"""Which module of this house leans on which, read from the code itself: what a module
imports, inherits, links to, and names by XML id. An arrow that the manifest does not
draw runs back, or sideways between apps that do not know each other."""

import ast
import functools
import re
from collections import defaultdict

from . import modules
from .common import say

IGNORED = {"tests", "__pycache__", "static", "i18n", "migrations"}
XMLID = re.compile(r"""["'(,=\s]([a-z][a-z0-9_]+)\.[A-Za-z_][\w.-]*""")
LINKS = {"Many2one", "One2many", "Many2many", "Reference"}


@functools.cache
def find():
    """{(from, to): [(file, line, what), …]} over the modules of this house."""
    ours = modules.find()
    owners = _owners(ours)
    arrows = defaultdict(list)
    for name, folder in ours.items():
        for path in _files(folder, "*.py"):
            for line, target, what in _python(path, ours, owners):
                arrows[name, target].append((path, line, what))
        for path in _files(folder, "*.xml", "*.csv"):
            for number, text in enumerate(path.read_text().splitlines(), 1):
                for target in XMLID.findall(text):
                    if target in ours:
                        arrows[name, target].append((path, number, "an XML id"))
    return {pair: places for pair, places in arrows.items() if pair[0] != pair[1]}


def backwards():
    """Yield (file, line, advice) for each arrow that no manifest draws."""
    for (name, target), places in sorted(find().items()):
        if target not in modules.closure([name])[0]:
            for path, line, what in places:
                yield (
                    path,
                    line,
                    f"{name} leans on {target} by {what}; move this into a module that "
                    f"depends on both",
                )


def show():
    """Print the arrows, the ground floor first."""
    found = find()
    order = modules.closure(modules.find())[0]
    for name in order:
        drawn = set(modules.closure([name])[0]) - {name}
        used = {target for source, target in found if source == name}
        line = ", ".join(
            f"{target} ({len(found[name, target])})" if target in used else target
            for target in order
            if target in drawn | used
        )
        say(f"{name} -> {line or 'Odoo alone'}")


def _files(folder, *patterns):
    for pattern in patterns:
        for path in sorted(folder.rglob(pattern)):
            if not IGNORED.intersection(path.relative_to(folder).parts):
                yield path


def _owners(ours):
    """{model: module} by the classes that name a model first."""
    owners = {}
    for name in modules.closure(ours)[0]:
        for path in _files(ours[name], "*.py"):
            for node in modules.nodes(path):
                if isinstance(node, ast.ClassDef):
                    model = assigned(node, "_name")
                    if model and model not in inherited(node):
                        owners.setdefault(model, name)
    return owners


def assigned(node, name):
    for part in node.body:
        if isinstance(part, ast.Assign) and getattr(part.targets[0], "id", "") == name:
            return part.value.value if isinstance(part.value, ast.Constant) else None
    return None


def inherited(node):
    for part in node.body:
        if isinstance(part, ast.Assign) and getattr(part.targets[0], "id", "") in (
            "_inherit",
            "_inherits",
        ):
            return {
                leaf.value
                for leaf in ast.walk(part.value)
                if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
            }
    return set()


def _python(path, ours, owners):
    """Yield (line, module, what) for each thing of another module that a file names."""
    for node in modules.nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[:2] == ["odoo", "addons"] and parts[2:3] and parts[2] in ours:
                yield node.lineno, parts[2], "an import"
        elif isinstance(node, ast.ClassDef):
            for model in inherited(node):
                if model in owners:
                    yield node.lineno, owners[model], f"inheriting {model}"
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in LINKS:
            arguments = [*node.args[:1]]
            arguments += [k.value for k in node.keywords if k.arg == "comodel_name"]
            for argument in arguments:
                model = getattr(argument, "value", None)
                if model in owners:
                    yield node.lineno, owners[model], f"a link to {model}"
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            if node.slice.value in owners:
                model = node.slice.value
                yield node.lineno, owners[model], f"asking {model}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            module, dot, rest = node.value.partition(".")
            if dot and module in ours and re.fullmatch(r"\w+", rest):
                yield node.lineno, module, f"the XML id {node.value}"
