"""The write-ahead log, kept sealed, and a database of any moment made from it.

`setup/serve wal` receives what PostgreSQL writes, as it writes it. A segment that is
full, or ten minutes old, is sealed into the folder of the backups with the attachments
that came since: what another disk holds is never more than a quarter of an hour behind.
Each week it keeps the files of the whole server anew, which the log starts from; so
what was erased is gone from there within two weeks. `setup/restore --moment` makes the
server of that moment beside, takes one database out of it, and throws the server away.
"""

import contextlib
import datetime
import json
import os
import shutil
import signal
import subprocess
import tarfile
import time
from pathlib import Path

from . import backup
from .common import STATE, SetupError, lock, step, write_atomic
from .postgres import ADMIN, Cluster

SLOT = "archive"
#: Seconds: how often somebody looks, and how old a part of the log may become.
LOOK, OLD = 15, 600
#: How many bases are kept, with the log since the older one; days between two.
BASES, DAYS = 2, 7
SEGMENT = 24  # characters of a segment's name


class Archive:
    """The sealed log of one server, in the folder of its backups."""

    def __init__(self, databases, folder, recipients):
        self.databases = databases
        self.cluster = databases.cluster
        if self.cluster.external:
            raise SetupError(
                "the database server is not of this checkout; archive its log there."
            )
        self.recipients = recipients
        self.log = folder / "wal"
        self.bases = folder / "base"
        for place in (self.log, self.bases):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.received = STATE / f"wal-{self.cluster.name}"
        self.received.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.switched = time.monotonic()

    # -- the log

    def receive(self):
        """Start receiving; return the process."""
        command = self._command("pg_receivewal", "--slot", SLOT)
        subprocess.run(
            [*command, "--create-slot", "--if-not-exists"],
            check=True,
            capture_output=True,
        )
        return subprocess.Popen(
            [*command, "-D", str(self.received), "--synchronous"],
            stdin=subprocess.DEVNULL,
        )

    def _command(self, program, *arguments):
        where = ["-h", str(self.cluster.socket), "-U", ADMIN]
        return [self.cluster.program(program), *where, *arguments]

    def tick(self, now=False):
        """Seal what is complete; every ten minutes (or `now`) end what is begun."""
        if now or time.monotonic() - self.switched > OLD:
            self.switched = time.monotonic()
            self.switch()
        for path in sorted(self.received.iterdir()):
            if len(path.name) == SEGMENT or path.suffix == ".history":
                self.seal_files()
                self._seal(path, self.log / f"{path.name}.age")
                path.unlink()

    def switch(self):
        """End the segment that is being written; nothing happens in an empty one."""
        env = {**os.environ, **self.cluster.environ(), "PGUSER": ADMIN}
        subprocess.run(
            [self.cluster.program("psql"), "-qXAt", "-d", "postgres"],
            input="SELECT pg_switch_wal()",
            text=True,
            check=True,
            capture_output=True,
            env=env,
        )

    def _seal(self, path, target):
        new = target.with_name(f".{target.name}.new")
        new.unlink(missing_ok=True)
        with open(path, "rb") as reader:
            backup.seal(reader, new, self.recipients)
        new.rename(target)

    # -- the attachments

    def seal_files(self):
        """Seal the attachments that are not sealed yet. One never changes: its name is
        its checksum. It is written before the row that names it, so it comes first.
        Each base has its own, all that there are, and goes with them."""
        bases = _all(self.bases)
        if not bases:
            return
        files = bases[-1] / "files"
        files.mkdir(exist_ok=True, mode=0o700)
        index = files / "sealed.json"
        sealed = set(json.loads(index.read_text())) if index.exists() else set()
        root = self.databases.data_dir / "filestore"
        new = sorted(
            str(path.relative_to(root))
            for path in root.glob("*/??/*")
            if len(path.name) == 40 and str(path.relative_to(root)) not in sealed
        )
        if not new:
            return
        target = files / f"{len(list(files.glob('*.age'))):08}.age"
        making = target.with_name(f".{target.name}.new")
        making.unlink(missing_ok=True)
        packed = STATE / f"files-{os.getpid()}.tar"
        try:
            with tarfile.open(packed, "w") as archive:
                for name in new:
                    with contextlib.suppress(FileNotFoundError):
                        archive.add(root / name, arcname=name, recursive=False)
            with open(packed, "rb") as reader:
                backup.seal(reader, making, self.recipients)
        finally:
            packed.unlink(missing_ok=True)
        making.rename(target)
        write_atomic(index, json.dumps(sorted(sealed.union(new))))

    # -- the base

    def base(self):
        """Keep the files of the server as they are now; forget what is older than the
        bases that are kept. Return the folder."""
        with lock(self.bases / "base.lock", "keeping the files of the server"):
            moment = datetime.datetime.now(datetime.timezone.utc)
            place = self.bases / moment.strftime(backup.MOMENT)
            new = place.with_name(f".{place.name}.new")
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(mode=0o700)
            with self.databases.connect() as cursor:
                cursor.execute("SELECT pg_walfile_name(pg_current_wal_lsn())")
                first = cursor.fetchone()[0]
            step("Keeping the files of the database server")
            command = self._command("pg_basebackup", "-D", "-", "-Ft", "-X", "fetch")
            command += ["-c", "fast"]
            with backup.output_of(command, dict(os.environ)) as reader:
                backup.seal(reader, new / "base.age", self.recipients)
            # The moment at which it is whole: none before can be restored from it.
            moment = datetime.datetime.now(datetime.timezone.utc)
            said = {"moment": moment.isoformat(), "first": first}
            write_atomic(new / "manifest.json", json.dumps(said))
            self.seal_files()  # the last ones that belong to the base before
            new.rename(place)
            self.seal_files()
        self._forget_old()
        return place

    def _forget_old(self):
        bases = _all(self.bases)
        for path in bases[:-BASES]:
            shutil.rmtree(path)
        first = json.loads((bases[-BASES:][0] / "manifest.json").read_text())["first"]
        for path in self.log.glob("*.age"):
            if len(path.stem) == SEGMENT and path.stem[8:] < first[8:]:
                path.unlink()

    def base_is_due(self):
        """Is there none of the last week?"""
        bases = _all(self.bases)
        week = datetime.timedelta(days=DAYS)
        now = datetime.datetime.now(datetime.timezone.utc)
        return not bases or now - _moment_of(bases[-1]) > week


