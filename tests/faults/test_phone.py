"""A phone sends what waited on it while the server, the database and the phone's own
browser die, each in the middle of the write and after it: everything arrives once."""

import contextlib
import json
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from _lib.install import browser_program
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

PLACE = "/my/remediation/offline"
PIN = "271828"
NOTES, PHOTOS = 95, 5
SIGN_IN = "main a[href^='/web/login']"
#: So often each entry is sent before an answer may reach the phone.
TIMES = 3
#: What a phone needs: a case manager of a partner, who holds a case.
WORLD = """
from odoo import fields
from odoo.addons.case_referral.tests.common import ReferralCommon as World

World.env = env
World.company = company = env.company
World.today = fields.Date.context_today(env.user)
company.country_id = env.ref("base.cd")
World.partner_org = env["res.partner"].create(
    {"name": "Partner House", "is_company": True}
)
World._new_users(
    {
        "supervisor": "group_supervisor",
        "coordinator": "group_coordinator",
        "portal_manager": ("group_portal_case_manager", World.partner_org),
    }
)
World.city = env["remediation.area"].create({"name": "Kolwezi", "kind": "country"})
World._accredit(World.partner_org, "case_management")
team = env["remediation.team"].create(
    {"name": "Kolwezi", "supervisor_id": World.supervisor.id}
)
manager = World._new_manager(World.portal_manager, team, World.partner_org)
print(World._new_case(manager).name)
env.cr.commit()
"""
#: Fills the queue by the phone's own code: notes, and photos that it drew itself.
WRITE = """
async ([pin, code, notes, photos]) => {
    const place = "/case_offline/static/src/shell/";
    const vault = await import(`${place}vault.js`);
    const queue = await import(`${place}queue.js`);
    const content = await vault.unlock(pin);
    const base = { code, version: "" };
    for (let number = 0; number < notes; number++) {
        await queue.keep(content, {
            ...base,
            key: queue.newKey(),
            form: "note",
            title: "Note",
            values: { case: code, subject: "Met", text: `Met ${number}` },
            written: Date.now(),
        });
    }
    for (let number = 0; number < photos; number++) {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 200 + number;
        canvas.getContext("2d").fillText(`Photo ${number}`, 20, 20);
        const photo = canvas.toDataURL("image/jpeg").split(",")[1];
        await queue.keep(content, {
            ...base,
            key: queue.newKey(),
            form: "document",
            title: "Photo",
            values: { case: code, photo },
            written: Date.now(),
            heavy: true,
        });
    }
}
"""
ARRIVED = """
case = env["remediation.case"].search([])
files = env["ir.attachment"].search(
    [("res_model", "=", case._name), ("res_id", "=", case.id)]
)
sent = env["remediation.submission"].search([("form", "in", ("note", "document"))])
print(json.dumps({
    "notes": sorted(case.note_ids.mapped("text")),
    "photos": len(files),
    "states": sorted(sent.mapped("state")),
}))
"""


