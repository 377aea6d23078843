"""The first day on an empty database, by clicking alone: no shell, no consultant."""

from datetime import date, timedelta

import pytest
from _lib.common import STATE
from hands import DIALOG, Browser
from post_office import Post
from pytest_servers import Server

SHEET = """\
Name;E-mail;Language;Duties
Aline Tshala;aline@example.org;English;Coordinator, Safeguarding Officer
Bruno Mutombo;bruno@example.org;French;Supervisor
Chantal Ilunga;chantal@example.org;English;Case Worker
Didier Kasongo;didier@example.org;English;Cash Releaser
Esther Mbuyi;esther@example.org;English;Cash Officer{wrong}
Fidèle Kabeya;fidele@example.org;English;Cash Approver
"""


def _day(days):
    return (date.today() + timedelta(days=days)).strftime("%m/%d/%Y")


@pytest.fixture
def browser(databases, template):
    """A browser on a server of a database in which nobody did anything."""
    with databases.scratch(template) as name:
        server = Server(databases, name).start()
        browser = Browser(server.url, STATE / "screenshots" / "first-day")
        try:
            yield browser
        except BaseException:
            browser.picture_all()
            raise
        finally:
            browser.close()
            server.kill()


def test_the_first_day_by_clicking(browser):
    post = Post()
    try:
        walk(browser, post)
    except BaseException:
        browser.picture_all()
        raise
    finally:
        post.shutdown()
    assert browser.errors == []


def walk(browser, post):
    admin = browser.person("admin")
    admin.sign_in("admin")
    admin.enrol("admin")
    organisation(admin)
    mail(admin, post)
    people(admin)
    aline, didier, esther, fidele = (
        join(browser, post, f"{name}@example.org")
        for name in ("aline", "didier", "esther", "fidele")
    )
    places_and_law(aline)
    first_case_manager(aline)
    partner(aline)
    letters_before = post.link_for("partner@example.org")
    assert letters_before
    cash(didier, esther, fidele)
    first_case(aline)
    done = aline.steps()
    left = [title for title, is_done in done.items() if not is_done]
    # Two coordinators look at the partner's papers first: no work of one day.
    assert left == ["First Partner"], done


def organisation(admin):
    assert not any(admin.steps().values())
    admin.go_there("Organisation and Country")
    admin.type("name", "Lumière d'Essai")
    admin.type("email", "bureau@example.org")
    admin.pick("country_id", "Congo (DRC)")
    proposed = admin.top()
    proposed.get_by_text("Democratic Republic of the Congo v1").wait_for()
    assert proposed.locator("[name=currency_id] input").input_value() == "CDF"
    assert "SYSCEBNL" in proposed.locator("[name=chart] input").input_value()
    assert "Kinshasa" in proposed.locator("[name=tz] input").input_value()
    assert "French" in proposed.locator("[name=lang_ids]").inner_text()
    admin.press("Save")
    admin.page.locator(DIALOG).wait_for(state="detached", timeout=240_000)
    assert admin.steps()["Organisation and Country"]


def mail(admin, post):
    admin.go_there("Mail")
    admin.new()
    admin.type("name", "Our mail")
    admin.type("smtp_host", "127.0.0.1")
    admin.type("smtp_port", str(post.port))
    admin.save()
    assert admin.steps()["Mail"]


def people(admin):
    """By a sheet; the wrong row is said in a sentence and nobody is invited."""
    admin.go_there("People and Duties")
    read_sheet(admin, SHEET.format(wrong=", Treasurer"))
    admin.page.get_by_text(
        "“Treasurer”: no such duty. Choose from the list."
    ).wait_for()
    admin.press("Close")
    admin.go_there("People and Duties")
    read_sheet(admin, SHEET.format(wrong=""))
    admin.page.locator(".o_data_row", has_text="Fidèle").wait_for()
    admin.press("Invite")
    admin.page.locator(".o_notification", has_text="Invited: Aline").wait_for()
    assert admin.steps()["People and Duties"]


