"""Finding the same child again among all (R4): one child, and one import."""

from lib import benchmark
from seed_cases import cases


def compared(env, size):
    """Cases with the keys by which children are compared."""
    cases(env, size)
    compared_already(env)


def compared_already(env):
    """Give the children that were made by SQL the keys that a form would have made."""
    children = env["remediation.beneficiary"].search([])
    for i in range(0, len(children), 5000):
        part = children[i : i + 5000]
        part.modified(["first_name"])
        env.flush_all()
        env.invalidate_all()
    env.cr.execute("ANALYZE remediation_beneficiary")


@benchmark("duplicate_check", size=100_000, seed=compared)
def duplicate_check(bench):
    env = bench.env
    queue = env["remediation.duplicate"]
    ids = env["remediation.beneficiary"].search([], limit=bench.size // 10).ids
    bench.repeat(lambda: queue._queue(ids[:1]), "1 child", seconds=0.150)
    with bench.measure("import", n=len(ids), seconds=60):
        queue._queue(ids)
