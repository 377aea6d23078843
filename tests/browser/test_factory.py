"""A find in a factory, from an auditor's report to the exit, by clicking: one report of
three children, three cases, and the path of one of them step by step.

What happens in between and has tests of its own is done by scripts: the people and the
books before, then contact, consent, assessment, plan and visits.
"""

import re
from datetime import date, datetime, timedelta

import pytest
from _lib.common import STATE
from hands import DIALOG, Browser

#: The people, the site and the books that are there before anybody reports.
WORLD = """
from odoo.addons.child_remediation.tests.common import RemediationCommon as World

World.env = env
World.company = company = env.company
World.today = fields.Date.context_today(env.user)
company.write(
    {"country_id": env.ref("base.cd").id, "second_factor_required": False}
)
usd = env.ref("base.USD")
usd.active = True
partners = env["res.partner"].create(
    [
        {"name": name, "is_company": True}
        for name in ("Buyers", "Kilns", "Auditors", "Helpers")
    ]
)
partners[2].remediation_reporter_type = "auditor"
World._new_users(
    {
        "supervisor": "group_supervisor",
        "coordinator": "group_coordinator",
        "worker": "group_case_worker",
        "accountant": "account.group_account_invoice",
        "portal_reporter": ("group_portal_reporter", partners[2]),
    }
)
team = env["remediation.team"].create(
    {"name": "Lubumbashi", "supervisor_id": World.supervisor.id}
)
World._new_manager(World.worker, team, company.partner_id)
env["remediation.site"].create(
    {"name": "Brickworks", "site_type": "factory", "operator_id": partners[1].id}
)
env["remediation.institution"].create({"name": "Green School"})
deposits, receivable, income = env["account.account"].create(
    [
        {"code": "462901", "name": "Deposits", "account_type": "liability_current"},
        {
            "code": "411901",
            "name": "Receivable",
            "account_type": "asset_receivable",
            "reconcile": True,
        },
        {"code": "701901", "name": "Income", "account_type": "income"},
    ]
)
company.agreement_deposit_account_id = deposits
partners.property_account_receivable_id = receivable
company.partner_id.property_account_receivable_id = receivable
env["account.journal"].create(
    {
        "name": "Calls",
        "code": "CALL",
        "type": "sale",
        "default_account_id": income.id,
        "company_id": company.id,
    }
)
env.cr.commit()
"""
#: The weeks in between: what the worker finds out, the plan, and two clean visits.
WEEKS = """
from datetime import timedelta

from odoo.addons.child_remediation.tests.common import RemediationCommon as World

World.env = env
World.today = fields.Date.context_today(env.user)
users = {user.login: user for user in env["res.users"].search([])}
World.supervisor_2 = users["coordinator"]
World.partner_org = env["res.partner"].search([("name", "=", "Kilns")])
case = env["remediation.case"].search([("user_id", "=", users["worker"].id)])
assert len(case) == 1, case
household = env["remediation.household"].create({})
env["remediation.household.member"].create(
    {
        "household_id": household.id,
        "full_name": "Mama",
        "relationship": "mother",
        "is_caregiver": True,
        "age": 38,
    }
)
case.beneficiary_id.household_id = household
env["remediation.work.situation"].create(
    {
        "case_id": case.id,
        "date": World.today,
        "works": "yes",
        "pay": 60,
        "pay_period": "month",
        "currency_id": env.ref("base.USD").id,
    }
)
case.with_user(users["worker"]).action_record_first_contact(World.today)
World._new_consent(case)
World._active_plan(case)
# Two clean visits sixty days apart are needed before a case ends (R22).
case.identified_on = World.today - timedelta(days=70)
for days in (65, 1):
    World._visit(case, World.today - timedelta(days=days))
env.cr.commit()
"""
#: What the path of the remedy on a case says, in its order.
PATH = [
    "Child Registered",
    "Safe at Once",
    "Age Verified",
    "Agreement Signed",
    "Stipend Agreed",
    "At School or in Training",
    "Funds Called",
    "Job Promised",
    "Exit Decided",
]


def _day(days):
    return (date.today() + timedelta(days=days)).strftime("%m/%d/%Y")


