"""Two survivors from the first word to the remedy, by clicking; both invented. A boy of
16 was exploited online and made to commit crimes. A woman was trafficked for domestic
work over two borders, with a debt. Case worker, legal worker and supervisor do what is
theirs; at the end the file goes out by IOM's standard and comes back.
"""

from datetime import date, timedelta

import pytest
from _lib.common import STATE
from hands import DIALOG, Browser
from pytest_servers import fresh, starting
from test_factory import add_row, app, come, save_row, tab

#: The people and the organisations that are there before anybody reports.
WORLD = """
from odoo.addons.child_remediation.tests.common import RemediationCommon as World

World.env = env
World.company = company = env.company
World.today = fields.Date.context_today(env.user)
company.write(
    {"country_id": env.ref("base.cd").id, "second_factor_required": False}
)
env["res.partner"].create(
    [
        {"name": name, "is_company": True}
        for name in ("Police of the Port", "Court of the Port", "Platform Owner")
    ]
)
World._new_users(
    {
        "supervisor": "group_supervisor",
        "colleague": "group_supervisor",
        "worker": "group_case_worker,case_survivor.group_financial_trace",
        "lawyer": "group_coordinator,case_survivor.group_legal_matter",
    }
)
World.coordinator = World.lawyer
team = env["remediation.team"].create(
    {
        "name": "Port",
        "supervisor_id": World.supervisor.id,
        "deputy_ids": [fields.Command.set(World.colleague.ids)],
    }
)
World._new_manager(World.worker, team, company.partner_id)
env["remediation.programme"].create(
    {"name": "Survivors of Any Age", "survivor_age": "any"}
)
env.cr.commit()
"""
#: Out by the standard, into another name of a system, and out again: the same.
ROUND_TRIP = """
import base64
import csv
import io

from odoo.addons.child_remediation.tests.common import RemediationCommon as World

World.env = env
World.company = env.company
World.today = fields.Date.context_today(env.user)
[mover] = World._new_users(
    {"mover": "group_coordinator,group_export,case_exchange.group_import"}
) or [None]
mover = World.mover
[case] = env["remediation.case"].search([])
household = env["remediation.household"].create({})
case.beneficiary_id.household_id = household


def agree(case):
    env["remediation.household.member"].create(
        {
            "household_id": case.household_id.id,
            "full_name": "Mama",
            "relationship": "mother",
            "is_caregiver": True,
        }
    )
    # An adult decides alone (R57).
    own = {"subject": "child", "given_by_member_id": False} if case.is_adult else {}
    for purpose in ("services", "reporting"):
        World._new_consent(case, purpose, **own)
    env.cr.flush()


def out(case):
    wizard = (
        env["remediation.export.wizard"]
        .with_user(mover)
        .create(
            {
                "layout": "htcds",
                "domain": repr([("id", "=", case.id)]),
                "is_identified": True,
                "reason": "Handing over to the authority",
            }
        )
    )
    export = env["remediation.export"].browse(wizard.action_export()["res_id"])
    return base64.b64decode(export.sudo().file)


def row(content):
    [one] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return one


agree(case)
content = out(case)
job = (
    env["remediation.import.job"]
    .with_user(mover)
    .create(
        {"source": "htcds", "system": "elsewhere", "file": base64.b64encode(content)}
    )
)
job.action_check()
assert not job.wrong_count, job.line_ids.mapped("problems")
job.action_import()
there = job.line_ids.case_id
assert len(there) == 1, job.line_ids.mapped("problems")
agree(there)
first, second = row(content), row(out(there))
decided_here = {"cas_CaseOwner", "cco_CaseComment", "org_Name"}
different = {
    name: (first[name], second[name])
    for name in first.keys() - decided_here
    if first[name] != second[name]
}
assert not different, different
assert first["vic_TraffickingStatus"] == "ActualVictimOfTrafficking", first
assert first["vic_TraffickingStatusDecisionMakingOrg"] == "Police", first
assert first["vic_TypeOfExploitation"], first
assert first["hte_Type"] == "Exploitation", first
env.cr.commit()
"""
BOY = {
    "seen": "A boy films himself at night for strangers",
    "who": ("Idris", "Boy", "16", None),
    "known": (
        ("recruitment_ids", "Through Social Networks Online"),
        ("type_ids", "Sexual Exploitation"),
        ("type_ids", "Servitude"),
        ("sexual_type_ids", "Live Online"),
        ("control_ids", "Psychological Abuse"),
    ),
    "place": "A room over the market",
    "route": (
        ("Recruitment", "A chat", None),
        ("Transit", None, None),
        ("Exploitation", "The market", None),
    ),
    "debt": None,
}
WOMAN = {
    "seen": "A woman never leaves the house that she cleans",
    "who": ("Salma", "Girl", "31", "Survivors of Any Age"),
    "known": (
        ("recruitment_ids", "Through Friends"),
        ("type_ids", "Forced Labour"),
        ("control_ids", "Debt Bondage"),
        ("control_ids", "Withholds Documents"),
    ),
    "place": "A house on the hill",
    "route": (
        ("Recruitment", "Her town", "Zambia"),
        ("Transit", "The border", "Tanzania"),
        ("Exploitation", "The hill", "Kenya"),
    ),
    "debt": "900",
}