def _all(folder):
    """The bases of a folder, the newest last."""
    return sorted(folder.glob("2*"))


def _moment_of(base):
    said = json.loads((base / "manifest.json").read_text())
    return datetime.datetime.fromisoformat(said["moment"])


def serve(databases, folder, recipients):
    """Receive and seal until this process is told to end."""
    archive = Archive(databases, folder, recipients)
    receiver = archive.receive()
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    try:
        while not ending and receiver.poll() is None:
            archive.tick()
            if archive.base_is_due():
                archive.base()
            for _second in range(LOOK):
                if ending or receiver.poll() is not None:
                    break
                time.sleep(1)
    finally:
        receiver.send_signal(signal.SIGINT)
        receiver.wait()
    if not ending:
        raise SetupError("pg_receivewal ended; the service starts it again.")
    return 0


# -- a moment ---------------------------------------------------------------------


def restore(databases, folder, moment, source, target, identities):
    """Make the database `target` as `source` was at a moment.

    :param moment: a datetime with its zone
    :return: the codes of children that were erased since, and again now
    """
    base = _base_before(folder, moment)
    cluster = Cluster("moment", private=True)
    cluster.remove()
    making = f"{target}__restoring"
    try:
        step(f"Making the database server of {moment:%Y-%m-%d %H:%M:%S %Z}")
        _unpack(cluster, base, folder / "wal", moment, identities)
        try:
            cluster.start()
            _wait_for_end(cluster, databases)
        except SetupError:
            raise SetupError(
                "the kept log ends before that moment, or is damaged; choose an "
                f"earlier one. What PostgreSQL said is in {cluster.data}/server.log."
            ) from None
        databases.drop(making)
        with databases.connect() as cursor:
            cursor.execute(f'CREATE DATABASE "{making}" TEMPLATE template0')
        _copy(cluster, databases, source, making)
        _files(databases, base / "files", source, making, identities)
        erased = _erase_again(databases, folder, source, making)
        databases.rename(making, target)
    except BaseException:
        databases.drop(making)
        raise
    cluster.remove()
    return erased


