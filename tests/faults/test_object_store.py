"""Attachments on an S3 store, by OCA's fs_attachment_s3: who reads them is decided
here, the store knows no name, and a backup holds them."""

import json
import socket
import subprocess
import sys
import time
from urllib.error import HTTPError

import boto3
import pyrage
import pytest
from _lib import backup
from botocore.exceptions import EndpointConnectionError

CONTENT = "one paper of a child"
OPTIONS = {"key": "of these tests", "secret": "of these tests"}
#: A store for everything, and a child's file with a paper.
BEGIN = """
env["fs.storage"].create({{
    "name": "Store", "code": "store", "protocol": "s3",
    "directory_path": "papers", "options": {options!r},
    "use_as_default_for_attachments": True, "use_filename_obfuscation": True,
}})
env.company.country_id = env.ref("base.cd")
child = env["remediation.beneficiary"]._unprotected().create({{
    "first_name": "Zawadi", "sex": "female", "company_id": env.company.id,
}})
paper = env["ir.attachment"].create({{
    "name": "zawadi-birth.txt", "raw": {content!r}.encode(),
    "res_model": child._name, "res_id": child.id,
}})
for login, group in (("keeper", "coordinator"), ("watcher", "monitoring")):
    env["res.users"].create({{
        "name": login, "login": login, "password": f"{{login}} of these tests",
        "group_ids": [(4, env.ref(f"child_remediation.group_{{group}}").id)],
    }})
env.cr.commit()
print("FOUND", paper.id, paper.store_fname)
"""


class Store:
    """A server that speaks S3, on this machine alone; what it holds ends with it."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1"]
            + ["-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=OPTIONS["key"],
            aws_secret_access_key=OPTIONS["secret"],
        )
        until = time.monotonic() + 60
        while True:
            try:
                self.client.create_bucket(Bucket="papers")
                return
            except EndpointConnectionError:
                assert time.monotonic() < until, "the store did not start"
                time.sleep(0.2)

    def objects(self):
        """{key: content} of everything that lies there."""
        listed = self.client.list_objects_v2(Bucket="papers").get("Contents", [])
        return {
            one["Key"]: self.client.get_object(Bucket="papers", Key=one["Key"])[
                "Body"
            ].read()
            for one in listed
        }

    def stop(self):
        """End the server that was started here."""
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="module")
def store():
    """One for this file: what reads it comes first, its end last."""
    store = Store()
    yield store
    store.stop()


@pytest.fixture(scope="module")
def database(one_database):
    return one_database


@pytest.fixture(scope="module")
def paper(databases, database, store):
    """The attachment's number and its place in the store."""
    databases.odoo(
        database, "-i", "fs_attachment_s3", error="fs_attachment_s3 is not installed"
    )
    options = json.dumps(OPTIONS | {"client_kwargs": {"endpoint_url": store.url}})
    script = BEGIN.format(options=options, content=CONTENT)
    printed = databases.shell(database, script)[0]
    (line,) = [li for li in printed.splitlines() if li.startswith("FOUND ")]
    number, place = line.split()[1:]
    return int(number), place


def _read(server, login, number):
    """What somebody gets who asks for a file by its number."""
    session = server.login(login, f"{login} of these tests")
    try:
        with session.opener.open(f"{server.url}/web/content/{number}") as page:
            return page.read().decode()
    except HTTPError as error:
        return error.code


def test_r73_the_store_holds_the_file_and_the_rights_stay_here(
    databases, database, store, paper, start_server
):
    number, place = paper
    assert place.startswith("store://")
    assert CONTENT.encode() in store.objects().values()
    for key in store.objects():
        assert "zawadi" not in key.lower(), "a name in the address of an object"
    server = start_server()
    assert _read(server, "keeper", number) == CONTENT
    assert _read(server, "watcher", number) == 404, "as if it were not there"


def test_r74_a_backup_holds_what_lies_in_the_store(
    databases, database, store, paper, tmp_path
):
    identity = pyrage.x25519.Identity.generate()
    before = store.objects()
    place = backup.make(databases, database, tmp_path / "b", [identity.to_public()])
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["files"]["missing"] == 0
    for part in place.iterdir():
        assert CONTENT.encode() not in part.read_bytes(), "it lies there in the clear"
    asked, wrong = backup.examine(databases, place, [identity])
    assert asked >= 30
    assert wrong == []
    assert store.objects() == before, "a drill writes and deletes nothing in the store"
    store.stop()
    try:
        backup.open_backup(databases, place, "restored", [identity])
        said, _complaints = databases.shell(
            "restored",
            f"print('READ', env['ir.attachment'].browse({paper[0]}).raw.decode())",
        )
        assert f"READ {CONTENT}" in said
    finally:
        databases.drop("restored")


def test_a_file_that_the_store_does_not_take_is_not_said_to_be_kept(
    databases, database, store, paper, run_script
):
    store.stop()
    with pytest.raises(Exception, match="a script failed"):
        run_script(
            "env['ir.attachment'].create({'name': 'later', 'raw': b'written later'})\n"
            "env.cr.commit()"
        )
    with databases.connect(database) as cursor:
        cursor.execute("SELECT COUNT(*) FROM ir_attachment WHERE name = 'later'")
        assert cursor.fetchone()[0] == 0
