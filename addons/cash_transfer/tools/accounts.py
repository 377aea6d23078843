"""Numbers that money is sent to: read, checked and written here alone.

The rules of the countries are those of ``phonenumbers`` and ``stdnum``.
"""

import phonenumbers
import stdnum.util
from stdnum.iso7064 import mod_97_10

#: Signs that people type between the digits.
BETWEEN = " -./()'"
#: Signs of an account number that no check is known for: least and most.
LEAST, MOST = 4, 34
#: The shortest IBAN (Norway) has so many behind its country and check digits.
LEAST_IBAN = 11


def clean(number):
    """Return the number without the signs people type between digits."""
    return stdnum.util.clean(number or "", BETWEEN).strip().upper()


def is_country_code(prefix):
    """Whether it is the telephone code of a country, like +243."""
    return prefix[:1] == "+" and _region(prefix) is not None


def _region(prefix):
    code = (prefix or "")[1:]
    region = "ZZ"
    if code.isascii() and code.isdigit() and not code.startswith("0"):
        region = phonenumbers.region_code_for_country_code(int(code))
    return None if region == "ZZ" else region


def read_phone(text, prefix=""):
    """Return a telephone number as +243812345678 (E.164); an empty text where it is
    none.

    What is asked is whether such a number can exist, not whether an operator has put
    the range to use: that changes more often than a library.

    :param prefix: code of the country in which it may be written as people dial it
        there; without one it begins with the code of its country, after +, 00 or
        nothing
    """
    number, region = clean(text), _region(prefix)
    if number.startswith("00") or not region:
        number = "+" + number.removeprefix("00").removeprefix("+")
    try:
        phone = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return ""
    if phone.extension or not phonenumbers.is_possible_number(phone):
        return ""
    return phonenumbers.format_number(phone, phonenumbers.PhoneNumberFormat.E164)


def is_phone(number):
    """Whether it is a telephone number with its country, written as it is kept."""
    return bool(number) and number[:1] == "+" and read_phone(number) == number


def write_phone(number, form, prefix=""):
    """Return a telephone number as a provider wants it (R30); what is none stays.

    :param form: ``plus`` (+243812345678), ``zeros`` (00243…), ``digits`` (243…) or
        ``local``, as dialled in the country of ``prefix``
    """
    number = number or ""
    if form == "plus" or not number.startswith("+"):
        return number
    if form == "local":
        if not prefix or not number.startswith(prefix):
            return number
        dialled_first = phonenumbers.ndd_prefix_for_region(_region(prefix), True) or ""
        return dialled_first + number[len(prefix) :]
    return ("00" if form == "zeros" else "") + number[1:]


def has_valid_check(number, kind):
    """Say whether a bank account's check digits hold.

    :param kind: ``iban``, ``mod97`` (the key that ends an account number in the
        French tradition, DRC included) or ``none``.
    """
    if kind == "iban":
        # stdnum.iban knows the lengths too, from a file that it cannot open in Odoo:
        # the program puts a loader of its own before the library
        country, rest = number[:4], number[4:]
        return (
            _is_plain(number)
            and len(rest) >= LEAST_IBAN
            and country[:2].isalpha()
            and country[2:].isdigit()
            and mod_97_10.is_valid(rest + country)
        )
    if kind == "mod97":
        return _is_plain(number) and number.isdigit() and not mod_97_10.checksum(number)
    return _is_plain(number)


def _is_plain(number):
    return LEAST <= len(number) <= MOST and number.isascii() and number.isalnum()


def mask(number):
    """Return the last three signs, the rest as dots (R45)."""
    return "•••" + number[-3:] if number else ""
