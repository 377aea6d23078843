"""docs/glossary.md, its last section: the words of the portal in five languages, read
from the files of i18n/, each with where its translation comes from."""

import re

from . import modules, spoken
from .common import ROOT

PAGE = ROOT / "docs" / "glossary.md"
TITLE = "## In five languages"
HEAD = f"""{TITLE}

What people outside the desk read most, made by `setup/docs` from `i18n/`; do not
edit. The Swahili, Portuguese and Spanish are machine-made. Where a published text has
the word, it is named; all else waits **to be read by a native speaker**, who writes
what is better into the `.po` file.

| English | French | Swahili | Portuguese | Spanish | source |
|---|---|---|---|---|---|
"""
UNREAD = "to be read by a native speaker"
#: Texts of the United Nations and the ILO that have the word in French and Spanish.
SOURCES = {
    "Best-Interest Assessment": "Convention on the Rights of the Child, art. 3",
    "Exploitation": "Palermo Protocol, art. 3",
    "Hazardous Work": "ILO Recommendation 190",
    "In Decent Work": "ILO, decent work",
    "Permitted Light Work": "ILO Convention 138, art. 7",
    "Recruitment": "Palermo Protocol, art. 3",
    "Separation from Parents": "Convention on the Rights of the Child, art. 9",
    "Work Below the Minimum Age": "ILO Convention 138, art. 2",
    "Worst Form of Child Labour": "ILO Convention 182, art. 3",
}
LONGEST = 3  # words of a term; those with a source may be longer
LANGUAGES = ("fr", *spoken.LANGUAGES)


def page():
    """The text of the page with its last section as it follows from i18n/."""
    text = PAGE.read_text().partition(f"\n{TITLE}")[0].rstrip("\n")
    rows = "".join(f"| {' | '.join(row)} |\n" for row in _rows())
    return f"{text}\n\n{HEAD}{rows}"


def check():
    """Yield (file, line, advice) where the section is not current."""
    if PAGE.read_text() != page():
        yield PAGE, 1, "run setup/docs: the words of i18n/ have changed"


def _rows():
    known = {language: _words(language) for language in LANGUAGES}
    for term in sorted(known["sw"]):
        if not all(term in known[language] for language in LANGUAGES):
            continue
        source = SOURCES.get(term)
        if not source and not _is_word(term):
            continue
        said = f"{source} (fr, es); sw, pt {UNREAD}" if source else UNREAD
        yield (term, *(known[language][term] for language in LANGUAGES), said)


def _is_word(term):
    """A label of a few words, none of it a sentence."""
    words = term.split()
    return len(words) <= LONGEST and all(
        re.fullmatch(r"[A-Z][A-Za-z'-]*|a|of|or|and|to|the|by|for|in|on", word)
        for word in words
    )


def _words(language):
    import polib

    known = {}
    for _name, folder in sorted(modules.find().items()):
        path = folder / "i18n" / f"{language}.po"
        if path.is_file():
            for entry in polib.pofile(str(path)):
                if entry.msgstr and not entry.obsolete:
                    known.setdefault(entry.msgid, entry.msgstr)
    return known
