"""What time, schools and supervisors do to many cases at once (architecture §5)."""

from datetime import date

from lib import benchmark
from seed_cases import cases


def open_cases(env, number):
    """Open cases whose visits are due: 3 % newly late, 3 % within a day."""
    cases(env, number)
    env.cr.execute(
        """UPDATE remediation_case SET stage = 'in_remediation',
               closed_on = NULL, closure_reason = NULL,
               hold_on = NULL;
           UPDATE remediation_deadline SET done_on = NULL, date_due =
               now() AT TIME ZONE 'UTC' + CASE
                   WHEN case_id % 100 < 3 THEN interval '-2 hours'
                   WHEN case_id % 100 < 6 THEN interval '10 hours'
                   ELSE interval '20 days' END
            WHERE kind = 'visit'"""
    )


@benchmark("deadline_cron", size=100_000, seed=open_cases, seconds=30)
def deadline_cron(bench):
    deadlines = bench.env["remediation.deadline"]
    with bench.measure():
        # The steps of the cron without its commits, until each finds nothing to do.
        for step in (
            deadlines._warn_batch,
            deadlines._breach_batch,
            deadlines._escalate_batch,
        ):
            while step(2000):
                pass
    expected = bench.size * 3 // 100
    breaches = bench.env["remediation.deadline.breach"].search_count([])
    if abs(breaches - expected) > expected // 10:
        raise AssertionError(f"{breaches} breaches recorded, about {expected} expected")


def pupils(env, number):
    """Children enrolled at twenty schools since last September."""
    cases(env, number)
    schools = env["remediation.institution"].create(
        [{"name": f"School {i}"} for i in range(20)]
    )
    env.cr.execute(
        """INSERT INTO remediation_education_enrolment (case_id, company_id, user_id,
               team_id, organisation_id, institution_id, kind, level, date_start,
               currency_id, state)
           SELECT id, company_id, user_id, team_id, organisation_id,
                  %(first)s + id %% 20, 'formal', '5', '2024-09-01', %(currency)s,
                  'attending'
             FROM remediation_case""",
        {"first": min(schools.ids), "currency": env.company.currency_id.id},
    )


@benchmark("attendance_bulk", size=1_000, seed=pupils)
def attendance_bulk(bench):
    env = bench.as_user("bench_coordinator")
    enrolments = env["remediation.education.enrolment"].search([])
    with bench.measure(n=12 * len(enrolments), seconds=20, sql_per_record=0.5):
        for month in range(1, 13):
            env["remediation.attendance"]._enter_month(
                date(2025, month, 1),
                [
                    {
                        "enrolment_id": enrolment.id,
                        "days_open": 20,
                        "days_present": 18,
                        "days_unexcused": 2,
                    }
                    for enrolment in enrolments
                ],
            )


def open_cases(env, size):
    """Enough cases that as many are open."""
    cases(env, size * 2)


@benchmark("case_reassign", size=1_000, seed=open_cases)
def case_reassign(bench):
    env = bench.as_user("bench_coordinator")
    open_now = env["remediation.case"].search(
        [("closed_on", "=", False)], limit=bench.size
    )
    manager = env["remediation.case.manager"].search([], limit=1)
    with bench.measure(n=len(open_now), seconds=10):
        open_now.action_assign(manager.id, override_reason="Benchmark")
    if open_now.user_id != manager.user_id:
        raise AssertionError("not every case moved")
