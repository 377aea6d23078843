"""The modules of this repository: found by their manifests, at the root and in
addons/."""

import ast
import contextlib
import functools
import hashlib
import importlib.util
import os

from .common import ROOT, SetupError

IGNORED = {"__pycache__", "tests"}
# What setup/run shows: no site that works with real children needs it.
DEMO = "remediation_demo"
#: A date in 2000, and how many seconds may be added to it.
OLD, SPAN = 946_684_800, 600_000_000
#: tests/alone takes a survivor's modules out of a database of these.
SURVIVORS = ["case_survivor_cash", "case_survivor_referral"]
# What a module imports that not every machine can have: it is left out there.
NEEDS = {"remediation_sign_on_ldap": "ldap"}


def find():
    """{name: folder} of every installable module here."""
    found = {}
    left = {name for name, needed in NEEDS.items() if not _importable(needed)}
    for parent in (ROOT, ROOT / "addons"):
        for path in sorted(parent.glob("*/__manifest__.py")):
            name = path.parent.name
            if name not in left and manifest(path.parent).get("installable", True):
                found[name] = path.parent
    return found


def _importable(name):
    return importlib.util.find_spec(name) is not None


def product():
    """The names of all modules but the demonstration."""
    return [name for name in find() if name != DEMO]


def manifest(folder):
    path = folder / "__manifest__.py"
    try:
        return ast.literal_eval(path.read_text())
    except (SyntaxError, ValueError) as error:
        raise SetupError(f"{path} cannot be read ({error}); correct it.") from None


@functools.cache
def tree(path):
    """A Python file as Python reads it: many checks ask, and it is read once."""
    return ast.parse(path.read_text())


@functools.cache
def nodes(path):
    """All nodes of that tree."""
    return tuple(ast.walk(tree(path)))


def closure(names):
    """The given modules and those they need, in an order to install them in; and the
    sorted names of what they need from elsewhere."""
    ours = find()
    order, outside = [], set()

    def visit(name, trail=()):
        if name not in ours:
            outside.add(name)
        elif name in trail:
            raise SetupError(f"the modules {', '.join(trail)} need each other.")
        elif name not in order:
            for needed in manifest(ours[name]).get("depends", []):
                visit(needed, (*trail, name))
            order.append(name)

    for name in sorted(names):
        visit(name)
    return order, sorted(outside)


def checksum(name):
    """Of all files of a module but its tests: what an installation depends on."""
    folder = find()[name]
    value = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)  # caches of tools
        hidden = hidden or inside.parts[:2] == ("static", "book")  # made of docs/
        if path.is_file() and not hidden and not IGNORED.intersection(inside.parts):
            value.update(f"{inside}\0".encode() + path.read_bytes() + b"\0")
    return value.hexdigest()[:16]


def date_files():
    """Give each file that a browser loads a date that follows from its content. Odoo
    names its bundles after the dates: those of a database that another checkout made
    are then valid here."""
    for folder in find().values():
        for path in (folder / "static").rglob("*"):
            if path.is_file() and not path.is_relative_to(folder / "static" / "book"):
                content = hashlib.sha256(path.read_bytes()).digest()
                date = OLD + int.from_bytes(content[:8], "big") % SPAN
                if path.stat().st_mtime != date:
                    # Who may not write here makes the bundles anew.
                    with contextlib.suppress(PermissionError):
                        os.utime(path, (date, date))
