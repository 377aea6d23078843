"""What an amount taken from an advance cost, first in, first out."""


def consume(layers, used, wanted):
    """Take ``wanted`` units from layers after ``used`` units were taken before.

    The cost of a layer is spread by cumulative rounding, so that the pieces taken from
    a layer add up to exactly the layer's cost whatever their number.

    :param layers: list of ``(units, cost)``, oldest first, integers.
    :param int used: units taken before.
    :param int wanted: units to take now.
    :return: ``(pieces, missing)``: list of ``(layer index, units, cost)`` and the units
        that no layer covers.
    """
    pieces = []
    for index, (units, cost) in enumerate(layers):
        if not wanted:
            break
        if used >= units:
            used -= units
            continue
        taken = min(units - used, wanted)
        before = _share(cost, used, units)
        after = _share(cost, used + taken, units)
        pieces.append((index, taken, after - before))
        wanted -= taken
        used = 0
    return pieces, wanted


def _share(cost, part, units):
    """Round half up, in integers."""
    return (2 * cost * part + units) // (2 * units)
