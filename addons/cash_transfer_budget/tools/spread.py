def spread(units, each, count):
    """Say which payments a commitment stands for: the last ones, since what is paid
    was paid in order.

    :param int units: what is committed, in units of the currency.
    :param int each: what one payment takes on average; rounded up by the caller.
    :param int count: payments of the whole run.
    :return: ``[(number from 1, units)]``, the first payment first; the units add up to
        what is committed.
    """
    parts, left = [], units
    for number in range(count, 0, -1):
        if left <= 0:
            break
        part = left if number == 1 or each <= 0 else min(each, left)
        parts.append((number, part))
        left -= part
    return parts[::-1]
