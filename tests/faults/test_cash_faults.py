"""A server or a database that dies in the middle of a payment: press again, or wait for
the next run of the background step; books and payments agree, nobody is paid twice."""

import base64
import contextlib
import time

import pytest

#: More than a long step does at once.
SIZE = 2600
#: So many are enough where one transaction does it all.
FEW = 600
SEED = """
import sys
sys.path.insert(0, "tests/benchmark")
import bench_cash
bench_cash.seed(env, %d)
env["res.users"].search([("login", "=like", "bench_%%")]).password = "bench_bench"
env.cr.commit()
"""
PROVE = """
import sys
sys.path.insert(0, "tests/benchmark")
import bench_cash
plan = env["cash.transfer.payment.plan"].search([])
bench_cash.prove(env, plan, %d)
env.cr.execute("SELECT count(*) FROM cash_transfer_cycle_line c WHERE"
    " amount_delivered <> (SELECT coalesce(sum(amount_delivered), 0)"
    " FROM cash_transfer_payment_line l WHERE l.cycle_line_id = c.id)")
assert env.cr.fetchone()[0] == 0
print(plan.state, len(env["account.move"].search([("payment_plan_id", "=", plan.id)])))
"""


class Chain:
    """The people of one payment, on whatever server is alive."""

    def __init__(self, start_server, databases, database):
        self.start_server = start_server
        self.databases = databases
        self.database = database
        self.server = None
        self.start()

    def start(self):
        self.server = self.start_server("--max-cron-threads=1")
        self.people = {}

    def call(self, duty, model, method, *args, **kwargs):
        if duty not in self.people:
            self.people[duty] = self.server.login(f"bench_{duty}", "bench_bench")
        return self.people[duty].call(f"cash.transfer.{model}", method, *args, **kwargs)

    def value(self, query):
        with self.databases.connect(self.database) as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]

    def wait(self, query, seconds=240):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                value = self.value(query)
            except Exception:  # the database itself may be down for a moment
                value = None
            if value:
                return value
            time.sleep(0.02)
        raise AssertionError(f"never true: {query}")

    def done(self, table):
        query = f"SELECT bool_and(job IS NULL) FROM cash_transfer_{table}"
        for _second in range(240):
            self.server.minute_passes()
            with contextlib.suppress(AssertionError):
                self.wait(query, seconds=1)
                break
        else:
            raise AssertionError(f"never true: {query}")
        errors = self.value(
            f"SELECT string_agg(job_error, '') FROM cash_transfer_{table}"
        )
        assert not errors, errors

    def until_draft(self):
        scheme = self.value("SELECT min(id) FROM cash_transfer_scheme")
        cycle = self.call("officer", "cycle", "create", [{"scheme_id": scheme}])
        cycle = cycle[0] if isinstance(cycle, list) else cycle
        self.call("officer", "cycle", "action_generate", [cycle])
        self.done("cycle")
        self.call("officer", "cycle", "action_validate", [cycle])
        self.call("officer", "cycle", "action_create_plans", [cycle])
        self.done("payment_plan")
        return self.value("SELECT max(id) FROM cash_transfer_payment_plan")

    def until_released(self, plan):
        query = f"SELECT content_hash FROM cash_transfer_payment_plan WHERE id = {plan}"
        seen = {"context": {"seen_hash": self.value(query)}}
        self.call("approver", "payment.plan", "action_approve", [plan], **seen)
        self.call("releaser", "payment.plan", "action_release", [plan], **seen)
        self.call("releaser", "payment.plan", "action_fund", [plan])

    def report(self, plan):
        with self.databases.connect(self.database) as cursor:
            cursor.execute(
                "SELECT name, amount_due FROM cash_transfer_payment_line"
                " WHERE plan_id = %s ORDER BY id",
                [plan],
            )
            rows = [f"{code},{due},Success" for code, due in cursor.fetchall()]
        content = "\n".join(["payment,amount,status", *rows]).encode()
        report = self.call(
            "reconciler",
            "reconciliation",
            "create",
            [
                {
                    "plan_id": plan,
                    "file_name": "report.csv",
                    "file_content": base64.b64encode(content).decode(),
                }
            ],
        )
        return report[0] if isinstance(report, list) else report


@pytest.fixture
def chain_of(start_server, databases, database, run_script):
    """Call it with how many are paid."""

    def seeded(size):
        run_script(SEED % size)
        return Chain(start_server, databases, database)

    return seeded


def test_kill_in_the_middle_of_every_long_step(chain_of, run_script):
    chain = chain_of(SIZE)
    plan = chain.until_draft()
    # lock: portions are committed one by one; the next run goes on with the rest
    chain.call("officer", "payment.plan", "action_lock", [plan])
    chain.wait("SELECT count(*) > 0 FROM cash_transfer_payment_line WHERE is_live")
    chain.server.kill()
    part = chain.value("SELECT count(*) FROM cash_transfer_payment_line WHERE is_live")
    chain.start()
    chain.done("payment_plan")
    assert 0 < part <= SIZE
    assert (
        chain.value(
            "SELECT count(*) FROM cash_transfer_payment_line WHERE is_live AND locked"
        )
        == SIZE
    )
    assert chain.value("SELECT count(*) FROM cash_transfer_payment_split") == 2 * SIZE
    chain.until_released(plan)
    # instruct: one transaction; killed, it never happened, and happens again
    chain.call("releaser", "payment.plan", "action_instruct", [plan])
    chain.server.kill()
    chain.start()
    chain.done("payment_plan")
    assert chain.value("SELECT file_generation FROM cash_transfer_payment_plan") == 1
    assert (
        chain.value(
            "SELECT count(*) FROM cash_transfer_payment_line WHERE status = 'sent'"
        )
        == SIZE
    )
    # import
    report = chain.report(plan)
    chain.call("reconciler", "reconciliation", "action_read", [report])
    chain.server.kill()
    chain.start()
    chain.done("reconciliation")
    assert chain.value("SELECT count(*) FROM cash_transfer_reconciliation_row") == SIZE
    # post
    chain.call("approver", "reconciliation", "action_post", [report])
    chain.wait(
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
        " AND query ILIKE '%%UPDATE cash_transfer%%' AND pid <> pg_backend_pid()"
    )
    chain.server.kill()
    delivered = chain.value(
        "SELECT count(*) FROM cash_transfer_payment_line WHERE status = 'delivered'"
    )
    assert delivered in (0, SIZE), "never half a report"
    chain.start()
    chain.done("reconciliation")
    assert run_script(PROVE % SIZE).split()[-2:] == ["reconciled", "1"]


def test_database_dies_while_a_report_is_posted(chain_of, cluster, run_script):
    chain = chain_of(FEW)
    plan = chain.until_draft()
    chain.call("officer", "payment.plan", "action_lock", [plan])
    chain.done("payment_plan")
    chain.until_released(plan)
    chain.call("releaser", "payment.plan", "action_instruct", [plan])
    chain.done("payment_plan")
    report = chain.report(plan)
    chain.call("reconciler", "reconciliation", "action_read", [report])
    chain.done("reconciliation")
    chain.call("approver", "reconciliation", "action_post", [report])
    chain.wait(
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
        " AND query ILIKE '%%UPDATE cash_transfer%%' AND pid <> pg_backend_pid()"
    )
    cluster.stop("immediate")
    chain.server.kill()
    cluster.start()
    chain.start()
    chain.done("reconciliation")
    assert run_script(PROVE % FEW).split()[-2:] == ["reconciled", "1"]
