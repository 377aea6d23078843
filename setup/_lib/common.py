"""Places, messages, locks and child processes: what every command needs."""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "setup"
STATE = ROOT / ".state"
CACHE = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    / "child-remediation"
)
# A short name of this checkout, for what has to live outside it.
CHECKOUT = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]


class SetupError(Exception):
    """One sentence that tells the user what to do."""


def say(message):
    print(message, flush=True)


def step(message):
    say(f"==> {message}")


def have_root():
    return os.geteuid() == 0


@contextlib.contextmanager
def lock(path, what):
    """Hold a file lock; say so when somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = open(path, "w")
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
        yield  # in a container's image: nobody changes what it holds
        return
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            step(f"Waiting for another command that is {what}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_atomic(path, text):
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


def copy_tree(source, target):
    """Copy a folder as `target`; blocks are shared where the file system can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["cp", "-Rp", "--reflink=auto", source, target], capture_output=True, text=True
    )
    if done.returncode:
        raise SetupError(
            f"{source} could not be copied ({done.stderr.strip()[-200:]}); free some "
            "space and run the same command again."
        )


def run(command, error, env=None, cwd=ROOT, log=None, show=None, user=None):
    """Run a command with its output in a log; raise `error` when it fails.

    `show` is a pattern: each new match of a group of it is progress.
    """
    log = log or STATE / "logs" / f"{Path(str(command[0])).name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    as_user = {"user": user, "group": user, "extra_groups": []} if user else {}
    with open(log, "w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            **as_user,
        )
        try:
            _follow(process, log, show)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        sys.stderr.write(_what_matters(log))
        raise SetupError(f"{error} (the whole log is {log}).")
    return log


def _what_matters(log):
    """The end of a log; of Odoo's, from the first error to its last line."""
    lines = log.read_text(errors="replace").splitlines(True)
    errors = [n for n, line in enumerate(lines) if re.search("ERROR|CRITICAL", line)]
    if errors:
        lines = [line for line in lines[errors[0] :] if " INFO " not in line]
        return "".join(lines[:15] + lines[15:][-25:])
    return "".join(lines[-25:])


def _follow(process, log, show):
    """Wait for a process and print how far it is, at most every 5 seconds
    (every second on a terminal, on one line)."""
    pattern = re.compile(show) if show else None
    live = sys.stdout.isatty()
    shown = time.monotonic()
    with open(log, errors="replace") as reader:
        last = None
        while True:
            ended = process.poll() is not None
            for line in reader:
                match = pattern and pattern.search(line)
                last = match.group(match.lastindex) if match else last
            if last and time.monotonic() - shown > (1 if live else 5):
                print(
                    f"\r    {last:<72.72}" if live else f"    {last}",
                    end="" if live else "\n",
                    flush=True,
                )
                shown, last = time.monotonic(), None
            if ended:
                break
            time.sleep(0.05)
    if live and pattern:
        print("\r" + " " * 76 + "\r", end="", flush=True)


def main(function):
    """Run a command's main function; turn what goes wrong into one sentence."""
    try:
        sys.exit(function() or 0)
    except SetupError as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        sys.exit("Error: interrupted; run the same command again to continue.")
    except BrokenPipeError:
        os._exit(1)
    except OSError as error:
        import errno

        if error.errno == errno.ENOSPC:
            sys.exit(
                "Error: no space is left on the disk; free about 4 GB "
                f"for {CACHE} and {STATE}, then run the same command again."
            )
        raise
