from datetime import datetime

import pytz
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from odoo.addons.remediation_base.tools.answers import NotUnderstoodError, read_answer
from odoo.addons.remediation_base.tools.moments import read_moment

SAID = {
    "yes": ["yes", "Yes", "YES", " yes ", "oui", "Oui", "OUI!", "o", "Y", "true"]
    + ["True", "VRAI", "vrai", "1", "on", 1, True, 1.0, "coché"],
    "no": ["no", "No", "NON", "non", "n", "False", "faux", "FAUX", "0", "off", 0]
    + [False, 0.0, "décoché", "Non."],
    "unknown": ["unknown", "Inconnu", "NSP", "ne sait pas", "Je ne sais pas", "n/a"]
    + ["not asked", "Pas demandé", "?", "I don’t know", "don't know"],
    None: [None, "", "   "],
}
NOT_UNDERSTOOD = [
    "peut-être",
    "maybe",
    "oui et non",
    "yess",
    "ouais",
    "2",
    2,
    -1,
    "nul",
]
NOT_UNDERSTOOD += ["yes no", ["yes"], {"a": 1}, "null", "none", 0.5, "x", "non-oui"]


@tagged("post_install", "-at_install")
class TestAnswers(BaseCase):
    """R58: what is not understood never becomes a no."""

    def test_r58_known_words_in_any_case_and_accent(self):
        for expected, values in SAID.items():
            for value in values:
                with self.subTest(value=value):
                    self.assertEqual(read_answer(value), expected)

    def test_r58_anything_else_is_not_understood(self):
        for value in NOT_UNDERSTOOD:
            with self.subTest(value=value), self.assertRaises(NotUnderstoodError):
                read_answer(value)

    @given(st.text(max_size=12))
    def test_r58_no_text_becomes_an_answer_by_chance(self, text):
        known = {
            str(value).strip().casefold()
            for values in SAID.values()
            for value in values
        }
        try:
            answer = read_answer(text)
        except NotUnderstoodError:
            return
        if answer is not None and text.strip().isascii():
            self.assertLessEqual(len(text.strip(' .!,;:"«»“”()')), 16)
            self.assertFalse(
                answer == "no"
                and text.strip().casefold()
                in known - {str(value).strip().casefold() for value in SAID["no"]}
            )

    def test_r15_a_moment_has_its_zone(self):
        now = datetime(2026, 11, 28, 12, 0)
        zone = pytz.timezone("Africa/Lubumbashi")
        for text, expected in (
            ("2026-11-28T10:00:00+02:00", datetime(2026, 11, 28, 8, 0)),
            ("2026-11-28T08:00:00Z", datetime(2026, 11, 28, 8, 0)),
            ("2026-11-28T08:00:00.512Z", datetime(2026, 11, 28, 8, 0)),
            ("2026-11-28 10:00:00", datetime(2026, 11, 28, 8, 0)),
            ("2026-11-28T06:30:00-05:30", datetime(2026, 11, 28, 12, 0)),
            ("2026-11-28T12:05:00Z", now),  # a clock slightly ahead
            ("", None),
            (None, None),
        ):
            with self.subTest(text):
                self.assertEqual(read_moment(text, zone, now), expected)
        for text in ("soon", "2026-11-29T00:00:00Z", "1970-01-01T00:00:00Z"):
            with self.subTest(text), self.assertRaises(ValueError):
                read_moment(text, zone, now)
