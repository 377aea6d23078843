"""Small-cell suppression (R10): one function for every published table."""

#: k of the anonymity applied by CTDC, the public trafficking data collaborative.
THRESHOLD = 11


def suppress(rows, dimensions, measure, dependent=(), threshold=THRESHOLD):
    """Blank the cells of a one-measure table that would single somebody out.

    ``rows``: list of dicts; ``dimensions``: keys that name a cell; ``measure``: key
    of the count of persons; ``dependent``: keys (money, averages) blanked together
    with it. Returns new rows where a hidden value is None and ``suppressed`` is True.

    A count of 1 to ``threshold - 1`` is hidden. Where one cell alone is hidden among
    the rows that share all dimensions but one, it could be recovered from a total,
    so the smallest visible cell of that group is hidden too.
    """
    result = [dict(row, suppressed=0 < row[measure] < threshold) for row in rows]
    changed = True
    while changed:
        changed = False
        for varying in dimensions:
            groups = {}
            for row in result:
                key = tuple(row[name] for name in dimensions if name != varying)
                groups.setdefault(key, []).append(row)
            for group in groups.values():
                hidden = [row for row in group if row["suppressed"]]
                visible = [
                    row for row in group if not row["suppressed"] and row[measure]
                ]
                if len(hidden) == 1 and visible:
                    min(visible, key=lambda row: row[measure])["suppressed"] = True
                    changed = True
    for row in result:
        if row["suppressed"]:
            for key in (measure, *dependent):
                row[key] = None
    return result


def differences(periods, start, end):
    """What anybody can work out by adding and subtracting released counts, once one of
    the days ``start`` to ``end`` is released too.

    ``periods``: ``[(first day, day after the last, count)]`` of one cell, as released.
    A count is a step from one day to another; whoever can walk from a day to another
    by such steps, forwards and backwards, knows what happened between. Returns
    ``[(day, day, before, after)]``: the days between which the new count would be
    known, and what has to be added to it on either side.
    """

    def reached(day):
        known, waiting = {day: 0}, [day]
        while waiting:
            here = waiting.pop()
            for first, after, count in periods:
                for a, b, step in ((first, after, count), (after, first, -count)):
                    if a == here and b not in known:
                        known[b] = known[here] + step
                        waiting.append(b)
        return known

    # From the first day back to a: what lies between them is taken off again.
    return [
        (a, b, -before, after)
        for a, before in reached(start).items()
        for b, after in reached(end).items()
    ]
