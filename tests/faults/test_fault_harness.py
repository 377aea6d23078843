"""A server or a database that dies in the middle leaves nothing half done."""

import contextlib
import threading
import time
import urllib.error


def test_killed_server_leaves_nothing_half_done(one_server, databases, one_database):
    session = one_server.login()
    rows = [{"name": f"Killed {number}"} for number in range(5_000)]

    def create():
        # The answer never comes: the server is dead before it.
        try:
            session.call("res.partner", "create", rows)
        except OSError:
            return

    creating = threading.Thread(target=create)
    creating.start()
    _wait_for_write(databases, one_database)
    one_server.kill()
    creating.join(60)
    again = one_server.start().login()
    found = again.call("res.partner", "search_count", [["name", "=like", "Killed %"]])
    assert found == 0


def test_server_answers_after_the_database_came_back(one_server, cluster):
    session = one_server.login()
    assert session.call("res.users", "search_count", []) > 0
    cluster.stop("immediate")
    cluster.start()
    for _ in range(50):
        # Calls that meet a connection from before are refused, and not for long.
        with contextlib.suppress(urllib.error.HTTPError):
            assert session.call("res.users", "search_count", []) > 0
            return
        time.sleep(0.2)
    raise AssertionError("the server never answered again")


def _wait_for_write(databases, database):
    """Until a transaction of the server has really written something."""
    with databases.connect() as cursor:
        for _ in range(6000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = %s AND backend_xid IS NOT NULL",
                [database],
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("the server never began to write")
