"""Numbers in sentences, as the reader writes them."""

from odoo.tools import formatLang


def say_number(env, value, digits=1):
    """A number in the reader's writing: ``26,7`` or ``1 250 000`` in French.

    Decimals that say nothing are left out. ``:g`` writes a million as ``1e+06``, and a
    point where the reader writes a comma.

    :param float value: the number
    :param int digits: decimals at most
    """
    value = round(value or 0.0, digits)
    return formatLang(env, value, digits=0 if value == int(value) else digits)
