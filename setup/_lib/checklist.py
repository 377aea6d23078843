"""What has to be true of a production site, each tried against the running one."""

import base64
import contextlib
import http.client
import json
import os
import re
import socket
import ssl
import stat
import time
import urllib.parse
from pathlib import Path

from .common import say
from .postgres import Cluster

SECONDS = 180
#: What PostgreSQL's log must leave out: failed statements hold what people typed.
TERSE = {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}


class Site:
    """The site as a stranger's machine sees it: by name, through its proxy."""

    def __init__(self, values):
        self.values = values
        self.cookies = {}

    def get(self, path, body=None, headers=None, plain=False):
        """One request; nothing is followed."""
        port = self.values["plain_port" if plain else "port"]
        if plain:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        else:
            connection = _Named(self.values["host"], port, self._trust())
        shown = f"{self.values['host']}{self.values['shown_port']}"
        sent = {"Host": shown, **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if body is not None:
            body = urllib.parse.urlencode(body)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(connection):
            connection.request("GET" if body is None else "POST", path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer, text

    def _trust(self):
        context = ssl.create_default_context()
        certificate = Path(self.values["certificate"])
        if certificate.parent == Path(self.values["site"]):
            context.load_verify_locations(certificate)
        return context

    def signs_in(self, login, password):
        """Does this password open the web client?"""
        self.cookies = {}
        _answer, page = self.get("/web/login")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        answer, _text = self.get(
            "/web/login",
            {"csrf_token": token[1], "login": login, "password": password},
        )
        return answer.status == 303


class _Named(http.client.HTTPSConnection):
    """A connection to this machine that expects the certificate of the name."""

    def __init__(self, host, port, context):
        super().__init__(host, port, timeout=60, context=context)
        self._checked = context

    def connect(self):
        bare = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self._checked.wrap_socket(bare, server_hostname=self.host)


def show(lines):
    """Print the checklist; return how many lines are not true."""
    wrong = 0
    say("Checklist, each line tried:")
    for true, line in lines:
        wrong += not true
        say(f"    [{'x' if true else ' '}] {line}")
    return wrong


def tried(values, answers, password, place):
    """Yield (is it true, what should be) of a site that runs."""
    site = Site(values)
    yield (
        _in_time(_page_answers, site),
        f"https://{values['host']} answers with its certificate",
    )
    answer, _text = site.get("/web/login", plain=True)
    target = answer.headers.get("Location", "")
    yield (
        answer.status == 301 and target.startswith(f"https://{values['host']}"),
        "plain HTTP leads to HTTPS",
    )
    site.cookies = {}  # a new one is given to who has none
    answer, _text = site.get("/web/login")
    cookies = " ".join(answer.headers.get_all("Set-Cookie") or ()).lower()
    yield (
        all(word in cookies for word in ("secure", "httponly", "samesite=lax")),
        "the cookie of a session travels by HTTPS alone",
    )
    yield (
        "max-age" in answer.headers.get("Strict-Transport-Security", ""),
        "browsers are told to come by HTTPS alone",
    )
    answer, text = site.get("/web/database/manager")
    yield answer.status in (303, 404), "nobody manages databases from outside"
    if password:
        yield (
            site.signs_in(answers["administrator"], password),
            "the administrator signs in",
        )
    yield (
        not site.signs_in("admin", "admin"),
        "the password that everybody knows is gone",
    )
    yield _in_time(_bus_answers, site), "the bus answers through the proxy"
    inside = (values["odoo_port"], values["gevent_port"])
    yield _only_here(inside), "Odoo's own ports are open to this machine alone"
    yield _settings_terse(values["database"]), "PostgreSQL's log holds no statements"
    yield _log_is_json(values), "the log is lines of JSON"
    yield _closed(values), "files with secrets are their owner's alone"
    yield (place / "database.age").is_file(), "a first backup was made, sealed"
    key = Path(values["backup_key"])
    yield (
        not any(
            "AGE-SECRET-KEY" in path.read_text(errors="replace")
            for path in key.parent.iterdir()
            if path.is_file() and path.stat().st_size < 10_000
        ),
        "the private key of backups is not beside the public one",
    )


def _in_time(answers, *arguments):
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if answers(*arguments):
                return True
        time.sleep(0.5)
    return False


def _page_answers(site):
    return site.get("/web/login")[0].status == 200


def _bus_answers(site):
    key = base64.b64encode(os.urandom(16)).decode()
    wanted = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        "Origin": f"https://{site.values['host']}{site.values['shown_port']}",
    }
    connection = _Named(site.values["host"], site.values["port"], site._trust())
    with contextlib.closing(connection):
        shown = f"{site.values['host']}{site.values['shown_port']}"
        connection.request("GET", "/websocket", None, {"Host": shown, **wanted})
        return connection.getresponse().status == 101


def _only_here(ports):
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError), open(table) as handle:
            for line in handle:
                parts = line.split()
                if parts[3] == "0A":
                    address, port = parts[1].rsplit(":", 1)
                    found.setdefault(int(port, 16), set()).add(address)
    return all(found.get(port) == {"0100007F"} for port in ports)


def _settings_terse(name):
    from .database import Databases

    with Databases(Cluster("run")).connect(name) as cursor:
        found = {}
        for setting in TERSE:
            cursor.execute(f"SHOW {setting}")
            found[setting] = cursor.fetchone()[0]
    return found == TERSE


def _log_is_json(values):
    lines = (Path(values["site"]) / "web.log").read_text().splitlines()
    # Odoo says this by itself; what is left to do by hand says it too.
    lines = [line for line in lines if not line.startswith("Running as user 'root'")]
    try:
        return bool(lines) and all("message" in json.loads(line) for line in lines)
    except ValueError:
        return False


def _closed(values):
    site = Path(values["site"])
    private = [site, site / "odoo.conf", site / "site.json"]
    key = Path(values["certificate_key"])
    return not (
        any(stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private)
        # Who renews certificates may read it by a group.
        or key.stat().st_mode & 0o007
    )