@pytest.fixture
def site(run_script, start_server):
    """A browser on the server of a database with those people and that factory."""
    run_script("from odoo import fields\n" + WORLD)
    server = start_server()
    browser = Browser(server.url, STATE / "screenshots" / "factory")
    try:
        yield browser, run_script
    except BaseException:
        browser.picture_all()
        raise
    finally:
        browser.close()


def test_three_children_in_a_factory(site):
    browser, run_script = site
    try:
        walk(browser, run_script)
    except BaseException:
        browser.picture_all()
        raise
    assert browser.errors == []


def walk(browser, run_script):
    auditor, supervisor, coordinator, worker, accountant = (
        come(browser, login)
        for login in (
            "portal_reporter",
            "supervisor",
            "coordinator",
            "worker",
            "accountant",
        )
    )
    report(auditor)
    accept(supervisor)
    assign(supervisor)
    open_case(worker)
    reached(worker, "Child Registered")
    safe_and_of_age(worker)
    run_script("from odoo import fields\n" + WEEKS)
    agree(supervisor, coordinator)
    until = schedule(worker, supervisor)
    school(worker)
    call(accountant)
    promise(worker, until)
    leave(worker, supervisor)


def come(browser, login):
    person = browser.person(login)
    person.page.set_default_timeout(30_000)
    person.sign_in(login.ljust(8, "x"))
    person.page.wait_for_selector(".o_main_navbar, main")
    return person


def reached(person, step):
    """The path says that all was done up to this step, and nothing after it."""
    done = person.page.locator("[name=remedy_path] li.text-success")
    done.filter(has_text=step).wait_for()
    lines = [line.splitlines()[0].strip() for line in done.all_inner_texts()]
    assert lines == PATH[: PATH.index(step) + 1]


def row(person, name, number):
    """Begin to write in a row of a list inside a form."""
    lines = person.top().locator(f"[name={name}] .o_data_row")
    lines.nth(number).locator(".o_data_cell").first.click()
    return _open(person, lines, number)


def _open(person, lines, number):
    """That row, once it and no other is written in."""
    chosen = lines.nth(number).and_(person.page.locator(".o_selected_row"))
    chosen.wait_for()
    return chosen


def add_row(person, name):
    person.top().locator(f"[name={name}] .o_field_x2many_list_row_add a").first.click()


def in_row(person, name):
    lines = person.top().locator(f"[name={name}] .o_data_row")
    number = lines.count()
    add_row(person, name)
    return _open(person, lines, number)


def write(line, name, text):
    line.locator(f"[name={name}] input").first.fill(text)


def choose(person, line, name, label):
    line.locator(f"[name={name}] input").first.click()
    person.page.locator(".o_select_menu_item", has_text=label).first.click()


def pick(person, line, name, text):
    box = line.locator(f"[name={name}] input").first
    box.fill(text)
    items = person.page.locator(".o-autocomplete--dropdown-item")
    items.filter(has_text=text).first.click()


def save_row(person):
    """Save the form of a row, then the page that it is on."""
    person.page.locator(f"{DIALOG} .o_form_button_save").first.click()
    person.page.locator(DIALOG).wait_for(state="detached")
    person.save()


def tab(person, name):
    person.page.get_by_role("tab", name=name, exact=True).click()


def app(person, name, title=None, item=None):
    """Open an app from the menu at the top left, and a page of it."""
    page = person.page
    page.wait_for_selector(".o_main_navbar")
    menu = page.locator(".o-dropdown--menu")
    here = page.locator(".o_menu_brand", has_text=name)
    if not (title and here.count()):
        page.locator(".o_navbar_apps_menu button").click()
        with person.moves_on():
            menu.get_by_role("menuitem", name=name, exact=True).click()
    if title:
        bar = page.locator(".o_menu_sections")
        bar.get_by_role("button", name=title, exact=True).click()
        with person.moves_on():
            menu.get_by_role("menuitem", name=item, exact=True).click()


def report(auditor):
    """An auditor reports three children on the portal."""
    page = auditor.page
    page.locator("a[href='/my/remediation/report']:visible").first.click()
    page.fill("[name=work_observed]", "Three children carry bricks to the kiln")
    page.select_option("[name=site_id]", label="Brickworks")
    page.fill("[name=children_count]", "3")
    page.fill("[name=child_age]", "13")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/my/remediation/reports**")
    page.locator("li", has_text="Brickworks").wait_for()


