"""Names as they sound, for French and Swahili spellings of one name (R4).

``Kabongo`` and ``Cabongo``, ``Josué`` and ``Josuwe``, ``Ngoie`` and ``Ngoy`` give the
same key; order of names, accents and hyphens do not matter.
"""

import re
import unicodedata
from itertools import combinations

#: Applied in this order to a folded token.
_RULES = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"ph", "f"),
        (r"t?sch|tch|tsh|ch|sh", "x"),
        (r"dj|dz|j|g(?=[eiy])", "j"),
        (r"ck|kh|qu|q|c(?=[^eiy]|$)", "k"),
        (r"c", "s"),
        (r"gu(?=[eiy])", "g"),
        (r"th", "t"),
        (r"eau|au|oo", "o"),
        (r"ou", "u"),
        (r"oi?e$|oy$|oi$", "oi"),
        (r"z", "s"),
        (r"w", "u"),
        (r"y", "i"),
        (r"r", "l"),
        (r"h", ""),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)e$", ""),
    )
)
_VOWELS = re.compile(r"(?<!^)[aeiou]")
#: Words that say how to address somebody, or are part of many names.
_IGNORED = frozenset(
    {
        "mama",
        "papa",
        "maman",
        "ya",
        "wa",
        "de",
        "du",
        "la",
        "le",
        "fils",
        "fille",
        "mme",
        "mr",
    }
)


def tokens(*names):
    """Folded words of names, without titles: ``Wa-Banza Élie`` → banza, elie."""
    text = unicodedata.normalize("NFKD", " ".join(name for name in names if name))
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    words = re.findall(r"[a-z]+", text)
    return [word for word in words if word not in _IGNORED and len(word) > 1]


def spelling(word):
    """One spelling for all that sound alike, vowels kept."""
    for pattern, to in _RULES:
        word = pattern.sub(to, word)
    return word


def skeleton(word):
    """First sound and consonants: what mishearing and misspelling leave alone."""
    sound = spelling(word)
    return _VOWELS.sub("", sound) or sound


def match_name(*names):
    """Words in one order and spelling, for a trigram comparison."""
    return " ".join(sorted({spelling(word) for word in tokens(*names)} - {""}))


def match_keys(names, caregivers=(), marks=()):
    """Keys of which two records of one child share at least one.

    Two names of the child in any order; one name of the child with one of a caregiver;
    each mark (an identity number). A single name alone is no key: too many share it.
    """
    sounds = sorted({skeleton(word) for word in tokens(*names)} - {""})
    family = sorted({skeleton(word) for word in tokens(*caregivers)} - {""})
    keys = {"+".join(pair) for pair in combinations(sounds[:5], 2)}
    if len(sounds) == 1:
        keys |= {f"{sounds[0]}~{other}" for other in family[:6]}
        keys.add(f"{sounds[0]}.")
    keys |= {"#" + re.sub(r"[^a-z0-9]", "", mark.lower()) for mark in marks if mark} - {
        "#"
    }
    return sorted(keys)
