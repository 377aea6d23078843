"""A backup is of one moment, opens with its key alone, and brings back everything but
what was erased since."""

import datetime
import json
import os
import shutil
import threading

import psycopg2
import pyrage
import pytest
from _lib import backup
from _lib.common import SetupError
from hypothesis import given, settings
from hypothesis import strategies as st

#: Files of children, each with a paper.
CHILDREN = """
env.company.country_id = env.ref("base.cd")
for _number in range(2):
    child = env["remediation.beneficiary"]._unprotected().create({
        "first_name": "Zawadi", "sex": "female", "company_id": env.company.id,
    })
    env["ir.attachment"].create({
        "name": "paper", "raw": b"one paper", "res_model": child._name,
        "res_id": child.id,
    })
    print("CODE", child.name)
env.cr.commit()
"""
ERASE = """
child = env["remediation.beneficiary"].search([("name", "=", "{code}")])
request = env["remediation.subject.request"]
request.create({{
    "beneficiary_id": child.id, "kind": "erasure", "company_id": child.company_id.id,
}})._pseudonymise()
env.cr.commit()
"""


@pytest.fixture(scope="module")
def keys():
    identity = pyrage.x25519.Identity.generate()
    return [identity.to_public()], [identity]


@pytest.fixture(scope="module")
def database(one_database):
    return one_database


@pytest.fixture(scope="module")
def children(databases, database):
    """The codes of two children; a test that erases one takes it from here."""
    printed = databases.shell(database, CHILDREN)[0]
    return [li.split()[1] for li in printed.splitlines() if li[:5] == "CODE "]


@pytest.fixture(scope="module")
def place(databases, database, children, keys, tmp_path_factory):
    """A backup. People go on writing while it is made; do not change it, copy it."""
    ended = threading.Event()

    def write():
        with databases.connect(database) as cursor:
            while not ended.wait(0.002):
                cursor.execute(
                    "INSERT INTO mail_message (message_type, body) "
                    "VALUES ('comment', 'later')"
                )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        return backup.make(databases, database, tmp_path_factory.mktemp("b"), keys[0])
    finally:
        ended.set()
        writer.join()


@pytest.fixture
def copied(place, tmp_path):
    """A copy of it, to damage."""
    return shutil.copytree(place, tmp_path / "b" / place.name)


def _names(databases, database):
    with databases.connect(database) as cursor:
        cursor.execute("SELECT name, first_name FROM remediation_beneficiary")
        return dict(cursor.fetchall())


def test_r74_a_drill_finds_everything_of_one_moment(databases, place, keys):
    """Of one moment, though people went on writing."""
    sealed = b"".join(path.read_bytes() for path in place.iterdir())
    assert b"Zawadi" not in sealed and b"one paper" not in sealed
    asked, wrong = backup.examine(databases, place, keys[1])
    assert wrong == []
    assert asked >= 30
    assert not [name for name in databases.names() if name.startswith("drill")]


def test_r74_a_drill_sees_what_is_not_the_same(databases, database, copied):
    path = copied / "manifest.json"
    manifest = json.loads(path.read_text())
    for question in manifest["answers"]:
        manifest["answers"][question] += "?"
    path.write_text(json.dumps(manifest))
    asked, wrong = backup.question(databases, copied, database, [])
    assert len(wrong) == asked - 1, "only the login does not depend on the manifest"


