"""Numbers that money is sent to."""

import re


def clean(number):
    """Return the number without the signs people type between digits."""
    return re.sub(r"[\s().\-/]", "", number or "").upper()


def is_e164(number):
    return bool(re.fullmatch(r"\+[1-9]\d{7,14}", number or ""))


def has_valid_check(number, kind):
    """Say whether a bank account's check digits hold.

    :param kind: ``iban``, ``mod97`` (the key that ends an account number in the
        French tradition, DRC included) or ``none``.
    """
    if kind == "iban":
        if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", number):
            return False
        moved = number[4:] + number[:4]
        return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1
    if kind == "mod97":
        return number.isdigit() and len(number) >= 5 and int(number) % 97 == 0
    return bool(re.fullmatch(r"[A-Z0-9]{4,34}", number))


def mask(number):
    """Return the last three signs, the rest as dots (R45)."""
    return "•••" + number[-3:] if number else ""
