import resource

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.savings_group.tests.common import SavingsCommon

HOME = "/my/remediation/savings"
WIDTH = 390


@tagged("post_install", "-at_install")
class TestPhoneSavings(SavingsCommon, HttpCase):
    """A meeting on a real phone's width, in Swahili: seen whole, heard, and counted."""

    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("sw")
        modules = ["case_referral", "savings_group", "savings_group_portal"]
        cls.env["ir.module.module"]._load_module_terms(modules, ["sw"])
        role = cls.env.ref("savings_group_portal.group_village_agent")
        cls.village = cls.env["res.users"].create(
            {
                "name": "Village Agent",
                "login": "village_phone",
                "password": "village_phone",
                "lang": "sw",
                "group_ids": [Command.set(role.ids)],
            }
        )
        cls.group.village_agent_id = cls.village
        cls.meeting = cls.cycle._open_meetings(cls._day(1))

    def setUp(self):
        super().setUp()
        # Odoo limits its own memory; a browser started from here needs more room.
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_AS, (soft, hard))

    def test_a_phone_counts_by_itself_and_every_page_is_usable(self):
        url = f"{HOME}/{self.group.name}"
        session = self.authenticate("village_phone", "village_phone")
        with sync_playwright() as playwright, self.allow_requests(all_requests=True):
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            context = browser.new_context(viewport={"width": WIDTH, "height": 844})
            cookie = {"name": "session_id", "value": session.sid}
            context.add_cookies([{**cookie, "url": self.base_url()}])
            page = context.new_page()
            for path in (HOME, url, f"{url}/member/1", f"{url}/count"):
                page.goto(self.base_url() + path)
                with self.subTest(path=path):
                    self._assert_usable(page)
            taps = 0
            for number in range(1, 6):
                page.goto(f"{self.base_url()}{url}/member/{number}")
                page.wait_for_selector("body[data-counts]")
                for _press in range(3):
                    page.click("button[value='shares:1']")
                    taps += 1
                self.assertEqual(page.input_value("[name=shares]"), "3")
                page.click("main form > button.main")
                taps += 1
                page.wait_for_url(lambda now, n=number: not now.endswith(f"/{n}"))
            browser.close()
        shares = self.meeting.line_ids.mapped("shares")
        self.assertEqual(shares, [3] * 5)
        # A tap a second: 25 members within six minutes.
        self.assertLessEqual(taps / 5 * 25, 360)

    def _assert_usable(self, page):
        self.assertEqual(page.get_attribute("html", "lang"), "sw")
        wide = page.evaluate("document.documentElement.scrollWidth")
        self.assertLessEqual(wide, WIDTH)
        found = Axe().run(page).response["violations"]
        serious = [
            f"{rule['id']}: {node['html'][:200]}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]
        self.assertFalse(serious)
