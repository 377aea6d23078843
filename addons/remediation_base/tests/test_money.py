"""Money in whole units: nothing is lost between amounts, sums and shares."""

from decimal import Decimal
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.money import Money

QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck)
)
CURRENCIES = {digits: SimpleNamespace(decimal_places=digits) for digits in (0, 2, 3)}
currencies = st.sampled_from(list(CURRENCIES.values()))
units = st.integers(-(10**12), 10**12)


@tagged("post_install", "-at_install")
class TestMoney(BaseCase):
    @QUICK
    @given(units, currencies)
    def test_an_amount_becomes_the_same_units_again(self, count, currency):
        money = Money(count, currency)
        self.assertEqual(Money.of(money.amount, currency), money)
        exact = Decimal(count).scaleb(-currency.decimal_places)
        self.assertEqual(Money.of(exact, currency), money)

    @QUICK
    @given(st.lists(units, min_size=1, max_size=9), currencies)
    def test_sums_are_exact_where_floats_are_not(self, counts, currency):
        total = Money(0, currency)
        for count in counts:
            total += Money.of(Money(count, currency).amount, currency)
        self.assertEqual(total.units, sum(counts))
        for count in counts:
            total -= Money(count, currency)
        self.assertFalse(total)

    @QUICK
    @given(units, st.lists(st.integers(1, 10**4), min_size=1, max_size=9), currencies)
    def test_shares_add_up_and_are_fair_to_one_unit(self, count, weights, currency):
        money = Money(count, currency)
        parts = money.split(weights)
        self.assertEqual(sum(part.units for part in parts), count)
        for part, weight in zip(parts, weights, strict=True):
            self.assertLessEqual(
                abs(part.units * sum(weights) - count * weight), sum(weights)
            )
        mirrored = [-part for part in (-money).split(weights)]
        self.assertEqual(parts, mirrored)

    def test_a_half_goes_up_and_nothing_is_nothing(self):
        two = CURRENCIES[2]
        for amount, count in (
            (1.005, 101),
            (-1.005, -101),
            (0.285, 29),
            (None, 0),
            (False, 0),
        ):
            self.assertEqual(Money.of(amount, two).units, count, amount)

    def test_two_currencies_are_never_added(self):
        one, other = Money(1, CURRENCIES[2]), Money(1, CURRENCIES[0])
        for wrong in (lambda: one + other, lambda: one - other, lambda: one < other):
            with self.assertRaises(ValueError):
                wrong()
