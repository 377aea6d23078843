"""What pylint-odoo says of the modules. One that passed is not read again until its
files, the Python of the modules it names, the rules or their versions are others."""

import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from . import modules
from .common import CACHE, ROOT, say
from .install import LOCK_FILE, digest, odoo_key

RULES = ROOT / ".pylintrc"
#: Said elsewhere, or not of this house.
LEFT_OUT = "missing-readme,prefer-env-translation,consider-merging-classes-inherited"
PASSED = CACHE / "linted"
DAYS = 30  # a mark that nobody asked for is swept after so many
MENTION = re.compile(r"\bodoo\.addons(?:\.| import )(\w+)")
#: How pylint ends when it could not read: then nothing passed.
BROKEN = 1 | 32


def check(folders):
    """Read those of the folders that did not pass as they are; say whether all do."""
    marks = keys()
    unread = {}
    for folder in folders:
        if marks[folder.name].is_file():
            marks[folder.name].touch()
        else:
            unread[folder.name] = folder
    say(f"{len(folders) - len(unread)} of {len(folders)} modules passed as they are")
    if not unread:
        return True
    paths = [str(folder.relative_to(ROOT)) for folder in unread.values()]
    program = Path(sys.executable).parent / "pylint"
    done = subprocess.run(
        [program, f"--rcfile={RULES}", f"--disable={LEFT_OUT}", *paths],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    say(done.stdout.rstrip())
    faulty = {
        name
        for name, path in zip(unread, paths, strict=True)
        for line in done.stdout.splitlines()
        if line.startswith((f"{path}/", f"{path}:"))
    }
    if done.returncode and (done.returncode & BROKEN or not faulty):
        return False
    for name in unread.keys() - faulty:
        marks[name].touch()
    return not done.returncode


def keys():
    """{module: the file that says it passed as it is now}"""
    PASSED.mkdir(parents=True, exist_ok=True)
    for mark in PASSED.iterdir():
        if time.time() - mark.stat().st_mtime > DAYS * 24 * 3600:
            mark.unlink(missing_ok=True)
    found = modules.find()
    whole = {name: _digest(folder, "*") for name, folder in found.items()}
    python = {name: _digest(folder, "*.py") for name, folder in found.items()}
    named = {name: _named(folder) & found.keys() for name, folder in found.items()}
    rules = digest(
        RULES.read_text(), LEFT_OUT, LOCK_FILE.read_text(), odoo_key(), sys.version
    )
    return {
        name: passed(
            rules, name, whole[name], *(python[one] for one in _reached(named, name))
        )
        for name in found
    }


def passed(*parts):
    """The file that says what else read these parts found nothing in them."""
    return PASSED / digest(*parts)


def _named(folder):
    """The modules that a module needs, and those that its files import."""
    named = {*modules.manifest(folder).get("depends", [])}
    for path in _files(folder, "*.py"):
        named.update(MENTION.findall(path.read_text()))
    return named


def _reached(named, name):
    """The modules that one leads to, however far, in the order of their names."""
    reached, left = set(), [name]
    while left:
        one = left.pop()
        if one not in reached:
            reached.add(one)
            left += named[one]
    return sorted(reached)


def _files(folder, pattern):
    for path in sorted(folder.rglob(pattern)):
        inside = path.relative_to(folder).parts
        made = "__pycache__" in inside or inside[:2] == ("static", "book")
        if path.is_file() and not made:
            yield path


def _digest(folder, pattern):
    value = hashlib.sha256()
    for path in _files(folder, pattern):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        value.update(f"{path.relative_to(folder)}\0{content}\0".encode())
    return value.hexdigest()
