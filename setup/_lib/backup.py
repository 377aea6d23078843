"""setup/backup, setup/restore and setup/restore-drill

A backup is a folder named after its moment (UTC): `database.age` (what pg_dump writes),
`files.age` (a tar archive of the attachments) and `manifest.json`, which holds answers
to the questions of questions.py, codes and counts, and no name. Nothing is written in
clear on the way. The public key encrypts; the private key is kept elsewhere."""

import contextlib
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

from .common import STATE, SetupError, lock, say, step, write_atomic
from .objects import bring_home, fetch, is_object
from .postgres import Cluster

DATABASE = "child_remediation"
FOLDER = STATE / "backups"
LAST_DRILL = "last-drill.json"
MOMENT = "%Y-%m-%dT%H%M%SZ"
NAME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z")
#: How many days, weeks and months keep their last backup; the last day keeps all.
KEPT = {"%Y-%m-%d": 7, "%G-%V": 4, "%Y-%m": 6}
#: What Odoo calls the file of an attachment: its own checksum.
STORED = re.compile(r"[0-9a-f]{2}/([0-9a-f]{40})")


def run(parser, arguments):
    _add_folder(parser)
    parser.add_argument("--key", metavar="FILE", help="the public key of age")
    parser.add_argument(
        "--make-key",
        metavar="FILE",
        help="write a private key there, and its public key as FILE.pub",
    )
    parser.add_argument(
        "--base",
        action="store_true",
        help="keep the server's files, from which its log goes on (setup/serve wal)",
    )
    options = parser.parse_args(arguments)
    if options.make_key:
        return make_key(Path(options.make_key))
    if not options.key:
        raise SetupError(
            "name the public key with --key; setup/backup --make-key FILE makes a pair."
        )
    recipients = public_keys(Path(options.key))
    databases, name = _databases(options)
    if options.base:
        from . import wal

        place = wal.Archive(databases, Path(options.folder), recipients).base()
        say(f"{place}: setup/restore --moment can go back to any moment from now on")
        return 0
    place = make(databases, name, Path(options.folder), recipients)
    size = sum(path.stat().st_size for path in place.iterdir())
    say(f"{place}: {size / 1e6:.1f} MB")
    return 0


