"""A checkout of its own with one small module, to run the commands of setup/ in."""

import os
import shutil
import subprocess
import sys

from _lib.common import CACHE, ROOT

MANIFEST = {
    "name": "Toy",
    "version": "19.0.1.0.0",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "depends": ["base"],
    "data": ["views/toy_views.xml"],
}
VIEW = """<odoo>
    <record id="toy_view" model="ir.ui.view">
        <field name="name">toy NAME</field>
        <field name="model">res.partner</field>
        <field name="arch" type="xml"><list><field name="name"/></list></field>
    </record>
</odoo>
"""
TEST = """from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestToy(TransactionCase):
    def test_view(self):
        self.assertEqual(self.env.ref("toy.toy_view").name, "toy one")
"""
#: Run by the checkout's own setup/: the second cluster begins as a copy of the first.
LEND = """
from _lib.common import copy_tree
from _lib.database import Databases
from _lib.postgres import Cluster

lender = Databases(Cluster("test", fast=True).start())
other = Databases(Cluster("bench"))
other.cluster.data.parent.mkdir(parents=True, exist_ok=True)
lender.cluster.copy_to(other.cluster.data)
other.cluster.own_tree(other.cluster.data)
copy_tree(lender.data_dir, other.data_dir)
"""
#: The databases that are there, and what the view is called in the served one.
ASK = """
from _lib.database import Databases
from _lib.postgres import Cluster

databases = Databases(Cluster("run").start())
with databases.connect("child_remediation") as cursor:
    cursor.execute("SELECT name FROM ir_ui_view WHERE name LIKE 'toy %'")
    print(sorted(databases.names()), cursor.fetchall())
"""


class Checkout:
    def __init__(self, path):
        self.path = path
        toy = path / "toy"
        shutil.copytree(
            ROOT / "setup", path / "setup", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copytree(ROOT / "deploy", path / "deploy")
        for name in ("odoo.conf", "postgresql.conf"):
            shutil.copy(ROOT / name, path)
        for folder in ("views", "tests"):
            (toy / folder).mkdir(parents=True)
        (toy / "__init__.py").touch()
        (toy / "__manifest__.py").write_text(repr(MANIFEST))
        (toy / "tests/__init__.py").write_text("from . import test_toy\n")
        (toy / "tests/test_toy.py").write_text(TEST)
        self.name_view("one")

    def name_view(self, name):
        view = VIEW.replace("NAME", name)
        (self.path / "toy/views/toy_views.xml").write_text(view)

    def name_version(self, version):
        manifest = MANIFEST | {"version": version}
        (self.path / "toy/__manifest__.py").write_text(repr(manifest))

    def backups(self):
        return [str(p) for p in (self.path / ".state/backups").glob("2*")]

    def _cache(self):
        """All that is installed, and no databases of other modules to be copied."""
        cache = self.path.with_name(f"{self.path.name}-cache")
        ours = cache / CACHE.name
        if not ours.is_dir():
            ours.mkdir(parents=True)
            for path in CACHE.iterdir():
                if path.name != "databases":
                    (ours / path.name).symlink_to(path)
        return str(cache)

    def environ(self, **extra):
        kept = {k: v for k, v in os.environ.items() if k[:2] != "PG"}
        return kept | {"XDG_CACHE_HOME": self._cache()} | extra

    def lend_to_bench(self):
        """Let setup/bench find the databases that setup/test made."""
        self._python(LEND)

    def databases(self):
        return self._python(ASK).splitlines()[-1]

    def _python(self, script):
        """What a script prints that imports the checkout's own setup/."""
        return subprocess.run(
            [sys.executable, "-c", script],
            cwd=self.path / "setup",
            env=self.environ(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def __call__(self, command, *arguments, script=None, **environ):
        return subprocess.run(
            [self.path / "setup" / command, *map(str, arguments)],
            capture_output=True,
            text=True,
            input=script,
            env=self.environ(**environ),
            check=False,
        )
