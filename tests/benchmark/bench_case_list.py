"""The main list, its counts, kanban and search, through each role's rules."""

from lib import benchmark
from seed_cases import cases

COLUMNS = {
    "name": {},
    "beneficiary_id": {"fields": {"display_name": {}}},
    "risk_level": {},
    "classification": {},
    "stage": {},
    "next_due": {},
    "opened_at": {},
    "user_id": {"fields": {"display_name": {}}},
}
OPTIONAL = {
    "team_id": {"fields": {"display_name": {}}},
    "site_id": {"fields": {"display_name": {}}},
    "area_id": {"fields": {"display_name": {}}},
    "organisation_id": {"fields": {"display_name": {}}},
    "age": {},
    "sex": {},
}
ROLES = {
    "worker": "bench_worker_1",
    "supervisor": "bench_supervisor_1",
    "coordinator": "bench_coordinator",
    "monitor": "bench_monitor",
    "portal": "bench_portal",
}
OPEN = [("stage", "!=", "closed")]
# What the web client's list asks for: a page, and a count that stops here.
PAGE = {"limit": 80, "count_limit": 10_001}


@benchmark("case_list", size=100_000, seed=cases)
def case_list(bench):
    for role, login in ROLES.items():
        model = bench.as_user(login)["remediation.case"]
        first = bench.as_user(login)["remediation.beneficiary"].search([], limit=1)

        def rows(more, model=model):
            return lambda: model.web_search_read([], {**COLUMNS, **more}, **PAGE)

        def kanban(model=model):
            groups = model.web_read_group(
                OPEN,
                ["stage"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=COLUMNS,
                unfold_read_default_limit=20,
            )
            return groups

        bench.repeat(rows({}), f"{role} list", seconds=0.03, sql=8)
        bench.repeat(rows(OPTIONAL), f"{role} list with columns", seconds=0.05)
        for by in ("stage", "risk_level"):
            bench.repeat(
                lambda m=model, by=by: m.formatted_read_group([], [by], ["__count"]),
                f"{role} count by {by}",
                seconds=0.06,
            )
        bench.repeat(kanban, f"{role} kanban", seconds=0.15, sql=16)
        bench.repeat(
            lambda m=model, code=first.name: m.web_search_read(
                [("beneficiary_id", "ilike", code)], COLUMNS, **PAGE
            ),
            f"{role} search by code",
            seconds=0.06,
        )
    worker = bench.as_user(ROLES["supervisor"])["remediation.case"]
    bench.repeat(
        lambda: worker.web_search_read(
            [("beneficiary_id", "ilike", "zawadi kab")], COLUMNS, **PAGE
        ),
        "supervisor search by name",
        seconds=0.06,
    )
