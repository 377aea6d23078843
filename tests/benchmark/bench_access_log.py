"""What the access log costs (R29): the same reading with and without the hook."""

import statistics
import time

from lib import benchmark
from seed_cases import cases

#: Readings of each kind, and cases on a page of a list.
TIMES, PAGE = 120, 80


@benchmark("access_log", size=100_000, seed=cases)
def access_log(bench):
    env = bench.as_user("bench_worker_7")
    # Each reading is of other cases: what was read a moment ago is in the log already.
    case_ids = env["remediation.case"].search([], limit=TIMES + PAGE).ids
    form = {
        "name": {},
        "stage": {},
        "risk_level": {},
        "next_due": {},
        "work_situation_ids": {"fields": {"date": {}, "classification": {}}},
        "deadline_ids": {"fields": {"kind": {}, "date_due": {}}},
    }
    columns = {"name": {}, "stage": {}, "risk_level": {}, "next_due": {}}
    log = env.registry["remediation.access.log"]
    kept = log._buffer

    def once(call):
        env.invalidate_all()
        env.cr.flush()
        start, before = time.perf_counter(), env.cr.sql_log_count
        call()
        env.cr.flush()
        return time.perf_counter() - start, env.cr.sql_log_count - before

    def opening(i):
        env["remediation.case"].browse(case_ids[i]).web_read(form)

    def listing(i):
        env["remediation.case"].web_search_read(
            [("id", "in", case_ids[i : i + PAGE])], columns, limit=PAGE
        )

    for name, call, limits in (
        ("form", opening, {"seconds": 0.003, "sql": 2}),
        ("list", listing, {"seconds": 0.002, "sql": 2}),
    ):
        once(lambda call=call: call(0))
        costs, statements = [], []
        for i in range(1, TIMES):
            seconds, sql = {}, {}
            # Whichever is first finds a colder database: they take turns.
            for logged in (bool(i % 2), not i % 2):
                log._buffer = kept if logged else lambda *_args: None
                try:
                    seconds[logged], sql[logged] = once(lambda call=call, i=i: call(i))
                finally:
                    log._buffer = kept
            costs.append(seconds[True] - seconds[False])
            statements.append(sql[True] - sql[False])
        cost, sql = statistics.median(costs), statistics.median(statements)
        # What the log adds; noise may make it less than nothing.
        bench._add(name, 1, max(cost, 0.0), int(sql), limits)
