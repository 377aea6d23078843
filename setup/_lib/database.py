"""Databases made of the modules of this checkout, and copies of them.

Runs inside the virtual environment. A template's name says what is in it: the Odoo,
the lock file and the content of every module but its tests. A changed file gives
another name, so a template is never out of date. Four layers keep it quick: what our
modules need, the core modules, the others, the demonstration; only layers above the
change are made again."""

import contextlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import time

import psycopg2

from . import modules
from .common import CACHE, CHECKOUT, ROOT, STATE, SetupError, copy_tree, lock, run, step
from .install import LOCK_FILE, digest, odoo_key

CORE = ("remediation_base", "child_remediation")
KEEP = 20  # templates kept; the ones longest unused go first
IN_USE = 2 * 3600  # seconds: a run that is under way may still need those
_copies = itertools.count(1)

#: What the pages of the web client, of the portal and the papers load.
BUNDLES = (
    "web.assets_web web.assets_web_print web.assets_backend_lazy web.assets_tests "
    "web.assets_frontend web.assets_frontend_lazy web.assets_frontend_minimal "
    "web.report_assets_common web.report_assets_pdf mail.assets_public "
    "web.assets_emoji web_tour.interactive bus.websocket_worker_assets "
    "spreadsheet.o_spreadsheet"
).split()
ASSETS = f"""
for name in {BUNDLES}:
    bundle = env["ir.qweb"]._get_asset_bundle(name, css=True, js=True)
    bundle.js()
    bundle.css()
env.cr.commit()
# Nobody has the page open that it would tell.
env["bus.bus"].search([("message", "like", "bundle_changed")]).unlink()
env.cr.commit()
"""


