"""setup/test"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from pathlib import Path
from traceback import format_exception

from . import modules
from .common import ROOT, SETUP, STATE, SetupError, say, step
from .kept import keep
from .postgres import Cluster

# Options of pytest whose value is the next argument, not a module or a path.
WITH_VALUE = {"-k", "-m", "-p", "-o", "-c", "-n", "-W", "-r", "--maxfail", "--tb"}
FAULTS = ("tests/faults", "tests/concurrency", "tests/browser")
SEPARATE = (*FAULTS, "tests/alone", "tests/benchmark")
#: Bytes of tests that are worth a process of their own: one takes seconds to load all
#: modules.
SMALL = 200_000

#: What says that a browser is opened: walks of it take longer than their words.
BROWSER = re.compile(r"browser_js|start_tour|chromium|class \w+\(.*(?:Browser|Phone)")
BROWSED = 8


def run(parser, arguments):
    parser.usage = (
        "setup/test [--database NAME] [--rebuild] [--coverage] [pytest argument ...]"
    )
    parser.add_argument(
        "--rebuild", action="store_true", help="make the test databases again"
    )
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="say which lines no test ran; servers that tests start are not measured",
    )
    options, rest = parser.parse_known_args(arguments)
    selected, others = _select(rest)
    Job.coverage = options.coverage and _new_coverage()
    from .database import Databases

    modules.date_files()
    databases = Databases(Cluster("test", fast=True).start())
    whole = not selected and not options.database
    if whole:
        _prepare(databases, options.rebuild)
    jobs = []
    for number, title, paths, names in _phases(selected):
        template = None
        if number == 1:
            template = databases.template(names, rebuild=options.rebuild and not whole)
        jobs.append(Job(databases, number, title, paths, others, template))
    if whole:
        results = _side_by_side(jobs)
    else:
        results = [job.run(options.database) for job in jobs]
    total = {
        outcome: sum(result[outcome] for result in results)
        for outcome in ("passed", "failed", "skipped")
    }
    if Job.coverage:
        _report(Job.coverage)
    say("{passed} passed, {failed} failed, {skipped} skipped".format(**total))
    return 1 if total["failed"] else 0


def _new_coverage():
    """Return an empty folder for what each process of a run measures."""
    folder = STATE / "coverage"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _report(folder):
    """Say how much of each file was run; the pages show the lines that were not."""
    command = [sys.executable, "-m", "coverage"]
    data = f"--data-file={folder / 'data'}"
    options = {"cwd": ROOT, "check": False}
    subprocess.run([*command, "combine", data, str(folder)], **options)
    subprocess.run([*command, "report", data, "--skip-covered", "-i"], **options)
    pages = folder / "html"
    subprocess.run([*command, "html", data, "-q", "-i", f"-d{pages}"], **options)
    say(f"The lines are in {pages.relative_to(ROOT)}/index.html")


def _prepare(databases, rebuild):
    """Make the databases that a whole run needs side by side, what takes long first;
    keep them for the next checkout."""
    before = {note.name for note in databases.notes()}
    wanted = [(modules.product(), rebuild)]
    wanted += [([app], False) for app in _apps()]
    wanted += [(modules.SURVIVORS, False)]
    wanted += [(list(modules.find()), False)]
    with _lanes() as pool:
        made = [pool.submit(databases.template, *arguments) for arguments in wanted]
        wait(made)
    made[0].result()  # what went wrong with another, the test that asks for it says
    seen = [one.result() for one in (made[0], made[-1]) if not one.exception()]
    with _lanes() as pool:
        drawn = list(pool.map(databases.draw_assets, seen))
    new = {note.name for note in databases.notes()} - before
    if (new or any(drawn)) and not databases.cluster.external:
        keep(databases)


@contextlib.contextmanager
def _lanes(more=0):
    """As many things at once as there are processors, and ``more``; nothing is begun
    any more once one is interrupted."""
    pool = ThreadPoolExecutor((os.cpu_count() or 1) + more)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _apps():
    """The modules that are offered as an app of their own."""
    found = modules.find().items()
    return [
        name for name, folder in found if modules.manifest(folder).get("application")
    ]


def _side_by_side(jobs):
    """Run everything on as many processors as there are, what takes long first: what
    kills servers and races them, each app alone, each module."""
    single, alone = [], []
    for job in jobs:
        if job.number == 1:
            single += [job.only(", ".join(paths), paths) for paths in _parts(job.paths)]
        elif job.number == 3 and not job.others:
            apps = _apps()
            alone += [job.only(f"{app} alone", job.paths, app) for app in apps]
            rest = f"not ({' or '.join(apps)})"
            alone.append(job.only("each app alone: the rest", job.paths, rest))
        elif job.number == 3:
            alone.append(job)
    single.sort(key=lambda job: sum(map(_size_of_tests, job.paths)), reverse=True)
    faults = [job for job in jobs if job.number == 2]
    together = faults + alone + single
    # Browsers and servers are waited for: a third of a lane stands still.
    with _lanes(more=1) as pool:
        futures = [pool.submit(job.run, quiet=True) for job in together]
        return [_result(future) for future in as_completed(futures)]


def _result(future):
    """What a job counted; one that could not run counts as a failure."""
    if not future.exception():
        return future.result()
    say("".join(format_exception(future.exception())))
    return {"passed": 0, "failed": 1, "skipped": 0}


def _parts(paths):
    """Lists of paths to test at once: big ones alone, small ones together, since a
    process takes longer to load every module than to test a small one."""
    parts, small = [], [[]]
    for path in sorted(paths, key=_size_of_tests, reverse=True):
        if _size_of_tests(path) > SMALL:
            parts.append([path])
            continue
        if sum(map(_size_of_tests, small[-1])) > SMALL:
            small.append([])
        small[-1].append(path)
    return [*parts, *filter(None, small)]


def _size_of_tests(path):
    """How long it takes, as far as its files tell: bytes, of a browser's more."""
    size = 0
    for file in (ROOT / path).rglob("test_*.py"):
        if not str(file.relative_to(ROOT)).startswith(SEPARATE):
            text = file.read_text()
            size += len(text) * (BROWSED if BROWSER.search(text) else 1)
    return size


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
    everything = modules.product()

    def inside(path, *folders):
        return any(f"{path.split('::')[0]}/".startswith(f"{f}/") for f in folders)

    if not selected:
        paths = [str(ours[name].relative_to(ROOT)) for name in everything]
        demo = [
            str(ours[name].relative_to(ROOT)) for name in ours.keys() - {*everything}
        ]
        yield 1, "modules and journeys", [*paths, *_existing("tests")], everything
        if demo:
            yield 1, "the demonstration", demo, list(ours)
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


