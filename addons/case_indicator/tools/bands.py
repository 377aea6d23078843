"""Bands: how numbers of children are told to somebody outside (R10).

A count is told as the span of numbers it lies in; spans begin at multiples of the
threshold. Whatever is subtracted from whatever, over everything that was ever told,
never gives a number from 1 to the threshold less one: what is told are multiples of it.
"""

from odoo.addons.remediation_base.tools.small_cells import THRESHOLD


def band(count, threshold=THRESHOLD):
    """``[lowest, highest]`` of the span that a count of persons lies in; what counts by
    share may be less than one person, and is never nought then."""
    if count <= 0:
        return [0, 0]
    lowest = int(count) - int(count) % threshold
    return [lowest or 1, lowest + threshold - 1]


def ratio_band(part, whole):
    """``[lowest, highest]`` percentage that two told spans leave open; it is worked out
    from what was told, so it tells nothing more. None where the whole is nought."""
    if not whole[1]:
        return None
    lowest = 100 * part[0] // whole[1]
    highest = -(-100 * part[1] // whole[0])
    return [min(lowest, 100), min(highest, 100)]


def may_break_down(cells, threshold=THRESHOLD):
    """Whether a table of counts may be told: one small cell, and it is left out whole,
    as a reader may know the exact total from elsewhere."""
    return all(not 0 < cell < threshold for cell in cells)


def rough(value):
    """A number with its two first digits; what is worked out of many tells no one."""
    return float(f"{float(value):.2g}")
