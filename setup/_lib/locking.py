"""setup/lock: setup/requirements.lock, made of requirements.in; and renewed."""

import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from .common import CACHE, SETUP, STATE, SetupError, lock, run, say, step, write_atomic
from .install import LOCK_FILE, ODOO_VERSION, checksum, digest

WANTED = SETUP / "requirements.in"
UV = "uv==0.13.9"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.M)
#: Addons of the OCA ask for a package "odoo" that no index has: they stand at the end.
ADDON = "odoo-addon-"


def make(parser, arguments):
    parser.add_argument(
        "--update",
        action="store_true",
        help="take the newest versions that requirements.in allows, else keep what is "
        "locked",
    )
    options = parser.parse_args(arguments)
    old = LOCK_FILE.read_text()
    new = compiled(old, options.update)
    if new == old:
        say("setup/requirements.lock is what requirements.in asks for.")
        return 0
    write_atomic(LOCK_FILE, new)
    for line in changes(old, new):
        say(f"    {line}")
    say("Run .ci/run, read docs/advisories.md again, and commit what is green.")
    return 0


def changes(old, new):
    """A line for each package whose version is another."""
    before, after = dict(PIN.findall(old)), dict(PIN.findall(new))
    return [
        f"{name}: {before.get(name, 'new')} → {after.get(name, 'gone')}"
        for name in sorted(before | after)
        if before.get(name) != after.get(name)
    ]


def compiled(old, upgrade=False, wanted=WANTED):
    """The text of the lock file; versions of the old one stay where they may."""
    plain, addons = _parts(old)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "requirements.lock"
        target.write_text(plain)
        step("Choosing versions")
        run(
            [_uv(), "pip", "compile", "--universal", "--python-version", "3.10"]
            + ["--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
            + (["--upgrade"] if upgrade else [])
            + ["-o", target, wanted],
            "no versions go together; correct setup/requirements.in as the log says",
            log=STATE / "logs" / f"uv-{digest(wanted)}.log",
        )
        text = target.read_text()
        if upgrade:
            addons = "".join(_newest(name, folder) for name, _v in PIN.findall(addons))
    return text + addons


def _parts(text):
    start = text.find(f"\n{ADDON}") + 1
    return (text[:start], text[start:]) if start else (text, "")


def _newest(name, folder):
    """The lines of the newest version of an addon for our Odoo."""
    place = Path(folder) / name
    step(f"Asking for {name}")
    run(
        [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
        + ["--disable-pip-version-check", "--only-binary", ":all:", "-d", place]
        + [f"{name}=={ODOO_VERSION}.*"],
        f"{name} could not be downloaded; check the network",
        log=CACHE / "pip-download.log",
    )
    (wheel,) = place.iterdir()
    version = wheel.name.split("-")[1]
    return f"{name}=={version} \\\n    --hash=sha256:{checksum(wheel)}\n"


def _uv():
    """The program that chooses versions, in an environment of its own."""
    folder = CACHE / UV.replace("==", "-")
    program = folder / "bin" / "uv"
    with lock(CACHE / "uv.lock", "installing uv"):
        if not program.exists():
            step(f"Installing {UV}")
            venv.create(folder, with_pip=True, symlinks=True)
            done = subprocess.run(
                [folder / "bin/python", "-m", "pip", "install", "--quiet"]
                + ["--disable-pip-version-check", UV],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise SetupError(f"{UV} could not be installed; check the network.")
    return program
