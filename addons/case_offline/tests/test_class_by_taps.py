from odoo.tests import tagged

from .phone import CANARY, PhoneCommon
from .test_day_offline import DUMP

CHILDREN = 3


@tagged("post_install", "-at_install")
class TestClassByTaps(PhoneCommon):
    """A school enters its class without network: one tap per child and day."""

    lang = "en_US"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(CHILDREN):
            case = cls.case if not number else cls._new_case(cls.manager_portal)
            cls._consent(case, "services", "share_with_org")
            referral = cls._referral(case, user=cls.supervisor)
            referral.action_send()
            cls._received(referral, cls.school_user).portal_accept()
        cls.school_user.lang = cls.lang

    def begin_school(self):
        self.sign_in("school_user")
        self.choose_pin()

    def mark(self, number, mark):
        self.page.locator(f".pupil >> nth={number} >> label:has([value={mark}])").tap()

    def save(self):
        self.page.locator("main form button.main").tap()
        self.page.wait_for_selector("main ul.list em")
        return self.page.locator("main ul.list em").all_inner_texts()

    def months(self):
        self.env.invalidate_all()
        return self.env["remediation.attendance"].search([], order="days_present")

    def test_a_class_by_taps_without_network(self):
        page = self.page = self._phone(folder=True)
        self.months().sudo().unlink()
        with self.allow_requests(all_requests=True):
            self.begin_school()
            page.context.set_offline(True)
            page.reload()
            self.open()
            page.locator("nav.tabs a[href='#class']").tap()
            page.wait_for_selector(".pupil")
            self.fits("class")
            self.assertEqual(page.locator(".pupil").count(), CHILDREN)
            self.assertIn(CANARY, page.inner_text("main"))
            for number, mark in enumerate(("present", "excused", "unexcused")):
                self.mark(number, mark)
            self.fits("class_marked")
            self.assertEqual(self.save(), ["Waits"])
            # Marked again before it was sent: it is still one entry of that day.
            page.locator("nav.tabs a[href='#class']").tap()
            page.wait_for_selector(".pupil")
            self.assertEqual(page.locator(".pupil input:checked").count(), CHILDREN)
            self.mark(1, "present")
            self.assertEqual(self.save(), ["Waits"])
            self.assertFalse(self.months())
            page.reload()
            self.open()
            page.context.set_offline(False)
            self.assertNotIn(CANARY, page.evaluate(DUMP))
            self.assertEqual(self.drain(), ["Sent"])
            self.assertNotIn(CANARY, page.evaluate(DUMP))
            page.context.close()
            self.assertEqual(self.files_with(CANARY), [])
        months = self.months()
        self.assertEqual(months.mapped("days_open"), [1] * CHILDREN)
        self.assertEqual(months.mapped("days_present"), [0, 1, 1])
        self.assertEqual(sum(months.mapped("days_unexcused")), 1)

    def test_the_class_is_french_and_heard(self):
        page = self.page
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(
            ["case_referral", "case_offline"], ["fr_FR"]
        )
        self.school_user.lang = "fr_FR"
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            self.begin_school()
            page.locator("nav.tabs a[href='#class']").tap()
            page.wait_for_selector(".pupil")
            self.mark(1, "unexcused")
            self.fits("class_fr")
            serious = self.barriers.of(page)
            said = page.inner_text("main")
        self.assertFalse(serious)
        for word in ("Présent", "Non excusé", "Enregistrer le jour"):
            self.assertIn(word, said)
        for word in ("Present", "Excused", "Day"):
            self.assertNotIn(word, said)