def _day(days):
    return (date.today() + timedelta(days=days)).strftime("%m/%d/%Y")


@pytest.fixture(scope="module")
def world(databases, template):
    """The name of a database with those people: each story has a copy."""
    with fresh(databases, template) as name:
        databases.shell(name, "from odoo import fields\n" + WORLD)
        yield name


@pytest.fixture
def site(databases, world):
    """A browser on the server of such a copy."""
    with fresh(databases, world) as name, starting(databases, name) as start:
        browser = Browser(start().url, STATE / "screenshots" / "survivor")
        try:
            yield browser, lambda script: databases.shell(name, script)
        finally:
            browser.close()


@pytest.mark.parametrize("story", [BOY, WOMAN], ids=["boy", "woman"])
def test_a_survivor_to_the_remedy(site, story):
    browser, run_script = site
    try:
        walk(browser, run_script, story)
    except BaseException:
        browser.picture_all()
        raise
    assert browser.errors == []


def walk(browser, run_script, story):
    report(browser.person("anybody"), story["seen"])
    accept(next_one(browser, "supervisor"), *story["who"])
    worker = next_one(browser, "worker")
    open_case(worker)
    exploited(worker, story)
    route(worker, story["route"])
    if story["debt"]:
        debt(worker, story["debt"])
    status(worker)
    the_law(next_one(browser, "lawyer"))
    remedy(next_one(browser, "supervisor"))
    verify(next_one(browser, "colleague"))
    run_script("from odoo import fields\n" + ROUND_TRIP)


def next_one(browser, login):
    """Whoever was at the window leaves it."""
    browser.leave()
    return come(browser, login)


def report(anybody, seen):
    """Somebody writes without a name; what they saw is enough."""
    page = anybody.page
    page.goto("/report-concern")
    page.fill("[name=work_observed]", seen)
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/report-concern?ok=1**")


def accept(supervisor, name, sex, age, programme):
    """The report becomes a case of the worker."""
    app(supervisor, "Referral")
    page = supervisor.page
    page.locator(
        ".o_kanban_record:not(.o_kanban_ghost), .o_data_row .o_data_cell"
    ).first.click()
    page.wait_for_selector(".o_form_view")
    supervisor.press("Make a Case")
    page.wait_for_selector(DIALOG)
    supervisor.type("first_name", name)
    supervisor.choose("sex", sex)
    supervisor.type("age_estimated", age)
    supervisor.choose("risk_level", "High")
    supervisor.pick("team_id", "Port")
    if programme:
        supervisor.pick("programme_id", programme)
    supervisor.press("Make the Case")
    page.locator(DIALOG).wait_for(state="detached")
    supervisor.press("Assign")
    page.wait_for_selector(DIALOG)
    supervisor.pick("case_manager_id", "worker")
    supervisor.type("reason", "Knows the port")
    supervisor.press("Assign")
    page.locator(DIALOG).wait_for(state="detached")


def open_case(worker):
    app(worker, "Protection and Remediation", "Cases", "My Cases")
    page = worker.page
    page.locator(
        ".o_kanban_record:not(.o_kanban_ghost), .o_data_row .o_data_cell"
    ).first.click()
    page.wait_for_selector(".o_form_view [name=headline]")
    tab(worker, "Survivor")


def listed(worker, label):
    """Press a button of the page of the survivor, and begin a new record."""
    page = worker.page
    page.locator(".o_notebook_content button", has_text=label).first.click()
    page.wait_for_selector(".o_list_view, .o_view_nocontent")
    worker.new()


def state(person, label):
    current = person.page.locator("[name=state] .o_arrow_button_current")
    current.get_by_text(label).wait_for()