class Databases:
    def __init__(self, cluster):
        self.cluster = cluster
        self.data_dir = STATE / f"data-{cluster.name}"

    # -- SQL

    @contextlib.contextmanager
    def connect(self, name="postgres"):
        env = self.cluster.environ()
        arguments = {"host": env["PGHOST"], "port": env["PGPORT"]} if env else {}
        if env:
            arguments["user"] = env["PGUSER"]
        try:
            connection = psycopg2.connect(dbname=name, **arguments)
        except psycopg2.OperationalError as error:
            raise SetupError(
                f"the database server does not answer ({str(error).strip()}); check "
                "the PG* variables or run setup/stop and try again."
            ) from None
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def names(self):
        with self.connect() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE NOT datistemplate")
            return {row[0] for row in cursor.fetchall()}

    def exists(self, name):
        return name in self.names()

    def drop(self, name):
        for _second in range(60):
            # The server's own cleaning cannot be turned out; it ends by itself.
            with (
                contextlib.suppress(psycopg2.errors.InsufficientPrivilege),
                self.connect() as cursor,
            ):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                break
            time.sleep(1)
        else:
            raise SetupError(
                f"the database {name} is in use by another role; end its sessions and "
                "run the same command again."
            )
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def rename(self, old, new):
        with self.connect() as cursor:
            shutil.rmtree(self.filestore(new), ignore_errors=True)
            if self.filestore(old).is_dir():
                self.filestore(old).rename(self.filestore(new))
            cursor.execute(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def copy(self, source, target):
        """Copy a database and the files that belong to it."""
        self.drop(target)
        with self.connect() as cursor:
            cursor.execute("SHOW server_version_num")
            quick = int(cursor.fetchone()[0]) >= 150000 and self.cluster.fast
            strategy = " STRATEGY FILE_COPY" if quick else ""
            cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"{strategy}')
        if self.filestore(source).is_dir():
            copy_tree(self.filestore(source), self.filestore(target))

    def filestore(self, name):
        """The folder of the files that belong to a database."""
        return self.data_dir / "filestore" / name

    # -- Odoo

    def environ(self, **extra):
        """The environment of an Odoo that uses this server, for os.execve and run."""
        environ = {
            **os.environ,
            **self.cluster.environ(),
            "ODOO_RC": str(ROOT / "odoo.conf"),
            "ODOO_DATA_DIR": str(self.data_dir),
            "ODOO_SCREENSHOTS": str(STATE / "screenshots"),
            "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
            # Odoo comes without: compiling it again at each start costs seconds.
            "PYTHONPYCACHEPREFIX": str(CACHE / "pycache"),
        }
        for name in ("PGDATABASE", "ODOO_ADDONS_PATH", "PYTHONDONTWRITEBYTECODE"):
            environ.pop(name, None)
        environ.update(extra)
        return environ

    def odoo(self, name, *options, error, log=None, environ=None):
        """Run Odoo once on a database, showing which module it is at."""
        check_paths()
        return run(
            [sys.executable, "-m", "odoo", "server", "-c", ROOT / "odoo.conf"]
            + ["-d", name, "--stop-after-init", "--no-http", "--max-cron-threads=0"]
            + list(options),
            error,
            env=self.environ(**(environ or {})),
            log=log or STATE / "logs" / f"odoo-{name}.log",
            show=r"(?:Loading module )(\S+ \(\d+/\d+\))|(Demonstration: .*)",
        )

    def shell(self, name, script):
        """Run a script in an Odoo shell and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "odoo", "shell", "-c", str(ROOT / "odoo.conf")]
            + ["-d", name, "--no-http", "--max-cron-threads=0", "--log-level=warn"],
            input=script,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self.environ(),
            check=False,
        )
        if done.returncode:
            raise SetupError(f"a script failed in {name}:\n{done.stderr[-3000:]}")
        return done.stdout, complaints_in(done.stderr)

    def draw_assets(self, name):
        """Make what a browser loads from a database, once for all copies of it: each
        test undoes what its pages made. Return whether it was made now.

        It depends on the dates of the files. Ours follow from what is in them
        (modules.date_files), others' are the environment's: a comment names that, and
        those of our tours, which make no other template."""
        environment = os.stat(os.path.join(sys.prefix, "pyvenv.cfg")).st_mtime
        tours = sorted(
            path.stat().st_mtime
            for folder in modules.find().values()
            for path in (folder / "static" / "tests").rglob("*.js")
        )
        key = f"assets {digest(ASSETS, environment, tours)}"
        with lock(self._note(name).with_suffix(".lock"), "making a database"):
            with self.connect() as cursor:
                cursor.execute(
                    "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
                    "WHERE datname = %s",
                    [name],
                )
                if cursor.fetchone() == (key,):
                    return False
            self.shell(name, ASSETS)
            with self.connect() as cursor:
                cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', [key])
        return True

    # -- templates

    def template(self, names, rebuild=False, ours=True):
        """The name of a database with these modules and what they need; without
        `ours`, with what they need from elsewhere alone."""
        layers = _layers(names, self.cluster.external)[: None if ours else 1]
        made = [] if rebuild else self.names()
        # What lies below one that is there is not needed.
        first = max(
            (n for n, layer in enumerate(layers) if layer[0] in made), default=0
        )
        previous = None
        for name, group, of_ours in layers[first:]:
            self.touch(name)  # nobody prunes it now
            with lock(self._note(name).with_suffix(".lock"), "making a database"):
                if not self.exists(name) or (rebuild and of_ours):
                    self._make_template(name, previous, group, of_ours)
            previous = name
        self._prune(keep={layer[0] for layer in layers})
        return previous

    def keep_only(self, names):
        """Drop every other database of a server that is a test's alone."""
        for name in self.names() - {*names, "postgres"}:
            self.drop(name)
            self._note(name).unlink(missing_ok=True)

    def _make_template(self, name, previous, group, ours):
        making = f"making_{name}"
        step(f"Preparing a database with {', '.join(group)}")
        if previous:
            self.copy(previous, making)
        else:
            self.drop(making)
        options = ["-i", ",".join(group)]
        if ours:
            options.append("--skip-auto-install")
        log = self.odoo(
            making,
            *options,
            error=f"{', '.join(group)} could not be installed; correct what the log "
            "says and run the same command again",
        )
        _check_installed(log, group)
        self._note(name).write_text("\n".join(complaints(log)) if ours else "")
        with self.connect(making) as cursor:
            cursor.execute("VACUUM (ANALYZE)")
        self.drop(name)
        self.rename(making, name)

    def _note(self, name):
        """A file beside each template: what Odoo complained of while it was made; its
        date says when the template was last used."""
        path = STATE / "templates" / f"{self.cluster.name}-{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def name_of(self, note):
        return note.name.removeprefix(f"{self.cluster.name}-")

    def touch(self, name):
        self._note(name).touch()

    def notes(self):
        """The files beside the templates of this cluster."""
        existing = self.names()
        return [note for note in map(self._note, sorted(existing)) if note.exists()]

    def complaints(self, template):
        return self._note(template).read_text().splitlines()

    def _prune(self, keep):
        names = {self.name_of(note) for note in self.notes()} - keep

        def last_use(name):
            path = self._note(name)
            return path.stat().st_mtime if path.exists() else 0

        now = time.time()
        for name in sorted(names, key=last_use, reverse=True)[KEEP - len(keep) :]:
            if now - last_use(name) < IN_USE:
                continue
            with contextlib.suppress(psycopg2.OperationalError):
                self.drop(name)
                self._note(name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def scratch(self, template, name=None):
        """A copy of a template, dropped at the end unless it was given a name."""
        self._drop_abandoned()
        copy = name or f"scratch_{CHECKOUT}_{os.getpid()}_{next(_copies)}"
        self.copy(template, copy)
        try:
            yield copy
        finally:
            if not name:
                self.drop(copy)

    def _drop_abandoned(self):
        for name in self.names():
            parts = name.split("_")
            ours = parts[1:2] == [CHECKOUT] or not self.cluster.external
            if parts[0] == "scratch" and ours and not _alive(parts[2]):
                self.drop(name)


def template_names(names):
    """The name that :meth:`Databases.template` returns on a private server, after those
    that it is made of."""
    return [name for name, _group, _ours in _layers(names)]


def _layers(names, external=False):
    """The templates of which each begins with the one before: (name, modules, ours)."""
    order, outside = modules.closure(names)
    sums = {name: modules.checksum(name) for name in order}
    # Their files are in this checkout, so on a server that others use as well the
    # databases are this checkout's alone.
    whose = CHECKOUT if external else ""
    key = digest(odoo_key(), LOCK_FILE.read_bytes(), whose, *outside)
    layers = [(f"template_{key}_base", outside or ["base"], False)]
    core = [name for name in order if name in CORE]
    demo = [name for name in order if name == modules.DEMO]
    rest = [name for name in order if name not in (*CORE, modules.DEMO)]
    for group in filter(None, (core, rest, demo)):
        key = digest(key, *(f"{name} {sums[name]}" for name in group))
        layers.append((f"template_{key}", group, True))
    return layers


def _alive(pid):
    return os.path.exists(f"/proc/{pid}")


COMPLAINT = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ (.*)")


def complaints(log):
    return complaints_in(log.read_text(errors="replace"))


def complaints_in(text):
    """The warnings and errors of an Odoo log, but for a missing addons folder (there
    is none before the first addon)."""
    found = [
        match.group(2) for match in map(COMPLAINT.match, text.splitlines()) if match
    ]
    return [line for line in found if "option addons_path" not in line]


def _check_installed(log, group):
    """Odoo goes on when a module cannot be found; a template must not."""
    text = log.read_text(errors="replace")
    for line in text.splitlines():
        if "invalid module names, ignored" in line or " ERROR " in line:
            raise SetupError(
                f"{', '.join(group)} could not be installed: "
                f"{line.split(' ', 5)[-1].strip()} (the whole log is {log})."
            )


_checked = False


def check_paths():
    """Odoo only warns of an addons path that is wrong, and then misses modules."""
    global _checked
    wanted = {str(folder.parent) for folder in modules.find().values()}
    if _checked or not wanted:
        return
    code = (
        "from odoo.tools import config; config.parse_config(['-c', 'odoo.conf']);"
        "print(*config['addons_path'], sep='\\n')"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    ).stdout.splitlines()
    missed = sorted(wanted - set(found))
    if missed:
        raise SetupError(
            f"Odoo does not look for modules in {', '.join(missed)}; set addons_path = "
            ".,addons in odoo.conf."
        )
    _checked = True
