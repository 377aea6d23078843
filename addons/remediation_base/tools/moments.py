"""A moment is a moment with its zone: read once, kept as UTC."""

from datetime import UTC, datetime, timedelta

#: A telephone's clock may run ahead by so much.
AHEAD = timedelta(minutes=10)
#: What was written longer ago was written with a wrong clock.
OLDEST = timedelta(days=366)


def read_moment(text, zone, now):
    """Return the moment of an ISO text as naive UTC, or None where none is meant.

    :param zone: tzinfo (of pytz) in which a moment without a zone was written
    :param datetime now: naive UTC; a clock slightly ahead gives this
    :raises ValueError: no moment, one in the future, or one of more than a year ago
    """
    if text in (None, False, ""):
        return None
    moment = datetime.fromisoformat(str(text).strip())
    if moment.tzinfo is None:
        moment = zone.localize(moment)
    moment = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    if not now - OLDEST <= moment <= now + AHEAD:
        raise ValueError(text)
    return min(moment, now)
