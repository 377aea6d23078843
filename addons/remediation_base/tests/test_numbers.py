"""Numbers in sentences are those of the reader."""

from odoo.tests import TransactionCase, tagged

from ..tools.numbers import say_number
from ..tools.words import say_pair


@tagged("post_install", "-at_install")
class TestNumbers(TransactionCase):
    def test_a_number_is_written_as_the_reader_writes_it(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        point = french.decimal_point
        reader = self.env(context={"lang": "fr_FR"})
        for value, digits, said in (
            (26.66, 1, f"26{point}7"),
            (26.04, 1, "26"),
            (0.0, 1, "0"),
            (None, 1, "0"),
            (12.5, 2, f"12{point}50"),
        ):
            self.assertEqual(say_number(reader, value, digits), said)
        # A million is none of 1e+06.
        million = say_number(reader, 1_500_000)
        self.assertEqual("".join(filter(str.isdigit, million)), "1500000")
        self.assertEqual(say_number(self.env(context={"lang": "en_US"}), 26.66), "26.7")

    def test_a_pair_is_written_as_the_reader_writes_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        english, french = (
            self.env(context={"lang": lang}) for lang in ("en_US", "fr_FR")
        )
        self.assertEqual(say_pair(english, "CR-1", "Visit"), "CR-1: Visit")
        self.assertEqual(
            say_pair(french, "CR-1", "Visite"), "CR-1\N{NO-BREAK SPACE}: Visite"
        )
        for subject, what, said in ((False, "Visit", "Visit"), ("CR-1", "", "CR-1")):
            self.assertEqual(say_pair(french, subject, what), said)
        self.assertEqual(say_pair(french, False, False), "")
