"""The pictures of the book: each is a walk of one person of the demonstration, in
English and in French.

The pictures stand in docs/pictures, so that the book is the same wherever it is built
and needs no database. A test walks all of them: one that cannot be reached fails.
"""

import contextlib
import io
import re
from dataclasses import dataclass, field

from .common import ROOT, SetupError, step
from .install import browser_program

FOLDER = ROOT / "docs" / "pictures"
LANGUAGES = {"en": "en_US", "fr": "fr_FR"}
DESK = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 720}
COLOURS = 48  # of a palette: a screen needs no more, and a picture is a third as large
SECONDS = 45
SMALLEST = "/web/health"
KEPT = "cookies,indexeddb,local_storage,cache_storage,service_workers"
LOADED = """() => !document.querySelector(".o_loading_indicator") &&
    [...document.images].every((image) => image.complete)"""


@dataclass(frozen=True)
class Shot:
    """What one picture shows.

    :param name: its file, in each language's folder
    :param login: whose screen it is
    :param path: where the person goes; ``%d`` is the record's id
    :param shows: the selector that must be there before the picture is taken
    :param record: (model, domain, order) of the record that is opened
    :param clicks: what the person clicks on the way, selectors
    :param phone: on a phone
    :param scroll: to what it shows
    """

    name: str
    login: str
    path: str
    shows: str
    record: tuple = ()
    clicks: tuple = field(default=())
    phone: bool = False
    scroll: bool = False


def _form(action, model, domain, order="id desc"):
    return {"path": f"/odoo/action-{action}/%d", "record": (model, domain, order)}


SHOTS = (
    Shot("desk-case-worker", "caseworker", "/odoo", "[data-section='due'] li"),
    Shot(
        "desk-supervisor",
        "supervisor",
        "/odoo",
        ".o_remediation_desk_view .o_form_view",
        clicks=("[data-section='decisions'] li button",),
    ),
    Shot(
        "case",
        "caseworker2",
        shows=".o_remediation_case .o_remediation_timeline",
        **_form(
            "child_remediation.case_my_action",
            "remediation.case",
            [("stage", "=", "in_remediation")],
        ),
    ),
    Shot(
        "assessment",
        "caseworker2",
        shows=".o_form_view [name='score_ids'], .o_form_view [name='score_line_ids']",
        **_form(
            "child_remediation.assessment_action",
            "remediation.assessment",
            [("state", "=", "approved")],
        ),
    ),
    Shot(
        "plan",
        "caseworker2",
        shows=".o_form_view [name='action_ids']",
        **_form(
            "child_remediation.plan_action",
            "remediation.plan",
            [("state", "=", "active")],
        ),
    ),
    Shot(
        "visit",
        "caseworker2",
        shows=".o_form_view [name='child_seen']",
        **_form(
            "child_remediation.visit_action",
            "remediation.visit",
            [("state", "=", "planned")],
            "id",
        ),
    ),
    Shot("desk-cash", "cashofficer", "/odoo", "[data-section='turn']"),
    Shot(
        "cycle",
        "cashofficer",
        shows=".o_form_view .o_statusbar_status",
        **_form("cash_transfer.cycle_action", "cash.transfer.cycle", []),
    ),
    Shot(
        "payment-plan",
        "cashofficer",
        shows=".o_form_view .o_statusbar_status",
        **_form("cash_transfer.payment_plan_action", "cash.transfer.payment.plan", []),
    ),
    Shot("first-day", "admin", "/odoo", "[data-section='first_day']"),
    Shot(
        "duties",
        "admin",
        scroll=True,
        shows=".o_form_view input[type='checkbox']",
        **_form("base.action_res_users", "res.users", [("login", "=", "supervisor")]),
    ),
    Shot(
        "meeting",
        "field_agent",
        shows=".o_form_view [name='line_ids']",
        **_form("savings_group.savings_meeting_action", "savings.meeting", []),
    ),
    Shot("portal-home", "partner", "/my/remediation", "main#main h2", phone=True),
    Shot(
        "portal-case",
        "partner",
        "/my/remediation/cases",
        "main#main h2",
        clicks=("main#main a[href*='/my/remediation/case/']",),
        phone=True,
    ),
    Shot(
        "portal-report",
        "reporter",
        "/my/remediation/report",
        "main#main form",
        phone=True,
    ),
)


