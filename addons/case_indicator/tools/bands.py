"""Bands: how small numbers of children are told to somebody outside (R10).

A count is told as the span of numbers it lies in; spans begin at multiples of the
threshold. Whatever is subtracted from whatever, over everything that was ever told,
never gives a number from 1 to the threshold less one: told numbers are multiples of it.
"""

from odoo.addons.remediation_base.tools.small_cells import THRESHOLD


def band(count, threshold=THRESHOLD):
    """``(lowest, highest)`` of the span that a count of persons lies in."""
    count = int(count)
    if count <= 0:
        return 0, 0
    lowest = count - count % threshold
    return (lowest or 1), lowest + threshold - 1


def ratio_band(part, whole):
    """``(lowest, highest)`` percentage that two told spans leave open; it is worked out
    from what was told, so it tells nothing more. None where the whole is nought."""
    if not whole[1]:
        return None
    lowest = 100 * part[0] // max(whole[1], 1)
    highest = -(-100 * part[1] // max(whole[0], 1))
    return min(lowest, 100), min(highest, 100)


def per_head(amount, heads):
    """``(lowest, highest)`` of an amount by head of a told span; None for nobody."""
    if not heads[1]:
        return None
    return amount / heads[1], amount / heads[0]


def narrowed(total, cells):
    """The spans of cells that add up to a total, as sharp as anybody can work them out.

    :param total: ``(lowest, highest)``
    :param cells: list of such
    """
    low, high = sum(cell[0] for cell in cells), sum(cell[1] for cell in cells)
    return [
        (
            max(cell[0], total[0] - (high - cell[1])),
            min(cell[1], total[1] - (low - cell[0])),
        )
        for cell in cells
    ]


def tells(total, cells, threshold=THRESHOLD):
    """Whether the cells, with their total, leave a small one fewer than four numbers
    to be, so that the whole table has to be left out."""
    return any(
        sharp[0] > 0 and sharp[1] < threshold and sharp[1] - sharp[0] < 3
        for sharp in narrowed(total, cells)
    )
