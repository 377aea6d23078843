"""A server that follows the primary answers what only reads, all of it; what a reading
leaves behind, a row of the access log, is written on the primary."""

import contextlib
import time
import urllib.error

import pytest
from _lib import modules
from _lib.database import Databases
from pytest_servers import RemoteError, following, starting

#: What the web client and remote callers read by; Odoo says of each that it only reads.
READERS = (
    ("search_count", lambda _names: ([[]], {})),
    ("search_read", lambda names: ([[], names], {"limit": 2})),
    ("name_search", lambda _names: ([""], {"limit": 2})),
    (
        "web_search_read",
        lambda names: ([[], {name: {} for name in names}], {"limit": 2}),
    ),
    ("web_read_group", lambda names: ([[], names[:1], ["__count"]], {})),
    ("formatted_read_group", lambda names: ([[], names[:1], ["__count"]], {})),
)
#: Kinds of fields that no list is grouped by.
OTHER = (
    "one2many",
    "many2many",
    "binary",
    "html",
    "properties",
    "date",
    "datetime",
    "json",
)
#: Two people who together see cases, partners, savings and money.
PEOPLE = ("coordinator", "finance")
RETRIED = "retrying with a read/write cursor"


@pytest.fixture(scope="module")
def template(databases):
    """The living organisation: a model without a record proves nothing."""
    return databases.template(list(modules.find()))


@pytest.fixture(scope="module")
def database(one_database):
    return one_database


@pytest.fixture(scope="module")
def replica(cluster, database):
    """One for this file: the last test stops it."""
    with following(cluster) as replica:
        yield replica


@pytest.fixture(scope="module")
def server(databases, database, replica):
    with starting(databases, database) as start:
        server = start(f"--db_replica_host={replica.socket}")
        _wait_for(replica, databases)
        yield server


def _wait_for(replica, databases):
    """Until it has read what is written so far."""
    with databases.connect() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()")
        written = cursor.fetchone()[0]
    with Databases(replica).connect() as cursor:
        for _ in range(600):
            cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [written])
            if cursor.fetchone()[0]:
                return
            time.sleep(0.1)
    raise AssertionError("the replica does not follow")


def _ours(databases, database):
    """The models of our modules that have a table."""
    with databases.connect(database) as cursor:
        cursor.execute(
            """SELECT DISTINCT m.model FROM ir_model m
               JOIN ir_model_data d ON d.model = 'ir.model' AND d.res_id = m.id
               WHERE d.module = ANY(%s) AND NOT m.transient AND NOT m.abstract
               ORDER BY m.model""",
            [modules.product()],
        )
        return [model for (model,) in cursor.fetchall()]


def _stored(session, model):
    """Some stored fields of a model, as this person may see them."""
    fields = session.call(model, "fields_get", attributes=["type", "store"])
    return [
        name
        for name, field in sorted(fields.items())
        if field.get("store") and field["type"] not in OTHER
    ][:12]


def test_r73_what_reads_is_answered_by_the_replica(server, databases, database):
    answered = 0
    wrong = []
    before = _logged(databases, database)
    for login in PEOPLE:
        password = f"{login}-demo" if login == "finance" else login
        session = server.login(login, password)
        for model in _ours(databases, database):
            answered += _read(session, model, wrong)
        for model, method, args in (
            ("remediation.desk", "get_desk", ()),
            ("remediation.desk", "search_desk", ("CR-",)),
        ):
            session.call(model, method, *args)
    log = server.log.read_text()
    assert not wrong, wrong
    assert answered > 1000
    assert RETRIED not in log, log[log.index(RETRIED) - 500 :][:3000]
    assert _logged(databases, database) > before + 50


def _read(session, model, wrong):
    """Read a model in every way; return how many were answered. Who may not even count
    it is asked no further."""
    names = []
    answered = 0
    for method, arguments in READERS:
        args, kwargs = arguments(names)
        try:
            session.call(model, method, *args, **kwargs)
        except RemoteError as error:
            if error.name != "odoo.exceptions.AccessError":
                wrong.append(f"{model}.{method}: {error}")
            elif method == "search_count":
                return 0
        else:
            answered += 1
            names = names or _stored(session, model)
    return answered


def _logged(databases, database):
    """How many rows the access log has on the primary."""
    with databases.connect(database) as cursor:
        cursor.execute("SELECT count(*) FROM remediation_access_log")
        return cursor.fetchone()[0]


def test_the_primary_answers_where_the_replica_is_gone(server, replica):
    session = server.login("coordinator", "coordinator")
    assert session.call("remediation.case", "search_count", []) > 0
    replica.stop("immediate")
    answered = 0
    for _ in range(50):
        # Calls that meet a connection from before are refused, and not for long.
        with contextlib.suppress(urllib.error.HTTPError, RemoteError):
            answered += session.call("remediation.case", "search_count", []) > 0
            if answered == 3:
                break
        time.sleep(0.2)
    assert answered == 3
