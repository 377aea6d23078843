from datetime import timedelta

from odoo.addons.case_offline.tests.phone import CANARY, Phone

from .common import OfflineSavingsCommon


class SavingsPhone(Phone, OfflineSavingsCommon):
    """A village agent's phone: a real browser of 360 px, and a group of seven."""

    lang = "en_US"
    size = 7

    @classmethod
    def _load_words(cls):
        """Load the words of the language, where it is not English."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._load_words()
        cls.group.village_agent_id = False
        cls.group = cls._new_group(members=cls.size)
        cls.group.member_ids[:1].full_name = f"{CANARY} Furaha"
        today = cls.group._place_today()
        cls.cycle = cls._new_cycle(cls.group, date_start=today - timedelta(weeks=3))
        cls.group.village_agent_id = cls.village
        cls.village.lang = cls.lang
        # All but one buy 3 shares of 500, number 4 repays 2200, number 5 500 and number
        # 6 takes 1000; 2 shares each less two loans of 2000 were there.
        bought = (cls.size - 1) * 1500 + cls.size * 1000
        cls.loan_box = bought + 2200 + 500 - 1000 - 2 * 2000
        # All but one pay 100, as all did before, and one a fine.
        cls.social_box = (2 * cls.size - 1) * 100
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
        self.taps = 0

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
        """No page is wider than a phone."""
        for width in (390, 360):
            self.page.set_viewport_size({"width": width, "height": 740})
            self.assert_fits(self.page, width, f"{self.lang}_{name}")

    def begin(self):
        """Sign in, choose a PIN and take the groups along."""
        self.sign_in("village_agent")
        self.choose_pin(first="ul.list a[href^='#savings-group']")

    def on_member(self, number):
        self.page.wait_for_selector(f"h1:has-text('{number}.')")

    def next(self):
        self.tap(".next-bar button")

    def hold(self, members=0):
        """The round of all members, or of the first, up to the count."""
        page = self.page
        self.tap("ul.list a[href^='#savings-group']")
        page.wait_for_selector("form.card")
        self.fits("begin")
        self.tap("form.card button.main")
        for number in range(1, (members or self.size) + 1):
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

    def meetings(self):
        self.env.invalidate_all()
        return self.env["savings.meeting"].search(
            [("group_id", "=", self.group.id)], order="number"
        )
