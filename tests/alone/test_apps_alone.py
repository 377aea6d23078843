"""Each app stands on Odoo and on what it says it needs, and on nothing else."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from _lib import modules
from _lib.common import ROOT
from _lib.database import BUNDLES, Databases
from _lib.postgres import Cluster

APPS = [
    name
    for name, folder in modules.find().items()
    if modules.manifest(folder).get("application")
]
#: Functions that no test runs alone: their tests need a server, a browser or a module
#: that is not there. It does not grow: a new function has a test of its app.
NOT_ALONE = Path(__file__).with_name("not_alone.txt")


@pytest.fixture(scope="module")
def bare():
    """The databases of the test cluster; its templates are shared with other runs."""
    return Databases(Cluster("test", fast=True).start())


@pytest.mark.parametrize("app", APPS)
def test_app_installs_without_a_warning(bare, app):
    _clean(bare.complaints(bare.template([app])))


@pytest.mark.parametrize("app", APPS)
def test_app_passes_its_own_tests(bare, app, tmp_path):
    """Each function of the app runs without the others, whatever is left to them."""
    ran = tmp_path / "ran.txt"
    alone = {"APP_ALONE": app, "APP_RAN": str(ran)}
    with bare.scratch(bare.template([app])) as name:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--rootdir={ROOT}"]
            + ["-p", "pytest_alone", "-p", "pytest_caches"]
            + ["-p", "pytest_worlds"]
            + ["--odoo-database", name, "--odoo-config", str(ROOT / "odoo.conf")]
            + [str(modules.find()[app])],
            cwd=ROOT,
            env={**bare.environ(**alone), "PYTHONPATH": os.environ["PYTHONPATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode in (0, 5), done.stdout[-6000:] + done.stderr[-2000:]
    excepted = {*NOT_ALONE.read_text().splitlines()}
    missed = sorted(_functions(app) - excepted - {*ran.read_text().splitlines()})
    assert not missed, (
        f"no test runs them alone; is one `whole` that should not? {missed}"
    )
    ours = {line for line in excepted if line.startswith(f"odoo.addons.{app}.")}
    gone = sorted(ours - _functions(app))
    assert not gone, f"take out of {NOT_ALONE.name} what is no function: {gone}"


def _functions(app):
    """{module:function} of an app; what answers to the web needs a server."""
    folder = modules.find()[app]
    names = set()
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).with_suffix("").parts
        if parts[0] in ("tests", "migrations", "controllers"):
            continue
        module = ".".join(("odoo.addons", app, *parts)).removesuffix(".__init__")
        names.update(
            f"{module}:{node.name}"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef) and not _is_declared_only(node)
        )
    return names


def _is_declared_only(function):
    """A step whose decorator says all of it: nobody calls what it decorates."""
    return len(function.body) == 1 and ast.get_docstring(function) is not None


@pytest.mark.parametrize("app", APPS)
def test_app_leaves_nothing_behind(bare, app):
    """Uninstalled, it takes its tables, data and menus with it, without a warning."""
    with bare.scratch(bare.template([app])) as name:
        printed, complaints = bare.shell(
            name,
            f"""
module = env["ir.module.module"].search([("name", "=", "{_ground_of(app)}")])
created = [
    model._table
    for model in env.registry.models.values()
    if model._original_module == "{app}" and not model._abstract
]
# Who was given its rights is kept where the app is not the ground itself.
rights = env["ir.model.data"].search(
    [("module", "=", "{app}"), ("model", "=", "res.groups")]
)
portal, inside = env.ref("base.group_portal"), env.ref("base.group_user")
for right in rights:
    group = env["res.groups"].browse(right.res_id)
    kind = portal if portal in group.all_implied_ids else inside
    env["res.users"].create(
        {{
            "name": right.name,
            "login": right.name,
            "group_ids": [(4, group.id), (4, kind.id)],
        }}
    )
env.cr.commit()
module.button_immediate_uninstall()
env.cr.execute("SELECT count(*) FROM ir_model_data WHERE module = '{app}'")
print("data", env.cr.fetchone()[0])
env.cr.execute(
    "SELECT count(*) FROM pg_tables WHERE tablename IN %s", [tuple(created) or ("",)]
)
print("tables", env.cr.fetchone()[0])
env.cr.execute("SELECT count(*) FROM pg_proc WHERE proname LIKE 'remediation%'")
print("functions", env.cr.fetchone()[0] if "{app}" == "child_remediation" else 0)
""",
        )
    assert printed.split() == ["data", "0", "tables", "0", "functions", "0"]
    _clean(complaints)


#: A survivor's file with all that the module and its glue write.
SURVIVOR = """
from odoo import fields
from odoo.addons.child_remediation.tests.common import RemediationCommon as World

