import re

from psycopg2 import sql

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import code_translations

from odoo.addons.remediation_demo.tools.words import PAIRS, said

#: Models of ours and of the core in which the demonstration writes.
OURS = ("remediation.", "referral.", "cash.transfer.", "savings.", "mail.", "account.")
#: Hold names, which may have a word of the table in them.
NAMES = {
    "name", "first_name", "last_name", "full_name", "payee_name", "nickname", "label",
    "address", "complete_name", "commercial_company_name",
}  # fmt: skip
#: Compared with what it was, and so kept in one language for all readers.
COMPARED = {"cash.transfer.change.text"}
AUTHOR = "Child Remediation contributors"
#: Several words, so somebody typed it, or a method wrote a sentence.
WORDS = re.compile(r"[^\W\d_]{2,}[ '’][^\W\d_]{2,}")


@tagged("post_install", "-at_install")
class TestWords(TransactionCase):
    """The organisation writes one language, whatever the reader's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.language = cls.env.ref("base.main_partner").lang
        cls.own = 0 if cls.language == "fr_FR" else 1

    def _texts(self):
        """Yield (field, texts) of all that is stored as typed."""
        for name in sorted(self.env.registry):
            model = self.env[name]
            if model._abstract or model._transient or not model._auto:
                continue
            if not name.startswith(OURS) and name not in ("res.partner", "res.users"):
                continue
            for field in model._fields.values():
                if (
                    field.type in ("char", "text", "html")
                    and field.store
                    and not field.translate
                    and not field.company_dependent
                    and not field.inherited
                    and str(field) not in COMPARED
                ):
                    self.env.cr.execute(
                        sql.SQL("SELECT DISTINCT {0} FROM {1} WHERE {0} != ''").format(
                            sql.Identifier(field.name), sql.Identifier(model._table)
                        )
                    )
                    yield field, [row[0] for row in self.env.cr.fetchall()]

    def _sentences_of_the_product(self):
        """What a method writes by itself, and the names of services: translated."""
        modules = self.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "=", AUTHOR)]
        )
        sentences = set()
        for name in modules.mapped("name"):
            terms = code_translations.get_python_translations(name, "fr_FR")
            sentences.update(terms.values() if self.own == 0 else terms)
        services = self.env["remediation.service.type"].with_context(lang=self.language)
        return sentences.union(services.search([]).mapped("name"))

    def test_no_text_of_the_other_language(self):
        other = [
            re.escape(pair[1 - self.own]).replace(r"\{\}", ".*")
            for pair in PAIRS
            if pair[0] != pair[1] and len(pair[1 - self.own]) > 6
        ]
        other = re.compile(rf"(?<!\w)(?:{'|'.join(other)})(?!\w)")
        own = {pair[self.own] for pair in PAIRS}
        wrong = {
            f"{field}: {text[:120]}"
            for field, texts in self._texts()
            for text in texts
            if text not in own
            and (other.fullmatch if field.name in NAMES else other.search)(text)
        }
        self.assertEqual(wrong, set())

    def test_whatever_was_typed_of_a_child_comes_out_of_the_table(self):
        known = [
            re.sub(r"\\\{[^}]*\}", ".+", re.escape(pair[self.own])) for pair in PAIRS
        ]
        known = re.compile("|".join(f"(?:{text})" for text in known))
        sentences = self._sentences_of_the_product()
        wrong, seen = set(), 0
        for field, texts in self._texts():
            model = self.env[field.model_name]
            if not getattr(model, "_remediation_sensitive", False):
                continue
            if field.name in NAMES or field.compute:
                continue
            for text in texts:
                if not WORDS.search(text):
                    continue
                seen += 1
                if text in sentences:
                    continue
                if not all(known.fullmatch(line) for line in text.splitlines()):
                    wrong.add(f"{field}: {text[:160]}")
        self.assertGreater(seen, 60)
        self.assertEqual(wrong, set())

    def test_translated_names_are_there_in_both(self):
        """What has a translation has both sides of its pair."""
        names = {side: pair for pair in PAIRS for side in pair}
        wrong, seen = [], 0
        for model in ("remediation.programme", "cash.transfer.scheme"):
            for record in self.env[model].with_context(active_test=False).search([]):
                french = record.with_context(lang="fr_FR").name
                english = record.with_context(lang="en_US").name
                seen += 1
                if names.get(french) != (french, english):
                    wrong.append((french, english))
        self.assertGreaterEqual(seen, 7)
        self.assertEqual(wrong, [])

    def test_each_text_is_there_in_both_languages(self):
        for french, english in PAIRS:
            self.assertEqual(said(french, "en_US"), english)
            self.assertEqual(said(english, "fr_FR"), french)
            holes = [len(re.findall(r"\{", text)) for text in (french, english)]
            self.assertEqual(*holes, french)
        with self.assertRaises(KeyError):
            said("Not in the table", "fr_FR")