def _base_before(folder, moment):
    found = [b for b in _all(folder / "base") if _moment_of(b) <= moment]
    if not found:
        raise SetupError(
            f"{folder} keeps no base of before {moment}; choose a later moment."
        )
    return found[-1]


def _inside(archive, base):
    """The files and folders of a base; anything else was put there by somebody."""
    for member in archive:
        path = Path(member.name)
        plain = member.isfile() or member.isdir()
        if path.is_absolute() or ".." in path.parts or not plain:
            raise SetupError(f"{base} holds {member.name}; take another base.")
        yield member


def _unpack(cluster, base, log, moment, identities):
    data = cluster.data
    data.mkdir(parents=True, mode=0o700)
    packed = data.with_name(f"{data.name}.tar")
    try:
        with open(packed, "wb") as target:
            backup.unseal(base / "base.age", target, identities)
        with tarfile.open(packed) as archive:
            # Debian 12's Python has no filter; what it would refuse is refused below.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(data, _inside(archive, base))
    finally:
        packed.unlink(missing_ok=True)
    kept = data / "archive"
    kept.mkdir()
    first = json.loads((base / "manifest.json").read_text())["first"]
    for path in sorted(log.glob("*.age")):
        if path.stem[8:] >= first[8:] or ".history" in path.stem:
            with open(kept / path.stem, "wb") as target:
                backup.unseal(path, target, identities)
    with open(data / "postgresql.auto.conf", "a") as settings:
        settings.write(
            f'restore_command = \'cp "{kept}/%f" "%p"\'\n'
            f"recovery_target_time = '{moment.isoformat()}'\n"
            "recovery_target_action = 'promote'\n"
        )
    (data / "recovery.signal").touch()
    cluster.own_tree(data)


def _wait_for_end(cluster, databases):
    from .database import Databases

    beside = Databases(cluster)
    until = time.monotonic() + 1800
    while time.monotonic() < until:
        with beside.connect() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.2)
    raise SetupError("the database server did not end its recovery.")


def _copy(cluster, databases, source, target):
    read = {**os.environ, **cluster.environ()}
    command = [cluster.program("pg_dump"), "-Fc", "--no-owner", source]
    write = [databases.cluster.program("pg_restore"), "--no-owner", "--exit-on-error"]
    with backup.output_of(command, read) as reader:
        done = subprocess.run(
            [*write, "-d", target],
            stdin=reader,
            stderr=subprocess.PIPE,
            env=databases.environ(),
            check=False,
        )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-300:]
        raise SetupError(f"pg_restore failed ({said}).")


def _files(databases, sealed, source, target, identities):
    """Put out the attachments that the restored database names."""
    with databases.connect(target) as cursor:
        cursor.execute("SELECT to_regclass('ir_attachment')")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SELECT DISTINCT store_fname FROM ir_attachment")
        wanted = {f"{source}/{row[0]}" for row in cursor.fetchall() if row[0]}
    root = databases.filestore(target)
    packed = STATE / f"files-{os.getpid()}.tar"
    try:
        for path in sorted(sealed.glob("*.age")):
            with open(packed, "wb") as writer:
                backup.unseal(path, writer, identities)
            with tarfile.open(packed) as archive:
                for member in archive:
                    if member.isfile() and member.name in wanted:
                        place = root / Path(member.name).relative_to(source)
                        place.parent.mkdir(parents=True, exist_ok=True)
                        place.write_bytes(archive.extractfile(member).read())
    finally:
        packed.unlink(missing_ok=True)


def _erase_again(databases, folder, source, target):
    from . import questions

    with databases.connect(target) as cursor:
        manifest = {"database": source, "erasures": questions.erasures(cursor)}
    return backup.erase_again(databases, folder / "moment", manifest, target)