def make(databases, name, folder, recipients):
    """Back up a database, forget old backups, and return the new one's folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with lock(folder / "backup.lock", "making a backup"):
        moment = datetime.datetime.now(datetime.timezone.utc)
        place = folder / moment.strftime(MOMENT)
        new = place.with_name(f".{place.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        try:
            step(f"Backing up {name}")
            manifest = _write(databases, name, new, recipients)
            manifest = {"database": name, "moment": moment.isoformat(), **manifest}
            write_atomic(new / "manifest.json", json.dumps(manifest, indent=1))
            new.rename(place)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        _forget_old(folder, moment)
    return place


def restore(parser, arguments):
    _add_folder(parser)
    parser.add_argument("--backup", metavar="NAME", help="its moment; else the newest")
    parser.add_argument("--secret", metavar="FILE", help="the private key of age")
    parser.add_argument(
        "--moment",
        type=_moment,
        help="2026-11-29T14:05:00+01:00: as it was then, out of the kept log",
    )
    parser.add_argument(
        "--of", default=DATABASE, metavar="NAME", help="which database, with --moment"
    )
    options = parser.parse_args(arguments)
    identities = _identities(options.secret)
    databases, name = _databases(options, there=False)
    if options.moment:
        from . import wal

        if databases.exists(name):
            raise SetupError(f"there is a database {name}; name another: --database.")
        folder = Path(options.folder)
        wal.restore(databases, folder, options.moment, options.of, name, identities)
        step(f"Restored {options.of} of {options.moment} as {name}")
        return 0
    place = _choose(Path(options.folder), options.backup)
    if databases.exists(name):
        raise SetupError(
            f"there is a database {name}; name another with --database, or rename it."
        )
    open_backup(databases, place, name, identities)
    step(f"Restored {place.name} as {name}")
    return 0


def _moment(text):
    """A moment as somebody types it; without a zone it is UTC, as names of backups."""
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


def drill(parser, arguments):
    _add_folder(parser)
    parser.add_argument("--backup", metavar="NAME", help="its moment; else the newest")
    parser.add_argument("--secret", metavar="FILE", help="the private key of age")
    options = parser.parse_args(arguments)
    folder = Path(options.folder)
    place = _choose(folder, options.backup)
    identities = _identities(options.secret)
    databases, name = _databases(options, there=False)
    started = time.monotonic()
    now = datetime.datetime.now(datetime.timezone.utc)
    moment = datetime.datetime.fromisoformat(_manifest(place)["moment"])
    asked, wrong = examine(databases, place, identities)
    took = time.monotonic() - started
    for line in wrong:
        say(f"    not the same: {line}")
    point = (now - moment).total_seconds()
    say(
        f"{asked} questions, {asked - len(wrong)} right; recovery point "
        f"{in_words(point)}, recovery time {in_words(took)}"
    )
    result = {"moment": now.isoformat(), "backup": place.name, "wrong": wrong}
    result |= {"point_seconds": point, "seconds": took}
    write_atomic(folder / LAST_DRILL, json.dumps(result, indent=1))
    if not wrong and databases.exists(name):
        _tell(databases, name, now)
    return 1 if wrong else 0


def _tell(databases, name, now):
    """Let the living database know of a good drill: `/health` counts the days."""
    databases.shell(
        name,
        "env['ir.config_parameter'].set_param(\n"
        f"    'remediation_base.last_drill', '{now:%Y-%m-%d %H:%M:%S}')\n"
        "env.cr.commit()\n",
    )


def examine(databases, place, identities):
    """Restore a backup into a place of its own and ask it; nothing of it stays.

    :return: how many questions were asked, and a line for each wrong answer
    """
    name = f"drill_{os.getpid()}"
    try:
        erased = open_backup(databases, place, name, identities)
        return question(databases, place, name, erased)
    finally:
        databases.drop(name)


def question(databases, place, name, erased):
    """Ask the database that was made of a backup; return what :meth:`examine` does.

    :param erased: the codes that were erased again in it
    """
    from . import questions

    before = _manifest(place)["answers"]
    with databases.connect(name) as cursor:
        answers = questions.ask(cursor)
    wrong = questions.compare(before, answers, erased)
    wrong += _sign_in(databases, name)
    return len({**before, **answers}) + 1, wrong


# -- options ----------------------------------------------------------------------


def _add_folder(parser):
    parser.add_argument("--folder", default=FOLDER, help="where the backups are")


def _databases(options, there=True):
    from .database import Databases

    databases = Databases(Cluster("run").start())
    name = options.database or DATABASE
    if there and not databases.exists(name):
        raise SetupError(f"there is no database {name}; name it with --database.")
    return databases, name


def _choose(folder, name):
    """The folder of the backup that was named, or of the newest."""
    there = sorted(_backups(folder))
    if not there:
        raise SetupError(f"there is no backup in {folder}; name its --folder.")
    if name and name not in there:
        raise SetupError(f"{folder} holds no {name}; the newest is {there[-1]}.")
    return folder / (name or there[-1])


def _backups(folder):
    if not folder.is_dir():
        return []
    return [path.name for path in folder.iterdir() if NAME.fullmatch(path.name)]


def _manifest(place):
    try:
        return json.loads((place / "manifest.json").read_text())
    except (OSError, ValueError) as error:
        raise SetupError(
            f"{place} is no whole backup ({error}); take another."
        ) from None


# -- keys -------------------------------------------------------------------------


def make_key(path):
    """Write a private key as `path`, and its public key beside it as `path`.pub."""
    from pyrage import x25519

    if path.exists():
        raise SetupError(f"{path} exists; name a new file.")
    identity = x25519.Identity.generate()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"{identity}\n")
    public = path.with_name(f"{path.name}.pub")
    public.write_text(f"{identity.to_public()}\n")
    say(f"Keep {path} away from this machine; --key {public} makes backups for it.")
    return 0


def _keys(path, of):
    from pyrage import IdentityError, RecipientError

    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        keys = [of(line) for line in lines if line and not line.startswith("#")]
    except (OSError, RecipientError, IdentityError, ValueError) as error:
        raise SetupError(f"{path} holds no key of age ({error}).") from None
    if not keys:
        raise SetupError(f"{path} holds no key of age; name another file.")
    return keys


def public_keys(path):
    """The public keys of a file: for these a backup is made."""
    from pyrage import x25519

    return _keys(path, x25519.Recipient.from_str)


def _identities(path):
    from pyrage import x25519

    if not path:
        raise SetupError("name the file of the private key with --secret.")
    return _keys(Path(path), x25519.Identity.from_str)


# -- writing ----------------------------------------------------------------------


def _write(databases, name, new, recipients):
    """Write the two archives of one moment; return what the manifest says of them."""
    from . import questions

    with databases.connect(name) as cursor:
        # One moment for the dump, the files and the answers. The lock keeps Odoo from
        # clearing away files that this moment needs; people go on writing.
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("LOCK TABLE ir_attachment IN ROW EXCLUSIVE MODE")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        dump = _command(databases, "pg_dump", "-Fc", f"--snapshot={snapshot}", name)
        with output_of(dump, databases.environ()) as reader:
            seal(reader, new / "database.age", recipients)
        answers = questions.ask(cursor)
        cursor.execute(
            "SELECT DISTINCT store_fname FROM ir_attachment "
            "WHERE store_fname IS NOT NULL ORDER BY 1"
        )
        stored = [row[0] for row in cursor.fetchall()]
        away = [path for path in stored if is_object(path)]
        with tempfile.TemporaryDirectory(dir=new, prefix="objects-") as folder:
            objects = fetch(databases, name, away, folder) if away else {}
            filestore = databases.filestore(name)
            paths = {path: filestore / path for path in stored if path not in away}
            paths |= {path: Path(folder) / path for path in objects.values()}
            missing = _seal_files(paths, new, recipients)
        missing += [path for path in away if path not in objects]
        erasures = questions.erasures(cursor)
        cursor.execute("COMMIT")
    for path in missing[:10]:
        say(f"    the database names a file that is not there: {path}")
    sums = {part: _sha256(new / part) for part in ("database.age", "files.age")}
    return {
        "answers": answers,
        "files": {"count": len(stored) - len(missing), "missing": len(missing)},
        "objects": objects,
        "erasures": erasures,
        "sha256": sums,
    }


def _command(databases, program, *arguments):
    return [databases.cluster.program(program), *arguments]


@contextlib.contextmanager
def output_of(command, env):
    """The output of a program that has to end well."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    )
    try:
        yield process.stdout
    except BaseException:
        process.kill()
        raise
    finally:
        process.stdout.close()
        said = process.stderr.read().decode(errors="replace")
        code = process.wait()
    if code:
        raise SetupError(
            f"{Path(command[0]).name} failed ({said.strip()[-300:]}); nothing is kept."
        )


