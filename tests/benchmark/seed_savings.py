"""Fills a database with savings groups by SQL. Login: bench_savings_manager."""

MEMBERS = 25
MEETINGS = 36
CYCLES = 3


def one_cycle_each(env, size):
    """Groups with 25 members and one active cycle, one per meeting to be held."""
    _groups(env, size + size // 10 + 2)
    _cycles(env, [(1, "2026-01-05", "active")])


def groups_with_cycles(env, size):
    """Groups × 3 cycles × 36 weekly meetings × 25 members; the last cycle began in
    the quarter that is measured."""
    _groups(env, size)
    _cycles(
        env,
        [
            (1, "2023-09-04", "closed"),
            (2, "2024-09-02", "closed"),
            (CYCLES, "2025-09-01", "active"),
        ],
    )
    env.cr.execute(
        """
        INSERT INTO savings_meeting
            (cycle_id, group_id, company_id, agent_id, currency_id, number, date,
             state, source, counted_loan, counted_social,
             opening_loan, opening_social, opening_bank, opening_debt, opening_grant,
             closing_loan, closing_social, closing_bank, closing_debt, closing_grant,
             member_count, women_count, attended_count, represented_count,
             stayer_count, shares_total, savings_total, loans_outstanding, loans_late,
             loan_count, loan_principal, borrower_count, written_off_count,
             written_off_amount, joiner_count, leaver_count)
        SELECT c.id, c.group_id, c.company_id, c.agent_id, c.currency_id, n,
               c.date_start + n * 7, 'validated', 'live', n * 9000, n * 2500,
               (n - 1) * 9000, (n - 1) * 2500, 0, 0, 0, n * 9000, n * 2500, 0, 0, 0,
               %(members)s, 22, 20 + n %% 5, 1, %(members)s, n * 50, n * 25000,
               n * 17000, CASE WHEN n %% 7 = 0 THEN 900 ELSE 0 END, n, n * 15000,
               least(n, %(members)s), 0, 0, 0, 0
          FROM savings_cycle AS c, generate_series(1, %(meetings)s) AS n
        """,
        {"members": MEMBERS, "meetings": MEETINGS},
    )
    env.cr.execute(
        """
        INSERT INTO savings_meeting_line
            (meeting_id, membership_id, cycle_id, group_id, company_id, agent_id,
             currency_id, meeting_state, meeting_date, member_number, kind, attendance,
             shares, share_amount, loan_repaid, loan_given, fine, social_in, social_out)
        SELECT m.id, p.id, m.cycle_id, m.group_id, m.company_id, m.agent_id,
               m.currency_id, 'validated', m.date, p.member_number, 'regular',
               'present', 2, 1000, 0, 0, 0, 100, 0
          FROM savings_meeting AS m
          JOIN savings_membership AS p ON p.cycle_id = m.cycle_id
        """
    )
    env.cr.execute("ANALYZE")


def _groups(env, number):
    company, currency = env.company.id, env.company.currency_id.id
    manager = env["res.users"].create(
        {
            "name": "Bench Savings Manager",
            "login": "bench_savings_manager",
            "group_ids": [
                (4, env.ref("savings_group.group_savings_manager").id),
            ],
        }
    )
    agents = env["res.users"].create(
        [
            {
                "name": f"Agent {i}",
                "login": f"bench_field_agent_{i}",
                "group_ids": [(4, env.ref("savings_group.group_field_agent").id)],
            }
            for i in range(20)
        ]
    )
    model = env["savings.group"]
    rules = model.new({"label": "x"})._prepare_constitution()
    rules["shares_min"] = 0
    env.cr.execute(
        f"""
        INSERT INTO savings_group
            (name, label, state, phase, formed_on, company_id, currency_id, agent_id,
             members_max, member_count, room, {", ".join(rules)})
        SELECT 'SGB-' || n, 'Group ' || n, 'running', 'intensive', '2025-01-01',
               %s, %s, (%s::int[])[1 + n %% {len(agents)}], 25, 25, 0,
               {", ".join(["%s"] * len(rules))}
          FROM generate_series(1, %s) AS n
        """,
        [company, currency, agents.ids, *rules.values(), number],
    )
    env.cr.execute(
        """
        INSERT INTO savings_member
            (group_id, company_id, agent_id, currency_id, number, full_name, sex,
             active)
        SELECT g.id, g.company_id, g.agent_id, g.currency_id, n, 'Member ' || n,
               CASE WHEN n <= 22 THEN 'female' ELSE 'male' END, TRUE
          FROM savings_group AS g, generate_series(1, %s) AS n
        """,
        [MEMBERS],
    )
    assert manager


def _cycles(env, cycles):
    rules = env["savings.cycle"]._constitution_fields()
    columns = ", ".join(rules)
    copied = ", ".join(f"g.{name}" for name in rules)
    for number, start, state in cycles:
        env.cr.execute(
            f"""
            INSERT INTO savings_cycle
                (group_id, company_id, agent_id, currency_id, number, state, date_start,
                 date_end, members_at_start, opening_loan, opening_social,
                 opening_bank, opening_debt, opening_grant, {columns})
            SELECT g.id, g.company_id, g.agent_id, g.currency_id, %s, %s, %s::date,
                   %s::date + 270, %s, 0, 0, 0, 0, 0, {copied}
              FROM savings_group AS g
            """,
            [number, state, start, start, MEMBERS],
        )
    env.cr.execute(
        """
        INSERT INTO savings_membership
            (cycle_id, group_id, company_id, agent_id, currency_id, member_id,
             member_number, sex, state, is_mid_cycle, joined_on, opening_shares)
        SELECT c.id, c.group_id, c.company_id, c.agent_id, c.currency_id, m.id,
               m.number, m.sex, 'active', FALSE, c.date_start, 0
          FROM savings_cycle AS c
          JOIN savings_member AS m ON m.group_id = c.group_id
        """
    )
    env.cr.execute("ANALYZE")
