"""setup/shell and setup/install"""

import os
import sys

from . import modules
from .common import ROOT, SetupError
from .postgres import Cluster


def run(parser, arguments):
    parser.add_argument(
        "--test", metavar="MODULE", help="use a copy of a module's test database"
    )
    options = parser.parse_args(arguments)
    from .database import Databases

    if options.test:
        if options.test not in modules.find():
            raise SetupError(f"there is no module {options.test}; check its name.")
        databases = Databases(Cluster("test", fast=True).start())
        template = databases.template([options.test])
        with databases.scratch(template, options.database) as name:
            return _shell(databases, name)
    databases = Databases(Cluster("run").start())
    name = options.database or "child_remediation"
    if not databases.exists(name):
        raise SetupError(f"there is no database {name}; make it with setup/run.")
    return _shell(databases, name)


def _shell(databases, name):
    import subprocess

    command = [sys.executable, "-m", "odoo", "shell", "-c", str(ROOT / "odoo.conf")]
    command += ["-d", name, "--no-http", "--log-level=warn"]
    os.chdir(ROOT)
    return subprocess.run(command, env=databases.environ(), check=False).returncode


def install(parser, arguments):
    """Everything was installed before this is reached, but for a site's own files."""
    from . import production

    production.add_options(parser)
    options = parser.parse_args(arguments)
    return production.run(options) if options.production else 0
