"""A database of any moment comes back out of the sealed log."""

import datetime
import hashlib
import io
import tarfile
import time

import pyrage
import pytest
from _lib import wal
from _lib.common import SetupError
from _lib.database import Databases
from _lib.postgres import Cluster

NAME = "small"


@pytest.fixture
def keys():
    identity = pyrage.x25519.Identity.generate()
    return [identity.to_public()], [identity]


@pytest.fixture
def small():
    """A server of its own, with one small database."""
    cluster = Cluster("wal-test", private=True)
    cluster.remove()
    databases = Databases(cluster.start())
    try:
        with databases.connect() as cursor:
            cursor.execute(f'CREATE DATABASE "{NAME}"')
        with databases.connect(NAME) as cursor:
            cursor.execute("CREATE TABLE child (id serial, name text)")
            cursor.execute("CREATE TABLE ir_attachment (store_fname text)")
        yield databases
    finally:
        cluster.remove()
        wal.shutil.rmtree(databases.data_dir, ignore_errors=True)
        wal.shutil.rmtree(wal.STATE / "wal-wal-test", ignore_errors=True)


def _add(databases, name, paper):
    """A row and a file, as Odoo stores them, the file first; the moment after."""
    digest = hashlib.sha1(paper, usedforsecurity=False).hexdigest()
    path = databases.filestore(NAME) / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(paper)
    with databases.connect(NAME) as cursor:
        cursor.execute("INSERT INTO child (name) VALUES (%s)", [name])
        cursor.execute(
            "INSERT INTO ir_attachment VALUES (%s)", [f"{digest[:2]}/{digest}"]
        )
    time.sleep(1.1)
    moment = datetime.datetime.now(datetime.timezone.utc)
    time.sleep(1.1)
    return moment


def _names(databases, database):
    with databases.connect(database) as cursor:
        cursor.execute("SELECT name FROM child ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def _wait_until_sealed(archive):
    """What was written so far is on the other disk; in how many seconds."""
    started = time.monotonic()
    with archive.databases.connect() as cursor:
        cursor.execute("SELECT pg_walfile_name(pg_current_wal_lsn())")
        current = cursor.fetchone()[0]
    archive.tick(now=True)
    while time.monotonic() - started < 60:
        archive.tick()
        if (archive.log / f"{current}.age").exists():
            return time.monotonic() - started
        time.sleep(0.2)
    raise AssertionError(f"{current} was not sealed")


def test_r74_a_database_of_any_moment_comes_back(small, keys, tmp_path):
    archive = wal.Archive(small, tmp_path, keys[0])
    receiver = archive.receive()
    try:
        _add(small, "Anita", b"before the base")
        archive.base()
        after_two = _add(small, "Bahati", b"the second paper")
        _wait_until_sealed(archive)
        _add(small, "Chance", b"the third paper")
        with small.connect(NAME) as cursor:
            cursor.execute("DELETE FROM child")  # what somebody wants undone
        _add(small, "Dieudonné", b"the last paper")
        assert _wait_until_sealed(archive) < 60
    finally:
        receiver.terminate()
        receiver.wait()
    assert not list(archive.received.glob("?" * wal.SEGMENT)), "nothing waits unsealed"
    sealed = b"".join(p.read_bytes() for p in tmp_path.rglob("*.age"))
    assert b"Bahati" not in sealed and b"the second paper" not in sealed
    wal.restore(small, tmp_path, after_two, NAME, "then", keys[1])
    assert _names(small, "then") == ["Anita", "Bahati"]
    papers = {p.read_bytes() for p in small.filestore("then").rglob("*") if p.is_file()}
    assert papers == {b"before the base", b"the second paper"}
    assert _names(small, NAME) == ["Dieudonné"], "the living database is not touched"
    for moment, words in (
        (after_two - datetime.timedelta(days=1), "keeps no base of before"),
        (after_two + datetime.timedelta(days=1), "the kept log ends before"),
    ):
        with pytest.raises(SetupError, match=words):
            wal.restore(small, tmp_path, moment, NAME, "never", keys[1])
    assert "never" not in str(small.names())
    Cluster("moment", private=True).remove()


def test_r56_what_was_erased_leaves_the_kept_log_with_the_bases(small, keys, tmp_path):
    archive = wal.Archive(small, tmp_path, keys[0])
    assert archive.base_is_due()
    _add(small, "Anita", b"a paper")
    bases, first = [], []
    for _week in range(3):
        bases.append(archive.base())
        first.append(wal.json.loads((bases[-1] / "manifest.json").read_text())["first"])
        (archive.log / f"{first[-1]}.age").touch()
        archive.switch()
        _add(small, "Bahati", b"another paper")
    assert not archive.base_is_due()
    assert not bases[0].exists()
    assert all((base / "files" / "sealed.json").exists() for base in bases[1:])
    kept = sorted(path.stem for path in archive.log.glob("*.age"))
    assert kept == first[1:], "no log from before the oldest base"


def test_the_recovery_point_is_a_quarter_of_an_hour_by_construction():
    """A segment is ended at this age, seen at the next look, and sealed in a minute."""
    assert wal.OLD + wal.LOOK + 60 <= 15 * 60


def test_r74_a_base_that_somebody_wrote_is_not_unpacked(tmp_path):
    """Whoever reaches the folder has the public key too."""
    for kind, name in ((tarfile.REGTYPE, "../x"), (tarfile.SYMTYPE, "base")):
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc"
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.addfile(member)
        packed.seek(0)
        with (
            tarfile.open(fileobj=packed) as archive,
            pytest.raises(SetupError, match="take another base"),
        ):
            archive.extractall(tmp_path, wal._inside(archive, "the base"))
    assert not list(tmp_path.iterdir())
