"""One way into every command: install what is missing, then go on in the virtual
environment with the module of the command's name."""

import argparse
import importlib
import sys

from . import common, install

# command: (module and function of this package, are the tests' programs needed); None
# where nothing needs to be installed
COMMANDS = {
    "backup": ("backup:run", False),
    "bench": ("bench:run", True),
    "docs": ("docs:run", True),
    "i18n": ("i18n:run", True),
    "install": ("shell:install", True),
    "keep-dump": ("keep_dump:run", True),
    "lint": ("lint:run", False),
    "lock": ("locking:make", True),
    "restore": ("backup:restore", False),
    "restore-drill": ("backup:drill", False),
    "run": ("server:run", False),
    "serve": ("serve:run", False),
    "shell": ("shell:run", False),
    "stop": ("server:stop", None),
    "test": ("testing:run", True),
}


def parser(command, description):
    result = argparse.ArgumentParser(
        prog=f"setup/{command}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    result.add_argument("--database", metavar="NAME", help="the database to use")
    return result


def start(command, description):
    target, for_tests = COMMANDS[command]

    def go():
        bare = {"--production", "--no-tests"} & set(sys.argv[1:])
        help_only = {"-h", "--help"} & set(sys.argv[1:])
        if not help_only and for_tests is not None:
            install.ensure(for_tests and not (command == "install" and bare))
        module, function = target.split(":")
        module = importlib.import_module(f".{module}", __package__)
        options = parser(command, description)
        return getattr(module, function)(options, sys.argv[1:])

    common.main(go)