def seal(reader, path, recipients):
    """Encrypt what is read, into a new file."""
    import pyrage

    with open(path, "xb") as target:
        pyrage.encrypt_io(reader, target, recipients)
        target.flush()
        os.fsync(target.fileno())


def _seal_files(paths, new, recipients):
    """Write the attachments, each under its name; return those that are not there."""
    reading, writing = os.pipe()
    missing = []

    def feed():
        with (
            os.fdopen(writing, "wb") as pipe,
            tarfile.open(fileobj=pipe, mode="w|") as archive,
        ):
            for name, path in paths.items():
                try:
                    archive.add(path, arcname=name, recursive=False)
                except FileNotFoundError:
                    missing.append(name)

    from threading import Thread

    thread = Thread(target=feed, daemon=True)
    thread.start()
    with os.fdopen(reading, "rb") as reader:
        seal(reader, new / "files.age", recipients)
    thread.join()
    return missing


def _sha256(path):
    result = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            result.update(part)
    return result.hexdigest()


# -- keeping ----------------------------------------------------------------------


def kept(moments, now):
    """Which of the moments of backups are kept: those of the last day, and the last
    one of each of the days, weeks and months in KEPT."""
    keep = {moment for moment in moments if now - moment < datetime.timedelta(days=1)}
    for form, number in KEPT.items():
        last = {}
        for moment in sorted(moments):
            last[moment.strftime(form)] = moment
        keep |= set(sorted(last.values())[-number:])
    return keep


def _forget_old(folder, now):
    zone = datetime.timezone.utc
    there = {
        datetime.datetime.strptime(name, MOMENT).replace(tzinfo=zone): name
        for name in _backups(folder)
    }
    for moment in there.keys() - kept(there.keys(), now):
        shutil.rmtree(folder / there[moment])


# -- reading ----------------------------------------------------------------------


def open_backup(databases, place, name, identities):
    """Make the database `name` of a backup; return the codes that were erased again."""
    manifest = _manifest(place)
    for part, expected in manifest["sha256"].items():
        if _sha256(place / part) != expected:
            raise SetupError(f"{place / part} was changed or cut; take another backup.")
    making = f"{name}__restoring"
    databases.drop(making)
    step(f"Restoring {place.name} ({manifest['database']})")
    try:
        with databases.connect() as cursor:
            cursor.execute(f'CREATE DATABASE "{making}" TEMPLATE template0')
        _open_database(databases, place, making, identities)
        _open_files(databases, place, making, identities)
        if objects := manifest.get("objects"):
            bring_home(databases, making, objects)
        erased = erase_again(databases, place, manifest, making)
        databases.rename(making, name)
    except BaseException:
        databases.drop(making)
        raise
    return erased