def exploited(worker, story):
    """What is known is written in pieces; nothing of it is asked for."""
    page = worker.page
    listed(worker, "Exploitation")
    for name, text in story["known"]:
        worker.pick(name, text)
        page.locator(f"[name={name}] .o_tag", has_text=text).wait_for()
    worker.type("exploitation_place", story["place"])
    worker.save()
    open_case(worker)
    listed(worker, "Contact")
    worker.type("mobile_phone", "+243810000007")
    worker.type("safe_way", "After eight, never in writing")
    worker.save()


def route(worker, steps):
    """The middle of the route may be unknown."""
    open_case(worker)
    tab(worker, "Route")
    for kind, place, country in steps:
        add_row(worker, "movement_ids")
        worker.page.wait_for_selector(DIALOG)
        worker.choose("kind", kind)
        if place:
            worker.type("place", place)
        if country:
            worker.pick("country_id", country)
        save_row(worker)


def debt(worker, amount):
    """What she was told that she owes; the duty alone reads it."""
    tab(worker, "Money")
    add_row(worker, "survivor_debt_ids")
    worker.page.wait_for_selector(DIALOG)
    worker.choose("purpose", "Travel")
    worker.type("amount", amount)
    save_row(worker)


def status(worker):
    """The police decided; the application fills in nobody."""
    tab(worker, "Status")
    page = worker.page
    add_row(worker, "survivor_status_ids")
    page.wait_for_selector(DIALOG)
    worker.top().get_by_label("Confirmed Victim").check()
    assert not worker.top().locator("[name=decided_by_id] input").first.input_value()
    worker.choose("decided_by_kind", "Police")
    worker.pick("decided_by_id", "Police of the Port")
    worker.day("date", _day(-1))
    worker.type("basis", "Heard by two officers")
    save_row(worker)
    worker.desk()
    page.get_by_role("button", name="Open", exact=True).first.click()
    page.wait_for_selector(".o_form_view [name=decided_by_id]")
    worker.press("Record the Decision")
    state(worker, "Decided")
    open_case(worker)
    page.locator("[name=headline]", has_text="Confirmed Victim").wait_for()


def the_law(lawyer):
    """A claim with its outcome and what was awarded; for the duty alone."""
    app(lawyer, "Protection and Remediation", "Survivors", "Legal Matters")
    page = lawyer.page
    lawyer.new()
    lawyer.pick("case_id", "CR-")
    lawyer.choose("kind", "Criminal Trial")
    lawyer.pick("court_id", "Court of the Port")
    lawyer.type("compensation_claimed", "900")
    lawyer.save()
    lawyer.type("compensation_awarded", "600")
    lawyer.save()
    lawyer.press("The Matter Has Ended")
    page.wait_for_selector(DIALOG)
    lawyer.top().get_by_label("Conviction").check()
    lawyer.day("date_1", _day(0))
    lawyer.press("The Matter Has Ended")
    state(lawyer, "Closed")


def remedy(supervisor):
    """What he complains about is answered, and something is given for it."""
    app(supervisor, "Protection and Remediation", "Protection", "Complaints")
    page = supervisor.page
    supervisor.new()
    supervisor.pick("team_id", "Port")
    supervisor.pick("case_id", "CR-")
    supervisor.type("description", "The films are still there")
    supervisor.save()
    supervisor.press("Take")
    state(supervisor, "Assigned")
    tab(supervisor, "Remedy")
    supervisor.top().get_by_label("Something Is Due").check()
    supervisor.save()
    add_row(supervisor, "remedy_ids")
    page.wait_for_selector(DIALOG)
    supervisor.choose("form", "Satisfaction")
    supervisor.type("description", "The films are gone, and he is told so")
    supervisor.pick("given_by_id", "Platform Owner")
    supervisor.day("given_on", _day(0))
    save_row(supervisor)
    open_remedy(supervisor)
    supervisor.press("It Was Given")
    state(supervisor, "Delivered")


def open_remedy(person):
    app(person, "Protection and Remediation", "Protection", "Remedies")
    person.page.locator(".o_data_row .o_data_cell").first.click()
    person.page.wait_for_selector(".o_form_view")


def verify(colleague):
    """Another person saw that it was given, and he says that it was enough."""
    open_remedy(colleague)
    colleague.press("Seen: It Was Given")
    state(colleague, "Verified")
    colleague.top().locator("[name=is_enough]").get_by_label("Yes").check()
    colleague.save()
