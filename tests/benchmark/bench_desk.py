"""The first page of each person over 100,000 cases.

One statement finds what all sections ask for, and one more reads each model of which
something was found: 16 are the limit for every duty.
"""

from lib import benchmark
from seed_cases import cases

LOGINS = ("bench_worker_1", "bench_supervisor_1", "bench_coordinator", "bench_monitor")
#: What else people of the back office are, each alone.
DUTIES = (
    "child_remediation.group_safeguarding",
    "child_remediation.group_data_protection",
    "child_remediation.group_auditor",
    "case_referral.group_intake",
    "cash_transfer.group_cash_officer",
    "cash_transfer.group_cash_approver",
    "cash_transfer.group_cash_releaser",
    "cash_transfer.group_cash_reconciler",
    "savings_group.group_field_agent",
)


@benchmark("desk", size=100_000, seed=cases, seconds=0.1, sql=16)
def desk(bench):
    for login in LOGINS:
        bench.repeat(bench.as_user(login)["remediation.desk"].get_desk, login)
    for duty in DUTIES:
        groups = bench.env.ref(duty) | bench.env.ref("base.group_user")
        user = bench.env["res.users"].create(
            {"name": duty, "login": duty, "group_ids": [(6, 0, groups.ids)]}
        )
        bench.env.flush_all()
        page = bench.env(user=user.id)["remediation.desk"]
        bench.repeat(page.get_desk, duty.partition("group_")[2])
