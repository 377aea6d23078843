"""*Help* of the portal is there in the language of its reader."""

import json
from urllib.parse import urlsplit

from _lib import book
from lxml import html

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

SPOKEN = {
    "en_US": "en",
    "fr_FR": "fr",
    "sw": "sw",
    "pt_PT": "pt",
    "pt_BR": "pt",
    "es_ES": "es",
    "es_419": "es",
}


@tagged("post_install", "-at_install")
class TestPortalHelp(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        book.build()
        for code in (*SPOKEN, "de_DE"):
            cls.env["res.lang"]._activate_lang(code)
        cls.reader = cls.env["res.users"].create(
            {
                "name": "Reader of Help",
                "login": "reader-of-help",
                "password": "reader-of-help",
                "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
            }
        )

    def read(self, language, screen):
        """Where *Help* of a screen leads a portal user of a language, and the page."""
        self.reader.lang = language
        self.authenticate("reader-of-help", "reader-of-help")
        answer = self.url_open(f"/remediation/help/{screen}")
        self.assertEqual(answer.status_code, 200, (language, screen))
        return urlsplit(answer.url), html.fromstring(answer.content)

    def _first(self, language):
        """The title of a page of the book, as it is written."""
        text = (book.DOCS / language / "partner.md").read_text()
        return next(line[2:] for line in text.splitlines() if line.startswith("# "))

    def test_each_reader_of_the_portal_gets_the_page_in_their_language(self):
        for code, language in SPOKEN.items():
            with self.subTest(lang=code):
                where, page = self.read(code, "portal")
                self.assertTrue(
                    where.path.endswith(f"/book/{language}/{language}/partner.html")
                )
                self.assertEqual(page.get("lang"), language)
                title = page.xpath("string(//h1)").rstrip("¶#")
                self.assertEqual(title, self._first(language))
                self.assertTrue(page.xpath("//section[@id=$id]", id=where.fragment))

    def test_a_page_that_the_language_lacks_is_read_in_english(self):
        known = json.loads((book.HOME / "sw" / "screens.json").read_text())
        self.assertNotIn("remediation.case", known)
        for code in ("sw", "pt_PT", "es_ES", "de_DE"):
            with self.subTest(lang=code):
                where, page = self.read(code, "remediation.case")
                self.assertTrue(where.path.endswith("/book/en/en/case-work.html"))
                self.assertTrue(page.xpath("//section[@id=$id]", id=where.fragment))
        where, _page = self.read("de_DE", "portal")
        self.assertTrue(where.path.endswith("/book/en/en/partner.html"))

    def test_a_screen_of_no_page_leads_to_the_first_page_in_the_language(self):
        for code, language in {**SPOKEN, "de_DE": "en"}.items():
            with self.subTest(lang=code):
                where, page = self.read(code, "no.such.screen")
                self.assertTrue(
                    where.path.endswith(f"/{language}/{language}/index.html")
                )
                self.assertEqual(page.get("lang"), language)
