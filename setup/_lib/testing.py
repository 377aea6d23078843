"""setup/test"""

import json
import os
import subprocess
import sys
from pathlib import Path

from . import modules
from .common import ROOT, SETUP, STATE, SetupError, say, step
from .postgres import Cluster

# Options of pytest whose value is the next argument, not a module or a path.
WITH_VALUE = {"-k", "-m", "-p", "-o", "-c", "-n", "-W", "-r", "--maxfail", "--tb"}
FAULTS = ("tests/faults", "tests/concurrency")
SEPARATE = (*FAULTS, "tests/alone", "tests/benchmark")


def run(parser, arguments):
    parser.usage = "setup/test [--database NAME] [--rebuild] [pytest argument ...]"
    parser.add_argument(
        "--rebuild", action="store_true", help="make the test databases again"
    )
    options, rest = parser.parse_known_args(arguments)
    selected, others = _select(rest)
    from .database import Databases

    cluster = Cluster("test", fast=True).start()
    databases = Databases(cluster)
    results = []
    for number, title, paths, names in _phases(selected):
        step(f"Tests {number} of 3: {title}")
        if number > 1:
            results.append(pytest(databases, None, paths, others, number))
            continue
        template = databases.template(names, rebuild=options.rebuild)
        with databases.scratch(template, options.database) as name:
            results.append(pytest(databases, name, paths, others, number))
    total = {
        outcome: sum(result[outcome] for result in results)
        for outcome in ("passed", "failed", "skipped")
    }
    say("{passed} passed, {failed} failed, {skipped} skipped".format(**total))
    return 1 if total["failed"] else 0


def _select(arguments):
    """Split what names a module or a path from what is pytest's."""
    found = modules.find()
    selected, others = [], []
    previous = None
    for argument in arguments:
        path = argument.split("::")[0]
        if previous in WITH_VALUE:
            others.append(argument)
        elif argument in found:
            selected.append(str(found[argument].relative_to(ROOT)))
        elif argument.startswith("-"):
            others.append(argument)
        elif (Path.cwd() / path).exists():
            relative = os.path.relpath(Path.cwd() / path, ROOT)
            selected.append(relative + argument[len(path) :])
        elif (ROOT / path).exists():
            selected.append(argument)
        else:
            raise SetupError(
                f"{argument} is neither a module nor a path; the modules are "
                f"{', '.join(found) or 'not there yet'}."
            )
        previous = argument
    return selected, others


def _phases(selected):
    """What to run: (number, title, paths, modules in the database)."""
    ours = modules.find()
    everything = list(ours)

    def inside(path, *folders):
        return any(f"{path.split('::')[0]}/".startswith(f"{f}/") for f in folders)

    if not selected:
        paths = [str(folder.relative_to(ROOT)) for folder in ours.values()]
        yield 1, "modules and journeys", [*paths, *_existing("tests")], everything
        for number, title, folders in (
            (2, "faults and races", FAULTS),
            (3, "each app alone", ["tests/alone"]),
        ):
            if _existing(*folders):
                yield number, title, _existing(*folders), everything
        return
    first = [path for path in selected if not inside(path, *SEPARATE)]
    if first:
        owners = {
            name
            for name, folder in ours.items()
            for path in first
            if inside(path, str(folder.relative_to(ROOT)))
        }
        whole = any(inside(path, "tests") for path in first) or not owners
        yield 1, " ".join(first), first, everything if whole else owners
    second = [path for path in selected if inside(path, *FAULTS)]
    if second:
        yield 2, " ".join(second), second, everything
    third = [path for path in selected if inside(path, "tests/alone")]
    if third:
        yield 3, " ".join(third), third, everything


def _existing(*folders):
    return [folder for folder in folders if (ROOT / folder).is_dir()]


def pytest(databases, name, paths, others, number):
    """Run pytest on a database and return how many tests passed, failed, skipped."""
    counts = STATE / "logs" / f"counts-{os.getpid()}-{number}.json"
    counts.parent.mkdir(parents=True, exist_ok=True)
    counts.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-p", "pytest_counts"]
    # Of Odoo's own requirements, not of ours.
    command += ["-W", "ignore:'crypt' is deprecated:DeprecationWarning"]
    if number == 1:
        command += ["--odoo-http", "--odoo-database", name]
        command += ["--odoo-config", str(ROOT / "odoo.conf")]
        command += [f"--ignore={path}" for path in SEPARATE]
    else:
        # Odoo runs in processes that the tests start; this one only looks on.
        command += ["-p", "no:odoo", "-p", "pytest_servers"]
    command += [*others, *paths]
    environ = databases.environ(
        PYTHONPATH=f"{SETUP / '_lib' / 'plugins'}:{SETUP}",
        TEST_COUNTS=str(counts),
    )
    code = subprocess.run(command, env=environ, cwd=ROOT, check=False).returncode
    if not counts.exists():
        return {"passed": 0, "failed": 1, "skipped": 0}
    result = json.loads(counts.read_text())
    counts.unlink()
    if code not in (0, 1, 5) or (code == 1 and not result["failed"]):
        result["failed"] += 1  # pytest itself failed
    return result
