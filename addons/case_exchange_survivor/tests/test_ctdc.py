from collections import Counter
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.case_exchange.tools import ctdc

from .common import StandardCommon

#: Few values of each, so that some rows are equal and some stand out.
CELLS = {name: ("", "1") for name in ctdc.NAMES} | {
    "gender": ("Female", "Male", ""),
    "ageBroad": ("9--17", "18--20", "48+", ""),
    "majorityStatus": ("Minor", "Adult"),
    "citizenship": ("CD", "ZM", ""),
    "CountryOfExploitation": ("CD", "ZM", ""),
    "yearOfRegistration": ("2025", "2026"),
}
#: What somebody outside may know of a survivor.
KNOWN_OUTSIDE = (
    "yearOfRegistration",
    "gender",
    "ageBroad",
    "majorityStatus",
    "citizenship",
    "CountryOfExploitation",
    "isForcedLabour",
    "isSexualExploit",
    "typeOfLabourDomesticWork",
    "meansOfControlDebtBondage",
)


@st.composite
def files(draw):
    """Some kinds of people, each as often as drawn."""
    kinds = draw(
        st.lists(
            st.tuples(
                st.fixed_dictionaries(
                    {name: st.sampled_from(CELLS[name]) for name in KNOWN_OUTSIDE}
                ),
                st.integers(1, 25),
            ),
            max_size=8,
        )
    )
    blank = dict.fromkeys(ctdc.NAMES, "")
    return [blank | kind for kind, count in kinds for _number in range(count)]


@tagged("post_install", "-at_install")
class TestAnonymous(BaseCase):
    @settings(max_examples=40, deadline=None)
    @given(files(), st.sampled_from((2, 5, ctdc.K)))
    def test_no_combination_of_what_is_released_is_under_k(self, rows, k):
        shown = [row for row in ctdc.anonymous(rows, k) if row]
        for size in (1, 2, 3, len(KNOWN_OUTSIDE)):
            for names in combinations(KNOWN_OUTSIDE, size):
                cells = Counter(tuple(row[name] for name in names) for row in shown)
                self.assertGreaterEqual(min(cells.values(), default=k), k, names)

    @settings(max_examples=40, deadline=None)
    @given(files())
    def test_what_is_released_was_so_or_is_empty(self, rows):
        shown = ctdc.anonymous(rows)
        self.assertEqual(len(shown), len(rows))
        for before, after in zip(rows, shown, strict=True):
            for name, value in (after or {}).items():
                self.assertIn(value, (before[name], ""))

    def test_equal_rows_stay_whole_and_few_rows_stay_out(self):
        row = dict.fromkeys(ctdc.NAMES, "1")
        self.assertEqual(ctdc.anonymous([row] * 11), [row] * 11)
        self.assertEqual(ctdc.anonymous([row] * 10), [None] * 10)

    def test_every_column_is_emptied_at_some_step(self):
        emptied = [name for step in ctdc.STEPS for name in step]
        self.assertEqual(len(emptied), len(set(emptied)))
        self.assertEqual(set(ctdc.NAMES) - set(emptied), {"Datasource"})


@tagged("post_install", "-at_install")
class TestFile(StandardCommon):
    """The file itself, from cases as the exporter reads them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._full_case()

    def _ctdc(self, **vals):
        export = self._export(self.mover, layout="ctdc", **vals)
        return export, self._rows(self._content(export))

    def test_few_cases_are_none_in_the_file(self):
        export, rows = self._ctdc(domain=repr([("id", "=", self.case.id)]))
        self.assertEqual((rows, export.case_count), ([], 0))

    def test_eleven_alike_are_in_the_file_by_the_columns_of_the_set(self):
        cases = self.case
        for _number in range(ctdc.K - 1):
            cases |= self._full_case()
        export, rows = self._ctdc(domain=repr([("id", "in", cases.ids)]))
        self.assertEqual(export.case_count, ctdc.K)
        self.assertEqual({tuple(row) for row in rows}, {ctdc.NAMES})
        [only] = {tuple(row.items()) for row in rows}
        row = dict(only)
        self.assertEqual(row["isSexualExploit"], "1")
        self.assertEqual(row["typeOfLabourDomesticWork"], "1")
        self.assertEqual(row["CountryOfExploitation"], "ZM")
        # Two citizenships: which one counts nobody says; what is not known is empty.
        self.assertEqual(row["citizenship"], "")
        self.assertEqual(row["isOrganRemoval"], "")
        self.assertNotIn(self.case.name, str(rows))

    def test_names_are_never_in_it_whoever_asks(self):
        export, _rows = self._ctdc(is_identified=True, reason="Handing over")
        self.assertFalse(export.is_identified)
