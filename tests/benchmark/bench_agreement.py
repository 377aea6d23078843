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


def supported(env, number):
    """So many deliveries of one month to a tenth as many children, 250 by each
    supplier."""
    covered(env, max(number // 10, 10))
    suppliers = env["res.partner"].create(
        [
            {"name": f"Supplier {i}", "is_company": True}
            for i in range(max(number // 250, 1))
        ]
    )
    plan = env["account.analytic.plan"].create({"name": "Payers"})
    grants = env["account.analytic.account"].create(
        [{"name": f"Payer {i}", "plan_id": plan.id} for i in range(3)]
    )
    env.flush_all()
    env.cr.execute(
        """UPDATE remediation_agreement_party p
              SET analytic_account_id = %(grant)s + p.id %% 3;
           INSERT INTO remediation_plan_action (case_id, company_id, user_id, team_id,
               organisation_id, domain, is_urgent, currency_id, state)
           SELECT id, company_id, user_id, team_id, organisation_id, 'health', TRUE,
                  %(currency)s, 'in_progress'
             FROM remediation_case;
           INSERT INTO remediation_service_delivery (plan_action_id, case_id,
               company_id, user_id, team_id, organisation_id, domain, provider_id, date,
               quantity, unit, cost, currency_id, recipient, state, bill_state)
           SELECT a.id, a.case_id, a.company_id, a.user_id, a.team_id,
                  a.organisation_id, a.domain,
                  %(supplier)s + (a.id + n) %% %(suppliers)s,
                  date '2026-10-01' + n, 1, 'piece', 5 + n + (a.id %% 100) / 100.0,
                  %(currency)s, 'child', 'given', 'none'
             FROM remediation_plan_action a, generate_series(1, 10) n
            WHERE a.domain = 'health'""",
        {
            "grant": min(grants.ids),
            "supplier": min(suppliers.ids),
            "suppliers": len(suppliers),
            "currency": env.company.currency_id.id,
        },
    )


@benchmark("support_bills", size=10_000, seed=supported, seconds=60, sql_per_record=0.5)
def support_bills(bench):
    env = bench.env
    account = env["account.account"].create(
        {"name": "Support", "code": "632901", "account_type": "expense"}
    )
    payable = env["account.account"].create(
        {
            "name": "Suppliers",
            "code": "401901",
            "account_type": "liability_payable",
            "reconcile": True,
        }
    )
    env["account.journal"].create(
        {
            "name": "Bills",
            "code": "BLL9",
            "type": "purchase",
            "default_account_id": account.id,
        }
    )
    deliveries = env["remediation.service.delivery"].search([])
    deliveries.provider_id.property_account_payable_id = payable
    wizard = env["remediation.support.bill"].create(
        {"month": "2026-10-05", "account_id": account.id}
    )
    env.flush_all()
    with bench.measure():
        action = wizard.action_draft()
        env.flush_all()
    bills = env["account.move"].search(action["domain"])
    if abs(sum(bills.mapped("amount_total")) - sum(deliveries.mapped("cost"))) > 0.005:
        raise AssertionError("the bills are not the deliveries")
