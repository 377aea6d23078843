"""Money in whole units of its currency: sums and shares that are exact.

An amount of a record is a float that looks right to two digits. What is divided, taken
or compared is counted in units (cents), which are integers, and becomes an amount
again when it is written.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


def split_units(total: int, weights: list[int]) -> list[int]:
    """Split one amount by the largest remainder.

    :param int total: may be negative; the parts then are the mirror image.
    :param weights: list of non-negative integers, not all zero.
    :return: list of integers whose sum is ``total``.
    """
    sign, total = (-1, -total) if total < 0 else (1, total)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    rest = total - sum(parts)
    order = sorted(
        range(len(weights)),
        key=lambda i: (-(total * weights[i] % whole), i),
    )
    for index in order[:rest]:
        parts[index] += 1
    return [sign * part for part in parts]


@dataclass(frozen=True)
class Money:
    """So many units of a currency.

    :param int units: cents of a currency with two decimals; may be below zero
    :param currency: what has ``decimal_places``, such as a record of ``res.currency``
    """

    units: int
    currency: object

    @classmethod
    def of(cls, amount, currency):
        """Money of an amount as records and SQL give it: float, Decimal or None."""
        exact = Decimal(str(amount or 0)).scaleb(currency.decimal_places)
        return cls(int(exact.to_integral_value(ROUND_HALF_UP)), currency)

    @property
    def amount(self) -> float:
        """The amount as a field takes it, rounded to the currency."""
        return self.units / 10**self.currency.decimal_places

    def __add__(self, other):
        return Money(self.units + self._same(other).units, self.currency)

    def __sub__(self, other):
        return Money(self.units - self._same(other).units, self.currency)

    def __neg__(self):
        return Money(-self.units, self.currency)

    def __bool__(self):
        return bool(self.units)

    def __lt__(self, other):
        return self.units < self._same(other).units

    def split(self, weights):
        """Divide it by the largest remainder: the parts add up to the whole.

        :param weights: integers, none below zero and not all zero
        :return: list of Money, one for each weight
        """
        return [Money(part, self.currency) for part in split_units(self.units, weights)]

    def _same(self, other):
        if self.currency != other.currency:
            raise ValueError("two currencies")
        return other