def accept(supervisor):
    """One report becomes three cases, a name for each."""
    app(supervisor, "Referral")
    page = supervisor.page
    page.locator(".o_kanban_record, .o_data_row", has_text="Brickworks").first.click()
    page.wait_for_selector(".o_form_view")
    supervisor.press("Make a Case")
    page.wait_for_selector(DIALOG)
    for number, (name, sex) in enumerate(
        (("Aimé", "Boy"), ("Béa", "Girl"), ("Chris", "Boy"))
    ):
        line = row(supervisor, "child_ids", number)
        write(line, "first_name", name)
        choose(supervisor, line, "sex", sex)
    supervisor.pick("team_id", "Lubumbashi")
    supervisor.choose("risk_level", "High")
    supervisor.press("Make the Cases")
    page.locator(DIALOG).wait_for(state="detached")
    page.locator(".o_list_view .o_data_row").nth(2).wait_for()
    assert page.locator(".o_list_view .o_data_row").count() == 3


def assign(supervisor):
    page = supervisor.page
    page.locator(".o_data_row", has_text="Chris").locator(".o_data_cell").first.click()
    page.wait_for_selector(".o_form_view")
    supervisor.press("Assign")
    page.wait_for_selector(DIALOG)
    supervisor.pick("case_manager_id", "worker")
    supervisor.type("reason", "Lives nearby")
    supervisor.press("Assign")
    page.locator(DIALOG).wait_for(state="detached")


def open_case(worker):
    app(worker, "Protection and Remediation", "Cases", "My Cases")
    page = worker.page
    page.locator(
        ".o_kanban_record:not(.o_kanban_ghost), .o_data_row .o_data_cell"
    ).first.click()
    page.wait_for_selector(".o_form_view [name=remedy_path]")


def safe_and_of_age(worker):
    worker.type("no_safety_action_reason", "Left the works the same day")
    worker.save()
    reached(worker, "Safe at Once")
    tab(worker, "In Place of Work")
    add_row(worker, "age_check_ids")
    worker.page.wait_for_selector(DIALOG)
    worker.day("date", _day(0))
    worker.choose("method", "Health Card")
    worker.type("age_found", "13")
    save_row(worker)
    reached(worker, "Age Verified")


