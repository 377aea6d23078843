"""setup/run and setup/stop"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import book, modules, update
from .common import CACHE, ROOT, STATE, SetupError, say, step, write_atomic
from .install import digest
from .postgres import Cluster, clusters

DATABASE = "child_remediation"
RECORD = STATE / "server.json"
#: What was guessed in any checkout: the kept databases have the same people.
PASSWORDS = CACHE / "demo-passwords.json"
LOG = STATE / "logs" / "server.log"
START_SECONDS = 180
LANGUAGES = {"en": "en_US", "fr": "fr_FR"}
#: Tell the demonstration's module how much to make, and in which language.
DEMO_SIZE = "REMEDIATION_DEMO"
DEMO_LANGUAGE = "REMEDIATION_DEMO_LANGUAGE"
#: What `setup/run` calls the people, by the module that their first right comes from.
SECTIONS = (
    "Case work",
    "Protection and control",
    "Money",
    "Savings groups",
    "Partners, on the portal",
    "Administration",
)
PROTECTION = {
    "group_safeguarding",
    "group_safeguarding_alternate",
    "group_data_protection",
    "group_auditor",
    "group_monitoring",
}


def run(parser, arguments):
    parser.add_argument("--port", type=int, default=8069, metavar="N")
    parser.add_argument("--no-demo", action="store_true", help="no demo data")
    parser.add_argument(
        "--demo",
        choices=["full", "small"],
        default="full",
        help="the living organisation, or the three published children alone",
    )
    parser.add_argument(
        "--lang",
        choices=sorted(LANGUAGES),
        help="what the people of the demo read; a new one is written in it too (fr)",
    )
    parser.add_argument(
        "--detach", action="store_true", help="return when the server answers"
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="bring an older database up to this checkout, after a backup",
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the public key for that backup"
    )
    parser.add_argument(
        "--as-it-is",
        action="store_true",
        help="start with a database of another version, for who changes code",
    )
    options = parser.parse_args(arguments)
    from .database import Databases

    name = options.database or DATABASE
    record = running()
    if record and (options.update or options.lang):
        _stop_server(record)
        record = None
    if record and (record["port"], record["database"]) == (options.port, name):
        databases = Databases(Cluster("run"))
        return _ready(databases, name, options.port)
    if record:
        raise SetupError(
            f"this checkout already serves {record['database']} on port "
            f"{record['port']}; stop it with setup/stop first."
        )
    _check_port(options.port)
    databases = Databases(Cluster("run").start())
    pages = book.begin()
    demo = not options.no_demo and modules.DEMO in modules.find()
    prepare(databases, name, demo, options)
    if pages.wait():
        say("The book was not built: Help says so. Run setup/docs --book to see why.")
    if options.lang and demo:
        speak(databases, name, LANGUAGES[options.lang])
    process = _start(databases, name, options.port)
    try:
        with update.or_back(databases, name, process):
            _wait(process, options.port)
        _ready(databases, name, options.port)
        if not options.detach:
            say(f"The log is {LOG}. Stop with Ctrl-C.")
            signal.signal(signal.SIGTERM, lambda *_: process.terminate())
            process.wait()
    except BaseException as error:
        process.terminate()
        process.wait()
        if not isinstance(error, KeyboardInterrupt):
            raise
        say("")
    if not options.detach:
        RECORD.unlink(missing_ok=True)
    return 0


def stop(parser, arguments):
    parser.add_argument(
        "--delete", action="store_true", help="delete the databases and files too"
    )
    options = parser.parse_args(arguments)
    record = running()
    if record:
        _stop_server(record)
        step(f"Stopped the server of {record['database']}")
    for cluster in clusters():
        if not cluster.external and cluster.running():
            cluster.stop()
            step(f"Stopped the database cluster ({cluster.name})")
        if (options.delete or cluster.in_memory) and not cluster.external:
            cluster.remove()
    if options.delete:
        shutil.rmtree(STATE, ignore_errors=True)
        step("Deleted the databases and files of this checkout")
    return 0


# -- the database ---------------------------------------------------------------


def prepare(databases, name, demo, options):
    """Make the database, or leave it as it is, or update it. What takes long happens
    to a copy that takes the name in the end: interrupted, nothing is half done."""
    names = list(modules.find()) if demo else modules.product()
    making = f"{name}__making"
    made = update.made_of(names)
    update.go_on(databases, name)
    if databases.exists(name):
        if has_demo(databases, name) != demo:
            kind = "without" if demo else "with"
            raise SetupError(
                f"the database {name} was made {kind} demo data; name another with "
                "--database."
            )
        if not options.update:
            if not options.as_it_is:
                update.refuse_older(databases, name, names)
            return
        if not update.show_and_back_up(databases, name, names, options.key):
            return
        step(f"Updating a copy of {name}")
        databases.copy(name, making)
        installed = _installed(databases, name)
        old = [n for n in names if n in installed]
        new = [n for n in names if n not in installed]
        todo = ["-u", ",".join(old)] if old else []
        todo += ["-i", ",".join(new)] if new else []
        error = (
            f"the update of {name} failed, and the database is as it was; correct "
            "what the log says and run the same command again, or check out the "
            "version before"
        )
    else:
        kind = "with" if demo else "without"
        step(f"Making the database {name} {kind} demo data (some minutes)")
        databases.drop(making)
        todo = ["-i", ",".join(names) or "base", "--load-language=en_US,fr_FR"]
        error = (
            f"the database {name} could not be prepared; correct what the log says "
            "and run the same command again"
        )
    try:
        databases.odoo(
            making,
            *todo,
            environ={
                DEMO_SIZE: options.demo,
                DEMO_LANGUAGE: LANGUAGES[options.lang or "fr"],
            },
            error=error,
        )
    except SetupError:
        databases.drop(making)
        raise
    update.remember(databases, making, made)
    if databases.exists(name):
        update.swap(databases, name, making)
    else:
        databases.rename(making, name)


def _installed(databases, name):
    with databases.connect(name) as cursor:
        cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        return {row[0] for row in cursor.fetchall()}


def has_demo(databases, name):
    return modules.DEMO in _installed(databases, name)


def speak(databases, name, code):
    """Let everybody who may sign in read a language, before the server starts."""
    with databases.connect(name) as cursor:
        cursor.execute(
            "UPDATE res_partner SET lang = %s "
            "WHERE id IN (SELECT partner_id FROM res_users WHERE active)",
            [code],
        )
    if written_in(databases, name) != code:
        say(
            "The screens change their language, what people typed does not. For a "
            "demonstration that is written in it, name another with --database."
        )


def written_in(databases, name):
    """The code of the language in which the demonstration's people write."""
    with databases.connect(name) as cursor:
        cursor.execute(
            "SELECT p.lang FROM res_company c "
            "JOIN res_partner p ON p.id = c.partner_id ORDER BY c.id LIMIT 1"
        )
        return cursor.fetchone()[0]


