"""The first page of each person over 100,000 cases."""

from lib import benchmark
from seed_cases import cases

PEOPLE = ("bench_worker_1", "bench_supervisor_1", "bench_coordinator")


@benchmark("desk", size=100_000, seed=cases, seconds=0.1, sql=16)
def desk(bench):
    for login in PEOPLE:
        page = bench.as_user(login)["remediation.desk"]
        bench.repeat(page.get_desk, label=login)
