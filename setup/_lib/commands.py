"""One way into every command: install what is missing, then go on in the virtual
environment with the module of the command's name."""

import argparse
import importlib
import sys

from . import common, install

# command: (module of this package, are the tests' programs needed)
COMMANDS = {
    "shell": ("shell", False),
    "test": ("testing", True),
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
    module, for_tests = COMMANDS[command]

    def go():
        if not {"-h", "--help"} & set(sys.argv[1:]):  # help needs nothing installed
            install.ensure(for_tests)
        return _module(module).run(parser(command, description), sys.argv[1:])

    common.main(go)


def _module(name):
    return importlib.import_module(f".{name}", __package__)
