"""What `setup/lint` asks of the words people read, in English and in French. The words
come from i18n/, which `setup/i18n` keeps up to date; docs/glossary.md says which word
stands for which thing. Each check yields (file, line, what to do)."""

import re
from collections import defaultdict

from . import modules
from .common import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
LONGEST = 20  # words of a sentence
LABELS = (
    "model:ir.model.fields,field_description",
    "model:ir.model.fields.selection,name",
    "model:ir.ui.menu,name",
    "model:ir.actions.act_window,name",
    "model:ir.actions.report,name",
    "model:ir.model,name",
    "model:mail.activity.type,name",
    "model:res.groups,name",
)
#: Labels that Odoo gives to fields and models of its own.
NOT_OURS = {
    "Created by",
    "Created on",
    "File streaming helper model for controllers",
    "Last Updated by",
    "Last Updated on",
    "Message Delivery error",
    "Number of errors",
    "SMS Delivery error",
}
SMALL = set(
    "a an and as at but by for from in into nor of on or per than the to".split()
)
SMALL |= {"via", "with"}
#: These may be written either way inside a label.
EITHER = set("about after against before below beside between since towards".split())
EITHER |= {"under", "until", "within", "without"}
NARROW, NO_BREAK = " ", "\N{NO-BREAK SPACE}"


def check():
    import polib

    spellings = defaultdict(dict)
    avoid = _avoid("English"), _avoid("French")
    for folder in modules.find().values():
        for path in sorted((folder / "i18n").glob("*.pot")):
            for entry in polib.pofile(str(path)):
                places = [place for place, _line in entry.occurrences]
                for advice in _english(entry.msgid, places, avoid[0]):
                    yield path, entry.linenum, advice
                if not all(place.endswith("_name") for place in places):
                    words = entry.msgid
                    spellings[words.casefold()].setdefault(words, (path, entry))
        yield from _views(folder)
        for path in sorted((folder / "i18n").glob("fr.po")):
            pofile = polib.pofile(str(path))
            for entry in pofile.obsolete_entries():
                yield path, entry.linenum, "delete the term: nothing uses it"
            for entry in pofile:
                if entry.msgid not in NOT_OURS:
                    for advice in _french(entry.msgstr, avoid[1]):
                        yield path, entry.linenum, advice
    for variants in spellings.values():
        for words, (path, entry) in sorted(variants.items())[1:]:
            other = min(variants)
            yield path, entry.linenum, f"write {words!r} as elsewhere: {other!r}"


def _views(folder):
    """The labels that stand in views: buttons, pages, filters, fields and groups."""
    from lxml import etree

    for path in sorted(
        [*folder.glob("views/**/*.xml"), *folder.glob("wizards/**/*.xml")]
    ):
        for node in etree.parse(path).iter(
            "button", "page", "filter", "field", "group"
        ):
            label = node.get("string") or ""
            if not re.search("[?.…:]$", label) and title(label) != label:
                yield (
                    path,
                    node.sourceline,
                    f"labels are in Title Case: {title(label)!r}",
                )


def title(label):
    """Return a label in Title Case. What stands in brackets or after a colon explains
    the label and is written as a sentence."""
    head, colon, tail = label.partition(": ")
    words = head.split(" ")
    lettered = [
        number for number, word in enumerate(words) if re.search("[A-Za-z]", word)
    ]
    result, bracket = [], False
    for number, word in enumerate(words):
        if bracket or "(" in word:
            bracket = ")" not in word
            result.append(word)
            continue
        plain = word.strip('“”".,;:?!…').lower()
        inside = number not in (lettered[0], lettered[-1]) if lettered else False
        letter = re.search("[A-Za-z]", word)
        if inside and plain in SMALL:
            word = word.lower()
        elif letter and not (inside and plain in EITHER):
            at = letter.start()
            word = word[:at] + word[at].upper() + word[at + 1 :]
        result.append(word)
    return " ".join(result) + colon + tail


def _avoid(language):
    """[(pattern, what to write)] of the table of words not to write."""
    section = GLOSSARY.read_text().partition(f"## {language}: not to be written\n")[2]
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \|$", section.partition("\n## ")[0], re.M
    )
    return [
        (re.compile(rf"\b(?:{word.replace(', ', '|')})\b", re.IGNORECASE), instead)
        for word, instead in rows[1:]
        if not word.startswith("-")
    ]


def _english(text, places, avoid):
    plain = re.sub(r"<[^>]*>|\{\{.*?\}\}", " . ", text)
    if all(
        place.endswith("report_name") or "print_report" in place for place in places
    ):
        return
    label = any(place.startswith(LABELS) for place in places)
    if label and text not in NOT_OURS and "{{" not in text and title(text) != text:
        yield f"labels are in Title Case: {title(text)!r}"
    if text != text.strip() and any(place.startswith(LABELS) for place in places):
        yield f"take the blanks away from {text!r}"
    if re.search(r"\bR\d+b?\b", plain):
        yield f"people know no numbers of rules: {text[:60]!r}"
    if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", text):
        yield f"{text!r} is a name of the code: take it out of what is translated"
    for sentence in re.split(r"(?<=[.!?:;…])\s+|\n\n| \. ", plain):
        count = len(re.findall(r"%\(\w+\)|[\w’'-]+", sentence))
        if count > LONGEST:
            yield f"{count} words: make two sentences of {sentence.strip()[:60]!r}…"
    for pattern, instead in avoid:
        if found := pattern.search(plain):
            yield f"the glossary says {instead} for {found.group()!r}"


def _french(text, avoid):
    for part in re.split(r"<[^>]*>|\{\{.*?\}\}", text):
        if part.startswith("'"):
            continue  # the name of a printed file
        if "’" in part:
            yield f"write ' for ’, as Odoo does: {text[:60]!r}"
        if re.search(rf"(?<=\S){NARROW}[:;?!»%](?=\s|$)|«{NARROW}", part):
            yield f"use a no-break space: {text[:60]!r}"
        for pattern, instead in avoid:
            if found := pattern.search(part):
                yield f"the glossary says {instead} for {found.group()!r}"


def tidy(text):
    """Return a French text with the apostrophes and blanks that `check` asks for."""
    if text.startswith("'"):
        return text
    parts = re.split(r"(<[^>]*>|\{\{.*?\}\})", text)
    for number in range(0, len(parts), 2):
        part = parts[number].replace("’", "'").replace(f"«{NARROW}", f"«{NO_BREAK}")
        parts[number] = re.sub(rf"(?<=\S){NARROW}(?=[:;?!»%](?:\s|$))", NO_BREAK, part)
    return "".join(parts)
