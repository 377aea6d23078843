"""A million cases: what people wait for, and what runs by itself. Run it with
`--size 100000` too; docs/scale.md has both, and how much each of them grew."""

from datetime import timedelta

from bench_case_list import COLUMNS, OPEN, PAGE
from bench_duplicate_check import compared_already
from bench_export import write
from bench_indicators import cohort
from lib import benchmark

LOGINS = ("bench_worker_1", "bench_supervisor_1", "bench_coordinator")
#: Deadlines that the hourly step is given; each step takes so many at a time.
BATCH = 200


def grown(env, number):
    """Cases with what figures, files and the comparison of children need."""
    cohort(env, number)
    user = env["res.users"].search([("login", "=", "bench_coordinator")])
    user.group_ids |= env.ref("child_remediation.group_export")
    compared_already(env)


@benchmark("million", size=1_000_000, seed=grown)
def million(bench):
    env = bench.as_user("bench_coordinator")
    cases = env["remediation.case"]
    first = env["remediation.beneficiary"].search([], limit=1)
    for login in LOGINS:
        own = bench.as_user(login)["remediation.case"]
        role = login.split("_")[1]
        bench.repeat(
            bench.as_user(login)["remediation.desk"].get_desk,
            f"{role} desk",
            5,
            sql=16,
        )
        bench.repeat(
            lambda own=own: own.web_search_read([], COLUMNS, **PAGE),
            f"{role} list",
            5,
            sql=8,
        )
        bench.repeat(
            lambda own=own: own.web_read_group(
                OPEN,
                ["stage"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=COLUMNS,
                unfold_read_default_limit=20,
            ),
            f"{role} kanban",
            5,
            sql=16,
        )
    for label, said in (("code", first.name), ("name", "zawadi kab")):
        bench.repeat(
            lambda said=said: cases.web_search_read(
                [("beneficiary_id", "ilike", said)], COLUMNS, **PAGE
            ),
            f"search by {label}",
            5,
        )
    queue = bench.env["remediation.duplicate"]
    ids = bench.env["remediation.beneficiary"].search([], limit=1000).ids
    bench.repeat(lambda: queue._queue(ids[:1]), "duplicates of 1 child", 5)
    with bench.measure("duplicates of an import", n=len(ids)):
        queue._queue(ids)
    deadlines = bench.env["remediation.deadline"]
    for label, watch in (
        ("warnings", deadlines._warn_batch),
        ("breaches", deadlines._breach_batch),
    ):
        with bench.measure(f"deadlines, {label}", n=BATCH):
            done = watch(BATCH)
        if not done:
            raise AssertionError(f"no deadline was due for {label}")
    last = cases._place_today()
    run = env["remediation.indicator.run"].create(
        {"name": "Quarter", "date_from": last - timedelta(days=90), "date_to": last}
    )
    with bench.measure("indicators", sql=40):
        run.action_freeze()
    columns = env["remediation.export.column"].search([("is_default", "=", True)])
    with bench.measure("export"):
        write(env, layout="table", file_format="csv", column_keys=columns.mapped("key"))
