"""What public trackers report of such systems, and where each is proved here.

A test that proves a row has ``reported_`` and the row's number in its name, so
``grep -rn "def test.*reported_34"`` finds it. Inputs of the same shape are built in the
tests themselves.
"""

import ast
import re
from pathlib import Path

from odoo.tests import BaseCase, tagged

ROOT = Path(__file__).parents[1]

#: number: what is right
ROWS = {
    "01": "a fee column is read; a step that fails fails alone and says so",
    "03": "of failed and success in one file, the last final state counts",
    "05": "a workbook that says a wrong size is read whole",
    "06": "a header that stands twice is refused by its name",
    "07": "a row of totals is no payment; totals are compared before posting",
    "09": "the header of an operator's statement is found below its preamble",
    "10": "the provider's settings say the sign of money out",
    "11": "a wallet number finds the payment where it is unique in the plan",
    "12": "dates in every usual form; an ambiguous day is never guessed",
    "14": "amounts with a currency sign are read",
    "18": "one quotation mark in a name cuts no file off",
    "21": "a table on another sheet is found, or the sheet that was read is named",
    "24": "a provider's form of number is a setting",
    "28": "a payment list totals what it lists",
    "30b": "the same answers with other attachments are the first record",
    "32": "names that Kobo makes of French labels are kept",
    "33": "a moment with an offset is that moment",
    "34": "known yes and no in any word; anything else waits",
    "36": "danger registers with what is right, the rest stays as text",
    "37": "a long answer is kept whole",
    "39": "a subset of fields and a wrapper are accepted",
    "42": "archiving a login is a suspension",
    "46": "names and values of the trafficking data standard",
    "47": "values of Primero's look-ups",
    "48": "a duplicate in Primero is no case here",
    "49": "an estimated birth date stays an estimate, out and in again",
    "54": "deleted rows of Salesforce are left out and counted",
    "56": "the number that people know finds the case",
    "58": "parts of one export are read together",
    "62": "moments are those of the place of the case",
    "65": "an import is done when it is done",
    "69": "names of Katanga and in Arabic are paired",
    "74": "a statement in any encoding is imported",
    "76": "a dot decimal is never another amount; twice adds nothing",
    "79": "a telephone's photo is converted, or the sentence says how",
}


@tagged("post_install", "-at_install")
class TestReportedRows(BaseCase):
    def _tests(self):
        """Names of every test of every module."""
        for path in ROOT.glob("**/tests/**/test_*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    yield node.name

    def test_every_reported_row_is_a_test(self):
        found = {
            number
            for name in self._tests()
            for number in re.findall(r"reported_(\d\d[a-z]?)(?=_|$)", name)
        }
        self.assertEqual(found, set(ROWS))
