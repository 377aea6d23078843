"""The lock file is what setup/lock makes of what is wanted, and of nothing else."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from _lib import locking

OLD = locking.LOCK_FILE.read_text()
WANTED = locking.WANTED.read_text()
#: What is asked for instead.
OTHERS = {
    "anew": WANTED.replace("Werkzeug==3.0.6", "Werkzeug==3.0.4"),
    "in vain": "Werkzeug==3.0.6\nWerkzeug==3.0.4\n",
}


@pytest.fixture(scope="module")
def choices(tmp_path_factory):
    """Each choice of versions as it is made: they wait for the index, side by side."""
    wanted = {"now": locking.WANTED}
    for name, text in OTHERS.items():
        wanted[name] = tmp_path_factory.mktemp("wanted") / "requirements.in"
        wanted[name].write_text(text)
    with ThreadPoolExecutor(len(wanted)) as pool:
        yield {
            name: pool.submit(locking.compiled, OLD, wanted=path)
            for name, path in wanted.items()
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
