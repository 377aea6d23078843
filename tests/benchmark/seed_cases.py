"""Fills a database by SQL: workers, families, children and cases. Names are made up.

500 case managers in 25 teams; the last one works for a partner organisation and
holds 50 cases, the others share the rest evenly. Logins: bench_worker_1 … 499,
bench_supervisor_1 … 25, bench_coordinator, bench_monitor, bench_portal."""

WORKERS = 500
TEAMS = 25
PORTAL_CASES = 50
FIRST_NAMES = (
    "Amani Baraka Chantal Divine Espoir Furaha Gloire Honorine Innocent Josue Kabika "
    "Lumiere Merveille Neema Odette Patience Rachel Safi Trésor Umba Vumilia Wivine "
    "Yves Zawadi Bijou Christelle Dorcas Elie Fiston Grace"
).split()
LAST_NAMES = (
    "Kabongo Kalenga Kasongo Katumba Kayembe Kazadi Kitenge Kyungu Lubaba Lukusa "
    "Lumumba Mbuyi Mukendi Mulunda Mutombo Mwamba Mwenze Ngoy Ngoie Nkulu Numbi "
    "Nyembo Sangwa Tambwe Tshibanda Tshisekedi Umba Wa-Banza Yav Zongo"
).split()


def workers(env):
    """Users, teams and accredited, vetted case managers."""
    logins = [f"bench_worker_{i}" for i in range(1, WORKERS)] + ["bench_portal"]
    supervisors = [f"bench_supervisor_{i}" for i in range(1, TEAMS + 1)]
    _users(env, logins[:-1], "child_remediation.group_case_worker")
    _users(env, logins[-1:], "child_remediation.group_portal_case_manager", share=True)
    _users(env, supervisors, "child_remediation.group_supervisor")
    _users(env, ["bench_coordinator"], "child_remediation.group_coordinator")
    _users(env, ["bench_monitor"], "child_remediation.group_monitoring")
    company = env.company.id
    env.cr.execute(
        """INSERT INTO remediation_team
               (name, company_id, supervisor_id, active, grace_days)
           SELECT 'Team ' || id, %s, id, TRUE, 7
           FROM res_users WHERE login = ANY(%s)
           ORDER BY id""",
        (company, supervisors),
    )
    partner = (
        env["res.partner"].create({"name": "Partner House", "is_company": True}).id
    )
    env.cr.execute(
        """WITH teams AS (
               SELECT id, row_number() OVER (ORDER BY id) - 1 AS nr FROM
                   remediation_team
               WHERE name LIKE 'Team %%'
           ), people AS (
               SELECT id, login, row_number() OVER (ORDER BY id) - 1 AS nr
               FROM res_users WHERE login = ANY(%(logins)s)
           )
           INSERT INTO remediation_case_manager
               (user_id, display_name, organisation_id, team_id, company_id, level,
                vetting_valid_until, code_of_conduct_on, is_available, active,
                warn_caseload, max_caseload)
           SELECT people.id, people.login,
                  CASE WHEN login = 'bench_portal' THEN %(partner)s ELSE %(own)s END,
                  teams.id, %(company)s, 'accredited', current_date + 700,
                  current_date - 100, TRUE, TRUE, 2000, 3000
           FROM people JOIN teams ON teams.nr = people.nr %% %(teams)s""",
        {
            "logins": logins,
            "partner": partner,
            "own": env.company.partner_id.id,
            "company": company,
            "teams": TEAMS,
        },
    )
    env.cr.execute(
        """INSERT INTO remediation_vetting (case_manager_id, company_id, team_id,
               user_id, kind, result, date, expiry_date)
           SELECT id, company_id, team_id, user_id, 'police_check', 'clear',
                  current_date - 100, current_date + 700
           FROM remediation_case_manager;
           INSERT INTO remediation_training (case_manager_id, company_id, team_id,
               user_id, topic, date)
           SELECT id, company_id, team_id, user_id, 'safeguarding', current_date - 100
           FROM remediation_case_manager"""
    )
    env.cr.execute(
        """INSERT INTO remediation_site (name, site_type, commodity, company_id, active)
           SELECT 'Site ' || i, CASE WHEN i %% 2 = 0 THEN 'mine_site' ELSE 'farm' END,
                  'cobalt', %s, TRUE
           FROM generate_series(1, 200) i""",
        (company,),
    )
    env.company.country_id = env.ref("base.cd")
    env.invalidate_all()
    env.registry.clear_cache()


def only_workers(env, size):
    """Nobody but the workers: what is measured makes the rest."""
    workers(env)


