"""Cash transfers: from the cycle of 10,000 (50,000) payees to posted, proven books."""

import base64
import contextlib
from datetime import timedelta

from lib import benchmark

#: Ids of the records that SQL makes.
BASE = 1_000_000
USERS = {
    "bench_officer": "cash_transfer.group_cash_officer",
    "bench_approver": "cash_transfer.group_cash_approver",
    "bench_releaser": "cash_transfer.group_cash_releaser",
    "bench_reconciler": "cash_transfer.group_cash_reconciler",
    "bench_worker": "child_remediation.group_case_worker",
    "bench_supervisor": "child_remediation.group_supervisor",
}


def clone(env, record, size, **columns):
    """Copy a row ``size`` times by SQL; ``columns`` are expressions with
    ``g`` = 1 … n.
    """
    table = record._table
    env.flush_all()
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND column_name <> 'id' ORDER BY 1",
        [table],
    )
    names = [row[0] for row in env.cr.fetchall()]
    values = ", ".join(columns.get(name, f't."{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    env.cr.execute(
        f'INSERT INTO "{table}" (id, {quoted})'
        f' SELECT {BASE} + g, {values} FROM "{table}" t, generate_series(1, %s) g'
        " WHERE t.id = %s",
        [size, record.id],
    )
    env.cr.execute("SELECT setval(%s, %s)", [f"{table}_id_seq", BASE + size + 1])
    env.cr.execute(f'ANALYZE "{table}"')


def accounts(env):
    """The accounts, journals and settings that the chain needs; books in CDF."""
    company = env.company
    cdf, usd = env.ref("base.CDF"), env.ref("base.USD")
    (cdf | usd).active = True
    company.currency_id = cdf
    env["res.currency.rate"].create(
        {
            "currency_id": usd.id,
            "name": "2020-01-01",
            "company_id": company.id,
            "rate": 1 / 2800,
        }
    )

    def account(code, name, kind, **extra):
        return env["account.account"].create(
            {"code": code, "name": name, "account_type": kind, **extra}
        )

    def journal(code, kind, default=None):
        return env["account.journal"].create(
            {
                "name": code,
                "code": code,
                "type": kind,
                "default_account_id": default and default.id,
            }
        )

    bank = journal("BBK", "bank", account("52100B", "Bank", "asset_cash"))
    outstanding = account("58500B", "Outstanding", "asset_current", reconcile=True)
    for line in (
        bank.outbound_payment_method_line_ids | bank.inbound_payment_method_line_ids
    ):
        line.payment_account_id = outstanding
    company.write(
        {
            "cash_journal_id": journal("BCT", "general").id,
            "cash_expense_account_id": account("63800B", "Assistance", "expense").id,
            "cash_fee_account_id": account("63100B", "Fees", "expense").id,
            "cash_advance_account_id": account(
                "40900B", "Advances", "asset_current", reconcile=True
            ).id,
            "cash_claims_account_id": account(
                "47800B", "Claims", "asset_current", reconcile=True
            ).id,
        }
    )
    return bank, usd


def seed(env, size):
    """One child's support by the ORM, the other children's by SQL."""
    today = env.cr.now().date()
    bank, usd = accounts(env)
    users = {
        login: env["res.users"].create(
            {
                "name": login,
                "login": login,
                "group_ids": [
                    (4, env.ref("base.group_user").id),
                    (4, env.ref(group).id),
                ],
            }
        )
        for login, group in USERS.items()
    }
    plan = env["account.analytic.plan"].create({"name": "Grants"})
    analytics = env["account.analytic.account"].create(
        [{"name": f"Grant {n}", "plan_id": plan.id} for n in "AB"]
    )
    grants = env["cash.transfer.grant"].create(
        [
            {
                "analytic_account_id": analytic.id,
                "currency_id": usd.id,
                "date_start": today - timedelta(days=400),
                "date_end": today + timedelta(days=400),
                "budget": 10**9,
            }
            for analytic in analytics
        ]
    )
    scheme = env["cash.transfer.scheme"].create(
        {
            "name": "Stipend",
            "purpose_id": env.ref("cash_transfer.purpose_stipend").id,
            "currency_id": usd.id,
            "amount": 30.01,
            "grant_ids": [(6, 0, grants.ids)],
            "end_rule": "date",
            "end_date": today + timedelta(days=300),
            "condition_visit": False,
        }
    )
    partner = env["res.partner"].create({"name": "Provider", "is_company": True})
    provider = env["cash.transfer.provider"].create(
        {
            "name": "Provider",
            "kind": "advance",
            "partner_id": partner.id,
            "currency_id": usd.id,
            "bank_journal_id": bank.id,
            "number_prefix": "+243",
            "number_digits": 9,
            "fee_percent": 1.0,
            "limit_month": 200,
        }
    )
    team = env["remediation.team"].create(
        {"name": "Bench", "supervisor_id": users["bench_supervisor"].id}
    )
    household = env["remediation.household"].create({})
    member = env["remediation.household.member"].create(
        {
            "household_id": household.id,
            "full_name": "Caregiver",
            "age": 40,
            "relationship": "mother",
        }
    )
    # Without a name: copies of one name would be possible duplicates, and not be paid.
    child = env["remediation.beneficiary"].create(
        {"sex": "male", "age_estimated": 11, "household_id": household.id}
    )
    case = (
        env["remediation.case"]
        ._unprotected()
        .create({"beneficiary_id": child.id, "team_id": team.id})
    )
    payee = (
        env["cash.transfer.payee"]
        ._unprotected()
        .create(
            {
                "case_id": case.id,
                "member_id": member.id,
                "state": "approved",
                "proposed_by_id": users["bench_worker"].id,
                "approved_on": today - timedelta(days=30),
            }
        )
    )
    payee._store_identity()
    method = (
        env["cash.transfer.payment.method"]
        ._unprotected()
        .create(
            {
                "case_id": case.id,
                "payee_id": payee.id,
                "provider_id": provider.id,
                "number": "+243810000000",
                "state": "approved",
                "effective_from": today - timedelta(days=30),
            }
        )
    )
    action = env["remediation.plan.action"].create(
        {
            "case_id": case.id,
            "domain": "cash",
            "description": "At once",
            "is_urgent": True,
        }
    )
    entitlement = env["cash.transfer.entitlement"].create(
        {
            "case_id": case.id,
            "scheme_id": scheme.id,
            "payee_id": payee.id,
            "plan_action_id": action.id,
            "date_from": today.replace(day=1),
            "funding_ids": [
                (0, 0, {"case_id": case.id, "grant_id": grant.id, "share": share})
                for grant, share in zip(grants, (33.33, 66.67), strict=True)
            ],
        }
    )
    entitlement._unprotected().write({"state": "approved"})
    fundings = entitlement.funding_ids
    fundings._commit_budget()
    there = f"{BASE} + g"
    count = size - 1
    clone(env, household, count, name="'H-9' || g")
    clone(env, member, count, name="'M-9' || g", household_id=there)
    clone(
        env, child, count, name="'B-9' || g", household_id=there, current_case_id="NULL"
    )
    clone(
        env, case, count, name="'CR-9' || g", beneficiary_id=there, household_id=there
    )
    env.cr.execute(
        "UPDATE remediation_beneficiary SET current_case_id = id WHERE id > %s", [BASE]
    )
    clone(
        env,
        payee,
        count,
        name="'Y-9' || g",
        case_id=there,
        household_id=there,
        member_id=there,
    )
    clone(
        env,
        method,
        count,
        case_id=there,
        payee_id=there,
        number="'+24382' || lpad(g::text, 7, '0')",
    )
    clone(env, action, count, case_id=there)
    clone(
        env,
        entitlement,
        count,
        name="'E-9' || g",
        case_id=there,
        payee_id=there,
        beneficiary_id=there,
        household_id=there,
        plan_action_id=there,
    )
    clone(env, fundings[0], count, case_id=there, entitlement_id=there)
    env.cr.execute(
        "SELECT setval('cash_transfer_entitlement_funding_id_seq', %s)",
        [BASE + size + 10],
    )
    env.cr.execute(
        """
        INSERT INTO cash_transfer_entitlement_funding
               (id, entitlement_id, case_id, company_id, grant_id, share, state,
                planned,
                spent, committed, create_uid, create_date)
        SELECT id + %s, entitlement_id, case_id, company_id, %s, %s, state, planned,
               spent,
               committed, create_uid, create_date
          FROM cash_transfer_entitlement_funding WHERE id > %s
        """,
        [BASE, grants[1].id, 66.67, BASE],
    )
    env.cr.execute(
        "SELECT setval('cash_transfer_entitlement_funding_id_seq', %s)",
        [2 * BASE + size + 10],
    )
    env.invalidate_all()


def chain(bench, steps=None):
    """From the cycle's lines to the posted report; `steps` are measured, all and the
    whole by default."""
    env, size = bench.env, bench.size
    scheme = env["cash.transfer.scheme"].search([], limit=1)
    officer, approver, releaser, reconciler = (
        bench.as_user(f"bench_{duty}")
        for duty in ("officer", "approver", "releaser", "reconciler")
    )

    def step(label, **limits):
        if steps and label not in steps:
            return contextlib.nullcontext()
        return bench.measure(label, **limits or {"sql_per_record": 1.0})

    whole = {"seconds": 60.0 * bench.definition.size / 10_000}
    if not steps:
        one_by_one(bench)
        whole["ratio"] = 0.1
    with step("whole chain", **whole):
        period = env.cr.now().date().replace(day=1)
        cycle = officer["cash.transfer.cycle"].create(
            {"scheme_id": scheme.id, "period": period}
        )
        with step("cycle lines"):
            cycle.action_generate()
            cycle._run_job()
        with step("compliance"):
            cycle.action_check_compliance()
            cycle._run_job()
            cycle.action_validate()
        with step("draft payments"):
            cycle.action_create_plans()
            plan = cycle.plan_ids
            plan._run_job()
        with step("lock"):
            plan.action_lock()
            plan._run_job()
        with step("approve, release, fund"):
            seen = {"seen_hash": plan.content_hash}
            plan.with_env(approver).with_context(**seen).action_approve()
            plan.with_env(releaser).with_context(**seen).action_release()
            plan.with_env(releaser).action_fund()
        with step("instruct, file"):
            plan.with_env(releaser).action_instruct()
            plan._run_job()
        content = report_of(bench, plan)
        with step("import of the report"):
            report = reconciler["cash.transfer.reconciliation"].create(
                {
                    "plan_id": plan.id,
                    "file_name": "report.csv",
                    "file_content": base64.b64encode(content),
                }
            )
            report.action_read()
            report._run_job()
        with step("posting"):
            report.with_env(approver).action_post()
            report._run_job()
    prove(env, plan.with_env(env), size)


def one_by_one(bench, number=100):
    """What others do: a payment per payee, created and posted one by one, in the same
    run, so that the ratio is of one run on one machine."""
    env = bench.env
    provider = env["cash.transfer.provider"].search([], limit=1)
    payable = env["account.account"].create(
        {
            "code": "40100B",
            "name": "Payable",
            "account_type": "liability_payable",
            "reconcile": True,
        }
    )
    partners = env["res.partner"].create(
        [
            {"name": f"Payee {n}", "property_account_payable_id": payable.id}
            for n in range(number)
        ]
    )
    with bench.baseline("one by one", n=number):
        for partner in partners:
            env["account.payment"].create(
                {
                    "payment_type": "outbound",
                    "partner_type": "supplier",
                    "partner_id": partner.id,
                    "journal_id": provider.bank_journal_id.id,
                    "currency_id": provider.currency_id.id,
                    "amount": 30.01,
                    "memo": "Stipend",
                }
            ).action_post()


def report_of(bench, plan):
    """What the provider sends: nearly all delivered, some partly, failed, too much."""
    bench.env.flush_all()
    bench.env.cr.execute(
        "SELECT name, amount_due FROM cash_transfer_payment_line WHERE plan_id = %s"
        " ORDER BY id",
        [plan.id],
    )
    rows = ["payment,reference,amount,currency,status,date,fee,reason"]
    for number, (code, due) in enumerate(bench.env.cr.fetchall()):
        if number % 100 == 7:
            rows.append(f"{code},R{number},0,USD,failed,,,wrong_number")
        elif number % 100 == 8:
            rows.append(f"{code},R{number},10.00,USD,delivered,,,")
        elif number % 1000 == 9:
            rows.append(f"{code},R{number},{float(due) + 5:.2f},USD,delivered,,,")
        else:
            rows.append(f"{code},R{number},{due},USD,delivered,,,")
    return "\n".join(rows).encode() + b"\n"


def prove(env, plan, size):
    """The books: delivered = expense posted, R40 holds in both currencies."""
    env.flush_all()
    env.invalidate_all()
    statement = plan._get_statements()[plan]
    env.cr.execute(
        "SELECT count(*), sum(amount_delivered) FROM cash_transfer_payment_line"
        " WHERE plan_id = %s",
        [plan.id],
    )
    count, delivered = env.cr.fetchone()
    assert count == size, (count, size)
    lines = env["account.move.line"].search(
        [("payment_plan_id", "=", plan.id), ("parent_state", "=", "posted")]
    )
    account = plan.company_id.cash_expense_account_id
    expense = lines.filtered(lambda line: line.account_id == account)
    assert len(expense) == 2, "aggregated by grant, never one per payee"
    booked = sum(expense.mapped("amount_currency"))
    assert abs(booked - float(delivered)) < 0.005, (booked, delivered)
    assert abs(statement["delivered"] - float(delivered)) < 0.005
    assert abs(statement["delivered_company"] - sum(expense.mapped("balance"))) < 0.005
    advance = lines.filtered(
        lambda line: line.account_id == plan.company_id.cash_advance_account_id
    )
    for suffix, name in (("", "amount_currency"), ("_company", "balance")):
        parts = [
            statement[f"{key}{suffix}"]
            for key in ("delivered", "fees", "disputes", "remaining")
        ]
        assert abs(statement[f"funded{suffix}"] - sum(parts)) < 0.005, statement
        assert abs(sum(parts[:3]) + sum(advance.mapped(name))) < 0.005
    env.cr.execute(
        "SELECT count(*) FROM cash_transfer_payment_split s WHERE plan_id = %s"
        " AND amount_posted <> amount_delivered",
        [plan.id],
    )
    assert not env.cr.fetchone()[0]


@benchmark("payment_cycle", size=10_000, seed=seed, rss_mb=600)
def payment_cycle(bench):
    chain(bench)


@benchmark("reconciliation_import", size=10_000, seed=seed, rss_mb=600)
def reconciliation_import(bench):
    """The provider's report: read and matched, then posted."""
    chain(bench, steps={"import of the report", "posting"})


@benchmark("payment_cycle_50000", size=50_000, seed=seed, rss_mb=1200)
def payment_cycle_50000(bench):
    chain(bench)
