"""Places on a map that is drawn from their own coordinates: nobody else is asked."""

from math import cos, radians

#: Half of the picture's longer side, in its own units.
HALF = 460


def place(rows):
    """Give each row its place on a picture from -500 to 500, north up.

    A degree east is shorter the farther from the equator, so that distances are those
    of the ground.

    :param list rows: dicts with ``latitude`` and ``longitude``; they get ``x``, ``y``
    """
    if not rows:
        return
    north, east = ([row[name] for row in rows] for name in ("latitude", "longitude"))
    middle_north = (min(north) + max(north)) / 2
    middle_east = (min(east) + max(east)) / 2
    narrow = cos(radians(middle_north))
    widest = max(
        (max(north) - min(north)) / 2, (max(east) - min(east)) / 2 * narrow, 0.001
    )
    for row in rows:
        row["x"] = round(HALF * (row["longitude"] - middle_east) * narrow / widest)
        row["y"] = round(HALF * (middle_north - row["latitude"]) / widest)
