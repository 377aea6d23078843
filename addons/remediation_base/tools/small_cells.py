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
