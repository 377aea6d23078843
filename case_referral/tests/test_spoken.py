import re
from functools import cache, cached_property

import polib
from babel import Locale
from lxml import html

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from .browser import BrowserMixin
from .test_portal import PortalCommon

CODE = re.compile(r"[A-Z]{2,}[-/][\w/-]+")
#: Where a page says something to its reader besides its text.
SAID = ("placeholder", "aria-label", "title", "alt", "data-label")
SECTIONS = ("contact", "consent", "assessment", "plan", "visit", "family", "work")
SECTIONS += ("child", "refer", "emergency", "delivery", "urgent", "placement", "note")


RESET = "/web/reset_password?redirect=/my/remediation"


@tagged("post_install", "-at_install")
class TestSpoken(BrowserMixin, PortalCommon):
    """The pages of the portal in the languages of those who work outside the desk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ours = cls.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "ilike", "Child Remediation")]
        )
        for code in ("fr_FR", *cls.languages()):
            cls.env["res.lang"]._activate_lang(code)
        ours._load_module_terms(ours.mapped("name"), ["fr_FR", *cls.languages()])
        cls._consent(cls.case, "services")
        cls.case.beneficiary_id.write({"first_name": "Zawadi", "sex": "female"})
        cls.case.with_user(cls.portal_manager).portal_first_contact()
        cls.env["remediation.visit"].create({"case_id": cls.case.id})

    @classmethod
    def languages(cls):
        return {"sw": "Kiswahili", "pt_PT": "Português", "es_ES": "Español"}

    def pages(self):
        """``(login, address)`` of what most people see on most days."""
        url = f"/my/remediation/case/{self.case.name}"
        yield None, "/web/login?redirect=/my/remediation"
        yield None, "/report-concern"
        yield None, "/speak-up/safeguarding"
        yield None, "/speak-up/complaint"
        for path in ("", "/cases", "/messages", "/danger", "/request", "/referrals"):
            yield "portal_manager", f"/my/remediation{path}"
        yield "portal_manager", url
        for section in SECTIONS:
            yield "portal_manager", f"{url}/{section}"
        yield "portal_supervisor", "/my/remediation"
        for path in ("", "/report", "/reports"):
            yield "portal_reporter", f"/my/remediation{path}"
        for path in ("", "/attendance"):
            yield "school_user", f"/my/remediation{path}"
        yield "portal_observer", "/my/remediation/totals"
        yield "portal_manager", f"{url}999"
        yield "portal_manager", "/my/remediation/nowhere"
        yield None, "/my/remediation/nowhere/at/all"
        yield None, RESET
        yield None, f"{RESET}&token=old"
        yield None, f"/web/reset_password?token={self.token()}"
        yield None, f"/web/signup?token={self.token()}"

    def token(self):
        """The key of a link for a new password."""
        return self.portal_manager.partner_id._generate_signup_token()

    def texts(self, login, path, lang, data=None):
        """What a page says, each text once; with data, the answer to a form."""
        if login:
            self.env["res.users"].search([("login", "=", login)]).lang = lang
        self.authenticate(login, login)
        self.opener.headers["Accept-Language"] = lang.replace("_", "-")
        if not login:
            self.choose(lang)
            # A link for a new password is its owner's.
            self.portal_manager.lang = lang
        if data:
            data = {**data, "csrf_token": self._csrf_token()}
        page = html.fromstring(self.url_open(path, data=data).text)
        self.assertTrue(page.xpath("//link[contains(@href, 'portal.css')]"), path)
        for name in ("script", "style"):
            for node in page.iter(name):
                node.text = None
        said = {" ".join(text.split()) for text in page.itertext()}
        for name in SAID:
            said |= {" ".join(text.split()) for text in page.xpath(f"//@{name}")}
        return said

    def choose(self, lang):
        page = html.fromstring(
            self.url_open("/web/login?redirect=/my/remediation").text
        )
        (token,) = page.xpath("//form[@class='spoken']/input/@value")
        self.url_open(
            "/my/remediation/language",
            data={"code": lang, "csrf_token": token},
            allow_redirects=False,
        )

    @cached_property
    def known_names(self):
        """What people typed, which no language changes."""
        found = {self.company.name, self.schooling.name, self.health.name}
        found |= {"Zawadi Hidden", "HEIC", "JPEG", "PNG", "PDF"}
        for model, field in (
            ("res.partner", "name"),
            ("remediation.site", "name"),
            ("remediation.area", "name"),
            ("remediation.programme", "name"),
            ("remediation.institution", "name"),
            ("remediation.household.member", "full_name"),
            ("res.lang", "name"),
        ):
            for value in self.env[model].search([]).mapped(field):
                found |= {value, value.rpartition(" / ")[2]}
        return found

    def test_no_english_is_left_on_a_page(self):
        for login, path in self.pages():
            self.assert_spoken(login, path)

    def assert_spoken(self, login, path, data=None):
        """In each language a page says nothing that it says in English."""
        english = self.texts(login, path, "en_US", data)
        for lang in self.languages():
            with self.subTest(lang=lang, login=login, path=path):
                self.assert_no_english(
                    english, self.texts(login, path, lang, data), lang
                )

    def assert_no_english(self, english, other, lang):
        names, same = self.known_names, self.same(lang)
        self.assertGreater(len(other), 8)
        left = {
            text
            for text in (english & other) - names - same
            if re.search(r"[A-Za-z]{2}", CODE.sub("", text))
            and not any(len(name) > 3 and name in text for name in names)
        }
        self.assertFalse(left)

    @mute_logger("odoo.http")
    def test_no_english_is_left_where_something_goes_wrong(self):
        """A form that cannot be sent, a page that breaks, a door that is shut, and
        the second factor."""
        broken = self.env.ref("case_referral.portal_messages")
        wrong = {"login": "portal_manager", "password": "wrong"}
        for path, data in (
            ("/web/login?redirect=/my/remediation", wrong),
            (RESET, {"login": "portal_manager"}),
            (RESET, {"login": "nobody at all"}),
            ("/my/remediation/totals/", {"x": "1"}),
        ):
            self.assert_spoken(None, path, data)
        self.company.second_factor_required = True
        for path, data in (
            ("/my/remediation", None),
            ("/second-factor", None),
            ("/second-factor", {"code": "1"}),
        ):
            self.assert_spoken("portal_manager", path, data)
        self.company.second_factor_required = False
        arch = broken.arch_db
        broken.arch_db = '<t t-name="x"><t t-out="1 / 0" /></t>'
        self.assert_spoken("portal_manager", "/my/remediation/messages")
        broken.arch_db = arch

    @staticmethod
    @cache
    def same(lang):
        """Words that are the same in both languages, as the translator wrote them."""
        # Many countries are called alike in both.
        found = {*Locale.parse(lang).territories.values()}
        for module in ("case_referral", "child_remediation", "cash_transfer_portal"):
            for entry in polib.pofile(file_path(f"{module}/i18n/{lang[:2]}.po")):
                if entry.msgid == entry.msgstr:
                    found.add(entry.msgid)
        return found

    def test_who_hears_a_page_can_use_it_in_each_language(self):
        """Nothing serious that axe-core finds on a phone 390 pixels wide, and nothing
        that is wider than the phone."""
        url = f"/my/remediation/case/{self.case.name}"
        paths = ["/my/remediation", "/my/remediation/cases", url]
        paths += ["/my/remediation/messages", "/my/remediation/danger"]
        paths += [f"{url}/{one}" for one in ("visit", "consent", "plan", "work")]
        context = self.start().new_context(
            viewport={"width": 390, "height": 844}, base_url=self.base_url()
        )
        self.addCleanup(context.close)
        page = context.new_page()
        read = 0
        for lang in ("fr_FR", *self.languages()):
            self.portal_manager.lang = lang
            self.env.flush_all()
            session = self.authenticate("portal_manager", "portal_manager")
            cookie = {"name": "session_id", "value": session.sid}
            context.add_cookies([{**cookie, "url": self.base_url()}])
            with self.allow_requests(all_requests=True):
                for path in paths:
                    page.goto(path)
                    with self.subTest(lang=lang, path=path):
                        read += self.assert_usable(page, lang)
        self.assertEqual(read, len(paths) * 4)

    def assert_usable(self, page, lang):
        self.assertEqual(page.get_attribute("html", "lang"), lang.replace("_", "-"))
        self.assert_fits(page, 390, f"spoken_{lang}")
        self.assertFalse(self.barriers.of(page))
        return 1

    def test_a_reader_chooses_the_language_and_keeps_it(self):
        self.authenticate("portal_manager", "portal_manager")
        for code, name in self.languages().items():
            page = html.fromstring(self.get("/my/remediation").text)
            (button,) = page.xpath(f"//form[@class='spoken']/button[@value='{code}']")
            self.assertIn(name, button.text_content())
            self.post("/my/remediation/language", {"code": code})
            self.assertEqual(self.portal_manager.lang, code)
            page = html.fromstring(self.get("/my/remediation").text)
            self.assertEqual(page.get("lang"), code.replace("_", "-"))
        self.post("/my/remediation/language", {"code": "xx_XX"})
        self.assertEqual(self.portal_manager.lang, code)

    def test_a_language_is_not_changed_by_a_link_alone(self):
        self.authenticate("portal_manager", "portal_manager")
        before = self.portal_manager.lang
        self.get("/my/remediation/language?code=sw", 303)
        self.assertEqual(self.portal_manager.lang, before)
        self.post("/my/remediation/language", {"code": "sw"}, 400, token=False)
        self.assertEqual(self.portal_manager.lang, before)

    def test_a_visitor_reads_the_language_of_the_browser_until_another_is_chosen(self):
        self.authenticate(None, None)
        paths = ("/web/login?redirect=/my/remediation", RESET, "/report-concern")
        paths += ("/my/remediation/nowhere",)
        for wanted, code in (("sw-KE,en;q=0.5", "sw"), ("es-MX,es", "es-ES")):
            self.opener.headers["Accept-Language"] = wanted
            for path in paths:
                with self.subTest(wanted=wanted, path=path):
                    page = html.fromstring(self.url_open(path).text)
                    self.assertEqual(page.get("lang"), code)
        self.choose("pt_PT")
        for path in paths:
            page = html.fromstring(self.url_open(path).text)
            self.assertEqual(page.get("lang"), "pt-PT", path)
        page = html.fromstring(self.url_open("/report-concern?lang=sw").text)
        self.assertEqual(page.get("lang"), "sw")
