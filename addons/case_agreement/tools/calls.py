"""When funds are called, and how much: a pure function (no Odoo)."""

from dateutil.relativedelta import relativedelta

from .schedule import month_of


def next_call(months, called, today, notice, length, is_over=False):
    """Return ``(first month, last month, units)`` of what is called today, or None.

    Funds are called once those called so far run out within the notice; a call reaches
    so many months beyond that, and the last one calls the rest. What is not needed
    goes back once the support is over (units below zero). Calls and deposits together
    are then exactly the schedule.

    :param months: ``[(month, units)]`` of one payer, the earliest first
    :param int called: units called so far, deposits included
    :param int notice: days ahead
    :param int length: months of one call
    :param bool is_over: nothing more will come
    """
    total = sum(units for _month, units in months)
    if is_over:
        if called == total:
            return None
        month = month_of(today)
        return month, month, total - called
    horizon = month_of(today + relativedelta(days=notice))
    beyond = horizon + relativedelta(months=length - 1)
    needed = sum(units for month, units in months if month <= horizon)
    if needed <= called:
        return None
    wanted = sum(units for month, units in months if month <= beyond)
    covered, first, last = 0, None, None
    for month, units in months:
        covered += units
        if covered > called and month <= beyond:
            first, last = first or month, month
    return first, last, wanted - called
