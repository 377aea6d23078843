"""What a child costs month by month, and who pays it: pure functions, without Odoo.

The same agreement and the same child give the same figures on any day. Amounts are
whole units of the currency (cents); prices grow in Decimal and are rounded half up.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from odoo.addons.remediation_base.tools.money import split_units

MONTH, YEAR, ONCE = "month", "year", "once"
#: Months from one payment to the next.
STEPS = {MONTH: 1, YEAR: 12}


@dataclass(frozen=True)
class Cost:
    """One thing that is paid for.

    :param str kind: stipend, school …
    :param int units: of one payment, at the prices of the first year
    :param str every: ``month``, ``year`` or ``once``
    :param date first: a day of the month in which it is first due
    :param date last: a day of the last month; None: to the end of the support
    """

    kind: str
    units: int
    every: str
    first: date
    last: date | None = None


@dataclass(frozen=True)
class Payer:
    """Who pays, in the order in which they are called for what others do not pay.

    :param int weight: the share, in hundredths of a per cent
    :param int ceiling: the most that they pay, in units; None: no ceiling
    :param date stops: a day of the first month that they do not pay
    """

    key: object
    weight: int
    ceiling: int | None = None
    stops: date | None = None


def month_of(day):
    """The first day of a day's month."""
    return day.replace(day=1)


def reached_on(readings, age):
    """Return the day on which a child reaches an age by the youngest reading, None
    where nothing is known.

    :param readings: ``[(day, completed years on that day)]``; a birth date has 0
    """
    days = [day + relativedelta(years=age - years) for day, years in readings]
    return max(days, default=None)


def end_of_school_year(day, last_month):
    """Return the last day of the school year that a day lies in.

    :param int last_month: the last month of the school year, 1 to 12
    """
    end = date(day.year, last_month, 1) + relativedelta(months=1, days=-1)
    return end if day <= end else end + relativedelta(years=1, day=31)


def grown(units, growth, years):
    """Return a price after so many years.

    :param Decimal growth: per cent a year
    """
    price = units * (1 + growth / 100) ** years
    return int(price.to_integral_value(ROUND_HALF_UP))


def schedule(costs, start, end, growth=Decimal(0), base=None):
    """Return ``[(month, kind, units)]`` from the month of ``start`` to that of ``end``.

    :param base: the day from which prices grow, by whole years; ``start`` where None
    """
    # Months are counted from the year 0: a child has some hundred, and relativedelta
    # would take most of the time of a forecast.
    first_month, last_month = _number(start), _number(end)
    begin = _number(base or start)
    rows = []
    for cost in costs:
        step = STEPS.get(cost.every)
        until = min(last_month, _number(cost.last)) if cost.last else last_month
        prices = {}
        for month in range(_number(cost.first), until + 1, step or until + 1):
            if month >= first_month:
                years = max(month - begin, 0) // 12
                if years not in prices:
                    prices[years] = grown(cost.units, growth, years)
                day = date(month // 12, month % 12 + 1, 1)
                rows.append((day, cost.kind, prices[years]))
    return sorted(rows, key=lambda row: (row[0], row[1]))


def _number(day):
    return day.year * 12 + day.month - 1


def divide(months, payers):
    """Divide what is due among payers.

    Each month goes by the shares. What is past a ceiling, or of who stopped, goes to
    the others in their order, up to their ceilings; what is left nobody pays.

    :param months: ``[(month, units)]``, the earliest first
    :return: ``({(key, month): units}, {month: units that nobody pays})``; both
        together are exactly what is due
    """
    used = dict.fromkeys((payer.key for payer in payers), 0)
    paid, uncovered = {}, {}
    for month, units in months:
        parts = split_units(units, [p.weight for p in payers]) if payers else []
        left = units
        for wanted in (parts, None):
            for index, payer in enumerate(payers):
                ask = left if wanted is None else wanted[index]
                part = min(ask, left, _room(payer, month, used))
                if part > 0:
                    used[payer.key] += part
                    key = (payer.key, month)
                    paid[key] = paid.get(key, 0) + part
                    left -= part
        if left:
            uncovered[month] = left
    return paid, uncovered


def _room(payer, month, used):
    if payer.stops and month >= month_of(payer.stops):
        return 0
    if payer.ceiling is None:
        return 1 << 62
    return max(payer.ceiling - used[payer.key], 0)
