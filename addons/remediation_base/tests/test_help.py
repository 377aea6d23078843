from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_path


@tagged("post_install", "-at_install")
class TestHelp(HttpCase):
    """Help of a screen leads into the book, whoever asks and whatever they ask for."""

    def _built(self):
        try:
            return bool(file_path("remediation_base/static/book/en/screens.json"))
        except FileNotFoundError:
            return False

    def test_a_screen_leads_to_its_page_or_says_how_the_book_is_made(self):
        answer = self.url_open(
            "/remediation/help/remediation.case", allow_redirects=False
        )
        if self._built():
            self.assertEqual(answer.status_code, 303)
            target = answer.headers["Location"]
            self.assertIn("/static/book/en/en/case-work.html#", target)
            self.assertEqual(self.url_open(target).status_code, 200)
        else:
            self.assertEqual(answer.status_code, 404)
            self.assertIn("setup/docs --book", answer.text)

    def test_a_forged_screen_stays_in_the_book(self):
        for forged in ("..%2F..%2Fetc", "https:%2F%2Fexample.org", "x" * 300, "%00"):
            answer = self.url_open(f"/remediation/help/{forged}")
            self.assertIn(answer.status_code, (200, 404))
            self.assertTrue(answer.url.startswith(self.base_url()), answer.url)
            if answer.status_code == 200:
                self.assertTrue(answer.url.endswith("/static/book/en/en/index.html"))
