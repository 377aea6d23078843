"""Approving many assessments: what the computed stage costs."""

from lib import benchmark
from seed_cases import submitted_assessments


@benchmark(
    "stage_recompute",
    size=10_000,
    seed=submitted_assessments,
    sql_per_record=0.5,
    seconds=60,
    rss_mb=600,
)
def stage_recompute(bench):
    env = bench.as_user("bench_coordinator")
    assessments = env["remediation.assessment"].search([("state", "=", "submitted")])
    with bench.measure(n=len(assessments)):
        shown = {str(each.id): each.content_hash for each in assessments}
        assessments.with_context(seen_hash=shown).action_approve()
    stages = set(assessments.case_id.mapped("stage"))
    if stages != {"planning"}:
        raise AssertionError(f"approval led to {stages}")
