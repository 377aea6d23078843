"""A database that an older version made is updated, and nothing in it is lost."""

import os

import pytest
from _lib import keep_dump
from _lib.database import Databases, complaints
from _lib.postgres import Cluster

DUMPS = sorted(keep_dump.FOLDER.glob("*.sql.xz"))


def test_a_database_of_each_version_is_kept():
    assert DUMPS


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.name)
def test_a_stored_database_is_updated_without_a_loss(dump):
    databases = Databases(Cluster("test", fast=True).start())
    name = f"upgrade_{os.getpid()}"
    try:
        keep_dump.restore(databases, dump, name)
        # All of ours stand on the ground floor and are updated with it.
        log = databases.odoo(
            name, "-u", "remediation_base", error="the update failed: read its log"
        )
        assert not complaints(log)
        facts = dump.with_name(dump.name.replace(".sql.xz", ".json")).read_text()
        assert keep_dump.read_facts(databases, name) == facts
    finally:
        databases.drop(name)
