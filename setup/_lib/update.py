"""setup/run --update: what a database has and the checkout does not, or the other way
round; the backup before the update; and the way back where the new version fails.

A database remembers the checksums of the modules that it was made or updated from. Odoo
itself only knows versions, and would serve an older database with errors."""

import contextlib
import json

from . import backup, modules
from .common import STATE, SetupError, say, step
from .install import LOCK_FILE, digest, odoo_key

#: The parameter that holds what a database was made of.
MADE_OF = "remediation.made_of"
#: Odoo and the addons of the lock file, among the modules.
ODOO = "Odoo and the locked packages"
#: The pair of keys of a checkout where nobody named one.
OWN_KEY = STATE / "keys" / "backup"
BEFORE = "{}__before"


def made_of(names):
    """What the checkout would make a database of: {module: [version, checksum]}."""
    found = modules.find()
    result = {
        name: [modules.manifest(found[name]).get("version", ""), modules.checksum(name)]
        for name in names
    }
    result[ODOO] = ["", digest(odoo_key(), LOCK_FILE.read_bytes())]
    return result


def remember(databases, name, made):
    """Note in a database what it was made of: what :func:`made_of` said before it was
    made, so that a file which changed meanwhile is a change."""
    with databases.connect(name) as cursor:
        cursor.execute(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
            [MADE_OF, json.dumps(made)],
        )


def changes(databases, name, names):
    """What an update would change: a line for each module, none where nothing does.

    :param names: the modules that the checkout would install
    """
    with databases.connect(name) as cursor:
        cursor.execute(
            "SELECT value FROM ir_config_parameter WHERE key = %s", [MADE_OF]
        )
        row = cursor.fetchone()
        cursor.execute(
            "SELECT name, latest_version FROM ir_module_module "
            "WHERE state IN ('installed', 'to upgrade', 'to install')"
        )
        installed = dict(cursor.fetchall())
    known = json.loads(row[0]) if row else {}
    lines = []
    for module, (version, checksum) in sorted(made_of(names).items()):
        had = known.get(module, [installed.get(module, ""), None])
        if module != ODOO and module not in installed:
            lines.append(f"{module}: new, {version}")
        elif module != ODOO and installed[module] != version:
            lines.append(f"{module}: {installed[module]} → {version}")
        elif had[1] != checksum:
            lines.append(f"{module}: changed" + (f" within {version}" * bool(version)))
    lines += [
        f"{module}: is no longer in this checkout"
        for module in sorted(known.keys() - set(names) - {ODOO})
        if module in installed
    ]
    return lines


def refuse_older(databases, name, names):
    """Stop where a database is not of this checkout: say so and what to type."""
    lines = changes(databases, name, names)
    if not lines:
        return
    _show(lines)
    raise SetupError(
        f"the database {name} is older than this checkout, or newer; update it with "
        "`setup/run --update`, which backs it up first and goes back where it fails, "
        "or check out the version that it is of."
    )


def back_up(databases, name, key):
    """Make the backup before an update, for the key that was named or our own."""
    if key:
        public = backup.public_keys(key)
    else:
        public_file = OWN_KEY.with_name(f"{OWN_KEY.name}.pub")
        if not public_file.exists():
            OWN_KEY.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            backup.make_key(OWN_KEY)
        say(f"    The key of the backup is {OWN_KEY}; --key names one kept elsewhere.")
        public = backup.public_keys(public_file)
    place = backup.make(databases, name, backup.FOLDER, public)
    say(f"    The backup is {place}")


def show_and_back_up(databases, name, names, key):
    """Show what an update changes and back up; False where it would change nothing."""
    lines = changes(databases, name, names)
    if not lines:
        step(f"The database {name} is of this checkout: there is nothing to update")
        return False
    step(f"The update of {name} changes")
    _show(lines)
    back_up(databases, name, key)
    return True


def _show(lines):
    for line in lines:
        say(f"    {line}")


# -- the way back -----------------------------------------------------------------


def swap(databases, name, new):
    """Give the name to the new database; the one before is kept until it answers."""
    databases.drop(BEFORE.format(name))
    databases.rename(name, BEFORE.format(name))
    databases.rename(new, name)


def settle(databases, name):
    """The new database answers: forget the one before."""
    if databases.exists(BEFORE.format(name)):
        databases.drop(BEFORE.format(name))


def go_back(databases, name):
    """The new database does not answer: the one before takes its name again."""
    if databases.exists(BEFORE.format(name)):
        databases.drop(name)
        databases.rename(BEFORE.format(name), name)
        step(f"The database {name} is again as it was before the update")


def go_on(databases, name):
    """Take up what a killed update left: between its two renames there is no `name`."""
    if not databases.exists(name) and databases.exists(BEFORE.format(name)):
        databases.rename(BEFORE.format(name), name)


@contextlib.contextmanager
def or_back(databases, name, process):
    """Go back where the server does not answer after an update.

    :param process: the server, which is ended before its database is taken away
    """
    try:
        yield
    except BaseException:
        process.terminate()
        process.wait()
        go_back(databases, name)
        raise
    settle(databases, name)
