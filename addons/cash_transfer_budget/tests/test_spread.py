from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.spread import spread


@tagged("post_install", "-at_install")
class TestSpread(BaseCase):
    """What is committed lands on the last payments, each unit once."""

    @given(st.integers(0, 10**9), st.integers(0, 10**7), st.integers(1, 120))
    def test_r65_every_unit_lands_once_and_on_a_payment(self, units, each, count):
        parts = spread(units, each, count)
        self.assertEqual(sum(part for _number, part in parts), units)
        numbers = [number for number, _part in parts]
        self.assertEqual(numbers, sorted(set(numbers)))
        for number, part in parts:
            self.assertTrue(1 <= number <= count)
            self.assertGreater(part, 0)
            # only the first payment may carry what the others cannot
            self.assertTrue(part <= each or number == numbers[0])

    def test_r65_the_first_ones_are_paid_first(self):
        self.assertEqual(spread(60, 30, 4), [(3, 30), (4, 30)])
        self.assertEqual(spread(50, 30, 4), [(3, 20), (4, 30)])
        self.assertEqual(spread(0, 30, 4), [])
