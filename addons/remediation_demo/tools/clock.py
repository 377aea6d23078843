"""The past, lived through: what the demonstration does on a day of last year happens
by the clock of that day, so that each method decides, stamps and counts as it would
have done. Nothing is written back by SQL."""

from contextlib import contextmanager
from datetime import datetime, timedelta

from freezegun import freeze_time

#: Hour (UTC) at which the organisation's day is told: late morning in Lubumbashi.
HOUR = 9


def latest_morning(now=None):
    """The last time that it was :data:`HOUR`: the present of the demonstration, so
    that nothing in it lies in the future whatever the hour."""
    now = now or datetime.utcnow()  # noqa: DTZ003 - Odoo keeps UTC without a zone
    morning = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return morning if morning <= now else morning - timedelta(days=1)


@contextmanager
def past(env):
    """Inside, ``move(moment)`` sets the clock of Python and of the cursor's
    transaction (``create_date``); Odoo depends on freezegun itself."""
    with freeze_time(latest_morning()) as frozen:

        def move(moment):
            env.flush_all()  # what was done before is stamped with its own day
            frozen.move_to(moment)
            env.cr._now = moment

        try:
            yield move
            env.flush_all()
        finally:
            env.cr._now = None