def read_sheet(admin, text):
    admin.page.locator(f"{DIALOG} input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    admin.press("Read the Sheet")


def join(browser, post, address):
    """Somebody follows the link of the letter and lands on the own desk."""
    person = browser.person(address)
    person.sign_up(post.link_for(address))
    person.enrol()
    person.page.wait_for_selector(".o_remediation_desk_body")
    return person


def places_and_law(aline):
    aline.go_there("Areas and Sites")
    aline.new()
    aline.type("name", "Kasulo Mine")
    aline.choose("site_type", "Mine Site")
    aline.make("area_id", "Kolwezi", "Create and edit")
    aline.page.wait_for_selector(".o_dialog [name=kind]")
    aline.type("name", "Kolwezi")
    aline.choose("kind", "City")
    aline.top().locator(".o_form_button_save").click()
    aline.page.locator(DIALOG).wait_for(state="detached")
    aline.make("operator_id", "Cooperative Umoja")
    aline.save()
    aline.go_there("Legal Framework")
    aline.page.locator(".o_data_row", has_text="Democratic").click()
    aline.press("We Read and Accept It")
    aline.page.get_by_text("Accepted by Us").wait_for()
    aline.go_there("Programme")
    aline.new()
    aline.type("name", "Back to School")
    aline.save()
    aline.go_there("Team")
    aline.new()
    aline.type("name", "Kolwezi Team")
    aline.pick("supervisor_id", "Bruno")
    aline.save()


def add_row(person, field):
    person.page.locator(f"[name={field}] .o_field_x2many_list_row_add a").click()
    person.page.locator(f"[name={field}] tr.o_selected_row").wait_for()


def first_case_manager(aline):
    aline.go_there("First Case Manager")
    aline.new()
    aline.pick("user_id", "Chantal")
    aline.pick("team_id", "Kolwezi")
    aline.day("code_of_conduct_on", _day(-2))
    aline.save()
    add_row(aline, "vetting_ids")
    aline.type("issuer", "Kolwezi court")
    aline.save()
    clear = aline.page.locator("[name=vetting_ids] button[name=action_verify_clear]")
    clear.click()
    # The button's own word is "Clear" too: the row is read again once it is gone.
    clear.wait_for(state="detached")
    aline.page.locator("[name=vetting_ids]").get_by_text("Clear", exact=True).wait_for()
    aline.page.get_by_role("tab", name="Training").click()
    add_row(aline, "training_ids")
    aline.choose("topic", "Child Safeguarding")
    aline.save()
    add_row(aline, "training_ids")
    aline.choose("topic", "Case Management")
    aline.page.locator(".o_selected_row [name=is_examination] input").click()
    aline.pick("examiner_id", "Bruno")
    aline.type("score", "80")
    aline.save()
    for label in ("Admit as Trainee", "Passed the Examination", "Waive the Mentor"):
        aline.press(label)
        if label.startswith("Waive"):
            aline.page.wait_for_selector(DIALOG)
            aline.day("date_1", _day(20))
            aline.type("text_1", "The first case manager here")
            aline.press("Waive the Mentor")
            aline.page.locator(DIALOG).wait_for(state="detached")
        else:
            aline.page.get_by_role("button", name=label, exact=True).wait_for(
                state="detached"
            )


def partner(aline):
    """A partner is made and one of its people invited; its papers come later."""
    aline.go_there("People of Partners")
    aline.page.wait_for_selector(DIALOG)
    aline.make("organisation_id", "House of Hope")
    aline.type("name", "Grace Partner")
    aline.type("email", "partner@example.org")
    aline.choose("role", "Receives Referrals")
    aline.press("Invite")
    aline.page.locator(".o_notification", has_text="was invited").wait_for()


def cash(didier, esther, fidele):
    """The releaser makes provider and grant, the officer the scheme; others agree."""
    didier.go_there("Payment Provider")
    didier.new()
    didier.type("name", "Airtel Money")
    didier.make("partner_id", "Airtel")
    didier.page.get_by_role("tab", name="Accounts").click()
    didier.pick("bank_journal_id", "Bank")
    didier.save()
    didier.press("Complete the Set-Up")
    agree(fidele, "Airtel Money")
    fidele.page.get_by_text("Before this provider can be used:").wait_for(
        state="hidden"
    )
    didier.go_there("Grant")
    didier.new()
    didier.type("new_name", "Aurora 2026")
    didier.make("funder_id", "Aurora Fund")
    didier.day("date_start", _day(-10))
    didier.day("date_end", _day(300))
    didier.type("budget", "5000000")
    didier.save()
    agree(fidele, "Aurora 2026")
    esther.go_there("Cash Scheme")
    esther.new()
    esther.type("name", "School Support")
    esther.pick("purpose_id", "")
    esther.type("amount", "50000")
    esther.save()
    agree(didier, "School Support")


def agree(person, name):
    """A second person opens what waits from the own desk and agrees."""
    person.desk()
    waits = person.page.locator("section[data-section=changes] li", has_text=name)
    waits.get_by_role("link").first.click()
    person.page.wait_for_selector(".o_form_view")
    person.press("Agree")
    person.page.get_by_text("Waits for a second person:").wait_for(state="hidden")


def first_case(aline):
    """A child is registered and the case given to the case manager."""
    aline.desk()
    aline.menu("Cases", "All Cases")
    aline.new()
    aline.make("beneficiary_id", "Moïse", "Create and edit")
    aline.page.wait_for_selector(DIALOG)
    aline.type("first_name", "Moïse")
    aline.choose("sex", "Male")
    aline.type("age_estimated", "12")
    aline.top().locator(".o_form_button_save").click()
    aline.page.locator(DIALOG).wait_for(state="detached")
    aline.pick("programme_id", "Back to School")
    aline.pick("site_id", "Kasulo")
    aline.choose("risk_level", "Medium")
    aline.save()
    aline.press("Assign")
    aline.page.wait_for_selector(DIALOG)
    aline.pick("case_manager_id", "Chantal")
    aline.type("reason", "Lives nearby")
    aline.press("Assign")
    aline.page.locator(DIALOG).wait_for(state="detached")
    aline.page.locator(".o_form_view").get_by_text("Chantal Ilunga").first.wait_for()
