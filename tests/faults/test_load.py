"""Whichever process of a site dies under load, what it acknowledged is kept, once."""

import http.client
import json
import os
import signal
import threading
import time

import pytest
from _lib.plugins.deployed import Deployed, Visitor

WRITERS = 8
#: So much is written between two processes that die.
WRITTEN = 32


@pytest.fixture
def site(databases, database, replica):
    site = Deployed(databases, database, workers=2, replica=replica)
    try:
        yield site.start()
    finally:
        site.stop()


class Writer(threading.Thread):
    """Adds contacts one after the other, and notes which were acknowledged."""

    def __init__(self, site, number, stopped):
        super().__init__(daemon=True)
        self.visitor = Visitor(site).sign_in("admin", "admin")
        self.number, self.stopped = number, stopped
        self.acknowledged, self.refused = [], 0

    def run(self):
        count = 0
        while not self.stopped.is_set():
            count += 1
            name = f"Written {self.number}-{count}"
            try:
                self.visitor.call("res.partner", "create", [{"name": name}])
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                self.refused += 1
                time.sleep(0.2)
            else:
                self.acknowledged.append(name)


def _kill_a_worker(site, _cluster):
    os.kill(site.workers()[0], signal.SIGKILL)


def _kill_all_web(site, _cluster):
    site.kill("web")
    site.begin("web")


def _kill_steps(site, _cluster):
    site.kill("jobs")
    site.begin("jobs")


def _kill_proxy(site, _cluster):
    site.kill("proxy")
    site.begin("proxy")


def _kill_replica(site, _cluster):
    site.replica.stop("immediate")


def _kill_backend(site, cluster):
    """One process of the database server dies; the server begins anew by itself."""
    with site.databases.connect() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s LIMIT 1",
            [site.values["database"]],
        )
        os.kill(cursor.fetchone()[0], signal.SIGKILL)


def _kill_database(site, cluster):
    cluster.stop("immediate")
    cluster.start()


KILLS = (
    _kill_a_worker,
    _kill_steps,
    _kill_proxy,
    _kill_all_web,
    _kill_replica,
    _kill_backend,
    _kill_database,
)


def test_a_killed_process_loses_no_acknowledged_write(
    site, cluster, databases, database
):
    stopped = threading.Event()
    writers = [Writer(site, number, stopped) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    _until_written(writers, "before anything died")
    for kill in KILLS:
        kill(site, cluster)
        site.wait()
        _until_written(writers, kill.__name__)
    stopped.set()
    for writer in writers:
        writer.join(60)
    acknowledged = [name for writer in writers for name in writer.acknowledged]
    with databases.connect(database) as cursor:
        cursor.execute(
            "SELECT name, count(*) FROM res_partner WHERE name LIKE %s GROUP BY name",
            ["Written %"],
        )
        found = dict(cursor.fetchall())
    assert len(acknowledged) > 200
    assert [name for name in acknowledged if found.get(name) != 1] == []


def _until_written(writers, what, seconds=60):
    """Until more was acknowledged than now, by some of those who write."""
    before = _acknowledged(writers)
    until = time.monotonic() + seconds
    while _acknowledged(writers) < before + WRITTEN:
        assert time.monotonic() < until, f"{what}: nothing is written any more"
        time.sleep(0.1)


def _acknowledged(writers):
    return sum(len(writer.acknowledged) for writer in writers)
