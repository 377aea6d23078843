"""What a benchmark is made of. CONTRIBUTING.md shows how to write one.

`setup/bench` runs each benchmark in a process of its own on a fresh copy of a seeded
database; nothing that it does is committed, unless it commits itself."""

import contextlib
import statistics
import threading
import time
from dataclasses import asdict, dataclass, field

BENCHMARKS = {}
# limit: (what is compared, how it is written)
LIMITS = {
    "seconds": ("seconds", "{} s"),
    "sql": ("sql", "{} SQL"),
    "sql_per_record": ("sql_per_record", "{} SQL per record"),
    "ratio": ("baseline_ratio", "{} × baseline"),
    "rss_mb": ("rss_mb", "{} MB"),
}
#: Limits on the whole, which grow with the number of records.
WHOLE = {"seconds", "sql", "rss_mb"}


@dataclass
class Benchmark:
    name: str
    function: object
    size: int
    seed: object = None
    limits: dict = field(default_factory=dict)


@dataclass
class Result:
    name: str
    n: int
    seconds: float
    sql: int
    sql_per_record: float
    rss_mb: int
    baseline_ratio: float | None = None
    limit: str = ""
    ok: bool = True


def benchmark(name, size, seed=None, **limits):
    """Register a function `(bench)`.

    size: how many records, unless `setup/bench --size` says otherwise.
    seed: a function `(env, size)` that fills the database by SQL; its result is
    kept and used again until it or a module changes.
    limits: `seconds`, `sql`, `sql_per_record`, `ratio` (to the baseline), `rss_mb`.
    They are for `size` records; where `measure` handles more of them, what is counted
    in whole (seconds, statements, memory) may grow as much.
    """
    unknown = set(limits) - set(LIMITS)
    if unknown:
        raise ValueError(f"{name}: no such limit: {', '.join(sorted(unknown))}")

    def register(function):
        if name in BENCHMARKS:
            raise ValueError(f"two benchmarks are called {name}")
        BENCHMARKS[name] = Benchmark(name, function, size, seed, limits)
        return function

    return register


class Bench:
    """What a benchmark's function is given: `env` (the superuser's), `size`, and the
    means to measure."""

    def __init__(self, definition, env, size, explain_folder):
        self.definition = definition
        self.env = env
        self.size = size
        self.results = []
        self._baseline = self._baseline_n = None
        self._explain_folder = explain_folder

    def as_user(self, login):
        user = self.env["res.users"].search([("login", "=", login)])
        user.ensure_one()
        return self.env(user=user.id)

    @contextlib.contextmanager
    def measure(self, label="", n=None, **limits):
        """Measure the block once; it handles `n` records (`size`, if not given)."""
        self._settle()
        started, before = time.perf_counter(), _statements()
        _reset_peak()
        yield
        self.env.flush_all()
        seconds = time.perf_counter() - started
        scale = 1.0 if n else max(self.size / self.definition.size, 1.0)
        self._add(label, n or self.size, seconds, _statements() - before, limits, scale)

    @contextlib.contextmanager
    def baseline(self, label="", n=None):
        """Measure the block that the others are compared with: call it first.

        With `n` it is a row of the table of its own, and the ratio of the others is
        seconds per record to seconds per record.
        """
        self._settle()
        started, before = time.perf_counter(), _statements()
        _reset_peak()
        yield
        self.env.flush_all()
        seconds = time.perf_counter() - started
        if n:
            self._add(label or "baseline", n, seconds, _statements() - before, None)
        self._baseline, self._baseline_n = seconds, n
        self.env.invalidate_all()

    def repeat(self, function, label="", times=21, n=1, **limits):
        """Call a function often, each time with empty record caches; the median of
        the seconds and of the statements counts, the first call only warms up. The
        plans of its queries are kept in .state/bench."""
        function()
        seconds, statements = [], []
        _reset_peak()
        for _ in range(times):
            self._settle()
            started, before = time.perf_counter(), _statements()
            function()
            seconds.append(time.perf_counter() - started)
            statements.append(_statements() - before)
        self._add(
            label,
            n,
            statistics.median(seconds),
            int(statistics.median(statements)),
            limits,
        )
        self._explain(function, label)

    def note(self, label, n=1, seconds=0.0, ratio=None, rss_mb=0):
        """Add a row that was measured elsewhere, in the processes of a site."""
        name = f"{self.definition.name}[{label}]"
        result = Result(name, n, round(seconds, 4), 0, 0.0, rss_mb, ratio)
        self.results.append(asdict(result))

    # -- the parts

    def _settle(self):
        self.env.flush_all()
        self.env.invalidate_all()

    def _add(self, label, n, seconds, sql, limits, scale=1.0):
        """Note a result; `limits` is None for what is only compared with."""
        name = self.definition.name + (f"[{label}]" if label else "")
        result = Result(name, n, round(seconds, 4), sql, round(sql / n, 4), _peak())
        if self._baseline:
            ratio = seconds / self._baseline
            if self._baseline_n:
                ratio *= self._baseline_n / n
            result.baseline_ratio = round(ratio, 2)
        limits = {} if limits is None else {**self.definition.limits, **limits}
        for key in WHOLE & limits.keys():
            limits[key] = round(limits[key] * scale, 4)
        for key, most in limits.items():
            value = getattr(result, LIMITS[key][0])
            result.ok &= value is not None and value <= most
        result.limit = ", ".join(LIMITS[k][1].format(v) for k, v in limits.items())
        self.results.append(asdict(result))

    def _explain(self, function, label):
        from odoo.sql_db import Cursor

        queries = []
        execute = Cursor.execute

        def record(cursor, *arguments, **options):
            result = execute(cursor, *arguments, **options)
            queries.append(cursor._obj.query.decode())
            return result

        self._settle()
        Cursor.execute = record
        try:
            function()
        finally:
            Cursor.execute = execute
        path = self._explain_folder / f"{self.definition.name}-{label or 'plan'}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "w") as output:
            for query in queries:
                if query.lstrip().upper().startswith(("SELECT", "WITH")):
                    self.env.cr.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query}")
                    plan = "\n".join(row[0] for row in self.env.cr.fetchall())
                    output.write(f"{query}\n\n{plan}\n\n{'-' * 72}\n")


def plain_partners(env, number):
    """The yardstick: contacts with a name and nothing else, in one call."""
    return env["res.partner"].create([{"name": f"Contact {i}"} for i in range(number)])


def _statements():
    """How many SQL statements this thread has sent; Odoo counts them."""
    thread = threading.current_thread()
    if not hasattr(thread, "query_count"):
        thread.query_count, thread.query_time = 0, 0
    return thread.query_count


def _reset_peak():
    with open("/proc/self/clear_refs", "w") as handle:
        handle.write("5")


def _peak():
    with open("/proc/self/status") as handle:
        for line in handle:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) // 1024
    return 0
