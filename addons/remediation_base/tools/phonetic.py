"""Names as they sound: French and Swahili spellings, names of Katanga, Arabic (R4).

``Kabongo`` and ``Cabongo``, ``Josué`` and ``Josuwe``, ``N'Kulu`` and ``Nkulu`` give the
same key; order of names, accents, apostrophes and hyphens do not matter. Arabic is
written in Latin letters first, so that it is compared whatever the database's locale.
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


#: Signs within a word that nobody writes twice alike: apostrophes of all kinds, the
#: letters for hamza and ayn, the Arabic line that only makes a word longer.
_WITHIN = re.compile(
    "['\u2018\u2019\u201b\u02bc\u02bb\u02be\u02bf\u0060\u00b4\u2032\u0640]"
)
#: The French article before a vowel, which is no part of the name.
_ELISION = re.compile("\\b[dl]['\u2018\u2019\u02bc](?=[aeiouh])")
_ARABIC_ARTICLE = re.compile("\\bال(?=\\w{2})")
#: Letters that Unicode does not take apart, and Arabic ones as they sound.
_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ŋ": "ng", "ɓ": "b", "ɗ": "d", "ɛ": "e",
        "ɔ": "o", "ß": "ss", "æ": "e", "œ": "e",
        "ا": "a", "ى": "i", "ب": "b", "ت": "t", "ة": "h", "ث": "t", "ج": "j",
        "ح": "h", "خ": "kh", "د": "d", "ذ": "d", "ر": "r", "ز": "z", "س": "s",
        "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "", "غ": "g",
        "ف": "f", "ق": "k", "ك": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m",
        "ن": "n", "ه": "h", "و": "w", "ي": "y", "ی": "y", "ء": "", "پ": "p",
        "چ": "ch", "ڤ": "v",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """Lower case without accents, apostrophes and other alphabets' letters, so that one
    name has one spelling wherever it is compared or searched."""
    text = unicodedata.normalize("NFKD", text or "")
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    text = _ARABIC_ARTICLE.sub("", text)
    return _WITHIN.sub("", text).translate(_LETTERS)


def tokens(*names: str) -> list[str]:
    """Plain words of names, without titles: ``Wa-Banza Élie`` → banza, elie."""
    text = " ".join(name for name in names if name)
    text = _ELISION.sub("", unicodedata.normalize("NFC", text).lower())
    words = re.findall(r"[^\W\d_]+", plain(text))
    return [word for word in words if word not in _IGNORED and len(word) > 1]


def spelling(word: str) -> str:
    """One spelling for all that sound alike, vowels kept."""
    for pattern, to in _RULES:
        word = pattern.sub(to, word)
    return word


def skeleton(word: str) -> str:
    """First sound and consonants: what mishearing and misspelling leave alone."""
    sound = spelling(word)
    return _VOWELS.sub("", sound) or sound


def match_name(*names: str) -> str:
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
    keys |= {"#" + _mark(mark) for mark in marks if mark} - {"#"}
    return sorted(keys)


def _mark(text):
    """A number as people write it: digits of any script, letters, nothing between."""
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() else c
        for c in plain(unicodedata.normalize("NFKC", text))
        if c.isalnum()
    )