def _open_database(databases, place, name, identities):
    command = _command(
        databases, "pg_restore", "--no-owner", "--no-acl", "--exit-on-error", "-d", name
    )
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=databases.environ(),
    )
    try:
        unseal(place / "database.age", process.stdin, identities)
    except BrokenPipeError:
        pass  # the program ended early: its own words say why
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        said = process.stderr.read().decode(errors="replace")
        code = process.wait()
    if code:
        raise SetupError(f"pg_restore failed ({said.strip()[-300:]}).")


def _open_files(databases, place, name, identities):
    """Take the attachments out; each has to be what its name says."""
    from threading import Thread

    filestore = databases.filestore(name)
    filestore.mkdir(parents=True)
    reading, writing = os.pipe()
    failed = []

    def feed():
        with os.fdopen(writing, "wb") as pipe:
            try:
                unseal(place / "files.age", pipe, identities)
            except (SetupError, BrokenPipeError) as error:
                failed.append(error)

    thread = Thread(target=feed, daemon=True)
    thread.start()
    with (
        os.fdopen(reading, "rb") as reader,
        tarfile.open(fileobj=reader, mode="r|") as archive,
    ):
        for member in archive:
            match = STORED.fullmatch(member.name)
            content = archive.extractfile(member) if match else None
            if not content:
                raise SetupError(f"{place} holds a file {member.name}; take another.")
            data = content.read()
            if hashlib.sha1(data, usedforsecurity=False).hexdigest() != match.group(1):
                raise SetupError(f"{member.name} of {place} is damaged; take another.")
            target = filestore / member.name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
    thread.join()
    if failed:
        raise failed[0]


def unseal(path, target, identities):
    """Decrypt a file into one that is open for writing."""
    import pyrage

    try:
        with open(path, "rb") as source:
            pyrage.decrypt_io(source, target, identities)
    except pyrage.DecryptError as error:
        raise SetupError(
            f"{path} does not open with this private key ({error}); name another."
        ) from None


def erase_again(databases, place, manifest, name):
    """Erase what was erased after this backup: what newer backups say, and the list
    that Odoo keeps beside the files (R56, R74)."""
    entries = []
    for other in sorted(_backups(place.parent)):
        entries += _manifest(place.parent / other).get("erasures", [])
    beside = databases.data_dir / "erasures" / f"{manifest['database']}.jsonl"
    if beside.exists():
        entries += [json.loads(line) for line in beside.read_text().splitlines()]
    known = {(entry["code"], entry["made_on"]) for entry in manifest["erasures"]}
    entries = [e for e in entries if (e["code"], e["made_on"]) not in known]
    if not entries:
        return []
    script = (
        "import json\n"
        f"entries = json.loads({json.dumps(json.dumps(entries))})\n"
        "codes = env['remediation.subject.request']._apply_erasures(entries)\n"
        "env.cr.commit()\n"
        "print('ERASED' + json.dumps(codes))\n"
    )
    printed, _complaints = databases.shell(name, script)
    # Odoo listed them once more, beside a database that is about to be renamed.
    (databases.data_dir / "erasures" / f"{name}.jsonl").unlink(missing_ok=True)
    line = next(li for li in printed.splitlines() if li.startswith("ERASED"))
    codes = json.loads(line.removeprefix("ERASED"))
    if codes:
        step(f"Erased again: {', '.join(codes)}")
    return codes


def _sign_in(databases, name):
    """Let Odoo load the copy and check a password; return what went wrong."""
    script = (
        "user = env.ref('base.user_admin')\n"
        "user.password = 'only in this copy, 1 and gone'\n"
        "env.flush_all()\n"
        "how = {'type': 'password', 'login': user.login,\n"
        "       'password': 'only in this copy, 1 and gone'}\n"
        "users = env['res.users'].with_user(user)\n"
        "users._check_credentials(how, {'interactive': True})\n"
        "print('SIGNED IN', user.id)\n"
    )
    try:
        printed, _complaints = databases.shell(name, script)
    except SetupError as error:
        return [f"a login: {str(error).splitlines()[-1]}"]
    return [] if "SIGNED IN" in printed else ["a login: Odoo did not answer"]


def in_words(seconds):
    """Seconds as hours and minutes."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
