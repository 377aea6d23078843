"""Each app stands on Odoo and on what it says it needs, and on nothing else."""

import os
import subprocess
import sys

import pytest
from _lib import modules
from _lib.common import ROOT
from _lib.database import Databases
from _lib.postgres import Cluster

APPS = [
    name
    for name, folder in modules.find().items()
    if modules.manifest(folder).get("application")
]


@pytest.fixture(scope="module")
def bare():
    """The databases of the test cluster; its templates are shared with other runs."""
    return Databases(Cluster("test", fast=True).start())


@pytest.mark.parametrize("app", APPS)
def test_app_installs_without_a_warning(bare, app):
    _clean(bare.complaints(bare.template([app])))


@pytest.mark.parametrize("app", APPS)
def test_app_passes_its_own_tests(bare, app):
    with bare.scratch(bare.template([app])) as name:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "pytest_without_http"]
            + ["--odoo-database", name, "--odoo-config", str(ROOT / "odoo.conf")]
            + [str(modules.find()[app])],
            cwd=ROOT,
            env={**bare.environ(), "PYTHONPATH": os.environ["PYTHONPATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode in (0, 5), done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.parametrize("app", APPS)
def test_app_leaves_nothing_behind(bare, app):
    """Uninstalled, it takes its tables, data and menus with it, without a warning."""
    with bare.scratch(bare.template([app])) as name:
        printed, complaints = bare.shell(
            name,
            f"""
module = env["ir.module.module"].search([("name", "=", "{app}")])
created = [
    model._table
    for model in env.registry.models.values()
    if model._original_module == "{app}" and not model._abstract
]
module.button_immediate_uninstall()
env.cr.execute("SELECT count(*) FROM ir_model_data WHERE module = '{app}'")
print("data", env.cr.fetchone()[0])
env.cr.execute(
    "SELECT count(*) FROM pg_tables WHERE tablename IN %s", [tuple(created) or ("",)]
)
print("tables", env.cr.fetchone()[0])
""",
        )
    assert printed.split() == ["data", "0", "tables", "0"]
    _clean(complaints)


def test_all_modules_install_with_demo_data(bare):
    """What setup/run shows is loaded by no other test."""
    _clean(bare.complaints(bare.template(list(modules.find()), demo=True)))


def _clean(complaints):
    assert not complaints, "\n".join(complaints)
