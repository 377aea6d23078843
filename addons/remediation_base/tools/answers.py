"""Answers of yes or no, as people and telephones give them (R58).

What is not understood never becomes a no: it raises, and whoever reads it waits or
asks. No answer is no answer, never the first or the last of the choices.
"""

import unicodedata

from odoo import fields
from odoo.tools.misc import ReadonlyDict

YES, NO, UNKNOWN = "yes", "no", "unknown"
ANSWERS = [(YES, "Yes"), (NO, "No"), (UNKNOWN, "Not Known")]
#: Where nobody can fail to know: was the child there?
YES_NO = ANSWERS[:2]
#: Words in English, French and Swahili, and what forms and spreadsheets write.
_WORDS = {
    YES: "yes y oui o true vrai t v 1 on checked coche ndiyo ndio",
    NO: "no n non false faux f 0 off unchecked decoche hapana",
    UNKNOWN: "unknown inconnu dk nsp na n/a ? 99 sijui",
}
_PHRASES = {
    UNKNOWN: (
        "not known",
        "not asked",
        "i do not know",
        "do not know",
        "i don t know",
        "don t know",
        "non connu",
        "pas connu",
        "pas demande",
        "non demande",
        "ne sait pas",
        "je ne sais pas",
    )
}
_BY_WORD = {
    **{word: answer for answer, words in _WORDS.items() for word in words.split()},
    **{text: answer for answer, texts in _PHRASES.items() for text in texts},
}


class NotUnderstoodError(ValueError):
    """The value is an answer, but neither a known yes nor a known no."""


def plain_word(text: str) -> str:
    """Return a text without accents, capitals and marks around it."""
    text = unicodedata.normalize("NFKD", str(text)).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = text.replace("’", " ").replace("'", " ").replace("_", " ")
    return " ".join(text.split()).strip(' .!,;:"«»“”()')


def read_answer(value) -> str | None:
    """Return ``"yes"``, ``"no"``, ``"unknown"``, or None where nothing was said.

    :raises NotUnderstoodError: something was said that is none of them
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | float):
        if value in (0, 1):
            return YES if value else NO
        raise NotUnderstoodError(value)
    if not isinstance(value, str):
        raise NotUnderstoodError(value)
    if not value.strip():
        return None
    answer = _BY_WORD.get(plain_word(value)) or _BY_WORD.get(value.strip())
    if not answer:
        raise NotUnderstoodError(value)
    return answer


def read_choice(env, field, value):
    """Return the key of a selection that a value names: the key or the words of it,
    in any case and accent, in any language that is installed. None for no answer.

    :raises NotUnderstoodError: it names none of them
    """
    if value in (None, False, ""):
        return None
    if isinstance(value, str):
        if not value.strip():
            return None
        wanted = plain_word(value)
        languages = [code for code, _name in env["res.lang"].get_installed()]
        for language in languages:
            words = field._description_selection(env(context={"lang": language}))
            for key, label in words:
                if wanted in (plain_word(key), plain_word(label)):
                    return key
    raise NotUnderstoodError(value)


class Answer(fields.Selection):
    """Yes, no, or not known; no default ever (R58, R81).

    Empty means that nobody answered. Code may write ``True`` for a yes; ``False``
    empties it, as in every selection.
    """

    def __init__(self, string=None, selection=None, **kwargs):
        if string:
            kwargs["string"] = string
        if selection:
            kwargs["selection"] = selection
        super().__init__(**kwargs)

    def __set_name__(self, owner, name):
        # Only what a module's class declares has the three answers. A field that Odoo
        # puts together, or changes while a module is removed, keeps those it was given.
        declared = getattr(owner, "pool", None) is None
        if declared and not {"selection", "related"} & set(self._args__):
            self._args__ = ReadonlyDict({**self._args__, "selection": ANSWERS})
            self._selection = dict(ANSWERS)
        return super().__set_name__(owner, name)

    def convert_to_cache(self, value, record, validate=True):
        return super().convert_to_cache(
            YES if value is True else value, record, validate
        )
