"""The lock file is what setup/lock makes of what is wanted, and of nothing else."""

import pytest
from _lib import locking

OLD = locking.LOCK_FILE.read_text()
WANTED = locking.WANTED.read_text()
#: What is asked for instead; the fixture `choices` asks.
OTHERS = {
    "anew": WANTED.replace("Werkzeug==3.0.6", "Werkzeug==3.0.4"),
    "in vain": "Werkzeug==3.0.6\nWerkzeug==3.0.4\n",
}


def test_the_lock_file_is_what_is_asked_for(choices):
    # Versions alone: an index may hold another file of one later, with its checksum.
    assert locking.changes(OLD, choices["now"].result()) == []


def test_what_is_asked_for_anew_changes_and_the_rest_stays(choices):
    assert OTHERS["anew"] != WANTED
    new = choices["anew"].result()
    assert locking.changes(OLD, new) == ["werkzeug: 3.0.6 → 3.0.4"]
    assert locking._parts(new)[1] == locking._parts(OLD)[1]


def test_what_does_not_go_together_changes_nothing(choices):
    with pytest.raises(locking.SetupError, match="no versions go together"):
        choices["in vain"].result()
    assert locking.LOCK_FILE.read_text() == OLD


def test_an_addon_is_taken_with_its_checksum(tmp_path):
    (name, version) = locking.PIN.findall(locking._parts(OLD)[1])[0]
    lines = locking._newest(name, tmp_path)
    assert lines.startswith(f"{name}==19.0.")
    if lines.startswith(f"{name}=={version} "):
        assert lines in OLD
