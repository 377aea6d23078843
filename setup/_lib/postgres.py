"""Private PostgreSQL clusters: one to run (safe), one to test (fast), and one for
the tests that kill it. Each listens on a Unix socket only."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import kept
from .common import CHECKOUT, ROOT, STATE, SetupError, have_root, lock, run, step
from .install import external_postgres, postgres_bin

ADMIN = "cluster_admin"
USER = "odoo"
SETTINGS = """\
# Written by setup/ at each start.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
jit = off
max_slot_wal_keep_size = 4GB
log_timezone = 'UTC'
{private}timezone = 'UTC'
"""
#: Where files lie in memory, and how many bytes of it have to be free.
MEMORY = Path("/dev/shm")
PLENTY = 10 * 2**30
#: What every site needs too: postgresql.conf at the top of the repository is included.
PRIVATE = (ROOT / "postgresql.conf").read_text()
FAST = """\
# For tests only: a power cut loses the cluster, and the next run makes it again.
# What was committed outlives a killed server all the same: synchronous_commit stays on,
# or the database that the faults' tests kill forgets the last half second.
fsync = off
full_page_writes = off
max_wal_senders = 2
checkpoint_timeout = 30min
# Each copy comes with its statistics, and is dropped before it is worth tidying up.
autovacuum = off
"""


class Cluster:
    """A PostgreSQL server of this checkout, or the one that PG* variables name."""

    def __init__(self, name, fast=False, private=False, only=None):
        self.name = name
        #: The templates that it begins with, of those that were kept; None: all.
        self.only = only
        self.fast = fast
        self.external = external_postgres() and not private
        self.user = "postgres" if have_root() else None
        self.data = _place() / f"pg-{name}"
        if fast and not self.data.exists():
            self.data = (_memory() or _place()) / self.data.name
        self.socket = _socket_folder(name)

    # -- what Odoo and psycopg2 need to reach it

    def environ(self):
        if self.external:
            return {}
        host = str(self.socket)
        return {"PGHOST": host, "PGPORT": "5432", "PGUSER": USER, "SETUP_PGHOST": host}

    # -- life

    def start(self):
        if self.external:
            return self
        with lock(STATE / f"pg-{self.name}.lock", "starting the database server"):
            if self.running():
                return self
            self._prepare()
            log = self.data / "server.log"
            self._pg(
                ["pg_ctl", "-D", self.data, "-l", log, "-w", "-t", "300", "start"],
                f"PostgreSQL did not start; read {log}",
            )
        return self

    def stop(self, mode="fast"):
        if not self.external and self.running():
            self._pg(
                ["pg_ctl", "-D", self.data, "-w", "-m", mode, "stop"],
                f"PostgreSQL did not stop; read {self.data / 'server.log'}",
            )

    def running(self):
        if not (self.data / "PG_VERSION").exists():
            return False
        as_user = self._as_user()
        return not subprocess.run(
            [self.program("pg_ctl"), "-D", str(self.data), "status"],
            capture_output=True,
            cwd="/",
            check=False,
            **as_user,
        ).returncode

    def copy_to(self, folder):
        """Copy the files of the cluster while it runs, as `folder`."""
        run(
            [self.program("pg_basebackup"), "-h", self.socket, "-U", ADMIN]
            + ["-D", folder, "-X", "fetch", "-c", "fast", "--no-sync"]
            + ["--no-manifest"],
            "the database cluster could not be copied",
        )

    def foreground(self):
        """The command that runs the server until it is told to end."""
        self._prepare()
        command = [self.program("postgres"), "-D", str(self.data)]
        if not self.user:
            return command
        return [
            shutil.which("setpriv"),
            f"--reuid={self.user}",
            f"--regid={self.user}",
        ] + ["--clear-groups", *command]

    def pid(self):
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def remove(self):
        self.stop("immediate")
        for folder in (self.data, self.socket):
            shutil.rmtree(folder, ignore_errors=True)
        if self.in_memory and not list(self.data.parent.glob("pg-*")):
            shutil.rmtree(self.data.parent, ignore_errors=True)
        if _place() != STATE and _place().is_dir() and not any(_place().iterdir()):
            _place().rmdir()

    @property
    def in_memory(self):
        """Does it lie in memory, which is given back when it is stopped?"""
        return MEMORY in self.data.parents

    # -- the parts

    def _as_user(self):
        if not self.user:
            return {}
        return {"user": self.user, "group": self.user, "extra_groups": []}

    def program(self, name):
        folder = postgres_bin() or postgres_bin(name)
        if not folder:
            raise SetupError(
                "PostgreSQL is missing; run `apt-get install postgresql` as root, or "
                "set PGHOST and PGPORT to a server."
            )
        return str(folder / name)

    def _pg(self, command, error):
        log = STATE / "logs" / f"{command[0]}.log"
        run(
            [self.program(command[0]), *command[1:]],
            error,
            cwd="/",
            log=log,
            user=self.user,
        )

    def _prepare(self):
        self._own(self.socket)
        if not (self.data / "PG_VERSION").exists():
            step(f"Making the database cluster ({self.name})")
            # Made beside its place and renamed: half a cluster is never taken for one.
            shutil.rmtree(self.data, ignore_errors=True)
            if self.in_memory:
                _take_memory(self.data.parent)
            new = self.data.with_name(f"{self.data.name}.new")
            shutil.rmtree(new, ignore_errors=True)
            if not (self.fast and kept.restore(self, new, self.only)):
                self._initdb(new)
            new.rename(self.data)
        text = SETTINGS.format(socket=self.socket, private=PRIVATE)
        text += FAST if self.fast else ""
        (self.data / "postgresql.conf").write_text(text)

    def _initdb(self, folder):
        self._own(folder)
        self._pg(
            ["initdb", "-D", folder, "-U", ADMIN, "-A", "trust", "-E", "UTF8"]
            + ["--locale=C.UTF-8"]
            + (["--no-sync"] if self.fast else []),
            "initdb failed",
        )
        self._single_user(folder, f'CREATE ROLE "{USER}" LOGIN CREATEDB')
        # What analysis tools read by; Odoo's own role may make none (docs/bi.md).
        self._single_user(folder, "CREATE ROLE remediation_bi NOLOGIN")

    def own_tree(self, folder):
        """Give the server's user what root has copied."""
        if self.user:
            run(["chown", "-R", f"{self.user}:", folder], f"{folder} stays root's")
        folder.chmod(0o700)

    def _single_user(self, data, statement):
        done = subprocess.run(
            [self.program("postgres"), "--single", "-D", str(data), "postgres"],
            input=statement + "\n",
            text=True,
            capture_output=True,
            cwd="/",
            check=False,
            **self._as_user(),
        )
        if done.returncode:
            raise SetupError(
                f"the database role could not be made ({done.stderr.strip()[-200:]})."
            )

    def _own(self, folder):
        """Make a folder that only the server's user may enter."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder.is_symlink() or folder.stat().st_uid not in (
            os.geteuid(),
            _uid(self.user),
        ):
            raise SetupError(f"{folder} belongs to somebody else; delete it first.")
        if self.user:
            shutil.chown(folder, self.user, self.user)


class Replica(Cluster):
    """A server that follows another one and answers what only reads."""

    def __init__(self, primary):
        super().__init__(f"{primary.name}-replica", fast=primary.fast, private=True)
        self.primary = primary

    def _prepare(self):
        self._own(self.socket)
        if not (self.data / "PG_VERSION").exists():
            step(f"Copying the database cluster ({self.primary.name}) for a replica")
            shutil.rmtree(self.data, ignore_errors=True)
            if self.in_memory:
                _take_memory(self.data.parent)
            new = self.data.with_name(f"{self.data.name}.new")
            shutil.rmtree(new, ignore_errors=True)
            self.primary.copy_to(new)
            (new / "standby.signal").touch()
            self.own_tree(new)
            new.rename(self.data)
        super()._prepare()
        with open(self.data / "postgresql.conf", "a") as file:
            file.write(
                f"primary_conninfo = 'host={self.primary.socket} user={ADMIN}'\n"
                # A long reading is not broken off by what the primary tidies up.
                "hot_standby_feedback = on\n"
            )


def _uid(user):
    if not user:
        return os.geteuid()
    import pwd

    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        raise SetupError(
            f"the user {user!r}, as whom root must run PostgreSQL, does not exist; "
            "install Debian's package postgresql-common."
        ) from None


def _reachable(path):
    """May the server's user walk to this folder?"""
    return not have_root() or all(
        parent.stat().st_mode & 0o001 for parent in path.parents if parent.exists()
    )


