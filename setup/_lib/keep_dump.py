"""setup/keep-dump: a small database of this version, stored for the tests of the next
ones, and its way back."""

import lzma
import subprocess

from . import modules
from .common import ROOT, SetupError, say, step
from .postgres import Cluster

FOLDER = ROOT / "tests" / "upgrade"
RECORDS = FOLDER / "records.py"
FACTS = FOLDER / "facts.py"
#: What the server makes again by itself.
EMPTY = ("bus_bus", "ir_logging", "ir_profile", "ir_cron_progress", "ir_cron_trigger")


def run(parser, arguments):
    parser.add_argument("name", help="of the dump: the version that it is of, 19.0.1.2")
    options = parser.parse_args(arguments)
    target = FOLDER / f"{options.name}.sql.xz"
    if target.exists():
        raise SetupError(f"{target.relative_to(ROOT)} is there: a dump never changes.")
    from .database import Databases  # needs what setup/install brings

    databases = Databases(Cluster("test", fast=True).start())
    template = databases.template(modules.product())
    with databases.scratch(template) as name:
        step("Making a few invented records")
        databases.shell(name, RECORDS.read_text())
        facts = read_facts(databases, name)
        step("Writing them down")
        with databases.connect(name) as cursor:
            # Files of the web client, which the server makes again.
            cursor.execute("DELETE FROM ir_attachment WHERE url LIKE '/web/assets/%'")
        target.write_bytes(lzma.compress(_dump(databases, name), preset=9))
    target.with_name(f"{options.name}.json").write_text(facts)
    say(f"{target.relative_to(ROOT)}: {target.stat().st_size // 1024} kB")
    return 0


def read_facts(databases, name):
    """What tests/upgrade/facts.py prints of a database."""
    return databases.shell(name, FACTS.read_text())[0]


def restore(databases, dump, name):
    """Make a database of a stored dump."""
    databases.drop(name)
    with databases.connect() as cursor:
        cursor.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    _run(
        databases,
        ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", name],
        input=lzma.decompress(dump.read_bytes()),
    )


def _dump(databases, name):
    command = ["pg_dump", "-O", "-x", "-d", name]
    return _run(
        databases, command + [f"--exclude-table-data=public.{one}" for one in EMPTY]
    )


def _run(databases, command, **options):
    command[0] = databases.cluster.program(command[0])
    done = subprocess.run(
        command, env=databases.environ(), capture_output=True, check=False, **options
    )
    if done.returncode:
        raise SetupError(f"{done.stderr.decode(errors='replace')[-1000:]}")
    return done.stdout
