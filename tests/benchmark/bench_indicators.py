"""All indicators of a quarter over 100,000 cases, and the page that shows them."""

from datetime import timedelta

from lib import benchmark
from seed_cases import cases


def cohort(env, number):
    """Cases with what figures are made of: two consents, stages, a second finding."""
    cases(env, number)
    holder = "case_id, company_id, user_id, team_id, organisation_id"
    rows = f"SELECT id AS {holder} FROM remediation_case"
    env.cr.execute(
        f"""INSERT INTO remediation_consent ({holder}, purpose, answer, standing,
                subject, how, legal_basis, given_on, is_lapsed, create_date)
            SELECT c.*, purpose, 'yes', 'counts', 'child', 'oral', 'consent',
                   k.identified_on, FALSE, k.opened_at
              FROM ({rows}) c JOIN remediation_case k ON k.id = c.case_id,
                   (VALUES ('services'), ('reporting')) asked (purpose);
            INSERT INTO remediation_case_stage_log ({holder}, to_stage, changed_on,
                changed_by_id)
            SELECT c.*, to_stage, k.opened_at + days * interval '1 day', c.user_id
              FROM ({rows}) c JOIN remediation_case k ON k.id = c.case_id,
                   (VALUES ('registered', 0), ('in_remediation', 40)) s (to_stage, days)
             WHERE k.stage <> 'closed';
            INSERT INTO remediation_work_situation ({holder}, date, works,
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
