"""A server killed in the middle of a meeting's validation or of a share-out: whole or
not at all, and the same button goes on."""

import threading
import time

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
SHARE_OUT = """
meetings.action_validate()
for cycle in cycles:
    cycle.action_share_out()
share_outs = cycles.share_out_ids
share_outs.line_ids.write({"decision": "net"})
"""
COMMIT = "env.cr.commit()\n"


def test_killed_while_validating_meetings(
    start_server, run_script, databases, database
):
    run_script(GROUPS + COMMIT)
    server = start_server()
    session = server.login()
    meetings = session.call("savings.meeting", "search", [["state", "=", "open"]])
    assert len(meetings) == 25
    _kill_during(
        server,
        lambda: session.call("savings.meeting", "action_validate", meetings),
        databases,
        database,
    )
    again = start_server().login()
    assert _count(again, "savings.meeting", "state", "open") == 25
    assert again.call("savings.loan", "search_count", []) == 0
    again.call("savings.meeting", "action_validate", meetings)
    assert _count(again, "savings.meeting", "state", "validated") == 25
    assert again.call("savings.loan", "search_count", []) == 25 * 25


def test_killed_while_sharing_out(start_server, run_script, databases, database):
    run_script(GROUPS + SHARE_OUT + COMMIT)
    server = start_server()
    session = server.login()
    share_outs = session.call("savings.share.out", "search", [["state", "=", "draft"]])
    _kill_during(
        server,
        lambda: session.call("savings.share.out", "action_confirm", share_outs),
        databases,
        database,
    )
    again = start_server().login()
    assert _count(again, "savings.share.out", "state", "draft") == 25
    assert _count(again, "savings.loan.move", "kind", "netting") == 0
    again.call("savings.share.out", "action_confirm", share_outs)
    assert _count(again, "savings.share.out", "state", "confirmed") == 25
    assert _count(again, "savings.loan.move", "kind", "netting") == 25 * 25


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
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
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