class Phone:
    """A phone with a folder of its own, which outlives the browser that is killed."""

    def __init__(self, playwright, folder, url, on_send):
        self.playwright, self.folder, self.url = playwright, folder, url
        self.on_send = on_send
        self.start()

    def start(self):
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=browser_program(),
            args=["--no-sandbox", "--disable-background-networking"],
            viewport={"width": 360, "height": 740},
            base_url=self.url,
        )
        self.context.set_default_timeout(30_000)
        self.context.route(f"**{PLACE}/send", self.on_send)
        self.page = self.context.pages[0]

    def kill(self):
        """As a phone does that runs out of power."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                said = path.read_bytes().split(b"\0")
                own = f"--user-data-dir={self.folder}".encode() in said
                if own and not any(one.startswith(b"--type=") for one in said):
                    os.kill(int(path.parent.name), signal.SIGKILL)

    def sign_in(self):
        page = self.page
        page.goto(f"/web/login?redirect={PLACE}")
        page.fill("#login", "portal_manager")
        page.fill("#password", "portal_manager")
        page.click("main button.main")
        page.wait_for_url(f"**{PLACE}*")

    def take_along(self):
        page = self.page
        self.sign_in()
        page.wait_for_selector("#again")
        page.fill("#pin", PIN)
        page.fill("#again", PIN)
        page.click("main button.main")
        page.wait_for_selector("ul.list a")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def open(self):
        page = self.page
        page.goto(PLACE)
        page.wait_for_selector("body[data-ready] #pin")
        page.fill("#pin", PIN)
        page.click("main button.main")
        page.wait_for_selector("nav.tabs:not([hidden])")

    def send(self):
        """Press the button, and wait for what comes of it."""
        page = self.page
        if page.locator(SIGN_IN).count():
            # What a browser that was killed forgets: who signed in a moment ago.
            self.sign_in()
        page.goto(f"{PLACE}#queue")
        page.wait_for_selector("body[data-ready='1']")
        if page.locator("#pin").count():
            self.open()
        page.evaluate("location.hash = '#queue'")
        page.wait_for_selector("main > p button.main")
        page.evaluate("document.body.dataset.ready = ''")
        page.click("main > p button.main")
        page.wait_for_selector("body[data-ready='1']")
        return Counter(page.locator("main ul.list em").all_inner_texts())


class Misfortune:
    """Decides what happens to each request that sends entries.

    An entry is sent ``TIMES`` times: something dies at the first time, as long as there
    is a kind of death that was not tried yet; the answers to all but the last are lost.
    """

    def __init__(self, server, cluster, databases):
        self.server, self.cluster, self.databases = server, cluster, databases
        self.phone = None
        self.sent = Counter()
        self.deaths = [
            self.server_after_the_write,
            self.server_in_the_write,
            self.database_after_the_write,
            self.database_in_the_write,
            self.phone_after_the_write,
            self.phone_in_the_write,
        ]
        self.died = []

    def __call__(self, route):
        body = json.loads(route.request.post_data)
        keys = [intent["key"] for intent in body["params"]["intents"]]
        self.sent.update(keys)
        if all(self.sent[key] >= TIMES for key in keys):
            route.continue_()
        elif self.deaths and all(self.sent[key] == 1 for key in keys):
            death = self.deaths.pop(0)
            self.died.append(death.__name__)
            death(route)
        else:
            assert route.fetch().status == 200
            route.abort()

    def mend(self):
        """Start again what died, as its unit does."""
        if not self.cluster.running():
            self.cluster.start()
        if self.server.process.poll() is not None:
            self.server.start()

    def server_after_the_write(self, route):
        self._written(route)
        self.server.kill()
        route.abort()

    def database_after_the_write(self, route):
        self._written(route)
        self.cluster.stop("immediate")
        route.abort()

    def phone_after_the_write(self, route):
        self._written(route)
        self.phone.kill()

    def server_in_the_write(self, route):
        with self._in_the_write(route):
            self.server.kill()

    def database_in_the_write(self, route):
        with self._in_the_write(route):
            self.cluster.stop("immediate")

    def phone_in_the_write(self, route):
        with self._in_the_write(route):
            self.phone.kill()

    @staticmethod
    def _written(route):
        answer = route.fetch()
        assert answer.status == 200
        states = {one["state"] for one in answer.json()["result"]["answers"]}
        assert states == {"done"}

    @contextlib.contextmanager
    def _in_the_write(self, route):
        """While the server has written what was sent, and may not end it yet."""
        name = self.server.database
        waits = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            " AND wait_event_type = 'Lock'"
            " AND query ILIKE '%%INSERT INTO \"remediation_submission\"%%'"
        )
        with self.databases.connect(name) as holder, self.databases.connect() as seen:
            holder.execute("BEGIN")
            holder.execute("LOCK TABLE remediation_submission IN SHARE MODE")
            route.continue_()
            for _try in range(3000):
                seen.execute(waits, [name])
                if seen.fetchone()[0]:
                    break
                time.sleep(0.01)
            else:
                raise AssertionError("the server never came to the write")
            yield


@pytest.fixture
def playwright():
    with sync_playwright() as found:
        yield found


def test_a_hundred_entries_arrive_once_whatever_dies(
    start_server, run_script, databases, cluster, playwright, tmp_path
):
    code = run_script(WORLD).strip().splitlines()[-1]
    server = start_server()
    misfortune = Misfortune(server, cluster, databases)
    phone = misfortune.phone = Phone(playwright, tmp_path, server.url, misfortune)
    phone.take_along()
    phone.page.evaluate(WRITE, [PIN, code, NOTES, PHOTOS])
    states = Counter()
    for _try in range(120):
        misfortune.mend()
        try:
            states = phone.send()
        except BrowserError:
            with contextlib.suppress(BrowserError):
                phone.context.close()
            phone.start()
        if states["Sent"] == NOTES + PHOTOS:
            break
    phone.context.close()
    assert states == {"Sent": NOTES + PHOTOS}
    assert misfortune.deaths == [], f"not everything died: {misfortune.died}"
    assert len(misfortune.sent) == NOTES + PHOTOS
    assert min(misfortune.sent.values()) >= TIMES
    arrived = json.loads(run_script(f"import json\n{ARRIVED}").strip().splitlines()[-1])
    assert arrived["notes"] == sorted(f"Met {number}" for number in range(NOTES))
    assert arrived["photos"] == PHOTOS
    assert arrived["states"] == ["placed"] * (NOTES + PHOTOS)
