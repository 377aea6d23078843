"""How many people to ask, and whom."""

import math
import random

#: z for the usual confidence levels.
Z = {"90": 1.645, "95": 1.96, "99": 2.576}


def sample_size(population, confidence, margin):
    """Return Cochran's size for p = 0.5 with the finite-population correction.

    :param str confidence: key of :data:`Z`.
    :param float margin: margin of error as a fraction (0.05).
    """
    if population <= 0:
        return 0
    base = Z[confidence] ** 2 * 0.25 / margin**2
    return min(population, math.ceil(base / (1 + (base - 1) / population)))


def draw(ids, size, seed):
    """Return ``size`` of the ids; the same seed draws the same ones."""
    # not for secrets: the seed is kept so that an auditor can draw again
    return sorted(random.Random(seed).sample(sorted(ids), size))  # noqa: S311
