"""A site as `setup/install --production` makes it, on a database and a server that a
test or a benchmark brings: web workers, a worker for steps, the proxy with TLS."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from .. import production, serve
from ..common import ROOT, SETUP, SetupError

HOST = "cases.test"
PORTS = ("port", "plain_port", "odoo_port", "gevent_port")
PARTS = ("web", "jobs", "proxy")
SECONDS = 120
#: Seconds after which a browser, too, opens a new connection.
IDLE = 30


class Deployed:
    """The running site; end it with :meth:`stop`."""

    def __init__(self, databases, database, workers=2, replica=None):
        self.databases = databases
        self.replica = replica
        self.folder = Path(tempfile.mkdtemp(prefix="remediation-site-"))
        self.values = {
            "account": "",
            "user": "user root;\n" if os.geteuid() == 0 else "",
            "root": str(ROOT),
            "cache": "",
            "site": str(self.folder),
            "database": database,
            "host": HOST,
            "web": "127.0.0.1",
            "interface": "127.0.0.1",
            "workers": workers,
            "manager": "-",
            "certificate": str(self.folder / "fullchain.pem"),
            "certificate_key": str(self.folder / "privkey.pem"),
            "backup_key": "",
            "backup_folder": "",
            **_free_ports(),
        }
        self.values["shown_port"] = f":{self.values['port']}"
        production.write_files(self.folder, self.values)
        (self.folder / serve.RECORD).write_text(json.dumps(self.values))
        self.processes = {}

    def start(self):
        for part in PARTS:
            self.begin(part)
        self.wait()
        return self

    def begin(self, part):
        """Start one part, as its unit does when it died."""
        command = [str(SETUP / "serve"), part, "--site", str(self.folder)]
        command += ["--cluster", self.databases.cluster.name]
        environ = dict(os.environ)
        if self.replica:
            environ["PGHOST_REPLICA"] = str(self.replica.socket)
        with open(self.folder / f"{part}.log", "a") as log:
            self.processes[part] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, seconds=SECONDS):
        """Until the sign-in page comes through the proxy; return after how long."""
        started = time.monotonic()
        while time.monotonic() < started + seconds:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if Visitor(self).get("/web/login")[0] == 200:
                    return time.monotonic() - started
            time.sleep(0.1)
        raise SetupError(f"the site does not answer; {self.last_words()}")

    def last_words(self):
        """The ends of its logs, for whoever looks for what went wrong."""
        return "\n".join(
            f"{part}: {(self.folder / f'{part}.log').read_text()[-1500:]}"
            for part in PARTS
        )

    def workers(self):
        """The processes that answer: two and more of them, and the bus."""
        parent = self.processes["web"].pid
        said = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        return [int(pid) for pid in said.split()]

    def kill(self, part):
        """As a power cut does, the part and what it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.processes[part].pid, signal.SIGKILL)
        self.processes[part].wait(30)

    def stop(self):
        for part in reversed(PARTS):
            if part in self.processes:
                self.kill(part)
        shutil.rmtree(self.folder, ignore_errors=True)


class Visitor:
    """One person's browser, without the browser: it keeps its connection and cookie."""

    def __init__(self, site):
        self.site = site
        self.cookie = None
        self.connection = None
        self.used = 0.0

    def sign_in(self, login, password):
        """Past the proxy, which lets an address sign in once a second."""
        url = f"http://127.0.0.1:{self.site.values['odoo_port']}"
        body = {
            "params": {
                "db": self.site.values["database"],
                "login": login,
                "password": password,
            }
        }
        request = urllib.request.Request(
            f"{url}/web/session/authenticate",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            answer = json.load(response)
            self.cookie = response.headers["Set-Cookie"].partition(";")[0]
        if not answer.get("result", {}).get("uid"):
            raise SetupError(f"{login} cannot sign in: {answer}")
        return self

    def get(self, path):
        return self._send("GET", path, None, {})

    def call(self, model, method, *args, **kwargs):
        """A call as the web client makes it; return its result.

        :raises OSError: no answer, or not the one that was asked for
        """
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self.post(path, model=model, method=method, args=args, kwargs=kwargs)

    def post(self, path, **params):
        """A call as a page makes it; return its result.

        :raises OSError: as :meth:`call`
        """
        status, text = self._send(
            "POST",
            path,
            json.dumps({"params": params}),
            {"Content-Type": "application/json"},
        )
        answer = json.loads(text) if status == 200 else {}
        if "result" not in answer:
            raise OSError(f"{path}: {status} {text[:300]}")
        return answer["result"]

    def _send(self, method, path, body, headers):
        headers = {**headers, "Host": f"{HOST}:{self.site.values['port']}"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.connection and time.monotonic() - self.used > IDLE:
            # The proxy ends a connection that says nothing for a minute.
            self.connection.close()
            self.connection = None
        if not self.connection:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.load_verify_locations(self.site.values["certificate"])
            self.connection = http.client.HTTPSConnection(
                "127.0.0.1", self.site.values["port"], timeout=SECONDS, context=context
            )
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode(errors="replace")
            self.used = time.monotonic()
            return answer.status, text
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise


def _free_ports():
    sockets = [socket.socket() for _port in PORTS]
    for free in sockets:
        free.bind(("127.0.0.1", 0))
    numbers = [free.getsockname()[1] for free in sockets]
    for free in sockets:
        free.close()
    return dict(zip(PORTS, numbers, strict=True))
