"""Each login of the demonstration signs in, lands on its first page and does the first
thing on it, in both languages, as the person at the browser would; and the tour of the
README, as it is written there."""

import re

import pytest
from _lib import modules, server
from _lib.common import ROOT, STATE
from hands import Browser
from pytest_servers import Server, quick_passwords

DESK = ".o_remediation_desk_body"
FIRST = f"{DESK} section li :is(a[href='#'], button):visible"
#: What may open over or after the desk.
OPENED = (
    ".o_action_manager :is(.o_form_view, .o_list_view, .o_kanban_view, "
    ".o_calendar_view) :is(.o_field_widget, .o_data_row, .o_kanban_record, .fc-event), "
    ".o_remediation_desk_look .o_form_view .o_field_widget, "
    ".o_dialog .modal-body :is(.o_field_widget, .o_data_row)"
)
PORTAL = "a[href^='/my/remediation/']:visible"
#: Whose desk may be without a line, and why.
NOTHING_WAITS = {
    "alternate": "no report is about the safeguarding officer",
    "caseworker4": "is on leave: others hold the cases",
}
#: Do what another does, with other children: walked in the language they read.
TWINS = {"supervisor2", "supervisor3", *(f"caseworker{n}" for n in range(2, 7))}


class Site:
    """A browser on a server of the living demonstration, for all walks."""

    def __init__(self, odoo, browser, people):
        self.odoo = odoo
        self.browser = browser
        #: Rows of (section, role, login, password).
        self.people = people

    def speak(self, lang):
        """Everybody reads this language from now on."""
        admin = self.odoo.login(*next(r[2:] for r in self.people if r[2] == "admin"))
        logins = [login for _section, _role, login, _password in self.people]
        users = admin.call("res.users", "search", [("login", "in", logins)])
        assert len(users) == len(logins)
        admin.call("res.users", "write", users, {"lang": lang})


@pytest.fixture(scope="module")
def site(databases):
    demo = databases.template(list(modules.find()))
    databases.draw_assets(demo)
    with databases.scratch(demo) as name:
        people = server.logins(databases, name)
        quick_passwords(databases, name, [row[2:] for row in people])
        odoo = Server(databases, name).start()
        browser = Browser(odoo.url)
        try:
            yield Site(odoo, browser, people)
        finally:
            browser.close()
            odoo.kill()


@pytest.mark.parametrize("lang", ["fr_FR", "en_US"])
def test_every_login_lands_and_does_the_first_thing(site, lang):
    site.speak(lang)
    site.browser.pictures = STATE / "screenshots" / f"walk-{lang[:2]}"
    wrong = {}
    people = [
        (login, password, section == server.SECTIONS[4])
        for section, _role, login, password in site.people
    ]
    assert len({login for login, *_ in people} - TWINS) >= 18, people
    for login, password, is_partner in people:
        if login in TWINS and lang == "en_US":
            continue
        walk = walk_portal if is_partner else walk_desk
        complaint = walked(site.browser, walk, login, password, lang)
        if complaint:
            wrong[login] = complaint
    assert not wrong, "\n".join(f"{who}: {what}" for who, what in wrong.items())


def walked(browser, walk, login, password, lang):
    """What went wrong on the way of one person; a picture of it is kept."""
    browser.leave()
    person = browser.person(login)
    person.page.set_default_timeout(45_000)
    try:
        person.sign_in(password)
        walk(person)
        spoken = person.page.evaluate("document.documentElement.lang")
        assert spoken.replace("-", "_") == lang, f"the page speaks {spoken}"
        assert not person.errors, person.errors
        assert not person.notices(), person.notices()
    except Exception as error:  # the others are walked all the same
        browser.picture_all()
        return f"{person.page.url}: {person.errors} {str(error)[:400]}"
    return None


def walk_desk(person):
    """The desk comes by itself, and the first thing on it opens with what is in it."""
    page = person.page
    page.wait_for_selector(DESK)
    assert "/desk" in page.url, page.url
    first = page.locator(FIRST).first
    if not first.count():
        assert person.name in NOTHING_WAITS, "the desk has no line"
        return
    first.click()
    page.wait_for_selector(OPENED)


def walk_portal(person):
    """The partners' page comes by itself, and the first page on it opens."""
    page = person.page
    page.wait_for_selector("main")
    assert page.url.endswith("/my/remediation"), page.url
    inside = page.locator(f"main {PORTAL}")
    with page.expect_navigation():
        (inside if inside.count() else page.locator(f"nav {PORTAL}")).first.click()
    assert page.locator("main :is(h1, h2)").first.inner_text().strip()
    assert page.locator("main :is(form, table, article, li, p)").count()


# -- the tour of the README ------------------------------------------------------------
#: A login, what is clicked, what is seen.
WORDS = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*")
#: What the README calls something that has another name in each demonstration.
CALLED = {
    "first line": f"{DESK} section[aria-label^='{{last}}'] li a",
    "See all": f"{DESK} section[aria-label^='{{last}}'] a.small",
    "first row": ".o_action_manager :is(.o_kanban_record:not(.o_kanban_ghost), "
    ".o_data_row td.o_data_cell)",
}


def steps_of_the_tour():
    """``[[(login, click, see), …], …]``: one of the three is said."""
    text = (ROOT / "README.md").read_text().partition("## A tour of ten minutes")[2]
    text = text.partition("\n## ")[0]
    return [
        WORDS.findall(" ".join(step.split()))
        for step in re.findall(r"^\d+\. (.+?)(?=^\d+\. |\Z)", text, re.M | re.S)
    ]


def test_the_tour_of_the_readme_works_click_by_click(site):
    steps = steps_of_the_tour()
    assert len(steps) >= 8
    site.speak("en_US")
    site.browser.pictures = STATE / "screenshots" / "tour"
    passwords = {row[2]: row[3] for row in site.people}
    try:
        for number, step in enumerate(steps, 1):
            follow(site.browser, passwords, number, step)
    except BaseException:
        site.browser.picture_all()
        raise


def follow(browser, passwords, number, words):
    """Do one step as it is written; the person before goes on where none is named."""
    last = ""
    for login, click, see in words:
        if login in passwords:
            browser.leave()
            person = browser.person(login)
            person.page.set_default_timeout(45_000)
            person.sign_in(passwords[login])
            person.page.wait_for_selector(f"{DESK}, main h2")
        person = browser.people[-1]
        if click:
            place = CALLED.get(click, "").format(last=last)
            press(person.page, click, place)
        elif see:
            look_for(person.page, see)
            last = see
        assert not person.errors, f"step {number}: {person.errors}"
        assert not person.notices(), f"step {number}: {person.notices()}"


def press(page, label, place):
    if place:
        page.locator(place).first.click()
        page.wait_for_selector(OPENED)
        return
    words = re.compile(rf"^\s*{re.escape(label)}\s*$")
    things = page.locator("button:visible, a:visible").filter(has_text=words)
    things.first.click()


def look_for(page, text):
    """The words stand on the page, whatever their case on the screen."""
    found = page.get_by_text(re.compile(re.escape(text), re.I))
    found.locator("visible=true").first.wait_for()
