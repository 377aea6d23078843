"""The book: HTML of docs/ in English and French, made by Sphinx. What portal users read
of it is there in the other languages of the portal too.

It stands in `static/book` of the module that serves it, outside git. Sphinx lives in an
environment of its own (setup/book.lock), so that nothing else waits for it.
"""

import shutil
import subprocess
import sys
import venv

from . import install, spoken
from .common import CACHE, ROOT, SETUP, SetupError, lock, run, step, write_atomic

DOCS = ROOT / "docs"
LOCK_FILE = SETUP / "book.lock"
LANGUAGES = ("en", "fr")  # the whole book
PORTAL = tuple(spoken.LANGUAGES)  # the page of partners alone
HOME = ROOT / "addons" / "remediation_base" / "static" / "book"


def build(target=HOME):
    """Make the book in each language; a warning is an error.

    Nothing is done where it stands there already, of the same pages. An older one is
    read until the new one is whole.

    :raises SetupError: with the log, where a link, a heading or a picture is missing
    """
    state = _state()
    mark = target / "state"
    if mark.is_file() and mark.read_text() == state:
        return target
    sphinx = _environment() / "bin" / "sphinx-build"
    new = target.with_name(f".{target.name}")
    with lock(CACHE / "book.lock", "building the book"):
        shutil.rmtree(new, ignore_errors=True)
        for language in (*LANGUAGES, *PORTAL):
            step(f"Building the book ({language})")
            folder = new / language
            run(
                [sphinx, "-W", "--keep-going", "-q", "-b", "html", "-E"]
                + ["-D", f"language={language}", "-d", new / f".{language}"]
                + [DOCS, folder],
                "the book could not be built; correct the pages that the log names",
                log=CACHE / "book.log",
            )
            shutil.rmtree(new / f".{language}")
            (folder / ".buildinfo").unlink(missing_ok=True)
            shutil.rmtree(folder / "_sources", ignore_errors=True)
        write_atomic(new / mark.name, state)
        shutil.rmtree(target, ignore_errors=True)
        new.rename(target)
    return target


def begin():
    """Start building the book beside other work; return the process."""
    code = "from _lib import book; book.build()"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=SETUP,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _state():
    files = sorted(path for path in DOCS.rglob("*") if path.is_file())
    parts = [LOCK_FILE.read_text()]
    for path in files:
        if "__pycache__" not in path.parts:
            parts += [path.relative_to(DOCS), install.checksum(path)]
    return install.digest(*parts)


def _environment():
    """The folder of an environment with Sphinx, made at its first use."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    folder = CACHE / "book" / install.digest(LOCK_FILE.read_text(), python)
    done = folder / "complete"
    with lock(CACHE / "book-install.lock", "installing what makes the book"):
        if done.exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        step("Installing what makes the book (setup/book.lock)")
        try:
            venv.create(folder, with_pip=True, symlinks=True)
        except subprocess.CalledProcessError:
            raise SetupError(
                "Python's venv module does not work; install python3-venv, then run "
                "the same command again."
            ) from None
        run(
            [folder / "bin/python", "-m", "pip", "install", "--no-deps"]
            + ["--require-hashes", "--no-input", "--disable-pip-version-check"]
            + ["-r", LOCK_FILE],
            "what makes the book could not be installed; check the network, then run "
            "the same command again",
            log=CACHE / "book-pip.log",
        )
        done.touch()
    return folder
