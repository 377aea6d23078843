"""The application's texts in other words, where a file is about somebody else.

A module names a kind of words and says how a text changes. Whoever shows a file asks
for the kind by :data:`KEY` in the context. What people wrote is never changed: only
what stands in templates, forms and lists of choices.
"""

KEY = "other_words"

#: ``{kind: function of (text, language)}``
KINDS = {}


def other_words(kind):
    """Declare the decorated function of ``(text, lang)`` as the words of a kind."""

    def declare(function):
        KINDS[kind] = function
        return function

    return declare


def say(env, text, kind=None):
    """A text of the application in the words that the context asks for."""
    change = KINDS.get(kind or env.context.get(KEY))
    return change(text, env.lang or "en_US") if change and text else text


def say_choices(env, choices, kind=None):
    """``[(key, label)]`` in these words."""
    return [(key, say(env, label, kind)) for key, label in choices]
