"""Odoo processes that begin with every module loaded: servers and shells of tests.

To load the Python of a hundred modules takes 1.4 s of CPU, more than half of a start.
One process loads it; each Odoo that a test starts begins as a copy of that one, reads
its own options, and is killed, waited for and read as any other.

Run as a program, this file is that one process."""

import contextlib
import gc
import json
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time

from _lib import modules
from _lib.common import ROOT, SetupError
from _lib.database import Databases, check_paths, complaints_in

#: Bytes of a request: the environment is most of it.
LONGEST = 1 << 20


class Loaded:
    """The process that has every module loaded, seen from the tests."""

    def __init__(self, environ):
        self.folder = tempfile.TemporaryDirectory(prefix="remediation-loaded-")
        self.place = f"{self.folder.name}/socket"
        self.process = subprocess.Popen(
            [sys.executable, __file__, self.place],
            env=environ,
            cwd=ROOT,
            stdin=subprocess.PIPE,
        )
        while not os.path.exists(self.place):
            assert self.process.poll() is None, "the modules cannot be loaded"
            time.sleep(0.05)

    def begin(self, arguments, environ, *files):
        """Start ``odoo ARGUMENTS`` with these three files as a terminal."""
        with tempfile.TemporaryFile() as request:
            request.write(json.dumps([arguments, environ]).encode())
            request.flush()
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self.place)
            handles = [file.fileno() for file in (*files, request)]
            socket.send_fds(connection, [b"?"], handles)
        return Begun(connection)


class Begun:
    """One Odoo of these, as :class:`subprocess.Popen` shows a process."""

    def __init__(self, connection):
        self._connection = connection
        self._answers = connection.makefile("r")
        self.pid = int(self._answers.readline())
        self.returncode = None

    def poll(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)

    def wait(self, timeout=None):
        if self.returncode is None:
            with selectors.DefaultSelector() as chosen:
                chosen.register(self._connection, selectors.EVENT_READ)
                if not chosen.select(timeout):
                    raise subprocess.TimeoutExpired(f"odoo {self.pid}", timeout)
            self.returncode = int(self._answers.readline())
            self._answers.close()
            self._connection.close()
        return self.returncode


class QuickDatabases(Databases):
    """Databases whose Odoo begins with every module loaded."""

    loaded = None

    def begin(self, arguments, *files):
        check_paths()
        if not QuickDatabases.loaded:
            QuickDatabases.loaded = Loaded(self.environ())
        return self.loaded.begin(arguments, self.environ(), *files)

    def shell(self, name, script):
        files = [tempfile.TemporaryFile("w+") for _stream in range(3)]
        with contextlib.ExitStack() as opened:
            given, said, complained = map(opened.enter_context, files)
            given.write(script)
            given.flush()
            given.seek(0)
            arguments = ["shell", "-c", str(ROOT / "odoo.conf"), "-d", name]
            arguments += ["--no-http", "--max-cron-threads=0", "--log-level=warn"]
            code = self.begin(arguments, *files).wait()
            said.seek(0)
            complained.seek(0)
            told = complained.read()
            if code:
                raise SetupError(f"a script failed in {name}:\n{told[-3000:]}")
            return said.read(), complaints_in(told)


# -- that process ----------------------------------------------------------------------
def load():
    """Load the Python of all modules; return what that changed in the environment."""
    before = dict(os.environ)
    from odoo.modules.module import Manifest, initialize_sys_path, load_openerp_module
    from odoo.tools import config

    config.parse_config(["-c", str(ROOT / "odoo.conf")], setup_logging=False)
    initialize_sys_path()
    import odoo.cli.server
    import odoo.cli.shell
    import odoo.http
    import odoo.service.server  # noqa: F401
    from odoo import netsvc

    # A module that cuts names out of the log puts its own around what makes records.
    logging.setLogRecordFactory(netsvc.LogRecord)
    loaded = set()

    def visit(name):
        if name not in loaded:
            loaded.add(name)
            for needed in Manifest.for_addon(name)["depends"]:
                visit(needed)
            load_openerp_module(name)

    for name in ("base", "rpc", "web", *modules.find()):
        visit(name)
    begin_logging, make = netsvc.init_logger, logging.getLogRecordFactory()

    def init_logger():
        """Each Odoo logs as its options say, and by what the modules made of it."""
        netsvc.init_logger = lambda: None
        begin_logging()
        logging.setLogRecordFactory(make)

    netsvc.init_logger = init_logger
    gc.collect()
    gc.freeze()
    return {k: v for k, v in os.environ.items() if before.get(k) != v}


def serve(place, added):
    """Begin an Odoo for each who asks, and tell them when it ends. Return in each of
    them; this process ends when the tests do."""
    with contextlib.ExitStack() as opened:
        chosen = opened.enter_context(selectors.DefaultSelector())
        listener = opened.enter_context(socket.socket(socket.AF_UNIX))
        new = f"{place}.new"
        listener.bind(new)
        listener.listen()
        chosen.register(listener, selectors.EVENT_READ)
        chosen.register(sys.stdin, selectors.EVENT_READ)
        os.rename(new, place)
        while True:
            for key, _events in chosen.select():
                if key.fileobj is sys.stdin:
                    os._exit(0)
                elif key.data:
                    pid, connection = key.data
                    chosen.unregister(key.fd)
                    os.close(key.fd)
                    _pid, status = os.waitpid(pid, 0)
                    code = os.waitstatus_to_exitcode(status)
                    with connection, contextlib.suppress(OSError):
                        connection.sendall(b"%d\n" % code)
                else:
                    connection = listener.accept()[0]
                    _said, files, *_ = socket.recv_fds(connection, 1, 4)
                    pid = os.fork()
                    if not pid:
                        become(files, added)
                        connection.close()
                        return
                    for file in files:
                        os.close(file)
                    connection.sendall(b"%d\n" % pid)
                    ended = os.pidfd_open(pid)
                    chosen.register(ended, selectors.EVENT_READ, (pid, connection))


def become(files, added):
    """This copy reads what was asked for, and takes its files as its own."""
    os.setsid()
    *own, request = files
    for number, file in enumerate(own):
        os.dup2(file, number)
    arguments, environ = json.loads(os.pread(request, LONGEST, 0))
    for file in files:
        os.close(file)
    os.environ.clear()
    os.environ.update(environ | added)
    sys.argv = ["odoo", *arguments]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.argv[1], load())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdin = open(0)
    from odoo.cli.command import main

    sys.exit(main())