def _users(env, logins, group, share=False):
    groups = (
        env.ref(group).ids
        + env.ref("base.group_portal" if share else "base.group_user").ids
    )
    # Contacts through the ORM: other modules add columns that may not be empty.
    people = env["res.partner"].create(
        [
            {"name": login, "tz": "Africa/Lubumbashi", "email": f"{login}@example.com"}
            for login in logins
        ]
    )
    env.flush_all()
    env.cr.execute(
        """WITH users AS (
               INSERT INTO res_users (login, partner_id, company_id, active, share,
                   notification_type)
               SELECT name, id, %(company)s, TRUE, %(share)s, 'email'
               FROM res_partner WHERE id = ANY(%(people)s) ORDER BY id
               RETURNING id, company_id
           ), companies AS (
               INSERT INTO res_company_users_rel (cid, user_id)
               SELECT company_id, id FROM users
           )
           INSERT INTO res_groups_users_rel (gid, uid)
           SELECT gid, users.id FROM users, unnest(%(groups)s) gid""",
        {
            "people": people.ids,
            "company": env.company.id,
            "share": share,
            "groups": groups,
        },
    )


def cases(env, number):
    """``number`` cases of all stages over five years, each with a child, a family,
    a caregiver, a work situation, deadlines and a holder."""
    workers(env)
    run = env.cr.execute
    run("SELECT setseed(0.5)")
    run(
        """CREATE TEMP TABLE seed ON COMMIT DROP AS
           WITH managers AS (
               SELECT m.id, m.user_id, m.team_id, u.share,
                      m.organisation_id,
                      row_number() OVER (ORDER BY m.id) - 1 AS nr
               FROM remediation_case_manager m JOIN res_users u ON u.id = m.user_id
           ), sites AS (
               SELECT id, row_number() OVER (ORDER BY id) - 1 AS nr FROM
                   remediation_site
           ), drawn AS (
               SELECT i, random() AS r1, random() AS r2, random() AS r3,
                      random() AS r4, random() AS r5
               FROM generate_series(1, %(number)s) i
           )
           SELECT i, m.id AS manager, m.user_id, m.team_id, m.organisation_id,
                  s.id AS site,
                  nextval('remediation_household_id_seq') AS household,
                  nextval('remediation_beneficiary_id_seq') AS child,
                  nextval('remediation_case_id_seq') AS case_id,
                  nextval('remediation_work_situation_id_seq') AS situation,
                  (%(first)s::text[])[1 + (r1 * %(firsts)s)::int %% %(firsts)s] AS
                      first,
                  (%(last)s::text[])[1 + (r2 * %(lasts)s)::int %% %(lasts)s] AS last,
                  6 + (r3 * 10)::int AS age,
                  CASE WHEN r3 < 0.5 THEN 'female' ELSE 'male' END AS sex,
                  now() AT TIME ZONE 'UTC' - r4 * interval '1800 days' AS opened,
                  CASE WHEN r5 < 0.40 THEN 'closed' WHEN r5 < 0.65 THEN 'in_remediation'
                       WHEN r5 < 0.80 THEN 'monitoring' WHEN r5 < 0.85 THEN 'planning'
                       WHEN r5 < 0.90 THEN 'assessment' WHEN r5 < 0.94 THEN
                       'first_contact' WHEN r5 < 0.98 THEN 'registered'
                       ELSE 'on_hold' END AS stage,
                  CASE WHEN r1 < 0.2 THEN 'high' WHEN r1 < 0.7 THEN 'medium'
                       ELSE 'low' END AS risk,
                  now() AT TIME ZONE 'UTC' + (r2 * 120 - 20) * interval '1 day' AS due
           FROM drawn
           JOIN managers m ON m.nr = CASE WHEN i <= %(portal)s THEN %(workers)s - 1
                                          ELSE i %% (%(workers)s - 1) END
           JOIN sites s ON s.nr = i %% 200""",
        {
            "number": number,
            "first": FIRST_NAMES,
            "firsts": len(FIRST_NAMES),
            "last": LAST_NAMES,
            "lasts": len(LAST_NAMES),
            "portal": PORTAL_CASES,
            "workers": WORKERS,
        },
    )
    company = env.company.id
    run(
        """INSERT INTO remediation_household (id, name, company_id, create_date)
           SELECT household, 'H-' || lpad(i::text, 7, '0'), %s, opened FROM seed""",
        (company,),
    )
    run(
        """INSERT INTO remediation_household_holder_rel
               (remediation_household_id, res_users_id)
           SELECT household, user_id FROM seed;
           INSERT INTO remediation_household_remediation_team_rel
               (remediation_household_id, remediation_team_id)
           SELECT household, team_id FROM seed;
           INSERT INTO remediation_household_organisation_rel
               (remediation_household_id, res_partner_id)
           SELECT household, organisation_id FROM seed"""
    )
    run(
        """INSERT INTO remediation_household_member (name, household_id, company_id,
               full_name, relationship, is_caregiver, age, age_recorded_on, active)
           SELECT 'M-' || lpad(i::text, 7, '0'), household, %s, 'Mama ' || last,
                  'mother', TRUE, 38, opened::date, TRUE FROM seed""",
        (company,),
    )
    run(
        """INSERT INTO remediation_beneficiary (id, name, company_id, first_name,
               last_name, search_name, sex, age_estimated, age_margin, age_recorded_on,
               household_id, current_case_id, user_id, team_id, organisation_id,
               create_date)
           SELECT child, 'B-' || lpad(i::text, 7, '0'), %s, first, last,
                  lower(first || ' ' || last), sex, age, 0, opened::date, household,
                  NULL, user_id, team_id, organisation_id, opened
           FROM seed""",
        (company,),
    )
    run(
        """INSERT INTO remediation_case (id, name, beneficiary_id, household_id,
               company_id, case_manager_id, team_id, user_id, organisation_id, site_id,
               risk_level, classification, stage, identified_on,
               received_at, opened_at, first_contact_on, next_due, closed_on,
               closure_reason, hold_on, reopened_count, needs_safety_action,
                   create_date)
           SELECT case_id, 'CR-' || lpad(i::text, 7, '0'), child, household, %s,
               manager,
                  team_id, user_id, organisation_id, site, risk, 'hazardous', stage,
                  opened::date, opened, opened,
                  CASE WHEN stage <> 'registered' THEN opened::date END,
                  CASE WHEN stage <> 'closed' THEN due END,
                  CASE WHEN stage = 'closed' THEN opened + interval '1 hour' END,
                  CASE WHEN stage = 'closed' THEN 'goals_met' END,
                  CASE WHEN stage = 'on_hold' THEN opened END,
                  0, FALSE, opened
           FROM seed""",
        (company,),
    )
    run(
        """UPDATE remediation_beneficiary b SET current_case_id = seed.case_id
           FROM seed WHERE seed.child = b.id"""
    )
    run(
        """INSERT INTO remediation_work_situation (id, case_id, company_id, user_id,
               team_id, organisation_id, date, works, site_id, site_type,
               classification, hours_week, hours_effective, age_on_date, age_known,
               create_date)
           SELECT situation, case_id, %s, user_id, team_id, organisation_id,
                  opened::date, 'yes', site, 'mine_site', 'hazardous', 30, 30, age,
                  TRUE, opened
           FROM seed""",
        (company,),
    )
    run(
        """UPDATE remediation_case c SET work_situation_id = seed.situation
           FROM seed WHERE seed.case_id = c.id"""
    )
    run(
        """INSERT INTO remediation_deadline (case_id, company_id, user_id, team_id,
               organisation_id, kind, date_from, date_due, done_on)
           SELECT case_id, %s, user_id, team_id, organisation_id, kind, opened, due,
                  CASE WHEN stage = 'closed' OR kind = 'first_contact'
                       THEN opened + interval '1 hour' END
           FROM seed, (VALUES ('first_contact'), ('visit')) kinds (kind)""",
        (company,),
    )
    run(
        """INSERT INTO remediation_case_holder (case_id, company_id, user_id, team_id,
               organisation_id, case_manager_id, holder_user_id, date_from, reason,
               done_by_id)
           SELECT case_id, %s, user_id, team_id, organisation_id, manager, user_id,
                  opened, 'Registered', user_id FROM seed""",
        (company,),
    )
    for table in (
        "remediation_case",
        "remediation_beneficiary",
        "remediation_household",
        "remediation_household_member",
    ):
        run(f"SELECT setval('{table}_code_seq', %s)", (number + 1,))


def submitted_assessments(env, number):
    """``number`` cases at the stage of assessment, each with one that waits for
    approval."""
    cases(env, number)
    run = env.cr.execute
    run(
        """UPDATE remediation_case SET stage = 'assessment',
               closed_on = NULL, closure_reason = NULL, hold_on = NULL,
               first_contact_on = identified_on"""
    )
    run(
        """UPDATE remediation_deadline SET kind = 'assessment', done_on = NULL
           WHERE kind = 'visit'"""
    )
    run(
        """INSERT INTO remediation_assessment (case_id, company_id, user_id, team_id,
               organisation_id, version, assessment_type, done_on, present,
               child_wishes, risk_score, risk_level, state, submitted_by_id,
               submitted_on, create_uid)
           SELECT id, company_id, user_id, team_id, organisation_id, 1, 'initial',
                  identified_on, 'Child and mother', 'To go to school.', 50, 'medium',
                  'submitted', user_id, now() AT TIME ZONE 'UTC', user_id
           FROM remediation_case"""
    )