class Job:
    """One run of pytest. `number` says which of the three kinds of tests it runs."""

    #: The folder for what coverage measures, where that was asked for.
    coverage = None

    def __init__(self, databases, number, title, paths, others, template=None):
        self.databases = databases
        self.number = number
        self.title = title
        self.paths = paths
        self.others = others
        self.template = template
        name = f"{os.getpid()}-{number}-{title.split('/')[-1].replace(' ', '-')}"
        self.counts = STATE / "logs" / f"counts-{name}.json"

    def only(self, title, paths, keyword=None):
        """A part of this job: these paths, and of them the tests named so."""
        others = ["-k", keyword] if keyword else self.others
        return Job(self.databases, self.number, title, paths, others, self.template)

    def run(self, database=None, quiet=False):
        """Return how many tests passed, failed and were skipped.

        database: the name of the copy of the template, kept afterwards.
        quiet: show what pytest says in one piece when it has ended.
        """
        step(f"Tests {self.number} of 3: {self.title}")
        if not self.template:
            return self._pytest(None, quiet)
        with self.databases.scratch(self.template, database) as name:
            return self._pytest(name, quiet)

    def _pytest(self, name, quiet):
        self.counts.parent.mkdir(parents=True, exist_ok=True)
        self.counts.unlink(missing_ok=True)
        environ = self.databases.environ(
            PYTHONPATH=f"{SETUP / '_lib' / 'plugins'}:{SETUP}",
            TEST_COUNTS=str(self.counts),
        )
        done = subprocess.run(
            self._command(name),
            env=environ,
            cwd=ROOT,
            check=False,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
        )
        if quiet:
            step(f"Tests {self.number} of 3, ended: {self.title}")
            say(done.stdout.decode(errors="replace"))
        if not self.counts.exists():
            return {"passed": 0, "failed": 1, "skipped": 0}
        result = json.loads(self.counts.read_text())
        self.counts.unlink()
        if done.returncode not in (0, 1, 5) or (
            done.returncode == 1 and not result["failed"]
        ):
            result["failed"] += 1  # pytest itself failed
        return result

    def _command(self, name):
        command = [sys.executable, "-m"]
        if self.coverage:
            folders = ",".join(str(folder) for folder in modules.find().values())
            command += ["coverage", "run", "--parallel-mode", f"--source={folders}"]
            command += [f"--data-file={self.coverage / 'part'}", "--omit=*/tests/*"]
            command += ["-m"]
        command += ["pytest", f"--rootdir={ROOT}"]
        command += ["-p", "pytest_counts", "--durations=6", "--durations-min=5"]
        # Of Odoo's own requirements, not of ours.
        command += ["-W", "ignore:'crypt' is deprecated:DeprecationWarning"]
        if self.number == 1:
            command += ["-p", "pytest_caches", "-p", "pytest_worlds"]
            command += ["--odoo-http", "--odoo-database", name]
            command += ["--odoo-config", str(ROOT / "odoo.conf")]
            command += [f"--ignore={path}" for path in SEPARATE]
        else:
            # Odoo runs in processes that the tests start; this one only looks on.
            command += ["-p", "no:odoo", "-p", "pytest_servers"]
        return [*command, *self.others, *self.paths]
