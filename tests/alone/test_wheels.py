"""Every addon as a wheel of its own, and the package that brings them all, installed
into a clean environment, from which Odoo takes them."""

import hashlib
import os
import re
import subprocess
import sys
import venv
import zipfile
from email import message_from_string

import pytest
from _lib import modules
from _lib.common import ROOT, copy_tree
from _lib.database import Databases, complaints
from _lib.postgres import Cluster

META = ROOT / "setup" / "_metapackage"
#: Not of a wheel: made on the spot, or by somebody's tools.
LEFT_OUT = re.compile(r"(^|/)(__pycache__|\.[^/]+)(/|$)|\.pyc$|^static/book/")


def _run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


#: What pip asks of a module's builder, without a process for each question.
BUILD = """
import os, sys
from whool.buildapi import build_wheel
for source in sys.argv[2:]:
    os.chdir(source)
    build_wheel(sys.argv[1])
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """{name of the distribution: wheel}, built as an index would get them."""
    folder = tmp_path_factory.mktemp("wheels")
    # Versions are those of the manifests, whatever was committed since.
    env = {**os.environ, "WHOOL_POST_VERSION_STRATEGY_OVERRIDE": "none"}
    sources = modules.find().values()
    for source in sources:
        built_by = (source / "pyproject.toml").read_text()
        assert 'build-backend = "whool.buildapi"' in built_by, source
    _run(sys.executable, "-c", BUILD, folder, *sources, env=env)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q"]
    _run(*pip, "--no-deps", "--no-build-isolation", "-w", folder, META, env=env)
    return {path.name.split("-")[0]: path for path in folder.glob("*.whl")}


def _metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return message_from_string(archive.read(name).decode())


def test_a_wheel_holds_what_the_folder_holds(wheels):
    found = modules.find()
    assert wheels.keys() == {f"odoo_addon_{name}" for name in found} | {
        "odoo_addons_child_remediation"
    }
    for name, folder in found.items():
        inside = f"odoo/addons/{name}/"
        with zipfile.ZipFile(wheels[f"odoo_addon_{name}"]) as archive:
            packed = {
                member.removeprefix(inside): hashlib.sha256(
                    archive.read(member)
                ).hexdigest()
                for member in archive.namelist()
                if member.startswith(inside) and not LEFT_OUT.search(member)
            }
        there = {
            path.relative_to(folder).as_posix(): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }
        there = {p: s for p, s in there.items() if not LEFT_OUT.search(p)}
        missing = there.keys() - packed.keys() - {"pyproject.toml"}
        assert not missing, f"{name}: {sorted(missing)[:5]}"
        assert not packed.keys() - there.keys(), name
        assert all(packed[path] == there[path] for path in packed.keys())


def test_a_wheel_asks_for_what_its_manifest_asks_for(wheels):
    ours = {f"odoo-addon-{name}" for name in modules.find()}
    for name, folder in modules.find().items():
        manifest = modules.manifest(folder)
        metadata = _metadata(wheels[f"odoo_addon_{name}"])
        assert metadata["Version"].startswith(manifest["version"])
        wanted = {
            re.match(r"[A-Za-z0-9._-]+", line)[0].lower()
            for line in metadata.get_all("Requires-Dist") or ()
        }
        wanted = {one.replace("_", "-") for one in wanted}
        needed = {f"odoo-addon-{one.replace('_', '-')}" for one in manifest["depends"]}
        known = {one.replace("_", "-") for one in ours}
        assert {one for one in wanted if one in known} == needed & known, name
    metadata = _metadata(wheels["odoo_addons_child_remediation"])
    whole = {
        re.match(r"[A-Za-z0-9._-]+", line)[0].replace("_", "-")
        for line in metadata.get_all("Requires-Dist")
        if "extra ==" not in line
    }
    assert whole == {one.replace("_", "-") for one in ours}


def test_odoo_installs_an_app_out_of_the_wheels(wheels, tmp_path):
    clean = tmp_path / "clean"
    venv.create(clean, with_pip=False, symlinks=True)
    python = clean / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        python,
    ]
    _run(*pip, "install", "-q", "--no-index", "--no-deps", *wheels.values())
    (site,) = clean.glob("lib/python3*/site-packages")
    # What the lock file brings, Odoo among it, and none of this checkout.
    (locked,) = (path for path in sys.path if path.endswith("site-packages"))
    (site / "locked.pth").write_text(f"import site; site.addsitedir({locked!r})\n")
    databases = Databases(Cluster("test", fast=True).start())
    name = f"wheels_{os.getpid()}"
    app = "savings_group"
    log = tmp_path / "odoo.log"
    try:
        # With what comes from elsewhere, which no wheel of ours brings.
        databases.copy(databases.template([app], ours=False), name)
        copy_tree(databases.filestore(name), tmp_path / "data" / "filestore" / name)
        environ = databases.environ()
        environ.pop("ODOO_RC")
        with open(log, "w") as output:
            done = subprocess.run(
                [
                    python,
                    "-m",
                    "odoo",
                    "server",
                    "-c",
                    os.devnull,
                    "-d",
                    name,
                    "-i",
                    app,
                ]
                + ["--stop-after-init", "--no-http", "--max-cron-threads=0"]
                + ["--data-dir", str(tmp_path / "data")],
                cwd=tmp_path,
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        text = log.read_text()
        assert done.returncode == 0, text[-3000:]
        paths = next(line for line in text.splitlines() if "addons paths" in line)
        assert str(site) in paths
        assert str(ROOT) not in paths, "nothing is taken from the checkout"
        assert not complaints(log)
        with databases.connect(name) as cursor:
            cursor.execute(
                "SELECT name FROM ir_module_module WHERE state = 'installed' "
                "AND name = ANY(%s)",
                [list(modules.find())],
            )
            installed = {row[0] for row in cursor.fetchall()}
        assert installed >= {app, "child_remediation", "remediation_base"}
    finally:
        databases.drop(name)
