"""setup/bench: run the benchmarks of tests/benchmark and print a table."""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from . import modules
from .common import ROOT, SETUP, STATE, SetupError, lock, say, step
from .install import digest

FOLDER = ROOT / "tests" / "benchmark"
#: How often a benchmark is tried before its limit counts as missed.
TRIES = 3
COLUMNS = (
    ("name", "{:<34}"),
    ("n", "{:>7}"),
    ("seconds", "{:>9}"),
    ("sql_per_record", "{:>9}"),
    ("rss_mb", "{:>7}"),
    ("baseline_ratio", "{:>7}"),
    ("limit", "{:<44}"),
    ("ok", "{}"),
)
TITLES = ("name", "n", "seconds", "SQL/rec", "RSS MB", "ratio", "limit", "ok")


def run(parser, arguments):
    parser.add_argument("names", nargs="*", metavar="name", help="run these only")
    parser.add_argument("--size", type=int, metavar="N", help="how many records")
    parser.add_argument("--json", metavar="FILE", help="write the results there too")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    benchmarks = _load()
    if options.child:
        return _child(benchmarks, json.loads(options.child))
    unknown = set(options.names) - set(benchmarks)
    if unknown:
        raise SetupError(
            f"there is no benchmark {', '.join(sorted(unknown))}; there are "
            f"{', '.join(sorted(benchmarks))}."
        )
    from .database import Databases
    from .postgres import Cluster

    databases = Databases(Cluster("bench").start())
    template = databases.template(modules.product())
    results, failures = [], []
    for name in options.names or sorted(benchmarks):
        benchmark = benchmarks[name]
        size = options.size or benchmark.size
        seeded = _seeded(databases, template, benchmark, size)
        step(f"{name}, {size} records")
        try:
            results += _measured(databases, seeded, options.database, name, size)
        except SetupError as error:
            failures.append(str(error))
    _table(results)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=2) + "\n")
    if failures:
        raise SetupError(" ".join(failures))
    return 0 if all(result["ok"] for result in results) else 1


def _load():
    """Read every tests/benchmark/bench_*.py; they register what they hold."""
    sys.path.insert(0, str(FOLDER))
    for path in sorted(FOLDER.glob("bench_*.py")):
        importlib.import_module(path.stem)
    return importlib.import_module("lib").BENCHMARKS


def _seeded(databases, template, benchmark, size):
    """The name of a template that the benchmark's seed has filled."""
    if not benchmark.seed:
        return template
    source = Path(sys.modules[benchmark.seed.__module__].__file__)
    key = digest(template, source.read_bytes(), benchmark.seed.__name__, size)
    name = f"template_{key}_seed"
    with lock(STATE / "bench-seed.lock", "filling a database"):
        if not databases.exists(name):
            step(f"Filling a database for {benchmark.name} ({size} records)")
            making = f"making_{name}"
            databases.copy(template, making)
            _spawn(databases, making, "seed", benchmark.name, size)
            with databases.connect(making) as cursor:
                cursor.execute("VACUUM (ANALYZE)")
            databases.rename(making, name)
        databases.touch(name)
    return name


def _measured(databases, seeded, database, name, size):
    """The results of a benchmark, each the best of its tries: whatever else the machine
    does makes it slower and never quicker. It is tried again where one is over its
    limit."""
    best = {}
    for left in reversed(range(TRIES)):
        with databases.scratch(seeded, database) as copy:
            results = _spawn(databases, copy, "measure", name, size)
        best = best_of(best, results)
        over = [result["name"] for result in best.values() if not result["ok"]]
        if not over:
            break
        step(f"{', '.join(over)}: over the limit" + "; once more" * bool(left))
    return list(best.values())


def best_of(best, results):
    """Row by row: within its limit rather than over it, then the quicker one."""
    merged = dict(best)
    for result in results:
        before = merged.get(result["name"])
        if not before or (result["ok"], -result["seconds"]) > (
            before["ok"],
            -before["seconds"],
        ):
            merged[result["name"]] = result
    return merged


def _spawn(databases, database, action, name, size):
    """Do one thing in a process of its own, so that its memory is its own."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as output:
        task = {"do": action, "name": name, "size": size, "db": database}
        task["output"] = output.name
        done = subprocess.run(
            [sys.executable, str(SETUP / "bench"), "--child", json.dumps(task)],
            env=databases.environ(),
            cwd=ROOT,
            check=False,
        )
        if done.returncode:
            raise SetupError(
                f"the benchmark {name} failed; correct what is said above."
            )
        return json.loads(output.read() or "[]")


def _child(benchmarks, task):
    sys.path.insert(0, str(FOLDER))
    from lib import Bench

    import odoo.modules.registry
    import odoo.tools
    from odoo.api import SUPERUSER_ID, Environment

    os.chdir(ROOT)
    odoo.tools.config.parse_config(
        ["-c", "odoo.conf", "-d", task["db"], "--log-level=warn", "--no-http"]
    )
    thread = threading.current_thread()
    thread.query_count, thread.query_time = 0, 0
    benchmark = benchmarks[task["name"]]
    with odoo.modules.registry.Registry(task["db"]).cursor() as cursor:
        env = Environment(cursor, SUPERUSER_ID, {})
        if task["do"] == "seed":
            benchmark.seed(env, task["size"])
            env.flush_all()
            cursor.commit()
            return 0
        bench = Bench(benchmark, env, task["size"], STATE / "bench")
        benchmark.function(bench)
        cursor.rollback()
    Path(task["output"]).write_text(json.dumps(bench.results))
    return 0


def _table(results):
    heading = [
        layout.format(title) for (_, layout), title in zip(COLUMNS, TITLES, strict=True)
    ]
    say(" ".join(heading))
    for result in results:
        cells = []
        for key, layout in COLUMNS:
            value = result[key]
            if key == "ok":
                value = "yes" if value else "NO"
            cells.append(layout.format("" if value is None else value))
        say(" ".join(cells))