World.env = env
World.company = company = env.company
World.today = today = fields.Date.context_today(env.user)
company.country_id = env.ref("base.cd")
World._new_users(
    {
        "coordinator": "group_coordinator",
        "supervisor": "group_supervisor",
        "worker": "group_case_worker",
    }
)
team = env["remediation.team"].create(
    {"name": "Port", "supervisor_id": World.supervisor.id}
)
World.manager = World._new_manager(World.worker, team, company.partner_id)
case = World._new_case()
court = env["res.partner"].create(
    {"name": "Court", "is_company": True, "country_id": env.ref("base.zm").id}
)
World._new_consent(case)
World._new_consent(
    case, "share_abroad", organisation_ids=[fields.Command.set(court.ids)]
)
below = {"case_id": case.id}
env["remediation.movement"].create({**below, "kind": "arrival", "place": "Port"})
env["remediation.survivor.status"].create(
    {**below, "status": "possible", "decided_by_kind": "police"}
)
matter = env["remediation.legal.matter"].create({**below, "kind": "civil"})
matter.compensation_awarded = 12.5
# By hand: nobody needs the right for it, whose grant would be remembered.
env["remediation.recovery"]._unprotected().create(
    {
        "matter_id": matter.id,
        "is_direct": True,
        "amount": 12.5,
        "state": "recorded",
        "paid_on": today,
        "proof": "Receipt 7",
    }
)
env["remediation.legal.date"].create(
    {"matter_id": matter.id, "kind": "filing", "date": "2031-03-01 09:00:00"}
)
env["remediation.shelter.stay"].create(
    {**below, "kind": "shelter", "date_from": today}
)
env["remediation.note"].create({**below, "text": "Kept"})
env.cr.commit()
print(case.name)
module = env["ir.module.module"].search([("name", "=", "case_survivor")])
module.button_immediate_uninstall()
"""
#: The same database afterwards, by those who work in it.
WITHOUT = """
glue = env["ir.module.module"].search([("name", "like", "case_survivor%")])
print(set(glue.mapped("state")))
worker = env["res.users"].search([("login", "=", "worker")])
[case] = env["remediation.case"].with_user(worker).search([])
movements = env["remediation.movement"].with_user(worker)
print(case.name, movements.search([]).kind, movements.search([]).place)
print(case.consent_ids.mapped("purpose"), case.note_ids.mapped("text"))
case.get_timeline()
arch = case.get_view(view_type="form")["arch"]
print("page_survivor" in arch, "survivor_status" in arch)
movements.create({"case_id": case.id, "kind": "transit"})
print(len(movements.search([])))
"""


def test_without_survivors_the_case_stands(bare):
    """Who takes the module out keeps the child's file, and goes on with it."""
    template = bare.template(modules.SURVIVORS)
    with bare.scratch(template) as name:
        printed, complaints = bare.shell(name, SURVIVOR)
        [code] = printed.split()
        _clean(complaints)
        printed, complaints = bare.shell(name, WITHOUT)
    assert printed.splitlines() == [
        "{'uninstalled'}",
        f"{code} transit Port",
        "['services'] ['Kept']",
        "False False",
        "2",
    ]
    _clean(complaints)


def test_demonstration_installs_without_a_warning(bare):
    _clean(bare.complaints(bare.template(list(modules.find()))))


#: Read in the demonstration; nothing of it is kept.
DEMONSTRATION = f"""
for name in {BUNDLES}:
    bundle = env["ir.qweb"]._get_asset_bundle(name, css=True, js=True)
    if bundle.javascripts and not bundle.get_attachments("min.js"):
        print("no scripts of", name)
    if bundle.stylesheets and not bundle.get_attachments("min.css"):
        print("no styles of", name)
print("--")
company = env.ref("base.main_company")
print(company.chart_template, company.currency_id.name)
plan = env["cash.transfer.payment.plan"].search(
    [("company_id", "=", company.id), ("currency_id.name", "=", "USD")]
)
child = plan.line_ids.beneficiary_id
print(plan.state, plan.currency_id.name, child.external_ref, plan.is_balanced)
moves = env["account.move"].search([("payment_plan_id", "=", plan.id)])
expense = moves.line_ids.filtered(
    lambda line: line.account_id == company.cash_expense_account_id
)
print(set(moves.mapped("state")), sum(expense.mapped("amount_currency")))
print(sum(expense.mapped("balance")))
print(all(line.analytic_distribution for line in expense))
"""


@pytest.fixture(scope="module")
def demonstration(bare):
    """What the script says of the bundles and of the books; what Odoo complains of."""
    template = bare.template(list(modules.find()))
    bare.draw_assets(template)
    with bare.scratch(template) as name:
        printed, complaints = bare.shell(name, DEMONSTRATION)
    return *printed.split("--\n"), complaints


def test_bundles_that_were_drawn_once_serve_every_copy(demonstration):
    assert demonstration[0] == ""


def test_a_file_has_the_same_date_in_every_checkout(monkeypatch, tmp_path):
    """Odoo names bundles after dates: what another checkout drew serves here."""
    files = [tmp_path / name / "static" / "a.scss" for name in ("one", "two", "other")]
    for path, text in zip(files, ("p {}", "p {}", "b {}"), strict=True):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    folders = {path.parents[1].name: path.parents[1] for path in files}
    monkeypatch.setattr(modules, "find", lambda: folders)
    modules.date_files()
    one, two, other = (path.stat().st_mtime for path in files)
    assert one == two != other
    files[1].write_text("i {}")
    modules.date_files()
    assert files[1].stat().st_mtime not in (one, other)


def test_demo_organisation_pays_a_stipend_by_the_chart_of_associations(demonstration):
    """The demonstration's books: francs, SYSCEBNL, one stipend in dollars from the
    entitlement to posted entries that explain it."""
    _bundles, printed, complaints = demonstration
    assert printed.splitlines() == [
        "cd_syscebnl CDF",
        "closed USD hub:MMJ True",
        "{'posted'} 60.0",
        "168000.0",  # at 2,800 francs a dollar
        "True",
    ]
    _clean(complaints)


def _ground_of(app):
    """The module whose removal takes the app with it: the first app brings the ground
    floor, which nobody else needs on that database."""
    return "remediation_base" if app == "child_remediation" else app


def _clean(complaints):
    assert not complaints, "\n".join(complaints)
