"""Neither the server's log nor PostgreSQL's holds what people typed (R78)."""

import psycopg2
import pytest

NAME = "Zuberimwanga"
QUERIES = (
    f"INSERT INTO remediation_note (text) VALUES ('{NAME}')",
    f"SELECT id FROM remediation_case WHERE id = '{NAME}'",
    f"UPDATE res_users SET login = NULL WHERE name <> '{NAME}'",
    f"SELECT '{NAME}' FROM nothing_of_this_name",
)


def test_no_log_holds_what_was_typed(start_server, databases, database, cluster):
    with databases.connect(database) as cursor:
        for query in QUERIES:
            with pytest.raises(psycopg2.Error):
                cursor.execute(query)
    server = start_server()
    session = server.login()
    user = {"name": NAME, "login": f"{NAME}@example.org"}
    session.call("res.users", "create", user)
    for call in (
        ("res.users", "create", user),  # a used login: PostgreSQL repeats the key
        ("res.partner", "search", [["id", "=", NAME]]),
        ("res.partner", "search", [[NAME, "=", 1]]),
        ("res.partner", "write", [1], {"color": NAME}),
        ("res.partner", "read", [2**40], [NAME]),
    ):
        with pytest.raises(Exception, match=r"."):
            session.call(*call)
    with pytest.raises(Exception, match="Access Denied"):
        server.login(NAME, NAME)  # somebody unknown, and a name for a password
    for log in (server.log, cluster.data / "server.log"):
        assert NAME not in log.read_text(errors="replace"), log
