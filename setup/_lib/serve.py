"""setup/serve: one part of a production site, in the foreground."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from .common import ROOT, SETUP, STATE, SetupError
from .postgres import Cluster, clusters

SITE = STATE / "site"
RECORD = "site.json"
#: In the order in which they start.
PARTS = ("database", "web", "jobs", "proxy")
SECONDS = 120
#: What makes an Odoo the one that does the steps.
JOBS = ["--workers=0", "--no-http", "--max-cron-threads=2"]
#: People who may wait for a web worker; and where systemd puts an open port.
BACKLOG = 1024
FIRST_HANDLE = 3


def run(parser, arguments):
    parser.add_argument("part", choices=[*PARTS, "wal", "backup"])
    parser.add_argument("--site", type=Path, default=SITE, help="its folder")
    parser.add_argument(
        "--every",
        type=float,
        metavar="MINUTES",
        help="make backups until it is ended, where no timer starts this part",
    )
    # A test brings its own database server.
    parser.add_argument("--cluster", default="run", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    values = read(options.site)
    if options.part == "wal":
        return _wal(values)
    if options.part == "database":
        cluster = Cluster("run")
        if cluster.external:
            raise SetupError("PGHOST names a database server: none is started here.")
        command, environ = cluster.foreground(), dict(os.environ)
    elif options.part == "proxy":
        command, environ = _proxy(values), dict(os.environ)
    elif options.part == "backup":
        command = [str(SETUP / "backup"), "--database", values["database"]]
        command += ["--key", values["backup_key"], "--folder", values["backup_folder"]]
        environ = dict(os.environ)
        if options.every:
            return _again(command, 60 * options.every)
    else:
        [cluster] = (each for each in clusters() if each.name == options.cluster)
        command, environ = _odoo(values, options.part, cluster)
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(command[0], command, environ)


def _wal(values):
    from . import backup, wal
    from .database import Databases

    databases = wait_for(Databases(Cluster("run")))
    keys = backup.public_keys(Path(values["backup_key"]))
    return wal.serve(databases, Path(values["backup_folder"]), keys)


def _again(command, seconds):
    """Run a command again and again. One that failed says why, and the next comes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        started = time.monotonic()
        subprocess.run(command, cwd=ROOT, check=False)
        time.sleep(max(0, started + seconds - time.monotonic()))


def wait_for(databases):
    """Wait until the database server answers."""
    until = time.monotonic() + SECONDS
    while True:
        try:
            databases.names()
            return databases
        except SetupError:
            if time.monotonic() > until:
                raise
            time.sleep(1)


def read(site):
    """What `setup/install --production` wrote down of a site."""
    try:
        return json.loads((site / RECORD).read_text())
    except (OSError, ValueError):
        raise SetupError(
            f"{site} holds no site; make one with setup/install --production."
        ) from None


def find_nginx():
    found = shutil.which("nginx")
    return found or next((p for p in ("/usr/sbin/nginx",) if os.path.exists(p)), None)


def _proxy(values):
    nginx = find_nginx()
    if not nginx:
        raise SetupError("nginx is missing; run `apt-get install nginx-light` as root.")
    return [nginx, "-e", "stderr", "-c", f"{values['site']}/nginx.conf"]


def _odoo(values, part, cluster):
    from .database import Databases, check_paths

    check_paths()
    databases = wait_for(Databases(cluster))
    command = [sys.executable, str(ROOT / "deploy" / "odoo-json")]
    command += ["-c", f"{values['site']}/odoo.conf"]
    if part == "jobs":
        return command + JOBS, databases.environ()
    return command, databases.environ(**_listen(values))


def _listen(values):
    """Open the port of the web workers and hand it to the Odoo that this becomes.

    Odoo's own has room for eight waiting people a worker. Who comes after them is let
    in late, and a worker then gives up a connection that says nothing for two seconds:
    with a hundred people at once, three of a hundred pages were errors.
    """
    waiting = socket.socket()
    waiting.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    waiting.bind((values["interface"], values["odoo_port"]))
    waiting.listen(BACKLOG)
    # Two workers see the same knock, and one of them finds nobody.
    waiting.setblocking(False)
    handle = waiting.detach()
    if handle != FIRST_HANDLE:
        os.dup2(handle, FIRST_HANDLE)
    os.set_inheritable(FIRST_HANDLE, True)
    return {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}


@contextlib.contextmanager
def all_parts(site):
    """Run every part beside this process until the block ends, then stop them."""
    processes = []
    try:
        for part in PARTS:
            if part == "database" and Cluster("run").running():
                continue  # the command that made the site has it open
            log = open(site / f"{part}.log", "w")  # noqa: SIM115
            processes.append(
                subprocess.Popen(
                    [str(SETUP / "serve"), part, "--site", str(site)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )
            log.close()
        yield
    finally:
        for process in reversed(processes):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
        for process in processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
