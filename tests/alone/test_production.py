"""A production site from five answers to a sign-in over TLS, on this machine alone; and
the files of deploy/, which name nothing that is not there."""

import configparser
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pyrage
import pytest
from _lib import book, install, production, serve
from _lib.commands import COMMANDS
from _lib.common import ROOT
from checkout import Checkout

DEPLOY = ROOT / "deploy"
#: Reads YAML where PyYAML is: in the environment of the book.
READ_YAML = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    checkout = Checkout(tmp_path_factory.mktemp("site"))
    yield checkout
    checkout("stop", "--delete")


@pytest.fixture(scope="module")
def ports():
    sockets = [socket.socket() for _ in range(4)]
    for free in sockets:
        free.bind(("127.0.0.1", 0))
    numbers = [free.getsockname()[1] for free in sockets]
    for free in sockets:
        free.close()
    return dict(
        zip(("port", "plain-port", "odoo-port", "gevent-port"), numbers, strict=True)
    )


@pytest.fixture(scope="module")
def site(checkout, ports, tmp_path_factory):
    """The site that the command made; what it printed; the folder of its backups."""
    folder = tmp_path_factory.mktemp("answers")
    identity = pyrage.x25519.Identity.generate()
    (folder / "key.pub").write_text(f"{identity.to_public()}\n")
    answers = {
        "host": "cases.test",
        "certificate": "self",
        "backup_key": str(folder / "key.pub"),
        "backup_folder": str(folder / "backups"),
        "administrator": "anna@cases.test",
    }
    (folder / "answers.json").write_text(json.dumps(answers))
    options = [f"--{name}={number}" for name, number in ports.items()]
    done = checkout(
        "install",
        "--production",
        "--workers=2",
        f"--answers={folder / 'answers.json'}",
        *options,
    )
    log = (checkout.path / ".state/site/web.log").read_text()
    assert done.returncode == 0, done.stdout + done.stderr + log
    return checkout.path / ".state/site", done.stdout, answers


def test_a_site_is_made_and_every_line_of_its_checklist_was_tried(site):
    _folder, said, _answers = site
    lines = [line for line in said.splitlines() if line.startswith("    [x]")]
    assert len(lines) >= 14, said
    assert "the administrator signs in" in said
    before, _, left = said.partition("Left to do by hand:")
    assert "[ ]" not in before
    assert "systemctl enable --now" in left
    minutes = re.search(r"It took (\d+) min", said)
    assert int(minutes[1]) < 15


