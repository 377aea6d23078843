import os
import resource
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright

from odoo.tools import config

from .common import PLACE, OfflineSavingsCommon

PIN = "271828"
CANARY = "Zanzicanary"
MEMBERS = 25


class SavingsPhone(OfflineSavingsCommon):
    """A village agent's phone: a real browser of 360 px, and a group of 25."""

    lang = "en_US"
    #: 24 members buy 3 shares of 500, number 4 repays 2200, number 5 500 and number 6
    #: takes 1000; 25 × 2 shares less two loans of 2000 were there.
    loan_box = 24 * 1500 + 2200 + 500 - 1000 + 25 * 1000 - 2 * 2000
    #: 24 pay 100 on top of 2500, and one a fine.
    social_box = 24 * 100 + 2500

    @classmethod
    def _load_words(cls):
        """Load the words of the language, where it is not English."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._load_words()
        cls.group.village_agent_id = False
        cls.group = cls._new_group(members=MEMBERS)
        cls.group.member_ids[:1].full_name = f"{CANARY} Furaha"
        today = cls.group._place_today()
        cls.cycle = cls._new_cycle(cls.group, date_start=today - timedelta(weeks=3))
        cls.group.village_agent_id = cls.village
        cls.village.lang = cls.lang
        fine = cls.cycle.fine_late or cls.cycle.social_amount
        cls.loan_box += fine if cls.cycle.fines_to == "loan" else 0
        cls.social_box += 0 if cls.cycle.fines_to == "loan" else fine
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

    def hold(self, members=MEMBERS):
        """The round of all members, up to the count."""
        page = self.page
        self.tap("ul.list a[href^='#savings-group']")
        page.wait_for_selector("form.card")
        self.fits("begin")
        self.tap("form.card button.main")
        for number in range(1, members + 1):
            self.on_member(number)
            if number == 1:
                self.fits("member")
            if number == 2:
                self.tap(".presence label:has([value=late])")
                self.tap("details.card summary")
                self.tap("#f-fine + button")
            if number == 3:
                self.tap(".presence label:has([value=absent])")
                self.next()
                continue
            self.tap(".stamps label:has([value='3'])")
            if number == 4:
                self.fits("borrower")
                self.tap("button.wide")
            if number == 5:
                self.tap("#f-loan_repaid + button")
            if number == 6:
                self.tap("details.card summary")
                self.tap("#f-loan_given + button")
                self.tap("#f-loan_given + button")
                self.fits("loan")
            self.next()

    def count(self, short=0):
        """Count the boxes and end the meeting; `short` is missing in the first."""
        self.page.wait_for_selector("table.pots")
        self.fits("count")
        for pot, box in (("loan", self.loan_box - short), ("social", self.social_box)):
            self.type(f"[name=counted_{pot}]", f"{box:g}")
        self.tap("form > button.main")

    def offline(self):
        """Take the group along, cut the network and open the phone again."""
        self.begin()
        self.fits("groups")
        self.page.context.set_offline(True)
        self.page.reload()
        self.unlock()
        self.page.wait_for_selector("ul.list a[href^='#savings-group']")

    def queued(self):
        self.page.evaluate("location.hash = '#queue'")
        self.page.wait_for_selector("main > p button.main")
        self.page.wait_for_selector("main ul.list em")
        return self.page.locator("main ul.list em").all_inner_texts()

    def send_now(self):
        self.page.context.set_offline(False)
        self.page.click("main > p button.main")
        self.page.wait_for_selector("main ul.list em:has-text('Sent')")

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
