from pathlib import Path

import polib
from babel import Locale

from odoo.tests import tagged
from odoo.tools.misc import file_path

from odoo.addons.case_referral.tests.browser import HEADINGS

from ..models.remediation_case import TAKEN
from .common import PLACE
from .phone import CANARY, PIN, PhoneCommon

LANGUAGES = ("en_US", "fr_FR", "sw", "pt_PT", "es_ES")
VOICE = str(Path(__file__).parent / "voice")
#: What a page says: each text on its own.
TEXTS = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walk.nextNode()) {
        const { parentElement } = walk.currentNode;
        if (!parentElement.closest("#words, script")) {
            found.push(walk.currentNode.textContent.trim());
        }
    }
    for (const one of document.querySelectorAll("[aria-label]")) {
        found.push(one.getAttribute("aria-label"));
    }
    return found;
}"""


@tagged("post_install", "-at_install")
class TestLooks(PhoneCommon):
    """Every page without network: seen, heard and read in each language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ours = cls.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "ilike", "Child Remediation")]
        )
        for code in LANGUAGES:
            cls.env["res.lang"]._activate_lang(code)
        ours._load_module_terms(ours.mapped("name"), list(LANGUAGES[1:]))
        cls._consent(cls.case, "services")

    def names(self):
        """What people typed, which no language changes."""
        found = {CANARY, "+243", self.case.name, self.company.name}
        found |= {self.schooling.name, self.health.name}
        for model in ("res.partner", "remediation.site", "remediation.area"):
            found |= set(self.env[model].search([]).mapped("name"))
        members = self.env["remediation.household.member"].search([])
        found |= {*members.mapped("full_name"), *members.mapped("name")}
        return {name for name in found if name and len(name) > 3}

    def same(self, lang):
        """Words that are the same in both languages, as the translator wrote them."""
        # Many countries are called alike in both.
        found = {*Locale.parse(lang).territories.values()}
        for module in ("case_offline", "case_referral", "child_remediation"):
            for entry in polib.pofile(file_path(f"{module}/i18n/{lang[:2]}.po")):
                if entry.msgid == entry.msgstr:
                    found.add(entry.msgid)
        return found

    def look(self, name, wrong):
        """Read a page for barriers, and keep what it says."""
        page = self.page
        lang = page.get_attribute("html", "lang")
        self.fits(f"looks_{name}_{lang}")
        for barrier in self.barriers.of(page, HEADINGS):
            wrong.append(f"{lang} {name}: {barrier}")
        if page.locator("main h1").count() != 1:
            wrong.append(f"{lang} {name}: not one heading")
        for selector, count in ((".sizes button:visible", 3), ("a.exit:visible", 1)):
            if page.locator(selector).count() != count:
                wrong.append(f"{lang} {name}: no {selector}")
        return {text for text in page.evaluate(TEXTS) if text}

    def go(self, place, shows):
        """Another page of the phone, once it is drawn."""
        page = self.page
        page.evaluate("document.querySelector('main').replaceChildren()")
        page.evaluate(f"location.hash = '{place}'")
        page.wait_for_selector(shows, state="attached")

    def everything(self, wrong):
        """``{page: texts}`` of one phone, from taking it into use to both texts."""
        page, said = self.page, {}
        page.goto(f"/web/login?redirect={PLACE}")
        page.fill("#login", "portal_manager")
        page.fill("#password", "portal_manager")
        page.click("main button.main")
        page.wait_for_selector("#again")
        said["enrol"] = self.look("enrol", wrong)
        page.fill("#pin", PIN)
        page.fill("#again", PIN)
        page.click("main button.main")
        page.wait_for_selector("ul.list a")
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        said["list"] = self.look("list", wrong)
        case = page.get_attribute("ul.list a", "href").partition("/")[2]
        for name, place, shows in (
            ("case", f"#case/{case}", "#deeds"),
            ("report", "#report", "main .actions a"),
            ("called", "#called", "a.call"),
            ("empty", "#queue", "main .empty"),
        ):
            self.go(place, shows)
            said[name] = self.look(name, wrong)
        self.go("#report", "main .actions a")
        links = page.locator("main .actions a").evaluate_all(
            "all => all.map((one) => one.getAttribute('href'))"
        )
        links += [f"#form/{case}/{section}" for section in TAKEN]
        for link in dict.fromkeys(links):
            self.go(link, "main form")
            name = link.rpartition("/")[2]
            said[name] = self.look(name, wrong)
        said |= self.conflict(case, wrong)
        page.reload()
        page.wait_for_selector("#pin")
        said["lock"] = self.look("lock", wrong)
        return said

    def conflict(self, case, wrong):
        """Somebody wrote the draft meanwhile; both texts are shown."""
        page, said = self.page, {}
        self.go(f"#form/{case}/assessment", "main form")
        page.select_option("[name=assessment_type]", "initial")
        page.fill("[name=summary]", f"{CANARY} at the mine")
        page.click("main form button[value='0']")
        page.wait_for_selector("#deeds")
        self.case.with_user(self.portal_manager).portal_save_assessment(
            {"assessment_type": "initial", "summary": f"{CANARY} at the office"}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        page.context.set_offline(False)
        self.go("#queue", "main ul.list, main .empty")
        for _try in range(20):
            page.click("main > p button.main")
            page.wait_for_timeout(300)
            if page.locator("a[href^='#both/']").count():
                break
        said["queue"] = self.look("queue", wrong)
        page.click("a[href^='#both/']")
        page.wait_for_selector("main .both")
        said["both"] = self.look("both", wrong)
        self.case.assessment_ids.unlink()
        return said

    def test_every_page_is_read_by_everybody_in_each_language(self):
        wrong, english = [], {}
        with self.allow_requests(all_requests=True):
            for lang in LANGUAGES:
                self.portal_manager.lang = lang
                self.env.flush_all()
                said = self.everything(wrong)
                self.page.context.close()
                self.page = self._phone()
                if not english:
                    english = said
                    continue
                self.assertEqual(set(said), set(english))
                names, same = self.names(), self.same(lang)
                for name, texts in said.items():
                    left = {
                        text
                        for text in (texts & english[name]) - same
                        if sum(letter.isalpha() for letter in text) > 2
                        and not any(one in text for one in names)
                    }
                    if left:
                        wrong.append(f"{lang} {name}: English {sorted(left)[:8]}")
        self.assertFalse(wrong, "\n".join(wrong))
        self.assertGreater(len(english), 20)

    def test_the_size_of_the_text_is_kept_on_the_phone(self):
        with self.allow_requests(all_requests=True):
            self.begin()
            page = self.page
            page.click(".sizes .size-largest")
            page.context.set_offline(True)
            page.reload()
            page.wait_for_selector("#pin")
            self.assertEqual(page.get_attribute("html", "data-text"), "largest")
            self.fits("largest")
            pressed = page.locator(".sizes [aria-pressed='true']")
            self.assertEqual(pressed.get_attribute("value"), "largest")


@tagged("post_install", "-at_install")
class TestVoice(PhoneCommon):
    """A question is read aloud where the phone has a voice of the language, and no
    button stands there where it has none: on the portal and without network."""

    #: An engine of speech, installed in the browser as on a phone.
    extras = (f"--disable-extensions-except={VOICE}", f"--load-extension={VOICE}")

    def speak(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.portal_manager.lang = lang
        self.env.flush_all()

    def buttons(self):
        """On a form of the portal, and on one without network."""
        page = self.page
        self.begin()
        page.goto("/my/remediation/danger")
        page.wait_for_timeout(500)
        yield page.locator("main .say:visible")
        page.goto(f"{PLACE}#report")
        self.open_pin()
        page.click("main .actions a[href$='/danger']")
        page.wait_for_selector("main form")
        page.wait_for_timeout(500)
        yield page.locator("main .say:visible")

    def test_each_question_is_read_aloud_in_the_language_of_the_page(self):
        self.speak("sw")
        with self.allow_requests(all_requests=True):
            for number, buttons in enumerate(self.buttons(), 1):
                self.assertGreater(buttons.count(), 5)
                asked = self.page.locator("main .field label").first.inner_text()
                buttons.first.click()
                self.page.wait_for_timeout(500)
                workers = self.page.context.service_workers
                (engine,) = [one for one in workers if one.url.endswith("voice.js")]
                said = engine.evaluate("self.said")
                self.assertEqual(len(said), number)
                self.assertIn(asked.strip(), said[-1])

    def test_without_a_voice_of_the_language_there_is_no_button(self):
        self.speak("es_ES")
        with self.allow_requests(all_requests=True):
            for buttons in self.buttons():
                self.assertEqual(buttons.count(), 0)
