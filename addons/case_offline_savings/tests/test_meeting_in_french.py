from odoo.tests import tagged

from .phone import SavingsPhone

#: Words of the pages in English; none is left where the agent reads French.
ENGLISH = ("Savings", "Meeting", "Shares", "Owes", "Count", "Member", "Loan", "Fine")

#: By how much the button of a member reaches under the bar at the foot.
BAR = """
() => {
    const button = document.querySelector(".next-bar button");
    const bar = document.querySelector("nav.tabs").getBoundingClientRect();
    return button ? button.getBoundingClientRect().bottom - bar.top : 0;
}
"""


@tagged("post_install", "-at_install")
class TestMeetingInFrench(SavingsPhone):
    """Each page of a meeting, whole, heard, on a phone's width: in French, and in
    the other languages of the portal."""

    lang = "fr_FR"

    @classmethod
    def _load_words(cls):
        cls.env["res.lang"]._activate_lang(cls.lang)
        modules = [
            "case_referral",
            "case_offline",
            "savings_group",
            "savings_group_portal",
            "case_offline_savings",
        ]
        cls.env["ir.module.module"]._load_module_terms(modules, [cls.lang])

    def fits(self, name):
        result = super().fits(name)
        self.assertFalse(self.barriers.of(self.page), name)
        # Also with the largest text nothing is cut off, nor under the bar.
        page = self.page
        before = page.evaluate("document.documentElement.dataset.text")
        page.evaluate("document.documentElement.dataset.text = 'largest'")
        wide = page.evaluate("document.documentElement.scrollWidth")
        self.assertLessEqual(wide, 360, f"{name} in large letters")
        bar = page.evaluate(BAR)
        self.assertLessEqual(bar, 1, f"{name}: the button stands on the bar")
        page.evaluate(
            "(size) => (document.documentElement.dataset.text = size)", before
        )
        said = self.page.inner_text("body")
        for word in ENGLISH:
            self.assertNotIn(word, said, name)
        return result

    def test_each_page_of_a_meeting_is_spoken(self):
        page = self.page
        with self.allow_requests(all_requests=True):
            self.offline()
            self.hold(members=6)
            page.click("main > p > a")
            page.wait_for_selector("a.main.wide")
            self.fits("draft")
            page.evaluate("location.hash = location.hash.replace('group', 'count')")
            page.wait_for_selector("table.pots")
            page.fill("[name=counted_loan]", "1")
            page.wait_for_selector("[name=why_loan]:visible")
            page.click("form > button.main")
            page.wait_for_selector("p.error:visible")
            self.fits("differs")
            page.evaluate("location.hash = '#queue'")
            page.wait_for_selector("main > p button.main")
            self.fits("queue")


@tagged("post_install", "-at_install")
class TestMeetingInSwahili(TestMeetingInFrench):
    lang = "sw"


@tagged("post_install", "-at_install")
class TestMeetingInPortuguese(TestMeetingInFrench):
    lang = "pt_PT"


@tagged("post_install", "-at_install")
class TestMeetingInSpanish(TestMeetingInFrench):
    lang = "es_ES"
