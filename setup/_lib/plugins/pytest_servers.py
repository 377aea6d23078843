"""Fixtures for tests/faults, tests/concurrency and tests/alone: real Odoo servers on a
PostgreSQL cluster that nobody else uses. CONTRIBUTING.md shows how to use them."""

import contextlib
import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

import pytest
from _lib import kept, modules
from _lib.common import ROOT, STATE, lock
from _lib.database import Databases, template_names
from _lib.postgres import Cluster, Replica
from forked import QuickDatabases
from passlib.hash import pbkdf2_sha512


class RemoteError(Exception):
    """What the server answered to a call that failed; `name` is the exception's."""

    def __init__(self, error):
        self.name = error.get("data", {}).get("name", "")
        super().__init__(error.get("data", {}).get("message") or error["message"])


class Session:
    """A logged-in browser session without a browser: calls as the web client does."""

    def __init__(self, server, login, password):
        self.server = server
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.user = self.post(
            "/web/session/authenticate",
            {"db": server.database, "login": login, "password": password},
        )

    def call(self, model, method, *args, **kwargs):
        return self.post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def post(self, path, parameters):
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        request = urllib.request.Request(
            self.server.url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=120) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RemoteError(answer["error"])
        return answer.get("result")


class Server:
    """An Odoo process of its own on a port of its own."""

    def __init__(self, databases, database, *options):
        self.databases = databases
        self.database = database
        self.options = options
        self.process = None
        self.port = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Start it; one that died begins again at its old address."""
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        self.log = STATE / "logs" / f"server-{self.port}.log"
        with open(self.log, "w") as output:
            arguments = ["server", "-c", str(ROOT / "odoo.conf"), "-d", self.database]
            arguments += ["--http-port", str(self.port), "--max-cron-threads=0"]
            with open(os.devnull) as nothing:
                self.process = self.databases.begin(
                    [*arguments, *self.options], nothing, output, output
                )
        self.wait()
        return self

    def wait(self, seconds=120):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            with contextlib.suppress(urllib.error.URLError, OSError):
                # It answers once everything is loaded, as a page does, and draws none.
                url = f"{self.url}/web/health"
                with urllib.request.urlopen(url, timeout=60) as page:
                    if page.status == 200:
                        return
            time.sleep(0.1)
        raise AssertionError(f"the server does not answer; the log is {self.log}")

    def kill(self):
        """As a power cut does: nothing is tidied up."""
        self._signal(signal.SIGKILL)

    def stop(self):
        self._signal(signal.SIGTERM)

    def minute_passes(self):
        """Once a minute a server looks for steps to go on with: it looks now."""
        with self.databases.connect("postgres") as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])

    def login(self, login="admin", password="admin"):
        return Session(self, login, password)

    def _signal(self, number):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, number)
            self.process.wait(60)


@pytest.fixture(scope="session")
def cluster():
    """A database server that a test may stop, kill and start. It holds the product and
    the demonstration, and what they are made of: each replica copies all of it."""
    chains = [template_names(modules.product()), template_names(list(modules.find()))]
    wanted = {name for chain in chains for name in chain}
    asked = {chain[-1] for chain in chains}
    with lock(STATE / "faults.lock", "testing faults in this checkout"):
        cluster = Cluster("faults", fast=True, private=True, only=wanted).start()
        databases = Databases(cluster)
        if not asked <= databases.names() and kept.has(cluster, asked):
            cluster.remove()
            cluster.start()
        databases.keep_only(wanted)
        yield cluster
        cluster.stop()


@contextlib.contextmanager
def following(cluster):
    """A server that follows that one, from now on: making a database is much to
    follow."""
    replica = Replica(cluster)
    replica.remove()
    try:
        yield replica.start()
    finally:
        replica.remove()


@contextlib.contextmanager
def fresh(databases, template):
    """The name of a fresh copy of a database."""
    with databases.scratch(template) as name:
        # These servers are asked about other things than how people sign in.
        with databases.connect(name) as cursor:
            cursor.execute("UPDATE res_company SET second_factor_required = false")
        quick_passwords(databases, name, [("admin", "admin")])
        yield name


def quick_passwords(databases, database, people):
    """The template's passwords are made for a site: slow to check on purpose."""
    quick = pbkdf2_sha512.using(rounds=1)  # sitecustomize.py makes the others so
    with databases.connect(database) as cursor:
        for login, password in people:
            cursor.execute(
                "UPDATE res_users SET password = %s WHERE login = %s",
                [quick.hash(password), login],
            )


@contextlib.contextmanager
def starting(databases, database):
    """Call it to start an Odoo on a database; call it again for another."""
    servers = []

    def start(*options):
        servers.append(Server(databases, database, *options))
        return servers[-1].start()

    try:
        yield start
    finally:
        for server in servers:
            server.kill()


@pytest.fixture
def replica(cluster):
    """A server that follows that one; a test may stop it. Ask for `database` first."""
    with following(cluster) as replica:
        yield replica


@pytest.fixture(scope="session")
def databases(cluster):
    return QuickDatabases(cluster)


@pytest.fixture(scope="session")
def template(databases):
    """The name of a database with all modules; do not change it, copy it."""
    name = databases.template(modules.product())
    databases.draw_assets(name)
    return name


@pytest.fixture
def database(databases, template):
    """The name of a fresh copy of it, for one test."""
    with fresh(databases, template) as name:
        yield name


@pytest.fixture
def start_server(databases, database):
    """Call it to start an Odoo on the test's database; call it again for another."""
    with starting(databases, database) as start:
        yield start


@pytest.fixture
def run_script(databases, database):
    """Call it with Python source to run it in an Odoo shell, with `env` at hand; it
    returns what the script prints. End it with `env.cr.commit()` to keep changes."""

    def run(script):
        return databases.shell(database, script)[0]

    return run


@pytest.fixture(scope="module")
def one_database(databases, template):
    """The name of a fresh copy, for all tests of a file: they disturb no other."""
    with fresh(databases, template) as name:
        yield name


@pytest.fixture(scope="module")
def one_server(databases, one_database):
    """An Odoo on it, for tests that leave it alive."""
    with starting(databases, one_database) as start:
        yield start()


@pytest.fixture(scope="session")
def race_database(databases, template):
    """The name of a fresh copy, for every race: each looks at its own records."""
    with fresh(databases, template) as name:
        yield name


@pytest.fixture(scope="session")
def two_servers(databases, race_database):
    """Two of them on it. A test leaves them alive."""
    with starting(databases, race_database) as start:
        yield [start(), start()]
