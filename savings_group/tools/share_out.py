"""The share-out of a savings group, as arithmetic alone (R49).

Amounts are whole numbers of the currency's smallest unit, so that nothing is lost
to binary fractions; the value of a share is an exact fraction.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True)
class Claim:
    """What one member brings: shares, and the debt netted against the payout."""

    key: int
    shares: int
    debt: int = 0


@dataclass(frozen=True)
class Payout:
    """What one member gets. ``unpaid`` is the debt that the shares do not cover."""

    gross: Fraction
    netted: int
    unpaid: int
    payout: int


@dataclass(frozen=True)
class ShareOut:
    value: Fraction
    payouts: dict
    rest: int


def value_per_share(cash, claims):
    """Return the exact value of one share, and the keys of absorbed borrowers.

    A netted loan belongs to the fund, but only up to the borrower's own payout. For
    a borrower whose debt exceeds it, the payout and the netting cancel out: the fund
    is (cash + other netted) ÷ (1 − the borrower's part of the shares). Taking such a
    borrower out lowers the value, so more may follow; the set only grows.
    """
    total = sum(claim.shares for claim in claims)
    if not total:
        return Fraction(0), frozenset(claim.key for claim in claims if claim.debt)
    absorbed = frozenset()
    while True:
        netted = sum(claim.debt for claim in claims if claim.key not in absorbed)
        sharing = total - sum(claim.shares for claim in claims if claim.key in absorbed)
        value = Fraction(cash + netted, sharing) if sharing else Fraction(0)
        over = frozenset(
            claim.key for claim in claims if claim.debt > value * claim.shares
        )
        if over <= absorbed or not sharing:
            return value, absorbed
        absorbed |= over


def share_out(cash, claims, step=1):
    """Share ``cash`` out over ``claims``; payouts are multiples of ``step``.

    What the step leaves over is the rest: Σ payouts + rest = cash, always.

    :raises ValueError: a negative fund, or a step below one.
    """
    if cash < 0:
        raise ValueError("the fund is negative")
    if step < 1:
        raise ValueError("the step is below the smallest unit")
    value, absorbed = value_per_share(cash, claims)
    payouts = {}
    for claim in claims:
        gross = value * claim.shares
        if claim.key in absorbed:
            netted = int(gross)
            payout = 0
        else:
            netted = claim.debt
            payout = int((gross - netted) // step) * step
        payouts[claim.key] = Payout(gross, netted, claim.debt - netted, payout)
    rest = cash - sum(line.payout for line in payouts.values())
    return ShareOut(value, payouts, rest)


def least_to_bring(cash, claims, whole):
    """Return key → the least that each borrower of ``whole`` has to repay in cash, so
    that her own payout covers the rest of her debt.

    What she brings is in the fund as much as what is netted: the value of a share is
    that of a fund with her whole debt in it, whichever way it comes. The other
    borrowers stay limited to their own payout.

    :param whole: keys of the borrowers whose debt is to be paid in full.
    """
    rest = [
        Claim(claim.key, claim.shares) if claim.key in whole else claim
        for claim in claims
    ]
    paid = sum(claim.debt for claim in claims if claim.key in whole)
    value, _absorbed = value_per_share(cash + paid, rest)
    return {
        claim.key: max(ceil(claim.debt - value * claim.shares), 0)
        for claim in claims
        if claim.key in whole
    }
