"""A server killed in the middle of a meeting's validation or of a share-out: whole or
not at all, and the same button goes on."""

import threading
import time

import pytest

GROUPS = """
env.ref("base.user_admin").group_ids |= env.ref("savings_group.group_savings_manager")
cycles = env["savings.cycle"]
for number in range(25):
    group = env["savings.group"].create({
        "label": "Fault %s" % number, "shares_min": 0,
        "member_ids": [(0, 0, {"full_name": "Member %s" % n}) for n in range(25)],
    })
    group.action_new_cycle()
    cycles |= group.current_cycle_id
cycles.write({"date_start": "2026-01-05"})
cycles.action_start()
meetings = cycles._open_meetings("2026-01-12")
meetings.line_ids.write({"shares": 5, "loan_given": 1000})
meetings.action_take_expected()
"""
COMMIT = "env.cr.commit()\n"


@pytest.fixture(scope="module")
def server(databases, one_database, one_server):
    databases.shell(one_database, GROUPS + COMMIT)
    return one_server


def test_killed_while_validating_meetings(server, databases, one_database):
    session = server.login()
    meetings = _open(session)
    assert len(meetings) == 25
    _kill_during(
        server,
        lambda: session.call("savings.meeting", "action_validate", meetings),
        databases,
        one_database,
    )
    again = server.start().login()
    assert _count(again, "savings.meeting", "state", "open") == 25
    assert again.call("savings.loan", "search_count", []) == 0
    again.call("savings.meeting", "action_validate", meetings)
    assert _count(again, "savings.meeting", "state", "validated") == 25
    assert again.call("savings.loan", "search_count", []) == 25 * 25


def test_killed_while_sharing_out(server, databases, one_database):
    session = server.login()
    if meetings := _open(session):  # the test above left none
        session.call("savings.meeting", "action_validate", meetings)
    for cycle in session.call("savings.cycle", "search", []):
        session.call("savings.cycle", "action_share_out", [cycle])
    lines = session.call("savings.share.out.line", "search", [])
    session.call("savings.share.out.line", "write", lines, {"decision": "net"})
    share_outs = session.call("savings.share.out", "search", [["state", "=", "draft"]])
    _kill_during(
        server,
        lambda: session.call("savings.share.out", "action_confirm", share_outs),
        databases,
        one_database,
    )
    again = server.start().login()
    assert _count(again, "savings.share.out", "state", "draft") == 25
    assert _count(again, "savings.loan.move", "kind", "netting") == 0
    again.call("savings.share.out", "action_confirm", share_outs)
    assert _count(again, "savings.share.out", "state", "confirmed") == 25
    assert _count(again, "savings.loan.move", "kind", "netting") == 25 * 25


def _open(session):
    return session.call("savings.meeting", "search", [["state", "=", "open"]])


def _count(session, model, field, value):
    return session.call(model, "search_count", [[field, "=", value]])


def _kill_during(server, call, databases, database):
    """Kill the server when the database is at work on the loans' movements."""

    def press():
        # The answer never comes: the server is dead before it.
        try:
            call()
        except OSError:
            return

    pressing = threading.Thread(target=press)
    pressing.start()
    with databases.connect() as cursor:
        for _ in range(1500):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = %s AND state <> 'idle'"
                " AND query ILIKE '%%\"savings_loan_move\"%%'",
                [database],
            )
            if cursor.fetchone()[0]:
                break
            time.sleep(0.01)
        else:
            raise AssertionError("the server never came to the loans")
    server.kill()
    pressing.join(60)