def _place():
    """The state folder, unless root's checkout lies where `postgres` cannot go."""
    if _reachable(STATE / "pg"):
        return STATE
    return Path("/var/lib/child-remediation") / CHECKOUT


def _memory():
    """A folder in memory for databases of tests, where there is plenty; or None.

    Tests make and drop them by the hundred, each of some 6,000 files. On a disk a sixth
    of the processors' time went into looking for places for those.
    """
    folder = MEMORY / f"child-remediation-{os.geteuid()}-{CHECKOUT}"
    if folder.exists():
        ours = not folder.is_symlink() and folder.stat().st_uid == os.geteuid()
        return folder if ours else None
    if not os.access(MEMORY, os.W_OK):
        return None
    with open("/proc/meminfo") as lines:
        facts = dict(line.split(":") for line in lines)
    available = 1024 * int(facts["MemAvailable"].split()[0])
    enough = min(available, shutil.disk_usage(MEMORY).free) > PLENTY
    return folder if enough else None


def _take_memory(folder):
    """Make the folder, and give back what checkouts left that are gone."""
    folder.mkdir(exist_ok=True)
    (folder / "checkout").write_text(str(ROOT))
    for other in MEMORY.glob(f"child-remediation-{os.geteuid()}-*"):
        note = other / "checkout"
        if note.exists() and not Path(note.read_text()).exists():
            shutil.rmtree(other, ignore_errors=True)


def _socket_folder(name):
    """Beside the data; in the system's temporary folder when the path would be longer
    than a Unix socket's may be."""
    folder = _place() / f"socket-{name}"
    if len(str(folder)) < 80:
        return folder
    temporary = Path(tempfile.gettempdir())
    return temporary / f"child-remediation-{os.geteuid()}-{CHECKOUT}-{name}"


def clusters():
    return [
        Cluster("run"),
        Cluster("test", fast=True),
        Cluster("bench"),
        Cluster("moment", private=True),
        Cluster("faults", fast=True, private=True),
    ]
