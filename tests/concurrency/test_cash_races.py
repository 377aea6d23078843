"""Two people press the same cash button at once, on two servers."""

import base64
import time
from concurrent.futures import ThreadPoolExecutor

SEED = """
import sys
sys.path.insert(0, "tests/benchmark")
import bench_cash
bench_cash.seed(env, 20)
for login in ("officer", "approver", "releaser", "reconciler"):
    env["res.users"].create(
        {"name": login, "login": f"bench_{login}_2", "group_ids": [
            (4, env.ref("base.group_user").id),
            (4, env.ref(f"cash_transfer.group_cash_{login}").id)]})
env["res.users"].search([("login", "=like", "bench_%")]).password = "bench_bench"
# the same children in a second scheme with the same purpose
scheme = env["cash.transfer.scheme"].search([], limit=1)
other = scheme.copy({"name": "Other"})
other.grant_ids = scheme.grant_ids
for entitlement in env["cash.transfer.entitlement"].search([]):
    twin = env["cash.transfer.entitlement"].create({
        "case_id": entitlement.case_id.id, "scheme_id": other.id,
        "payee_id": entitlement.payee_id.id, "is_emergency": True,
        "date_from": entitlement.date_from,
        "funding_ids": [(0, 0, {"case_id": entitlement.case_id.id,
            "grant_id": scheme.grant_ids[0].id, "share": 100})]})
    twin._unprotected().write({"state": "approved"})
plans = env["cash.transfer.payment.plan"]
officer = env["res.users"].search([("login", "=", "bench_officer")])
for each in scheme | other:
    cycle = env["cash.transfer.cycle"].with_user(officer).create({"scheme_id": each.id})
    cycle.action_generate()
    cycle._run_job()
    cycle.action_validate()
    cycle.action_create_plans()
    cycle.plan_ids._run_job()
    plans |= cycle.plan_ids
env.cr.commit()
print(" ".join(str(i) for i in plans.ids))
"""


def both(*calls):
    """Run the calls at the same moment; return what each answered or raised."""

    def attempt(call):
        try:
            return call() or True
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(attempt, calls))


def won(answers):
    return [answer for answer in answers if not isinstance(answer, Exception)]


def test_two_people_at_once(start_server, run_script, databases, database):
    first, second = (int(i) for i in run_script(SEED).split()[-2:])
    servers = [start_server("--max-cron-threads=1"), start_server()]
    people = {}

    def call(server, login, model, method, *args, **kwargs):
        key = (server, login)
        if key not in people:
            people[key] = servers[server].login(f"bench_{login}", "bench_bench")
        return lambda: people[key].call(
            f"cash.transfer.{model}", method, *args, **kwargs
        )

    def value(query):
        with databases.connect(database) as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]

    def settled():
        for _ in range(600):
            if (
                value(
                    "SELECT count(*) FROM cash_transfer_payment_plan"
                    " WHERE job IS NOT NULL"
                )
                == 0
                and value(
                    "SELECT count(*) FROM cash_transfer_reconciliation"
                    " WHERE job IS NOT NULL"
                )
                == 0
            ):
                return
            time.sleep(0.1)
        raise AssertionError("a step never ended")

    # two officers lock two plans that pay the same children
    both(
        call(0, "officer", "payment.plan", "action_lock", [first]),
        call(1, "officer_2", "payment.plan", "action_lock", [second]),
    )
    settled()
    assert (
        value("SELECT count(*) FROM cash_transfer_payment_plan WHERE state = 'locked'")
        == 1
    )
    assert value("SELECT count(*) FROM cash_transfer_payment_line WHERE is_live") == 20
    plan = value("SELECT id FROM cash_transfer_payment_plan WHERE state = 'locked'")
    # two approvers
    query = f"SELECT content_hash FROM cash_transfer_payment_plan WHERE id = {plan}"
    seen = {"context": {"seen_hash": value(query)}}
    answers = both(
        call(0, "approver", "payment.plan", "action_approve", [plan], **seen),
        call(1, "approver_2", "payment.plan", "action_approve", [plan], **seen),
    )
    assert len(won(answers)) == 1, answers
    # two releasers fund and instruct
    call(0, "releaser", "payment.plan", "action_release", [plan], **seen)()
    answers = both(
        call(0, "releaser", "payment.plan", "action_fund", [plan]),
        call(1, "releaser_2", "payment.plan", "action_fund", [plan]),
    )
    assert len(won(answers)) == 1, answers
    assert value("SELECT count(*) FROM cash_transfer_movement") == 1
    answers = both(
        call(0, "releaser", "payment.plan", "action_instruct", [plan]),
        call(1, "releaser", "payment.plan", "action_instruct", [plan]),
    )
    assert len(won(answers)) == 1, answers
    settled()
    assert (
        value(
            f"SELECT file_generation FROM cash_transfer_payment_plan WHERE id = {plan}"
        )
        == 1
    )
    # two reconcilers import the same file
    with databases.connect(database) as cursor:
        cursor.execute(
            "SELECT name, amount_due FROM cash_transfer_payment_line"
            " WHERE plan_id = %s",
            [plan],
        )
        rows = [f"{code},{due},Success" for code, due in cursor.fetchall()]
    content = "\n".join(["payment,amount,status", *rows]).encode()
    content = base64.b64encode(content).decode()
    vals = {"plan_id": plan, "file_name": "r.csv", "file_content": content}
    answers = both(
        call(0, "reconciler", "reconciliation", "create", [vals]),
        call(1, "reconciler_2", "reconciliation", "create", [vals]),
    )
    assert len(won(answers)) == 1, answers
    report = value("SELECT max(id) FROM cash_transfer_reconciliation")
    call(0, "reconciler", "reconciliation", "action_read", [report])()
    settled()
    both(
        call(0, "approver", "reconciliation", "action_post", [report]),
        call(1, "approver_2", "reconciliation", "action_post", [report]),
    )
    settled()
    assert (
        value(
            "SELECT count(*) FROM account_move WHERE cash_reconciliation_id IS NOT NULL"
        )
        == 1
    )
    assert (
        value(
            "SELECT count(*) FROM cash_transfer_payment_line WHERE status = 'delivered'"
        )
        == 20
    )