class Walk:
    """One browser that takes the pictures of a server.

    :param base: the address of the server
    :param passwords: {login: password}
    :param speak: a function (login, code of the language) that sets a user's language
    """

    def __init__(self, browser, base, passwords, speak):
        self.browser = browser
        self.base = base
        self.passwords = passwords
        self.speak = speak
        self.contexts = {}

    def take(self, language, shots=SHOTS):
        """Yield (shot, picture as PNG); the people are walked one after the other."""
        for login in dict.fromkeys(shot.login for shot in shots):
            self.speak(login, LANGUAGES[language])
            for phone in (False, True):
                mine = [s for s in shots if (s.login, s.phone) == (login, phone)]
                if mine:
                    with self._signed_in(login, phone) as page:
                        for shot in mine:
                            yield shot, self._picture(page, shot)

    def seen(self, page, shot):
        """Hook: what else is looked at where a picture is taken."""

    def _context(self, phone):
        """The screen of all people: what one of them has loaded is there for the next,
        what they kept is not."""
        if phone not in self.contexts:
            self.contexts[phone] = self.browser.new_context(
                base_url=self.base,
                viewport=PHONE if phone else DESK,
                is_mobile=phone,
                has_touch=phone,
                reduced_motion="reduce",
            )
        return self.contexts[phone]

    @contextlib.contextmanager
    def _signed_in(self, login, phone):
        page = self._context(phone).new_page()
        page.set_default_timeout(SECONDS * 1000)
        forget(page, self.base)
        self._sign_in(page.context.request, login)
        page.goto(SMALLEST)
        try:
            yield page
        finally:
            page.close()

    def _sign_in(self, request, login):
        """By the form of the page, without drawing it for each person."""
        token = re.search(
            r'csrf_token" value="([^"]+)', request.get("/web/login").text()
        )
        form = {
            "csrf_token": token.group(1),
            "login": login,
            "password": self.passwords[login],
            "redirect": SMALLEST,
        }
        if "/web/login" in request.post("/web/login", form=form).url:
            raise SetupError(f"{login} cannot sign in for the pictures.")

    def _picture(self, page, shot):
        try:
            path = shot.path
            if shot.record:
                path %= self._find(page, *shot.record)
            page.goto(path)
            for selector in shot.clicks:
                page.locator(selector).first.click()
            page.wait_for_selector(shot.shows)
            if shot.scroll:
                page.locator(shot.shows).first.scroll_into_view_if_needed()
        except Exception as error:
            raise SetupError(
                f"the picture {shot.name} cannot be taken: {shot.login} does not come "
                f"to {shot.shows}; correct its walk in setup/_lib/pictures.py ({error})"
            ) from error
        page.wait_for_function(LOADED)
        page.wait_for_timeout(400)  # what slides in has stopped
        page.evaluate("document.activeElement?.blur()")
        self.seen(page, shot)
        return page.screenshot(animations="disabled", caret="hide")

    @staticmethod
    def _find(page, model, domain, order):
        """The id of the first record that the person sees."""
        arguments = [[list(term) for term in domain]]
        found = call(page, model, "search", arguments, order=order, limit=1)
        if not found:
            raise LookupError(f"no {model} of {domain}")
        return found[0]


def call(page, model, method, arguments, **named):
    """What a method answers to the person who is signed in on a page."""
    answer = page.evaluate(
        """async (params) => {
            const answer = await fetch("/web/dataset/call_kw", {
                method: "POST",
                headers: {"Content-Type": "application/json"},
                body: JSON.stringify({jsonrpc: "2.0", params}),
            });
            return await answer.json();
        }""",
        {"model": model, "method": method, "args": arguments, "kwargs": named},
    )
    if "error" in answer:
        raise LookupError(answer["error"]["data"]["message"])
    return answer["result"]


def forget(page, base):
    """What the person before kept on this screen is not there any more; what was loaded
    for everybody is."""
    devtools = page.context.new_cdp_session(page)
    kept = {"origin": base, "storageTypes": KEPT}
    devtools.send("Storage.clearDataForOrigin", kept)
    devtools.detach()


def small(picture):
    """A PNG with a palette, some ten times smaller."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image = image.quantize(COLOURS, dither=Image.Dither.NONE)
    kept = io.BytesIO()
    image.save(kept, "PNG", optimize=True)
    return kept.getvalue()


@contextlib.contextmanager
def chromium():
    """The browser that tests use too."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_program(),
            args=["--no-sandbox", "--disable-background-networking", "--lang=en"],
        )
        yield browser
        browser.close()


def take_all(names=()):
    """Take every picture, or those named, of what `setup/run` serves; keep them. They
    are in the language in which its people write: what is typed is not translated."""
    from . import server
    from .database import Databases
    from .postgres import Cluster

    running = server.running()
    if not running:
        raise SetupError("nothing is served; run setup/run --detach first.")
    databases = Databases(Cluster("run"))
    known = server.logins(databases, running["database"])
    passwords = {login: password for _section, _role, login, password in known}
    base = f"http://127.0.0.1:{running['port']}"
    written = server.written_in(databases, running["database"])
    with chromium() as browser, _languages(browser, base, passwords) as speak:
        walk = Walk(browser, base, passwords, speak)
        shots = [shot for shot in SHOTS if not names or shot.name in names]
        for language in (code for code, name in LANGUAGES.items() if name == written):
            folder = FOLDER / language
            folder.mkdir(parents=True, exist_ok=True)
            for shot, picture in walk.take(language, shots):
                (folder / f"{shot.name}.png").write_bytes(small(picture))
                step(f"{language}/{shot.name}.png")


@contextlib.contextmanager
def _languages(browser, base, passwords):
    """A function that sets a user's language as the administrator; what was is set
    again in the end."""
    context = browser.new_context(base_url=base)
    page = context.new_page()
    page.goto("/web/login")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", passwords["admin"])
    with page.expect_navigation():
        page.locator("[name=password]").press("Enter")
    before = {}

    def speak(login, code):
        domain = [["login", "=", login]]
        (user,) = call(page, "res.users", "search_read", [domain, ["lang"]])
        before.setdefault(user["id"], user["lang"])
        call(page, "res.users", "write", [[user["id"]], {"lang": code}])

    try:
        yield speak
    finally:
        for user, code in before.items():
            call(page, "res.users", "write", [[user], {"lang": code}])
        context.close()
