"""What `setup/lint --house` says of arrows, on a checkout with two small modules."""

import shutil
import subprocess

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
