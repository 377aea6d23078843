"""What forecasting who pays costs (architecture §5)."""

from lib import benchmark
from seed_cases import cases


def covered(env, number):
    """Children under ten agreements of three payers, one with a ceiling: a stipend, 4
    school years and a training each, to working age."""
    cases(env, number)
    payers = env["res.partner"].create([{"name": f"Payer {i}"} for i in range(3)])
    agreements = (
        env["remediation.agreement"]
        ._unprotected("remediation.agreement.party")
        .create(
            [
                {
                    "state": "approved",
                    "date_start": "2026-09-01",
                    "end_rule": "working_age",
                    "school_ends": "6",
                    "growth": 5.0,
                    "party_ids": [
                        (0, 0, {"role": role, "partner_id": payer.id, **vals})
                        for role, payer, vals in (
                            ("purchaser", payers[0], {"share": 60, "ceiling": 90_000}),
                            ("operator", payers[1], {"share": 30}),
                            ("ngo", payers[2], {"share": 10}),
                        )
                    ],
                }
                for _number in range(10)
            ]
        )
    )
    env.cr.execute(
        """UPDATE remediation_beneficiary SET birth_date = NULL, age_margin = 0,
                  age_estimated = 7 + id %% 6, age_recorded_on = '2026-09-01';
           INSERT INTO remediation_agreement_child (case_id, company_id, user_id,
               team_id, organisation_id, agreement_id, date_start, state)
           SELECT id, company_id, user_id, team_id, organisation_id,
                  %(first)s + id %% 10, '2026-09-01', 'approved'
             FROM remediation_case;
           INSERT INTO remediation_agreement_cost (agreement_child_id, case_id,
               company_id, user_id, team_id, organisation_id, kind, amount, every,
               date_from, date_to)
           SELECT c.id, c.case_id, c.company_id, c.user_id, c.team_id,
                  c.organisation_id, k.kind, k.amount, k.every, k.first, k.last
             FROM remediation_agreement_child c,
                  (VALUES ('stipend', 60, 'month', date '2026-09-01', NULL::date),
                          ('school', 120, 'year', '2026-09-01', '2029-09-30'),
                          ('training', 40, 'month', '2030-01-01', '2030-06-30'))
                  k (kind, amount, every, first, last)""",
        {"first": min(agreements.ids)},
    )


@benchmark("agreement_forecast", size=500, seed=covered, seconds=10, sql_per_record=0.5)
def agreement_forecast(bench):
    agreements = bench.env["remediation.agreement"].search([])
    with bench.measure():
        agreements._forecast()
        bench.env.flush_all()
    children = agreements.child_ids
    if len(children) != bench.size or not all(children.mapped("forecast")):
        raise AssertionError("a child has no forecast")
    rows = sum(agreements.month_ids.mapped("amount"))
    if abs(rows - sum(children.mapped("forecast"))) > 0.005:
        raise AssertionError("the months are not the schedules")
