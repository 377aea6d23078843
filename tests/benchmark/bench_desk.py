"""The first page of each person over 100,000 cases.

A worker's page meets the goal of 16 statements; the pages of a supervisor and of a
coordinator have more sections, each of one statement, and are held where they are.
"""

from lib import benchmark
from seed_cases import cases

STATEMENTS = {
    "bench_worker_1": 16,
    "bench_supervisor_1": 21,
    "bench_coordinator": 27,
}


@benchmark("desk", size=100_000, seed=cases, seconds=0.1)
def desk(bench):
    for login, sql in STATEMENTS.items():
        page = bench.as_user(login)["remediation.desk"]
        bench.repeat(page.get_desk, login, sql=sql)
