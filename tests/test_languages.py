"""What somebody outside the desk can meet is there in each language of the portal."""

import re
from pathlib import Path

import polib
from _lib import spoken

from odoo.modules.module import get_manifest
from odoo.tests import TransactionCase, tagged

AUTHOR = "Child Remediation contributors"
#: What a term hands over to the code, or keeps of a page.
KEPT = re.compile(r"\{\w+\}|%\(\w+\)[sdf]|%[sdf]|\{\{.*?\}\}|<[^>]*>")


@tagged("post_install", "-at_install")
class TestLanguages(TransactionCase):
    def test_every_term_outside_the_desk_is_there_in_each_language(self):
        asked = dict.fromkeys(spoken.LANGUAGES, 0)
        for module in self._modules():
            met = {entry.msgid for entry in self._met(module)}
            for language in spoken.LANGUAGES:
                missing = met - set(self._said(module, language))
                asked[language] += len(met)
                with self.subTest(module=module, language=language):
                    self.assertFalse(
                        missing, f"run setup/i18n {module}: {sorted(missing)[:5]}"
                    )
        self.assertGreater(min(asked.values()), 1000, "the portal has many words")

    def test_what_a_term_hands_over_stays_in_it(self):
        for module in self._modules():
            for language in spoken.LANGUAGES:
                for source, words in self._said(module, language).items():
                    with self.subTest(module=module, language=language, term=source):
                        self.assertCountEqual(KEPT.findall(words), KEPT.findall(source))

    def test_the_list_holds_what_a_form_asks_and_not_what_the_desk_reads(self):
        met = {entry.msgid for entry in self._met("case_referral")}
        self.assertIn("Did you see the child in person?", met)
        self.assertIn("Register a Child in Danger", met)
        met |= {entry.msgid for entry in self._met("child_remediation")}
        self.assertIn("Worst Form of Child Labour", met)
        self.assertIn("<strong>Goal:</strong>", met)
        self.assertNotIn("Invite People", met)

    def _modules(self):
        installed = self.env["ir.module.module"].search([("state", "=", "installed")])
        ours = installed.filtered(lambda module: module.author == AUTHOR)
        return sorted(ours.mapped("name"))

    def _folder(self, module):
        return Path(get_manifest(module)["addons_path"]) / module / "i18n"

    def _met(self, module):
        """The terms of a module, of its own template: the test of French holds it."""
        path = self._folder(module) / f"{module}.pot"
        return [entry for entry in polib.pofile(str(path)) if spoken.reach(entry)]

    def _said(self, module, language):
        path = self._folder(module) / f"{language}.po"
        if not path.is_file():
            return {}
        return {
            entry.msgid: entry.msgstr
            for entry in polib.pofile(str(path))
            if entry.msgstr and not entry.fuzzy
        }
