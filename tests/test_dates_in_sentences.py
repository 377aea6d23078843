"""Days inside sentences are written as the reader writes them."""

import ast
from datetime import date, datetime
from pathlib import Path

from odoo.modules.module import get_module_path
from odoo.tests import TransactionCase, tagged

AUTHOR = "Child Remediation contributors"
#: What writes a day as a machine does.
MACHINE = {"isoformat", "to_string", "strftime"}


@tagged("post_install", "-at_install")
class TestDatesInSentences(TransactionCase):
    def test_the_reader_gets_the_month_as_a_word(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        english, french = self.env["base"], self.env["base"].with_context(lang="fr_FR")
        self.assertEqual(english._say_day(date(2024, 5, 6)), "May 6, 2024")
        self.assertEqual(french._say_day(date(2024, 5, 6)), "6 mai 2024")
        self.assertEqual(french._say_day("2024-05-06"), "6 mai 2024")
        self.assertEqual(french._say_day(date(2024, 5, 6), "MMMM y"), "mai 2024")
        self.assertEqual(french._say_day(False), "")

    def test_a_moment_is_of_the_readers_day(self):
        late = datetime(2024, 5, 6, 23, 30)
        reader = self.env["base"].with_context(tz="Africa/Lubumbashi")
        self.assertEqual(reader._say_day(late), "May 7, 2024")

    def test_no_sentence_has_a_day_of_a_machine(self):
        """Reads every value that a translated sentence of ours takes."""
        modules = self.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "=", AUTHOR)]
        )
        wrong, sentences = [], 0
        for path in self._sources(modules.mapped("name")):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or "_" != getattr(
                    node.func, "attr", getattr(node.func, "id", None)
                ):
                    continue
                sentences += 1
                for value in [*node.args[1:], *(word.value for word in node.keywords)]:
                    names = {
                        getattr(part, "attr", None)
                        for part in ast.walk(value)
                        if isinstance(part, ast.Attribute)
                    }
                    if names & MACHINE:
                        wrong.append(f"{path}:{value.lineno}")
        self.assertGreater(sentences, 500)
        self.assertEqual(wrong, [])

    def _sources(self, modules):
        for name in modules:
            for path in Path(get_module_path(name)).rglob("*.py"):
                if "tests" not in path.parts[-3:]:
                    yield path
