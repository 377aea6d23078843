"""A production site under load: two web workers, a worker for steps, the proxy with TLS
and a replica for what only reads. docs/scale.md has what was measured.

1,000 pages of the portal are asked for, 100 at a time; then 100 people of the back
office work for a minute, each with a pause as somebody who reads makes it. The same
again after a worker was killed, after the replica was, and after the database server
was."""

import contextlib
import http.client
import os
import random
import signal
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from _lib.database import Databases
from _lib.plugins.deployed import Deployed, Visitor
from _lib.postgres import Cluster, Replica
from bench_case_list import COLUMNS, PAGE
from lib import benchmark
from seed_cases import cases

CASES = 20_000
AT_ONCE = 100
PEOPLE = 100
SECONDS = 60
#: Seconds between two things that one person does.
PAUSE = (5, 15)
PASSWORD = "written for this measurement"


def crowd(env, _number):
    """20,000 cases; everybody has one password."""
    cases(env, CASES)
    env.company.second_factor_required = False
    users = env["res.users"].search([("login", "like", "bench_%")], order="id")
    users[0].password = PASSWORD
    env.flush_all()
    env.cr.execute(
        "UPDATE res_users SET password = (SELECT password FROM res_users WHERE id = %s)"
        " WHERE id = ANY(%s)",
        [users[0].id, users.ids],
    )


class Taken:
    """How long each answer took, and how many were none."""

    def __init__(self):
        self.seconds, self.errors = [], []
        self._lock = threading.Lock()

    def one(self, function, *arguments, **named):
        started = time.perf_counter()
        fault = None
        try:
            found = function(*arguments, **named)
            if isinstance(found, tuple) and found[0] != 200:
                fault = f"{found[0]}"
        except (OSError, http.client.HTTPException) as error:
            fault = repr(error)
        with self._lock:
            self.seconds.append(time.perf_counter() - started)
            if fault:
                self.errors.append(fault)

    def median(self):
        return statistics.median(self.seconds)

    def p95(self):
        return statistics.quantiles(self.seconds, n=20)[-1]


@benchmark("load", size=1_000, seed=crowd)
def load(bench):
    database = bench.env.cr.dbname
    bench.env.cr.commit()
    cluster = Cluster("bench")
    replica = Replica(cluster)
    replica.remove()
    replica.start()
    site = Deployed(Databases(cluster), database, workers=2, replica=replica)
    try:
        site.start()
        _measure(bench, site, cluster)
    finally:
        site.stop()
        replica.remove()


def _measure(bench, site, cluster):
    portal = Visitor(site).sign_in("bench_portal", PASSWORD)
    desks = [
        Visitor(site).sign_in(f"bench_worker_{number}", PASSWORD)
        for number in range(1, PEOPLE + 1)
    ]
    pages = _pages(portal)
    alone = {"portal": Taken(), "desk": Taken()}
    for _time in range(3):
        for page in pages:
            portal.get(page)
        _work(desks[0], Taken(), 1)
    for _time in range(10):
        for page in pages:
            alone["portal"].one(portal.get, page)
        _work(desks[0], alone["desk"], 1)
    for name, taken in alone.items():
        _note(bench, site, f"{name}, one alone", taken)
    for phase, kill in (
        ("", None),
        (" after a killed worker", lambda: os.kill(site.workers()[0], signal.SIGKILL)),
        (" without the replica", lambda: site.replica.stop("immediate")),
        (" after the database was killed", lambda: _killed(cluster)),
    ):
        if kill:
            kill()
            site.wait()
            _settle(portal, pages)
        _note(
            bench,
            site,
            f"portal, 100 at a time{phase}",
            _portal(bench, site, portal, pages),
            alone["portal"],
        )
        _note(bench, site, f"desk, 100 people{phase}", _desk(desks), alone["desk"])
    for number, pid in enumerate(site.workers(), start=1):
        bench.note(f"memory of process {number}", rss_mb=_memory(pid))


def _killed(cluster):
    """The database server ends as in a power cut, and comes back."""
    cluster.stop("immediate")
    cluster.start()


def _settle(portal, pages):
    """Each worker learns of it by one answer that is an error."""
    for _time in range(20):
        with contextlib.suppress(OSError, http.client.HTTPException):
            portal.get(pages[0])


def _pages(portal):
    _status, text = portal.get("/my/remediation/cases")
    code = text.partition("/my/remediation/case/")[2].partition('"')[0]
    return ["/my/remediation", "/my/remediation/cases", f"/my/remediation/case/{code}"]


def _portal(bench, site, portal, pages):
    taken = Taken()

    def visit(number):
        visitor = Visitor(site)
        visitor.cookie = portal.cookie
        for turn in range(bench.size // AT_ONCE):
            taken.one(visitor.get, pages[(number + turn) % len(pages)])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(visit, range(AT_ONCE)))
    return taken


def _work(visitor, taken, turn):
    """What somebody does next: the desk, the list, the list sorted otherwise."""
    if turn % 3 == 0:
        taken.one(visitor.call, "remediation.desk", "get_desk")
    else:
        order = "opened_at desc" if turn % 3 == 1 else "next_due"
        taken.one(
            visitor.call,
            "remediation.case",
            "web_search_read",
            [],
            COLUMNS,
            order=order,
            **PAGE,
        )


def _desk(desks):
    taken = Taken()
    until = time.monotonic() + SECONDS

    def person(number):
        drawn = random.Random(number)
        time.sleep(drawn.uniform(0, PAUSE[1]))
        turn = number
        while time.monotonic() < until:
            _work(desks[number], taken, turn)
            turn += 1
            time.sleep(drawn.uniform(*PAUSE))

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(person, range(PEOPLE)))
    return taken


def _note(bench, site, label, taken, alone=None):
    """The 95th of a hundred, against the median of one alone; no error is let pass."""
    if taken.errors:
        raise AssertionError(
            f"{label}: {len(taken.errors)} errors, {taken.errors[0]}\n"
            f"{site.last_words()}"
        )
    ratio = round(taken.p95() / alone.median(), 2) if alone else None
    bench.note(label, n=len(taken.seconds), seconds=taken.p95(), ratio=ratio)


def _memory(pid):
    with open(f"/proc/{pid}/status") as handle:
        for line in handle:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) // 1024
    return 0