def _section(share, groups):
    """Under which heading a login is listed.

    :param groups: ``module.name`` of its rights that our modules and accounting define
    """
    if share:
        return SECTIONS[4]
    names = {group.partition(".")[2] for group in groups}
    for section, found in (
        (SECTIONS[2], any(".group_cash_" in group for group in groups)),
        (SECTIONS[3], any(g.startswith("savings_group.") for g in groups)),
        (SECTIONS[1], names & PROTECTION),
        (SECTIONS[0], names),
    ):
        if found:
            return section
    return SECTIONS[5]


def logins(databases, name):
    """(section, role, login, password) of the users that our modules made, in the
    order of the sections."""
    from passlib.context import CryptContext

    context = CryptContext(["pbkdf2_sha512", "plaintext"], deprecated=["plaintext"])
    ours = tuple(modules.find()) or ("",)
    with databases.connect(name) as cursor:
        cursor.execute(
            """
            SELECT u.login, u.password, u.share,
                   string_agg(DISTINCT g.name->>'en_US', ', '),
                   array_remove(array_agg(DISTINCT gd.module || '.' || gd.name), NULL)
              FROM ir_model_data d
              JOIN res_users u ON u.id = d.res_id AND u.active
              LEFT JOIN res_groups_users_rel r ON r.uid = u.id
              LEFT JOIN ir_model_data gd ON gd.model = 'res.groups'
                   AND gd.res_id = r.gid AND gd.module IN %(ours)s
              LEFT JOIN res_groups g ON g.id = gd.res_id
             WHERE d.model = 'res.users'
               AND (d.module IN %(ours)s OR d.module = 'base' AND d.name = 'user_admin')
             GROUP BY u.id ORDER BY u.id
            """,
            {"ours": ours},
        )
        rows = cursor.fetchall()
    known = json.loads(PASSWORDS.read_text()) if PASSWORDS.exists() else {}
    result = []
    for login, hashed, share, role, groups in rows:
        told = digest(hashed)
        if hashed and told not in known:  # slow on purpose, so done once
            guesses = (
                guess
                for guess in (login, f"{login}-demo", "demo", "admin")
                if context.verify(guess, hashed)
            )
            known[told] = next(guesses, "(changed)")
        password = known.get(told, "(none)")
        section = _section(share, groups)
        result.append((section, role or "Administrator", login, password))
    write_atomic(PASSWORDS, json.dumps(known))
    return sorted(result, key=lambda row: SECTIONS.index(row[0]))


