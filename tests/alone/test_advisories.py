"""docs/advisories.md speaks of the versions that are installed, and of every package
that is held back."""

import re

from _lib.common import ROOT

ROW = re.compile(r"^\| ([A-Za-z0-9._-]+) \| ([0-9.]+) \| (.+?) \| (.+?) \|", re.M)
#: Held for the tests alone: no site has them.
FOR_TESTS = {"pytest-odoo"}


def _rows():
    page = (ROOT / "docs/advisories.md").read_text()
    return {name.lower(): rest for name, *rest in ROW.findall(page)}


def test_the_versions_are_those_of_the_lock_file():
    lock = (ROOT / "setup/requirements.lock").read_text()
    for name, (version, _advisory, why) in _rows().items():
        assert re.search(rf"^{name}=={re.escape(version)}\b", lock, re.M | re.I), name
        assert len(why) > 20


def test_every_package_that_is_held_back_says_why():
    wanted = (ROOT / "setup/requirements.in").read_text()
    held = {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", wanted, re.M)}
    assert held - FOR_TESTS <= _rows().keys()
    assert "CVE-" in _rows()["pypdf2"][1]
