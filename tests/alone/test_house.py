"""What `setup/lint` says of arrows, and what it reads again, on a checkout with two
small modules."""

import os
import shutil
import subprocess
import sys

import pytest
from _lib.common import ROOT

MANIFEST = """{
    "name": "%s",
    "version": "19.0.1.0.0",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "depends": [%s],
}
"""
UPPER = """from odoo import fields, models


class Upper(models.Model):
    _name = "toy.upper"
    _description = "Upper"

    lower_id = fields.Many2one(comodel_name="toy.lower")
"""
LOWER = """from odoo import fields, models


class Lower(models.Model):
    _name = "toy.lower"
    _description = "Lower"

    name = fields.Char()
"""
BACKWARDS = {
    "a link": '    upper_id = fields.Many2one("toy.upper")\n',
    "an inheritance": '    _inherit = ["toy.upper"]\n',
    "a model asked for": '    def ask(self):\n        return self.env["toy.upper"]\n',
    "an XML id": '    def ask(self):\n        return self.env.ref("toy_upper.menu")\n',
    "an import": "    from odoo.addons.toy_upper import tools\n",
}


@pytest.fixture
def checkout(tmp_path):
    shutil.copytree(
        ROOT / "setup", tmp_path / "setup", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "postgresql.conf", tmp_path)
    for name, needed, source in (
        ("toy_lower", '"base"', LOWER),
        ("toy_upper", '"toy_lower"', UPPER),
    ):
        folder = tmp_path / "addons" / name
        folder.mkdir(parents=True)
        (folder / "__manifest__.py").write_text(MANIFEST % (name, needed))
        (folder / "models.py").write_text(source)
    return tmp_path


def lint(checkout):
    return subprocess.run(
        [checkout / "setup" / "lint", "--house"],
        capture_output=True,
        text=True,
        check=False,
    )


def test_arrows_that_manifests_draw_are_printed(checkout):
    said = lint(checkout)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "toy_lower -> Odoo alone" in said.stdout
    assert "toy_upper -> toy_lower (1)" in said.stdout


@pytest.mark.parametrize("kind", BACKWARDS)
def test_an_arrow_that_runs_back_fails(checkout, kind):
    file = checkout / "addons" / "toy_lower" / "models.py"
    file.write_text(LOWER + "\n" + BACKWARDS[kind])
    said = lint(checkout)
    assert said.returncode == 1, said.stdout + said.stderr
    assert "toy_lower leans on toy_upper" in said.stdout


def test_an_arrow_that_runs_back_from_a_view_fails(checkout):
    view = checkout / "addons" / "toy_lower" / "views.xml"
    view.write_text('<odoo><menuitem id="here" parent="toy_upper.menu"/></odoo>\n')
    said = lint(checkout)
    assert said.returncode == 1
    assert "views.xml:1: toy_lower leans on toy_upper" in said.stdout


#: Reads the modules as `setup/lint` does; or only says which it would read.
READ = "from _lib import linted, modules; linted.check([*modules.find().values()])"
UNREAD = (
    "from _lib import linted; "
    "print([name for name, mark in linted.keys().items() if not mark.is_file()])"
)


def test_a_module_that_passed_is_not_read_again_until_what_it_names_changes(checkout):
    shutil.copy(ROOT / ".pylintrc", checkout)

    def say(code):
        environ = {
            **os.environ,
            "PYTHONPATH": str(checkout / "setup"),
            "XDG_CACHE_HOME": str(checkout / "cache"),
        }
        command = [sys.executable, "-c", code]
        return subprocess.check_output(command, env=environ, text=True)

    lower, upper = (checkout / "addons" / name for name in ("toy_lower", "toy_upper"))
    (upper / "models.py").write_text(UPPER + "\n    print(1)\n")
    said = say(READ)
    assert "0 of 2 modules passed as they are" in said
    assert "addons/toy_upper/models.py:10: [W8116(print-used)]" in said
    assert "toy_lower" not in said
    assert say(UNREAD) == "['toy_upper']\n", "what failed is read again"
    text = (upper / "models.py").read_text()
    (upper / "models.py").write_text(UPPER)
    assert "1 of 2 modules passed as they are" in say(READ)
    assert say(UNREAD) == "[]\n"
    (lower / "models.py").write_text(LOWER + "\n")
    assert say(UNREAD) == "['toy_lower', 'toy_upper']\n", "upper stands on lower"
    (lower / "models.py").write_text(LOWER)
    (upper / "models.py").write_text(text)
    assert say(UNREAD) == "['toy_upper']\n"
