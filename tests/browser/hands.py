"""What a person does with a browser, and the mail that they get."""

import base64
import contextlib
import hashlib
import hmac
import re
import struct
import time

from _lib.install import browser_program
from playwright.sync_api import expect, sync_playwright

PASSWORD = "Correct-horse-42"
DIALOG = ".o_dialog .modal"
ROOT_MENU = "child_remediation.remediation_menu_root"
#: Tells of each call that the server answers with an error, shown or not.
REFUSED = """
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (...body) {
    this.addEventListener("load", () => {
        if (["", "text"].includes(this.responseType)) {
            try {
                const error = JSON.parse(this.responseText).error;
                if (error) {
                    window.refused(`${this.responseURL}: ${error.data?.message}`);
                }
            } catch { /* it was no JSON */ }
        }
    });
    return send.apply(this, body);
};
"""
#: What a browser keeps for a site, but for the scripts that it loaded.
PERSONAL = "local_storage,indexeddb,cache_storage,service_workers,shared_storage"
NOTICES = ".o_notification:not([data-told]):visible, .o_error_dialog:visible"
#: What is on the page now belongs to what was done before.
BEFORE = """
document.querySelector(".o_action_manager > *")?.setAttribute("data-before", "");
for (const notice of document.querySelectorAll(".o_notification")) {
    notice.setAttribute("data-told", "");
}
"""


