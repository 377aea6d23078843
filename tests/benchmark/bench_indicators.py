"""All indicators of a quarter over 100,000 cases, and the page that shows them."""

from datetime import timedelta

from lib import benchmark
from seed_cases import cases


@benchmark("indicators", size=100_000, seed=cases, seconds=60)
def indicators(bench):
    env = bench.as_user("bench_coordinator")
    last = env["remediation.case"]._place_today()
    run = env["remediation.indicator.run"].create(
        {"name": "Quarter", "date_from": last - timedelta(days=90), "date_to": last}
    )
    with bench.measure("a run", seconds=60):
        run.action_freeze()

    def page():
        env["remediation.indicator.figure"].web_search_read(
            [("dimension", "=", "all")],
            {
                "measure_id": {"fields": {"display_name": {}}},
                "group_label": {},
                "shown": {},
                "unseen": {},
            },
            limit=80,
        )

    bench.repeat(page, "figures", times=5, seconds=3, sql=16)
