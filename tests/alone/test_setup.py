"""The commands of setup/, in a checkout of their own with one small module."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from _lib.commands import COMMANDS
from _lib.common import ROOT
from checkout import Checkout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    checkout = Checkout(tmp_path_factory.mktemp("checkout"))
    yield checkout
    checkout("stop", "--delete")
    assert not (checkout.path / ".state").exists()


@pytest.fixture(scope="module")
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself_before_anything_is_installed(command):
    # -S: a Python without what setup/ installs
    said = subprocess.run(
        [sys.executable, "-S", ROOT / "setup" / command, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(f"usage: setup/{command}")
    assert "--database" in said.stdout


def test_changed_view_is_picked_up(checkout):
    first = checkout("test", "toy")
    assert first.stdout.splitlines()[-1] == "1 passed, 0 failed, 0 skipped", (
        first.stderr
    )
    assert first.returncode == 0
    checkout.name_view("two")
    second = checkout("test", "toy")
    assert second.stdout.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"
    assert second.returncode == 1
    checkout.name_view("one")


def test_broken_module_is_named(checkout):
    checkout.name_view("<broken")
    done = checkout("test", "toy")
    checkout.name_view("one")
    assert done.returncode == 1
    assert "toy could not be installed; correct what the log says" in done.stderr


def test_bench_writes_its_table_as_json(checkout):
    folder = checkout.path / "tests/benchmark"
    folder.mkdir(parents=True)
    for name in ("lib.py", "bench_yardstick.py"):
        shutil.copy(ROOT / "tests/benchmark" / name, folder)
    output = checkout.path / "results.json"
    checkout.lend_to_bench()
    done = checkout("bench", "yardstick", "--size", 500, "--json", output)
    assert done.returncode == 0, done.stderr
    assert "Preparing a database" not in done.stdout
    (row,) = json.loads(output.read_text())
    assert list(row) == (
        "name n seconds sql sql_per_record rss_mb baseline_ratio limit ok".split()
    )
    assert row["n"] == 500
    assert row["ok"]


def test_killed_run_is_continued_and_a_second_run_changes_nothing(checkout, port):
    command = [checkout.path / "setup/run", "--detach", "--port", str(port)]
    first = subprocess.Popen(
        command,
        env=checkout.environ(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in first.stdout:
        if line.startswith("==> Making the database child_remediation"):
            break
    time.sleep(3)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    second = checkout("run", "--detach", "--port", port)
    assert f"Ready: http://localhost:{port}" in second.stdout, second.stderr
    before = _state(checkout)
    started = time.monotonic()
    third = checkout("run", "--detach", "--port", port)
    assert f"Ready: http://localhost:{port}" in third.stdout, third.stderr
    assert time.monotonic() - started < 20
    assert _state(checkout) == before


def _state(checkout):
    """Which server runs, and when a module was last touched."""
    printed = checkout(
        "shell",
        script="print(max(env['ir.module.module'].search([]).mapped('write_date')))",
    ).stdout
    return (checkout.path / ".state/server.json").read_text(), printed


def _is_refused_as_older(checkout, port):
    done = checkout("run", "--detach", "--port", port)
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "child_remediation is older than this checkout" in sentence
    assert "setup/run --update" in sentence
    return done.stdout


def test_an_older_database_is_not_served_and_an_update_says_what_it_changes(
    checkout, port
):
    checkout("run", "--detach", "--port", port)
    checkout("stop")
    assert "toy one" in checkout.databases()
    checkout.name_view("three")
    assert "toy: changed within 19.0.1.0.0" in _is_refused_as_older(checkout, port)
    checkout.name_version("19.0.1.1.0")
    assert "toy: 19.0.1.0.0 → 19.0.1.1.0" in _is_refused_as_older(checkout, port)
    done = checkout("run", "--detach", "--as-it-is", "--port", port)
    assert f"Ready: http://localhost:{port}" in done.stdout, done.stderr
    checkout("stop")
    before = set(checkout.backups())
    done = checkout("run", "--detach", "--update", "--port", port)
    assert f"Ready: http://localhost:{port}" in done.stdout, done.stderr
    shows = done.stdout.index("toy: 19.0.1.0.0 → 19.0.1.1.0")
    (backup,) = set(checkout.backups()) - before
    keeps = done.stdout.index(f"The backup is {backup}")
    assert shows < keeps < done.stdout.index("Updating a copy")
    there = checkout.databases()
    assert "toy three" in there and "__" not in there
    done = checkout("run", "--detach", "--update", "--port", port)
    assert "there is nothing to update" in done.stdout
    assert set(checkout.backups()) - before == {backup}


def test_what_changes_while_an_update_runs_is_in_the_next_one(checkout, port):
    checkout("run", "--detach", "--update", "--port", port)
    checkout("stop")
    source, late = checkout.path / "toy/__init__.py", checkout.path / "toy/late.txt"
    source.write_text("open(__file__[: -len('__init__.py')] + 'late.txt', 'a')\n")
    try:
        done = checkout("run", "--detach", "--update", "--port", port)
        assert f"Ready: http://localhost:{port}" in done.stdout, done.stderr
        assert late.exists(), "it was written while the update ran"
        checkout("stop")
        done = checkout("run", "--detach", "--update", "--port", port)
        assert "toy: changed within" in done.stdout, done.stderr
        checkout("stop")
        done = checkout("run", "--detach", "--update", "--port", port)
        assert "there is nothing to update" in done.stdout, done.stderr
    finally:
        checkout("stop")
        source.write_text("")
        late.unlink(missing_ok=True)


def test_an_update_that_fails_leaves_the_database_as_before(checkout, port):
    checkout("run", "--detach", "--update", "--port", port)
    checkout("stop")
    there = checkout.databases()
    source = checkout.path / "toy/__init__.py"
    for fails in ("while it updates", "while it starts"):
        try:
            checkout.name_view("four")
            if fails == "while it updates":
                checkout.name_view("<broken")
            else:
                # Only the server that is to serve, after a good update.
                source.write_text(
                    "import os, sys\nif '--http-port' in sys.argv:\n    os._exit(3)\n"
                )
            done = checkout("run", "--detach", "--update", "--port", port)
            assert done.returncode == 1
            assert "Ready" not in done.stdout
            assert "Error: " in done.stderr.splitlines()[-1]
            assert ("as it was" in done.stderr) or ("as it was" in done.stdout)
        finally:
            source.write_text("")
            checkout.name_view("three")
        assert checkout.databases() == there
        done = checkout("run", "--detach", "--port", port)
        assert f"Ready: http://localhost:{port}" in done.stdout, done.stderr
        checkout("stop")


def test_server_listens_on_this_machine_only(checkout, port):
    checkout("run", "--detach", "--port", port)
    with open("/proc/net/tcp") as handle:
        local = [line.split()[1] for line in handle if line.split()[3] == "0A"]
    addresses = {a.split(":")[0] for a in local if int(a.split(":")[-1], 16) == port}
    assert addresses == {"0100007F"}


def test_port_in_use(checkout, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        checkout("stop")
        done = checkout("run", "--port", taken)
    assert done.returncode
    assert f"port {taken} is in use; stop what uses it" in done.stderr


def test_errors_say_what_to_do(checkout, tmp_path):
    """Each in one sentence on the last line, with a non-zero exit."""
    bare = tmp_path / "bin"
    bare.mkdir()
    for program in ("python3", "git"):
        (bare / program).symlink_to(shutil.which(program))
    for environ, words in (
        ({"ODOO_SOURCE": str(tmp_path)}, "holds no odoo/release.py"),
        ({"PATH": str(bare), "XDG_CACHE_HOME": str(tmp_path)}, "no apt-get here"),
    ):
        done = checkout("test", "toy", **environ)
        assert done.returncode == 1
        assert words in done.stderr.splitlines()[-1]
        assert done.stderr.startswith("Error: ")
    done = checkout("test", "nothing_of_this_name")
    assert "the modules are toy." in done.stderr
