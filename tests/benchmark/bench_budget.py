"""What budget lines add to the lock of 10,000 payments (R65)."""

from bench_cash import seed
from lib import benchmark


def drafted(bench):
    """A plan with a payment for everybody."""
    officer = bench.as_user("bench_officer")
    scheme = bench.env["cash.transfer.scheme"].search([], limit=1)
    cycle = officer["cash.transfer.cycle"].create(
        {
            "scheme_id": scheme.id,
            "period": bench.env.cr.now().date().replace(day=1),
        }
    )
    cycle.action_generate()
    cycle._run_job()
    cycle.action_check_compliance()
    cycle._run_job()
    cycle.action_validate()
    cycle.action_create_plans()
    cycle.plan_ids._run_job()
    return cycle.plan_ids


def lock(plan):
    plan.action_lock()
    plan._run_job()
    assert plan.state == "locked", plan.job_error


def give_lines(env):
    """Ten lines for each grant: five periods, two headings each."""
    expense = env.company.cash_expense_account_id
    fee = env.company.cash_fee_account_id
    for grant in env["cash.transfer.grant"].search([]):
        days = (grant.date_end - grant.date_start).days + 1
        starts = [
            grant.date_start.fromordinal(grant.date_start.toordinal() + n * days // 5)
            for n in range(5)
        ]
        ends = [
            *(start.fromordinal(start.toordinal() - 1) for start in starts[1:]),
            grant.date_end,
        ]
        grant.budget_line_ids = [
            (
                0,
                0,
                {
                    "heading": f"{account.name} {number}",
                    "account_ids": [(6, 0, account.ids)],
                    "date_from": start,
                    "date_to": end,
                    "amount": grant.budget / 10,
                },
            )
            for number, (start, end) in enumerate(zip(starts, ends, strict=True))
            for account in (expense, fee)
        ]


@benchmark("budget_lock", size=10_000, seed=seed)
def budget_lock(bench):
    """The same plan is locked without lines and with them: a first lock warms up what
    the process reads once."""
    plan = drafted(bench)
    lock(plan)
    plan.action_unlock("Once more")
    with bench.baseline("without lines", n=bench.size):
        lock(plan)
    plan.action_unlock("Once more")
    give_lines(bench.env)
    with bench.measure("with lines", ratio=1.1):
        lock(plan)
