"""Odoo's own checks of code and data (the module test_lint), read for our modules. What
they passed is not read again, as in `setup/lint`: Odoo and our files are the same."""

import re
import socket
import subprocess
import sys
from pathlib import Path

from _lib import linted, modules
from _lib.common import ROOT, STATE
from _lib.database import Databases
from _lib.postgres import Cluster

# pylint and eslint over all of Odoo take an hour; setup/lint has their like for ours.
# The checkers' own tests say nothing of our code.
LEFT_OUT = (
    "TestPyLint TestESLint TestSqlLint TestI18nChecks TestGetTextLint "
    "TestConflictMarkers"
).split()
# OCA's key, which its tools read and core does not know: `setup/lint` holds its values.
OCA_KEY = "'development_status' : Unknown manifest keys"
#: The book, where it was built here: its scripts are its generator's.
BOOK = "remediation_base/static/book/"
RECORD = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ (\w+) ")


def test_core_lint_finds_nothing_in_our_modules():
    databases = Databases(Cluster("test", fast=True).start())
    tags = ",".join(["/test_lint", *(f"-/test_lint:{name}" for name in LEFT_OUT)])
    log = STATE / "logs" / "core-lint.log"
    template = databases.template(modules.product())
    code = Path(__file__).read_text()
    passed = linted.passed(template, code, *linted.keys().values())
    if passed.is_file():
        passed.touch()
        return
    with databases.scratch(template) as name:
        with open(log, "w") as output:
            subprocess.run(
                [sys.executable, "-m", "odoo", "server", "-c", str(ROOT / "odoo.conf")]
                + ["-d", name, "-i", "test_lint", "--test-tags", tags]
                + ["--skip-auto-install", "--stop-after-init", "--max-cron-threads=0"]
                + ["--http-port", str(_free_port())],
                cwd=ROOT,
                env=databases.environ(),
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
    text = log.read_text(errors="replace")
    assert "test_override_signatures" in text, text[-3000:]
    ours = re.compile(rf"\b({'|'.join(map(re.escape, _names()))})\b")
    found = [
        record
        for record in _errors(text)
        if ours.search(record) and OCA_KEY not in record and BOOK not in record
    ]
    assert not found, "\n".join(found)
    passed.touch()


def _free_port():
    """Tests start a server whatever they are told; not on the port of setup/run."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _names():
    """What a message may call our modules by: their names and their models' names."""
    for name, folder in modules.find().items():
        yield name
        for path in folder.rglob("*.py"):
            yield from re.findall(r'^ +_name = "([\w.]+)"', path.read_text(), re.M)


def _errors(text):
    """Each error with the lines that belong to it."""
    current = None
    for line in text.splitlines():
        start = RECORD.match(line)
        if start:
            if current:
                yield current
            current = line if start.group(1) in ("ERROR", "CRITICAL") else None
        elif current:
            current += f"\n{line}"
    if current:
        yield current