def agree(supervisor, coordinator):
    """Purchaser, factory and organisation sign; one drafts, another approves."""
    app(supervisor, "Protection and Remediation", "Support", "Agreements")
    page = supervisor.page
    supervisor.new()
    supervisor.pick("site_id", "Brickworks")
    supervisor.day("date_start", _day(0))
    supervisor.choose("end_rule", "End of the School Year")
    supervisor.choose("school_ends", "June")
    supervisor.day("signed_on", _day(0))
    page.locator("[name=paper] input[type=file]").set_input_files(
        {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x"}
    )
    for role, partner, share in (
        ("Purchaser", "Buyers", "60"),
        ("Factory", "Kilns", "30"),
        ("NGO", "Helpers", "10"),
    ):
        line = in_row(supervisor, "party_ids")
        choose(supervisor, line, "role", role)
        pick(supervisor, line, "partner_id", partner)
        write(line, "share", share)
    supervisor.save()
    supervisor.press("Submit")
    page.get_by_role("button", name="Submit", exact=True).wait_for(state="detached")
    app(coordinator, "Protection and Remediation", "Support", "Agreements")
    coordinator.page.locator(".o_data_row .o_data_cell").first.click()
    coordinator.page.wait_for_selector(".o_form_view")
    coordinator.press("Approve")
    coordinator.page.locator("[name=state] .o_arrow_button_current").get_by_text(
        "In Force"
    ).wait_for()


def schedule(worker, supervisor):
    """A stipend at what the child earned; less is refused with the reason (R80)."""
    app(worker, "Protection and Remediation", "Support", "Children under Agreements")
    page = worker.page
    worker.new()
    worker.pick("case_id", "CR-")
    worker.pick("agreement_id", "AGR-")
    worker.day("date_start", _day(0))
    line = in_row(worker, "cost_ids")
    choose(worker, line, "kind", "Stipend")
    write(line, "amount", "59")
    choose(worker, line, "every", "Every Month")
    line.locator("[name=date_from] :is(button, input)").first.click()
    line.locator("[name=date_from] input").first.fill(_day(0))
    page.keyboard.press("Escape")
    worker.save()
    worker.press("Submit")
    refused = page.locator(".o_error_dialog", has_text="Pay as much")
    refused.get_by_role("button", name="Close", exact=True).last.click()
    refused.wait_for(state="detached")
    worker.errors = [one for one in worker.errors if "Pay as much" not in one]
    write(row(worker, "cost_ids", 0), "amount", "60")
    worker.save()
    worker.press("Submit")
    page.get_by_role("button", name="Submit", exact=True).wait_for(state="detached")
    app(
        supervisor, "Protection and Remediation", "Support", "Children under Agreements"
    )
    supervisor.page.locator(".o_data_row .o_data_cell").first.click()
    supervisor.page.wait_for_selector(".o_form_view")
    supervisor.press("Approve")
    supervisor.page.locator("[name=state] .o_arrow_button_current").get_by_text(
        "Approved"
    ).wait_for()
    until = supervisor.page.locator(".o_field_widget[name=date_until]").inner_text()
    open_case(worker)
    reached(worker, "Stipend Agreed")
    return datetime.strptime(until.strip(), "%b %d, %Y").date()


def school(worker):
    """The enrolment is a page of its own; the way back leads to the case."""
    tab(worker, "School")
    add_row(worker, "enrolment_ids")
    worker.page.wait_for_selector(".o_form_view [name=institution_id]")
    worker.pick("institution_id", "Green School")
    worker.save()
    worker.page.locator(".breadcrumb-item a, .o_back_button a").last.click()
    reached(worker, "At School or in Training")


def call(accountant):
    """Finance calls for what comes next, by an invoice to each payer."""
    app(accountant, "Invoicing", "Customers", "Agreements")
    page = accountant.page
    page.locator(".o_data_row .o_data_cell").first.click()
    page.wait_for_selector(".o_form_view")
    accountant.press("Call for Funds")
    tab(accountant, "Calls for Funds")
    called = page.locator("[name=call_ids] .o_data_row [name=amount]")
    called.nth(2).wait_for()
    amounts = sorted(
        float(re.sub(r"[^0-9.]", "", text)) for text in called.all_inner_texts()
    )
    # 10, 30 and 60 %, of as many months as the day of the test asks for
    assert amounts == [amounts[0], 3 * amounts[0], 6 * amounts[0]]
    assert amounts[2] % 36 == 0 < amounts[0]
    app(accountant, "Invoicing", "Customers", "Calls for Funds")
    page.locator(".o_data_row", has_text="Buyers").get_by_role(
        "button", name="Invoice"
    ).click()
    page.wait_for_selector(".o_form_view")
    accountant.press("Confirm")
    page.locator("[name=state] .o_arrow_button_current").get_by_text(
        "Posted"
    ).wait_for()


def promise(worker, until):
    """A job for the day after the support ends: the child is of working age."""
    open_case(worker)
    reached(worker, "Funds Called")
    tab(worker, "In Place of Work")
    add_row(worker, "job_promise_ids")
    worker.page.wait_for_selector(DIALOG)
    worker.pick("employer_id", "Kilns")
    worker.day("promised_on", _day(0))
    worker.day("date_due", (until + timedelta(days=1)).strftime("%m/%d/%Y"))
    save_row(worker)
    reached(worker, "Job Promised")


def leave(worker, supervisor):
    """The exit is proposed by one and decided by another."""
    page = worker.page
    worker.press("Close the Case")
    page.wait_for_selector(".o_list_view")
    worker.new()
    page.wait_for_selector(".o_form_view [name=reason]")
    worker.choose("reason", "Out of Child Labour")
    worker.choose("outcome", "Out of Child Labour")
    worker.save()
    worker.press("Submit for Approval")
    page.get_by_role("button", name="Submit for Approval").wait_for(state="detached")
    app(supervisor, "Protection and Remediation", "To Approve", "Closures")
    supervisor.page.locator(".o_data_row .o_data_cell").first.click()
    supervisor.page.wait_for_selector(".o_form_view")
    supervisor.press("Approve and Close the Case")
    supervisor.page.locator("[name=state] .o_arrow_button_current").get_by_text(
        "Approved"
    ).wait_for()
    supervisor.page.locator(".o_field_widget[name=case_id] a").first.click()
    reached(supervisor, "Exit Decided")