# -- the server -----------------------------------------------------------------


def running():
    """What was started here and still runs."""
    try:
        record = json.loads(RECORD.read_text())
        with open(f"/proc/{record['pid']}/cmdline") as handle:
            command = handle.read().split("\0")
    except (OSError, ValueError):
        return None
    return record if record["database"] in command and "odoo" in command else None


def _stop_server(record):
    os.kill(record["pid"], signal.SIGTERM)
    for _ in range(100):
        if not running():
            break
        time.sleep(0.1)
    else:
        os.kill(record["pid"], signal.SIGKILL)
    RECORD.unlink(missing_ok=True)


def _check_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise SetupError(
                f"port {port} is not open to this user; choose one above 1023 with "
                "--port."
            ) from None
        except OSError:
            raise SetupError(
                f"port {port} is in use; stop what uses it or choose another with "
                f"--port, for example `setup/run --port {port + 1}`."
            ) from None


def _start(databases, name, port):
    from .database import check_paths

    check_paths()
    step("Starting Odoo")
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with open(LOG, "a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "odoo", "server", "-c", str(ROOT / "odoo.conf")]
            + ["-d", name, "--http-port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=databases.environ(),
            start_new_session=True,
        )
    record = {"pid": process.pid, "port": port, "database": name}
    write_atomic(RECORD, json.dumps(record))
    return process


def _wait(process, port):
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            tail = "".join(LOG.read_text(errors="replace").splitlines(True)[-20:])
            sys.stderr.write(tail)
            raise SetupError(f"Odoo stopped while starting; the log is {LOG}.")
        try:
            url = f"http://127.0.0.1:{port}/web/login"
            with urllib.request.urlopen(url, timeout=60) as page:
                if page.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SetupError(
        f"Odoo did not answer within {START_SECONDS} seconds; the log is {LOG}."
    )


def _ready(databases, name, port):
    say(f"Ready: http://localhost:{port}")
    if has_demo(databases, name):
        last = None
        for section, role, login, password in logins(databases, name):
            if section != last:
                say(f"  {section}")
                last = section
            say(f"    {login:<20} {password:<20} {role}")
    else:
        say("  Log in as admin with the password admin, and change it at once.")
    return 0
