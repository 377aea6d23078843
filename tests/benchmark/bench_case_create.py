"""Registering children: the whole of what a new case makes (architecture §5)."""

from lib import benchmark, plain_partners
from seed_cases import FIRST_NAMES, LAST_NAMES, only_workers


@benchmark(
    "case_create",
    size=10_000,
    seed=only_workers,
    sql_per_record=0.5,
    ratio=4,
    rss_mb=600,
)
def case_create(bench):
    env = bench.as_user("bench_coordinator")
    bench.env["res.partner"].create([{"name": "Warm-up"}])
    with bench.baseline():
        plain_partners(bench.env, bench.size)
    with bench.measure():
        register(env, bench.size)


def register(env, number):
    """Family, caregiver, child, case and work situation, one create per model."""
    sites = env["remediation.site"].search([])
    managers = env["remediation.case.manager"].search([])
    families = env["remediation.household"].create([{} for _i in range(number)])
    env["remediation.household.member"].create(
        [
            {
                "household_id": family.id,
                "full_name": "Mama Kalenga",
                "relationship": "mother",
                "is_caregiver": True,
                "age": 35,
            }
            for family in families
        ]
    )
    children = env["remediation.beneficiary"].create(
        [
            {
                "first_name": FIRST_NAMES[i % len(FIRST_NAMES)],
                "last_name": LAST_NAMES[i // 31 % len(LAST_NAMES)],
                "sex": "female" if i % 2 else "male",
                "age_estimated": 7 + i % 9,
                "household_id": family.id,
            }
            for i, family in enumerate(families)
        ]
    )
    # Which worker is to hold a case is a decision: only code in this process may
    # create cases with it.
    cases = (
        env["remediation.case"]
        ._unprotected()
        .create(
            [
                {
                    "beneficiary_id": child.id,
                    "case_manager_id": managers[i % len(managers)].id,
                    "site_id": sites[i % len(sites)].id,
                    "risk_level": "medium" if i % 3 else "low",
                }
                for i, child in enumerate(children)
            ]
        )
        .with_env(env)
    )
    env["remediation.work.situation"].create(
        [
            {
                "case_id": case.id,
                "works": "yes",
                "site_id": case.site_id.id,
                "hours_week": 20,
                "activity": "Washing ore",
            }
            for case in cases
        ]
    )
    return cases
