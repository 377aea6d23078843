import os
import resource
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright

from odoo.tests import tagged
from odoo.tools import config

from .common import PLACE, OfflineSavingsCommon

PIN = "271828"
CANARY = "Zanzicanary"
MEMBERS = 25
#: What the browser keeps, as text: its databases, its caches, title and address.
DUMP = """
async () => {
    const text = [];
    const add = (value) => {
        if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
            text.push(new TextDecoder().decode(value));
        } else if (value instanceof CryptoKey) {
            text.push(value.algorithm.name);
        } else if (value && typeof value === "object") {
            Object.entries(value).forEach((pair) => pair.forEach(add));
        } else { text.push(String(value)); }
    };
    for (const { name } of await indexedDB.databases()) {
        const db = await new Promise((done) => {
            const request = indexedDB.open(name);
            request.onsuccess = () => done(request.result);
        });
        for (const store of db.objectStoreNames) {
            const rows = await new Promise((done) => {
                const request = db.transaction(store).objectStore(store).getAll();
                request.onsuccess = () => done(request.result);
            });
            rows.forEach(add);
        }
        db.close();
    }
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            text.push(request.url, await (await cache.match(request)).text());
        }
    }
    text.push(document.title, location.href);
    return text.join("\\n");
}
"""


@tagged("post_install", "-at_install")
class TestMeetingByTaps(OfflineSavingsCommon):
    """A meeting of 25 members without network, by taps in a real browser."""

    lang = "en_US"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group.village_agent_id = False
        cls.group = cls._new_group(members=MEMBERS)
        cls.group.member_ids[:1].full_name = f"{CANARY} Furaha"
        today = cls.group._place_today()
        cls.cycle = cls._new_cycle(cls.group, date_start=today - timedelta(weeks=3))
        cls.group.village_agent_id = cls.village
        # A week ago a meeting was held, in which two members borrowed.
        meeting = cls.cycle._open_meetings(today - timedelta(weeks=1))
        meeting.line_ids.shares = 2
        for line in meeting.line_ids[3:5]:
            line.loan_given = 2000
        meeting.action_take_expected()
        meeting.action_validate()

    def setUp(self):
        super().setUp()
        # Odoo limits its own memory; a browser started from here needs more room.
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_AS, (soft, hard))
        self.playwright = sync_playwright().start()
        self.addCleanup(self.playwright.stop)
        self.profile = tempfile.TemporaryDirectory()
        self.addCleanup(self.profile.cleanup)
        self.taps = 0
        self.page = self._phone()

    def _phone(self):
        context = self.playwright.chromium.launch_persistent_context(
            self.profile.name,
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-background-networking"],
            viewport={"width": 360, "height": 740},
            is_mobile=True,
            has_touch=True,
            base_url=self.base_url(),
        )
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(15000)
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def tap(self, selector):
        """One tap of a thumb on what is seen."""
        self.taps += 1
        self.page.locator(f"{selector}:visible").first.tap()

    def type(self, selector, text):
        """Each character is a tap on the phone's keys."""
        self.tap(selector)
        self.taps += len(text)
        self.page.fill(selector, text)

    def fits(self, name):
        """No page is wider than a phone; keep pictures."""
        folder = config.get("screenshots") or tempfile.gettempdir()
        folder = os.path.join(folder, "case_offline_savings")
        os.makedirs(folder, exist_ok=True)
        for width in (390, 360):
            self.page.set_viewport_size({"width": width, "height": 740})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            self.assertLessEqual(wide, width, name)
            path = os.path.join(folder, f"{self.lang}_{name}_{width}.png")
            self.page.screenshot(path=path)

    def begin(self):
        """Sign in, choose a PIN and take the groups along."""
        page = self.page
        page.goto(f"/web/login?redirect={PLACE}")
        page.fill("#login", "village_agent")
        page.fill("#password", "village_agent")
        page.click("main button.main")
        page.wait_for_url(f"**{PLACE}*")
        page.wait_for_selector("#again")
        page.fill("#pin", PIN)
        page.fill("#again", PIN)
        page.click("main button.main")
        page.wait_for_selector("ul.list a[href^='#savings-group']")
        page.wait_for_load_state("networkidle")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def unlock(self):
        page = self.page
        page.wait_for_selector("body[data-ready] #pin")
        page.fill("#pin", PIN)
        page.click("main button.main")
        page.wait_for_selector("nav.tabs:not([hidden])")

    def on_member(self, number):
        self.page.wait_for_selector(f"h1:has-text('{number}.')")

    def next(self):
        self.tap(".next-bar button")

    def hold(self, short=0):
        """The whole meeting; returns the taps it took."""
        page, self.taps = self.page, 0
        self.tap("ul.list a[href^='#savings-group']")
        page.wait_for_selector("form.card")
        self.fits("begin")
        self.tap("form.card button.main")
        for number in range(1, MEMBERS + 1):
            self.on_member(number)
            if number == 1:
                self.fits("member")
            if number == 2:
                self.tap(".presence label:has([value=late])")
                self.tap("details.card summary")
                self.tap("button[aria-label^='Fine'][aria-label$='more']")
            if number == 3:
                self.tap(".presence label:has([value=absent])")
                self.next()
                continue
            self.tap(".stamps label:has([value='3'])")
            if number == 4:
                self.fits("borrower")
                self.tap("button.wide")
            if number == 5:
                self.tap("button[aria-label^='Loan Repaid'][aria-label$='more']")
            if number == 6:
                self.tap("details.card summary")
                self.tap("button[aria-label^='Loan Given'][aria-label$='more']")
                self.tap("button[aria-label^='Loan Given'][aria-label$='more']")
                self.fits("loan")
            self.next()
        page.wait_for_selector("table.pots")
        self.fits("count")
        for pot, box in (("loan", self.loan_box - short), ("social", self.social_box)):
            self.type(f"[name=counted_{pot}]", str(box))
        if short:
            self.tap("form > button.main")
            page.wait_for_selector("p.error:visible")
            self.fits("differs")
            self.assertEqual(self.queued(), ["Not ended yet"])
            page.evaluate("location.hash = location.hash.replace('queue', '')")
        return self.taps

    #: 24 members buy 3 shares of 500, number 4 repays 2200, number 5 500 and number 6
    #: takes 1000; 25 × 2 shares less two loans of 2000 were there. 24 pay 100 on top of
    #: 2500, and one a fine.
    loan_box = 24 * 1500 + 2200 + 500 - 1000 + 25 * 1000 - 2 * 2000
    social_box = 24 * 100 + 2500

    def queued(self):
        self.page.evaluate("location.hash = '#queue'")
        self.page.wait_for_selector("main > p button.main")
        self.page.wait_for_selector("main ul.list em")
        return self.page.locator("main ul.list em").all_inner_texts()

    def files_with(self, text):
        """The files of the phone's folder that hold a text."""
        found = []
        for path in Path(self.profile.name).rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                if any(text.encode(code) in content for code in ("utf-8", "utf-16-le")):
                    found.append(str(path.relative_to(self.profile.name)))
        return found

    def meetings(self):
        self.env.invalidate_all()
        return self.env["savings.meeting"].search(
            [("group_id", "=", self.group.id)], order="number"
        )

    def test_a_meeting_of_25_by_taps_without_network(self):
        page = self.page
        fine_to_loan = self.cycle.fines_to == "loan"
        fine = self.cycle.fine_late or 100
        self.loan_box += fine if fine_to_loan else 0
        self.social_box += 0 if fine_to_loan else fine
        with self.allow_requests(all_requests=True):
            self.begin()
            self.fits("groups")
            page.context.set_offline(True)
            page.reload()
            self.unlock()
            page.wait_for_selector("ul.list a[href^='#savings-group']")
            taps = self.hold()
            self.tap("form > button.main")
            page.wait_for_selector("main .ok, p.error:visible")
            self.assertFalse(page.locator("p.error:visible").all_inner_texts())
            taps = self.taps
            self.assertLessEqual(taps, 360, "six minutes at a tap a second")
            self.assertEqual(self.queued(), ["Waits"])
            self.fits("queue")
            self.assertNotIn(CANARY, page.evaluate(DUMP))
            self.assertEqual(len(self.meetings()), 1, "nothing was sent yet")
            # Killed and opened again: what was written is still there.
            page.reload()
            self.unlock()
            self.assertEqual(self.queued(), ["Waits"])
            page.context.set_offline(False)
            page.click("main > p button.main")
            page.wait_for_selector("main ul.list em:has-text('Sent')")
            self.assertNotIn(CANARY, page.evaluate(DUMP))
            page.context.close()
            self.assertEqual(self.files_with(CANARY), [])
        meeting = self.meetings()[1:]
        self.assertEqual(len(meeting), 1)
        self.assertEqual(meeting.state, "validated")
        self.assertEqual(meeting.attended_count, 24)
        self.assertEqual(sum(meeting.line_ids.mapped("shares")), 72)
        self.assertEqual(meeting.closing_loan, self.loan_box)
        self.assertEqual(meeting.closing_social, self.social_box)
        self.assertFalse(meeting.entry_ids)
