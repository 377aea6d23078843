"""Exactly once by key: what arrives twice, or by two ways at a time, counts once."""

from contextlib import contextmanager

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ConcurrencyError


def one_at_a_time(env, *key):
    """Wait until nobody else holds this key, and hold it until the transaction ends.

    The loser of a race then reads the row that the winner made.

    :param env: environment
    :param key: parts of the key; the first one names what it is the key of
    """
    env.cr.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
        (":".join(str(part) for part in key),),
    )


@contextmanager
def first_wins(env, key):
    """Around what makes the row of this key, which a unique index of its table guards.

    :param env: environment
    :param key: named in the error
    :raises ConcurrencyError: the first one was kept after this transaction began; the
        request begins again by itself, and reads it
    """
    try:
        with env.cr.savepoint():
            yield
    except UniqueViolation as error:
        raise ConcurrencyError(key) from error