@pytest.mark.parametrize("listed_by", ["the list beside the files", "a newer backup"])
def test_r56_what_was_erased_stays_erased(
    databases, database, children, copied, keys, run_script, tmp_path, listed_by
):
    child = children.pop()
    assert _names(databases, database)[child] == "Zawadi"
    run_script(ERASE.format(code=child))
    beside = databases.data_dir / "erasures" / f"{database}.jsonl"
    assert [json.loads(li)["code"] for li in beside.read_text().splitlines()] == [child]
    if listed_by == "a newer backup":
        beside.unlink()
        newer = copied.with_name("2099-01-01T000000Z")
        backup.make(databases, database, tmp_path / "c", keys[0]).rename(newer)
    try:
        erased = backup.open_backup(databases, copied, "restored", keys[1])
        if beside.exists():
            assert erased == [child]
        # A newer backup knows whom another test erased.
        assert child in erased and not {*erased} & {*children}
        assert _names(databases, "restored")[child] != "Zawadi"
        asked, wrong = backup.question(databases, copied, "restored", erased)
        assert asked >= 30
        assert wrong == [], "an erasure made again is no fault of the backup"
    finally:
        databases.drop("restored")
        beside.unlink(missing_ok=True)


def test_a_damaged_backup_or_another_key_makes_no_database(databases, copied, keys):
    before = databases.names()
    stranger = [pyrage.x25519.Identity.generate()]
    with pytest.raises(SetupError, match="does not open with this private key"):
        backup.open_backup(databases, copied, "restored", stranger)
    for part in ("database.age", "files.age"):
        whole = (copied / part).read_bytes()
        for broken in (whole[:-1000], whole[:500] + b"?" + whole[501:]):
            (copied / part).write_bytes(broken)
            with pytest.raises(SetupError, match="changed or cut"):
                backup.open_backup(databases, copied, "restored", keys[1])
        (copied / part).write_bytes(whole)
    (copied / "manifest.json").unlink()
    with pytest.raises(SetupError, match="no whole backup"):
        backup.open_backup(databases, copied, "restored", keys[1])
    assert databases.names() == before


def test_no_file_of_the_moment_is_cleared_away(databases, database):
    """Odoo's clearing asks for a lock that the one of a backup does not let through;
    people's writing goes on."""
    with databases.connect(database) as holding, databases.connect(database) as other:
        holding.execute("BEGIN")
        holding.execute("LOCK TABLE ir_attachment IN ROW EXCLUSIVE MODE")
        other.execute("SET lock_timeout = '200ms'")
        other.execute("UPDATE ir_attachment SET name = name")
        other.execute("BEGIN")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            other.execute("LOCK ir_attachment IN SHARE MODE")
        other.execute("ROLLBACK")
        holding.execute("ROLLBACK")


ZONE = datetime.timezone.utc


@settings(max_examples=60, deadline=None)
@given(
    hours=st.lists(st.integers(0, 24 * 400), max_size=80),
    now=st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2030, 1, 1)),
)
def test_what_is_kept(hours, now):
    now = now.replace(tzinfo=ZONE)
    moments = {now - datetime.timedelta(hours=h) for h in hours}
    keep = backup.kept(moments, now)
    assert keep <= moments
    if moments:
        assert max(moments) in keep
    day = datetime.timedelta(days=1)
    assert {m for m in moments if now - m < day} <= keep
    assert len({m for m in keep if now - m >= day}) <= 7 + 4 + 6


def test_a_year_of_nights_leaves_seven_days_four_weeks_six_months():
    now = datetime.datetime(2026, 11, 29, 3, tzinfo=ZONE)
    nights = {now - datetime.timedelta(days=n) for n in range(365)}
    left = sorted(backup.kept(nights, now), reverse=True)
    assert [(now - m).days for m in left] == [
        0, 1, 2, 3, 4, 5, 6, 7, 14, 21, 29, 60, 90, 121, 152
    ]  # fmt: skip


def test_a_key_is_its_owners_alone(tmp_path, capsys):
    backup.make_key(tmp_path / "key")
    assert os.stat(tmp_path / "key").st_mode & 0o077 == 0
    with pytest.raises(SetupError, match="exists"):
        backup.make_key(tmp_path / "key")
    with pytest.raises(SetupError, match="no key of age"):
        backup.public_keys(tmp_path / "key")
    assert backup.public_keys(tmp_path / "key.pub")
    assert "AGE-SECRET" not in capsys.readouterr().out