def six_digits(secret):
    """What an authenticator app shows now."""
    key = base64.b32decode(secret.replace(" ", ""))
    counter = struct.pack(">Q", int(time.time() // 30))
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class Browser:
    """A browser in which several people are signed in, each in a window."""

    def __init__(self, url, pictures=None):
        self.url = url
        self.pictures = pictures
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=browser_program(),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        self.people = []
        self._left = []
        self._errors = []

    @property
    def errors(self):
        """What anybody was told that they should not be."""
        return sum((person.errors for person in self.people), self._errors)

    def person(self, name, width=1366, height=768):
        for number, (person, size) in enumerate(self._left):
            if size == (width, height):
                del self._left[number]
                person.name = name
                break
        else:
            context = self._browser.new_context(
                viewport={"width": width, "height": height}, base_url=self.url
            )
            context.set_default_timeout(90_000)
            person = Person(name, context.new_page())
        self.people.append(person)
        return person

    def leave(self):
        """Everybody goes: a session that somebody shares is nobody's. Whoever comes
        next sits at the same window, which knows the scripts and nothing else: to
        load, read and compile them costs more than all else that a person does."""
        while self.people:
            person = self.people.pop()
            self._errors += person.errors
            person.forget(self.url)
            size = person.page.viewport_size
            self._left.append((person, (size["width"], size["height"])))

    def close(self):
        self._browser.close()
        self._playwright.stop()

    def picture_all(self):
        """Keep what each saw last, for whoever reads why a test failed."""
        if self.pictures:
            self.pictures.mkdir(parents=True, exist_ok=True)
            for person in self.people:
                path = self.pictures / f"{person.name.split('@')[0]}.png"
                person.page.screenshot(path=path)


class Person:
    """Somebody at a browser: clicks and types, and never calls anything."""

    def __init__(self, name, page):
        self.name = name
        self.page = page
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.expose_function("refused", lambda error: self.errors.append(error))
        page.add_init_script(REFUSED)
        page.on(
            "response",
            lambda answer: (
                answer.status >= 400
                and self.errors.append(f"{answer.status} {answer.url}")
            ),
        )

    def forget(self, url):
        """The window keeps what is everybody's, and nothing of who sat at it."""
        if self.page.url.startswith(url):
            self.page.evaluate("sessionStorage.clear()")
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        tools = self.page.context.new_cdp_session(self.page)
        tools.send(
            "Storage.clearDataForOrigin",
            {"origin": url, "storageTypes": PERSONAL},
        )
        tools.detach()
        self.errors = []

    # -- signing in ------------------------------------------------------------
    def sign_in(self, password):
        self.page.goto("/odoo")
        self.page.fill("#login", self.name)
        self.page.fill("#password", password)
        self.page.locator(".oe_login_buttons button[type=submit]").first.click()

    def sign_up(self, link):
        """Choose a password by the link of an invitation."""
        self.page.goto(link)
        self.page.fill("#password", PASSWORD)
        self.page.fill("#confirm_password", PASSWORD)
        self.page.locator(".oe_signup_form button[type=submit]").click()

    def enrol(self, password=PASSWORD):
        """Enrol the telephone on the page that asks for it."""
        self.page.wait_for_url("**/second-factor")
        secret = self.page.inner_text("code")
        self.page.fill("#password", password)
        self.page.fill("#code", six_digits(secret))
        self.page.locator("form[action='/second-factor'] button").click()
        # The first page makes the web client's files: nobody leaves it before.
        self.page.wait_for_url(lambda url: "second-factor" not in url)
        self.page.wait_for_selector(".o_main_navbar, .o_portal")

    # -- the desk --------------------------------------------------------------
    def desk(self):
        """By the menu at the top left: the page is loaded once."""
        bar = self.page.locator(".o_navbar_apps_menu button")
        if self.page.locator(DIALOG).count() or not bar.count():
            self.page.goto("/odoo/desk")
        else:
            bar.click()
            root = f".o-dropdown--menu [data-menu-xmlid='{ROOT_MENU}']"
            with self.moves_on():
                self.page.locator(root).click()
        self.page.wait_for_selector(".o_remediation_desk_body")

    @contextlib.contextmanager
    def moves_on(self):
        """What is done inside opens another page: the one before is gone after it."""
        self.page.evaluate(BEFORE)
        yield
        self.page.locator("[data-before]").wait_for(state="detached")
        # Where the menu was, a tip would come up over what opened under the pointer.
        self.page.mouse.move(0, 0)

    def steps(self):
        """``{title of a step of the set-up: whether it is done}``, from the desk."""
        self.desk()
        rows = self.page.locator(".o_remediation_desk_steps > li")
        return {
            row.locator(".fw-bold").inner_text(): bool(
                row.locator(".visually-hidden").count()
            )
            for row in rows.all()
        }

    def go_there(self, title):
        """Press the button of a step."""
        self.desk()
        row = self.page.locator(".o_remediation_desk_steps > li", has_text=title)
        row.get_by_role("button").first.click()

    def menu(self, title, item):
        """Open a page by the menu at the top."""
        bar = self.page.locator(".o_menu_sections")
        bar.get_by_role("button", name=title, exact=True).click()
        self.page.locator(".o-dropdown--menu .dropdown-item", has_text=item).click()

    # -- forms -----------------------------------------------------------------
    def top(self):
        """The dialog in front, or the page."""
        dialogs = self.page.locator(DIALOG)
        return dialogs.last if dialogs.count() else self.page.locator("main, body").last

    def new(self):
        self.page.locator(
            ".o_control_panel button:visible",
            has_text=re.compile(r"^\s*(New|Nouveau)\s*$"),
        ).first.click()
        self.page.wait_for_selector(".o_form_view .o_form_editable")

    def type(self, name, text):
        box = self.top().locator(f"[name={name}] :is(input, textarea)").first
        box.fill(text)

    def choose(self, name, label):
        """Choose from a list of words; again where the list closed under the hand."""
        box = self.top().locator(f".o_field_widget[name={name}] input").first
        for _time in range(3):
            box.click()
            items = self.page.locator(".o_select_menu_item")
            items.first.wait_for()
            exact = items.get_by_text(label, exact=True)
            # "Female" has "Male" in it.
            (exact if exact.count() else items.filter(has_text=label)).first.click()
            with contextlib.suppress(AssertionError):
                expect(box).to_have_value(re.compile(re.escape(label)), timeout=3000)
                return
        raise AssertionError(f"{label} cannot be chosen as {name}")

    def pick(self, name, text, item=None):
        """Choose a record by what is typed."""
        box = self.top().locator(f".o_field_widget[name={name}] input").first
        # One question alone: a late second answer opens the list over the page.
        if text:
            box.fill(text)
        else:
            box.click()
        # "Loading…" is a line of the list as well.
        items = self.page.locator(
            ".o-autocomplete--dropdown-item:not(:has(.o_loading))"
        )
        items.filter(has_text=item or text).first.click()

    def make(self, name, text, item=None):
        """Have a record of this name made, or its form opened."""
        self.pick(name, text, item or f'Create "{text}"')

    def day(self, name, text):
        """Type a day."""
        field = self.top().locator(f".o_field_widget[name={name}]").first
        field.locator("button, input").first.click()
        field.locator("input").first.fill(text)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Tab")

    def press(self, label):
        """Press a button by its words."""
        self.top().get_by_role("button", name=label, exact=True).first.click()

    def save(self):
        self.page.locator(".o_form_button_save:visible").last.click()
        self.saved()

    def saved(self):
        self.page.wait_for_selector(".o_form_saved", state="attached")
        assert not self.notices(), self.notices()

    def notices(self):
        return self.page.locator(NOTICES).all_inner_texts()
