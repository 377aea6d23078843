from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.case_referral.tests.browser import BrowserMixin
from odoo.addons.savings_group.tests.common import SavingsCommon

HOME = "/my/remediation/savings"
WIDTH = 390


@tagged("post_install", "-at_install")
class TestPhoneSavings(BrowserMixin, SavingsCommon, HttpCase):
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

    def test_a_phone_counts_by_itself_and_every_page_is_usable(self):
        url = f"{HOME}/{self.group.name}"
        session = self.authenticate("village_phone", "village_phone")
        context = self.start().new_context(
            viewport={"width": WIDTH, "height": 844}, base_url=self.base_url()
        )
        self.addCleanup(context.close)
        cookie = {"name": "session_id", "value": session.sid, "url": self.base_url()}
        context.add_cookies([cookie])
        page = context.new_page()
        taps = 0
        with self.allow_requests(all_requests=True):
            for path in (HOME, url, f"{url}/member/1", f"{url}/count"):
                page.goto(path)
                with self.subTest(path=path):
                    self._assert_usable(page)
            for number in range(1, 6):
                page.goto(f"{url}/member/{number}")
                page.wait_for_selector("body[data-counts]")
                for _press in range(3):
                    page.click("button[value='shares:1']")
                    taps += 1
                self.assertEqual(page.input_value("[name=shares]"), "3")
                page.click("main form > button.main")
                taps += 1
                page.wait_for_url(lambda now, n=number: not now.endswith(f"/{n}"))
        shares = self.meeting.line_ids.mapped("shares")
        self.assertEqual(shares, [3] * 5)
        # A tap a second: 25 members within six minutes.
        self.assertLessEqual(taps / 5 * 25, 360)

    def _assert_usable(self, page):
        self.assertEqual(page.get_attribute("html", "lang"), "sw")
        self.assert_fits(page, WIDTH, "savings")
        self.assertFalse(self.barriers.of(page))
