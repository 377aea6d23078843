import io
import re

import polib
from lxml import html
from PyPDF2 import PdfReader

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import RemediationCommon

LANGUAGES = ("fr_FR", "sw", "pt_PT", "es_ES")
PAPERS = ("consent", "plan")
#: What people typed, which no language changes.
TYPED = ("Kadogo", "zabwe", "mwalimu")


@tagged("post_install", "-at_install", "whole")
class TestPapers(RemediationCommon):
    """What a family signs is in the language of the child, to the last word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in LANGUAGES:
            cls.env["res.lang"]._activate_lang(code)
        ours = cls.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "ilike", "Child Remediation")]
        )
        ours._load_module_terms(ours.mapped("name"), list(LANGUAGES))
        case = cls.case = cls._new_case()
        cls.typed = {*TYPED, cls.company.name, cls.partner_org.name}
        cls.typed |= {name for name in case.household_id.member_ids.mapped("name")}
        services = cls.env["remediation.service.type"].search([])
        plan = cls._new_plan(
            case, ("education", "cash"), goal="zabwe", income_replacement_reason="zabwe"
        )
        for action, service in zip(plan.action_ids, services, strict=False):
            action.service_type_id = service
        items = cls.env["remediation.disclosure.item"].search([])
        cls.records = {
            "consent": cls._new_consent(
                case,
                witness="mwalimu",
                how="verbal_witnessed",
                withhold_item_ids=[
                    Command.set(items.filtered(lambda one: one.key == "reason").ids)
                ],
                withhold_what="zabwe",
            ),
            "plan": plan,
        }

    def _speak(self, code):
        lang = self.env["res.lang"]._lang_get(code) if code else False
        self.case.beneficiary_id.language_id = lang and lang.id
        self.env.flush_all()

    def _page(self, paper, lang="en_US"):
        report = self.env["ir.actions.report"].with_user(self.worker)
        page, _kind = report.with_context(lang=lang)._render_qweb_html(
            f"child_remediation.report_{paper}", self.records[paper].ids
        )
        (body,) = html.fromstring(page.decode()).xpath("//main")
        return {" ".join(text.split()) for text in body.itertext()} - {""}

    def _sheet(self, paper):
        """The words of the PDF that comes out of the printer, line by line."""
        content, kind = (
            self.env["ir.actions.report"]
            .with_user(self.worker)
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(
                f"child_remediation.report_{paper}", self.records[paper].ids
            )
        )
        self.assertEqual(kind, "pdf")
        pages = PdfReader(io.BytesIO(content)).pages
        lines = "\n".join(page.extract_text() for page in pages).splitlines()
        return {" ".join(line.split()) for line in lines} - {""}

    def _same(self, lang):
        """Words that are the same in both languages, as the translator wrote them."""
        terms = polib.pofile(file_path(f"child_remediation/i18n/{lang[:2]}.po"))
        return {entry.msgid for entry in terms if entry.msgid == entry.msgstr}

    def _english(self, english, said, lang):
        """What a paper says in English still."""
        return {
            text
            for text in (english & said) - self._same(lang)
            if re.search(r"[A-Za-z]{3}", text.replace(self.case.name, ""))
            and not any(typed in text for typed in self.typed)
        }

    def test_no_english_is_left_on_what_a_family_signs(self):
        self._speak(None)
        pages = {paper: self._page(paper) for paper in PAPERS}
        sheets = {paper: self._sheet(paper) for paper in PAPERS}
        for lang in LANGUAGES:
            self._speak(lang)
            for paper in PAPERS:
                with self.subTest(lang=lang, paper=paper):
                    page, sheet = self._page(paper), self._sheet(paper)
                    self.assertGreater(len(page), 20)
                    self.assertGreater(len(sheet), 10)
                    self.assertFalse(self._english(pages[paper], page, lang))
                    # A line of the sheet may be part of a text of the page.
                    left = self._english(sheets[paper], sheet, lang)
                    left = {one for one in left if not any(one in all for all in page)}
                    self.assertFalse(left)

    def test_each_answer_that_a_paper_may_print_is_spoken(self):
        """Not those of these two records alone."""
        read = 0
        for paper in PAPERS:
            view = self.env.ref(f"child_remediation.report_{paper}_paper")
            for path in re.findall(r't-field="(?:doc|action)\.(\w+)"', view.arch):
                for record in (self.records[paper], self.case.plan_ids.action_ids):
                    field = record._fields.get(path)
                    if not field or field.type != "selection":
                        continue
                    english = dict(field._description_selection(self.env))
                    for lang in LANGUAGES:
                        env = self.env(context={"lang": lang})
                        said = dict(field._description_selection(env))
                        left = {
                            key
                            for key, label in said.items()
                            if label == english[key] and label not in self._same(lang)
                        }
                        read += len(said)
                        self.assertFalse(left, f"{lang}: {field}")
        self.assertGreater(read, 150)

    def test_without_words_of_the_childs_language_the_reader_has_his(self):
        self.env["res.lang"]._activate_lang("ln_CD")
        self._speak("ln_CD")
        self.assertIn("Consentement", self._page("consent", "fr_FR"))
        self._speak("sw")
        self.assertNotIn("Consentement", self._page("consent", "fr_FR"))

    def test_r71_a_language_that_is_withheld_is_not_told_by_a_paper(self):
        self._speak("sw")
        item = self.env["remediation.disclosure.item"].search(
            [("key", "=", "language")]
        )
        self._new_consent(self.case, "photo", withhold_item_ids=[Command.set(item.ids)])
        self.assertIn("Consentement", self._page("consent", "fr_FR"))
