"""All indicators of a quarter over 100,000 cases, the pages that show them, and the
dashboard of each role."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from lib import benchmark
from seed_cases import cases
from seed_savings import groups_with_cycles

#: Whose dashboard is whose: a login of the seed, or a duty that somebody has alone.
READERS = {
    "case_worker": "bench_worker_1",
    "supervisor": "bench_supervisor_1",
    "coordinator": "bench_coordinator",
    "finance": "cash_transfer.group_cash_officer",
    "savings_manager": "bench_savings_manager",
    "safeguarding": "child_remediation.group_safeguarding",
    "director": "bench_monitor",
}
QUARTERS = 8
HOLDER = "case_id, company_id, user_id, team_id, organisation_id"


def cohort(env, number):
    """Cases with what figures are made of: two consents, stages, a second finding."""
    cases(env, number)
    rows = f"SELECT id AS {HOLDER} FROM remediation_case"
    env.cr.execute(
        f"""INSERT INTO remediation_consent ({HOLDER}, purpose, answer, standing,
                subject, how, legal_basis, given_on, is_lapsed, create_date)
            SELECT c.*, purpose, 'yes', 'counts', 'child', 'oral', 'consent',
                   k.identified_on, FALSE, k.opened_at
              FROM ({rows}) c JOIN remediation_case k ON k.id = c.case_id,
                   (VALUES ('services'), ('reporting')) asked (purpose);
            INSERT INTO remediation_case_stage_log ({HOLDER}, to_stage, changed_on,
                changed_by_id)
            SELECT c.*, to_stage, k.opened_at + days * interval '1 day', c.user_id
              FROM ({rows}) c JOIN remediation_case k ON k.id = c.case_id,
                   (VALUES ('registered', 0), ('in_remediation', 40)) s (to_stage, days)
             WHERE k.stage <> 'closed';
            INSERT INTO remediation_work_situation ({HOLDER}, date, works,
                classification, hours_week, hours_effective, age_on_date, age_known,
                create_date)
            SELECT c.*, k.identified_on + 120, 'no', 'none', 0, 0, 12, TRUE, k.opened_at
              FROM ({rows}) c JOIN remediation_case k ON k.id = c.case_id
             WHERE k.id % 2 = 0;
            INSERT INTO remediation_site (name, site_type, company_id, active)
            SELECT 'Far site ' || i, 'farm', {env.company.id}, TRUE
              FROM generate_series(1, 300) i;
            UPDATE remediation_site SET latitude = -10 - id % 97 / 100.0,
                longitude = 25 + id % 89 / 100.0;
            ANALYZE"""
    )


@benchmark("indicators", size=100_000, seed=cohort, seconds=60)
def indicators(bench):
    env = bench.as_user("bench_coordinator")
    last = env["remediation.case"]._place_today()
    run = env["remediation.indicator.run"].create(
        {"name": "Quarter", "date_from": last - timedelta(days=90), "date_to": last}
    )
    with bench.measure("a run", seconds=60, sql=40):
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

    def gaps():
        env["remediation.data.gap"].web_search_read(
            [],
            {"name": {}, "kind": {}, "age": {}, "user_id": {"fields": {"name": {}}}},
            limit=80,
        )

    bench.repeat(gaps, "missing data", times=5, seconds=3, sql=16)
    bench.repeat(
        env["remediation.site.map"].get_map, "map of 500 sites", 5, seconds=1.5, sql=16
    )


def shown(env, number):
    """What dashboards show beside: steps of the cases, attendance, what was missed,
    grants, groups, reports to safeguarding, and the figures of two years."""
    cohort(env, number)
    groups_with_cycles(env, 100)
    _steps(env)
    _school(env)
    plan = env["account.analytic.plan"].create({"name": "Grants"})
    accounts = env["account.analytic.account"].create(
        [{"name": f"Grant {i}", "plan_id": plan.id} for i in range(15)]
    )
    today = env["remediation.case"]._place_today()
    env["cash.transfer.grant"].create(
        [
            {
                "analytic_account_id": account.id,
                "date_start": today - timedelta(days=300),
                "date_end": today + timedelta(days=300),
                "budget": 1_000_000,
            }
            for account in accounts
        ]
    )
    reports = env["remediation.safeguarding.report"]
    reports.create([{"description": "Something happened."} for _number in range(500)])
    env.flush_all()
    runs = env(user=env["res.users"].search([("login", "=", "bench_coordinator")]).id)[
        "remediation.indicator.run"
    ]
    first = today.replace(day=1) - relativedelta(months=3 * QUARTERS)
    for quarter in range(QUARTERS):
        begin = first + relativedelta(months=3 * quarter)
        run = runs.create(
            {
                "name": f"Quarter {quarter}",
                "date_from": begin,
                "date_to": begin + relativedelta(months=3, days=-1),
            }
        )
        run.action_freeze()


def _steps(env):
    env.cr.execute(
        f"""INSERT INTO remediation_assessment ({HOLDER}, version, assessment_type,
                done_on, present, child_wishes, risk_score, risk_level, state,
                approved_on)
            SELECT id, company_id, user_id, team_id, organisation_id, 1, 'initial',
                   identified_on, 'Child', 'School', 50, 'medium', 'approved',
                   opened_at + interval '10 days'
              FROM remediation_case WHERE id %% 10 < 8;
            INSERT INTO remediation_plan ({HOLDER}, version, goal, date_start, state,
                submitted_on, approved_on)
            SELECT id, company_id, user_id, team_id, organisation_id, 1, 'School',
                   identified_on + 20, 'active', opened_at + interval '18 days',
                   opened_at + interval '20 days'
              FROM remediation_case WHERE id %% 10 < 7;
            INSERT INTO remediation_plan_action ({HOLDER}, plan_id, domain, is_urgent,
                currency_id, state, date_due)
            SELECT {HOLDER}, id, 'education', FALSE, %(currency)s, 'in_progress',
                   date_start + 90
              FROM remediation_plan;
            INSERT INTO remediation_service_delivery ({HOLDER}, plan_action_id, domain,
                date, quantity, unit, cost, currency_id, recipient, state)
            SELECT {HOLDER}, id, domain, date_due - 60, 1, 'piece', 20, currency_id,
                   'child', 'given'
              FROM remediation_plan_action WHERE id %% 7 < 6;
            INSERT INTO remediation_deadline_breach ({HOLDER}, deadline_id, kind,
                fell_due_on, holder_user_id, escalate_after)
            SELECT {HOLDER}, id, kind, date_due, user_id, date_due
              FROM remediation_deadline
             WHERE done_on IS NULL AND date_due < now() AT TIME ZONE 'UTC'""",
        {"currency": env.company.currency_id.id},
    )


def _school(env):
    schools = env["remediation.institution"].create(
        [{"name": f"School {i}"} for i in range(20)]
    )
    env.cr.execute(
        f"""INSERT INTO remediation_education_enrolment ({HOLDER}, institution_id, kind,
                date_start, currency_id, state)
            SELECT {HOLDER}, %(first)s + id %% 20, 'formal', date_start, %(currency)s,
                   'attending'
              FROM remediation_plan;
            INSERT INTO remediation_attendance ({HOLDER}, enrolment_id, month,
                days_open, days_present, days_excused, days_unexcused, longest_absence,
                rate, source)
            SELECT {HOLDER}, id, date_trunc('month', date_start + 31 * n), 20,
                   20 - (id + n) %% 5, 0, (id + n) %% 5, 1, 100 - 5 * ((id + n) %% 5),
                   'school'
              FROM remediation_education_enrolment, generate_series(1, 4) n;
            ANALYZE""",
        {"first": min(schools.ids), "currency": env.company.currency_id.id},
    )


@benchmark("dashboards", size=100_000, seed=shown, seconds=3)
def dashboards(bench):
    """What the web client asks for a dashboard: first with nothing known of the user
    and of the rules, then again. Opening the file costs what it does for any dashboard
    of Odoo's: its statements are apart from those of what is shown."""
    from odoo.addons.case_indicator_dashboard.tests.common import (
        open_file,
        read_sources,
    )

    for role, reader in READERS.items():
        env = _reader(bench, reader)
        dashboard = env.ref(f"case_indicator_dashboard.dashboard_{role}")
        bench.env.registry.clear_cache()
        with bench.measure(f"{role}, first", n=1):
            read_sources(dashboard)
        content = open_file(dashboard)
        bench.repeat(lambda d=dashboard: open_file(d), f"{role}, the file", times=5)
        bench.repeat(
            lambda d=dashboard, c=content: read_sources(d, c), role, times=5, sql=16
        )


def _reader(bench, reader):
    if "." not in reader:
        return bench.as_user(reader)
    groups = bench.env.ref(reader) | bench.env.ref("base.group_user")
    user = bench.env["res.users"].create(
        {"name": reader, "login": reader, "group_ids": [(6, 0, groups.ids)]}
    )
    bench.env.flush_all()
    return bench.env(user=user.id)