def _page(ports, path, headers=None):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(
        "127.0.0.1", ports["port"], timeout=60, context=context
    )
    connection.request("GET", path, headers=headers or {"Host": "cases.test"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def _answers(ports, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if _page(ports, "/web/login").status == 200:
                return True
        except OSError:
            pass
        time.sleep(0.3)
    return False


def test_the_parts_run_as_units_run_them_and_a_killed_worker_comes_back(
    checkout, site, ports
):
    checkout("stop")
    folder = site[0]
    processes = {}
    try:
        for part in serve.PARTS:
            log = open(folder / f"unit-{part}.log", "w")  # noqa: SIM115
            processes[part] = subprocess.Popen(
                [checkout.path / "setup/serve", part, "--site", folder],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=checkout.environ(),
                start_new_session=True,
            )
            log.close()
        assert _answers(ports)
        answer = _page(ports, "/web/login")
        assert answer.headers["Strict-Transport-Security"]
        parent = processes["web"].pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        assert len(children) >= 3, "two workers and the bus"
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        assert _answers(ports)
        for line in (folder / "unit-web.log").read_text().splitlines():
            if line.startswith("Running as user"):
                continue  # tests run as root
            assert {"time", "level", "logger", "message"} <= json.loads(line).keys()
        assert "anna@" not in (folder / "unit-proxy.log").read_text()
        assert all(process.poll() is None for process in processes.values())
    finally:
        for part in reversed(serve.PARTS):
            if part in processes:
                processes[part].send_signal(signal.SIGTERM)
        for process in processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def test_a_second_time_changes_no_password_and_an_older_database_is_refused(
    checkout, site, ports
):
    folder, _said, answers = site
    path = folder / "again.json"
    path.write_text(json.dumps(answers))
    options = [f"--{name}={number}" for name, number in ports.items()]
    command = ["install", "--production", "--no-check", f"--answers={path}", *options]
    done = checkout(*command)
    assert done.returncode == 0, done.stderr
    assert "Nobody sees this password again" not in done.stdout
    checkout.name_view("two")
    done = checkout(*command)
    checkout.name_view("one")
    assert done.returncode == 1
    assert "is older than this checkout" in done.stderr


def test_answers_that_are_wrong_or_missing_are_sentences(tmp_path):
    (tmp_path / "key.pub").write_text(
        f"{pyrage.x25519.Identity.generate().to_public()}\n"
    )
    good = {
        "host": "cases.example.org",
        "certificate": "self",
        "backup_key": str(tmp_path / "key.pub"),
        "backup_folder": str(tmp_path),
        "administrator": "anna@example.org",
    }
    assert list(good) == list(production.QUESTIONS)
    for name, answer in good.items():
        assert production._fault(name, answer) is None
    for name, answer in (
        ("host", "https://cases.example.org"),
        ("host", "cases.example.org; rm -rf"),
        ("certificate", str(tmp_path)),
        ("backup_key", str(tmp_path / "none")),
        ("administrator", "anna"),
    ):
        assert production._fault(name, answer)[-1] == "."


# -- the files of deploy/ ---------------------------------------------------------


def read_yaml(path):
    python = book._environment() / "bin" / "python"
    done = subprocess.run(
        [python, "-c", READ_YAML],
        input=path.read_text(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def compose():
    return read_yaml(DEPLOY / "compose.yaml")


@pytest.mark.parametrize("name", [".github/workflows/ci.yml", ".gitlab-ci.yml"])
def test_the_ci_of_others_runs_what_ours_runs(name):
    job = read_yaml(ROOT / name)
    # YAML reads GitHub's `on` as true.
    job = job["jobs"]["ci"] if "jobs" in job else job["ci"]
    image = job.get("container") or job["image"]
    assert "." not in image.partition("/")[0], "an image without the name of a host"
    steps = job.get("script") or [step.get("run") for step in job["steps"]]
    assert steps[-1] == ".ci/run"
    assert os.access(ROOT / steps[-1], os.X_OK)


def test_compose_runs_every_part_and_opens_the_proxy_alone(compose):
    services = compose["services"]
    parts = {one["command"][0] for name, one in services.items() if name != "install"}
    assert parts - {"postgres"} == {*serve.PARTS, "backup"} - {"database"}
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    assert compose["networks"]["inside"]["internal"]
    for name, service in services.items():
        assert "inside" in service["networks"]
        if name != "database":
            assert service["read_only"] and service["cap_drop"] == ["ALL"]
    options = services["install"]["command"]
    assert options[0] == "--production"
    parser = subprocess.run(
        [sys.executable, ROOT / "setup/install", "--help"],
        capture_output=True,
        text=True,
    ).stdout
    for option in options:
        assert not option.startswith("--") or option in parser
    inside, shown = (options[options.index(o) + 1] for o in ("--port", "--shown-port"))
    assert services["proxy"]["ports"][0] == f"{shown}:{inside}"


def test_a_container_makes_backups_until_it_is_ended(compose, site, checkout):
    """No timer starts them there, and a part that ends is begun again at once."""
    command = compose["services"]["backup"]["command"]
    assert command[:2] == ["backup", "--every"] and 1 <= float(command[2]) <= 15
    process = subprocess.Popen(
        [checkout.path / "setup/serve", "backup", "--site", site[0], "--every", "0.02"],
        env=checkout.environ(),
        stdout=subprocess.PIPE,
        text=True,
    )
    made = (line for line in process.stdout if line.rstrip().endswith(" MB"))
    first, second = next(made), next(made)
    process.terminate()
    assert first != second
    assert process.wait(60) == 0


def test_what_an_image_holds_is_used_where_nobody_can_write(tmp_path):
    """A container's files are read-only: a lock there keeps nobody out."""
    script = (
        f"mount -t tmpfs -o ro none {tmp_path} && exec {sys.executable} -c '"
        "from pathlib import Path; from _lib.common import lock\n"
        f'with lock(Path("{tmp_path}/x.lock"), "testing"): print("inside")'
        "'"
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "setup")},
        check=False,
    )
    assert done.stdout == "inside\n", done.stderr


def test_r78_postgresql_in_a_container_logs_no_more_than_elsewhere(compose):
    wanted = {
        line.replace(" ", "")
        for line in (ROOT / "postgresql.conf").read_text().splitlines()
        if line and line[0] != "#"
    }
    command = compose["services"]["database"]["command"]
    assert {word for word in command if "=" in word} == wanted


def test_the_image_is_built_by_commands_that_are_there():
    text = (DEPLOY / "Containerfile").read_text()
    for command in re.findall(r"setup/([a-z-]+)", text):
        assert command in COMMANDS
    assert re.search(r"^USER 10001$", text, re.M)
    # A tag of a base image without a host; its builder pins it.
    assert re.findall(r"^FROM (.*)$", text, re.M) == ["debian:bookworm-slim"]


def test_templates_name_only_what_is_filled_in(site):
    folder = site[0]
    for name in ("odoo.conf", "nginx.conf", "child-remediation@.service"):
        assert "${" not in (folder / name).read_text()
    parser = configparser.RawConfigParser()
    parser.read(folder / "odoo.conf")
    options = dict(parser["options"])
    assert options["list_db"] == "False"
    assert options["proxy_mode"] == "True"
    assert options["dbfilter"] == "^child_remediation$"
    assert options["http_interface"] == "127.0.0.1"
    assert int(options["workers"]) >= 2
    assert int(options["limit_memory_hard"]) > int(options["limit_memory_soft"]) > 0


def test_units_are_understood_by_systemd(site, tmp_path):
    """Debian has its checker wherever systemd is; elsewhere the units are not run."""
    if not install.shutil.which("systemd-analyze"):
        pytest.fail("systemd-analyze is missing; install Debian's package systemd")
    units = []
    for source in sorted(site[0].glob("child-remediation*")):
        name = source.name.replace("@.", "@web.")
        (tmp_path / name).write_text(source.read_text())
        units.append(tmp_path / name)
    assert len(units) == 3
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "child-remediation" in line]
    # Whatever else is installed on a machine may be at fault too.
    assert not [line for line in ours if "@database" not in line], done.stderr
