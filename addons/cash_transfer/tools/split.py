"""Splitting money in whole units, so that both sums are exact.

Amounts are integers (cents), weights are integers that add up to the same whole.
"""


def split_lines(lines, carry, whole):
    """Split many amounts, line by line, so that the totals stay fair too.

    Splitting each line by itself gives the odd cent to the same funder every time:
    10,000 lines of 10.01 at 50/50 would drift by 50. What a funder was given too much
    or too little so far is carried along and decides who gets the next odd unit.

    :param lines: iterable of ``(units, [(key, weight), …])``; weights sum to ``whole``.
    :param dict carry: key → what the key is still owed, in 1/whole units; updated.
    :param int whole: sum of the weights of every line.
    :return: generator of ``[(key, units), …]`` per line; each sums to the line.
    """
    for units, shares in lines:
        if len(shares) == 1:
            yield [(shares[0][0], units)]
            continue
        parts = [units * weight // whole for _key, weight in shares]
        rest = units - sum(parts)
        owed = [
            units * weight - part * whole + carry.get(key, 0)
            for (key, weight), part in zip(shares, parts, strict=True)
        ]
        for index in sorted(range(len(shares)), key=lambda i: (-owed[i], i))[:rest]:
            parts[index] += 1
            owed[index] -= whole
        for (key, _weight), left in zip(shares, owed, strict=True):
            carry[key] = left
        yield [(key, part) for (key, _weight), part in zip(shares, parts, strict=True)]
