"""The book of docs/: it can be built, and it says what the product says."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from html.parser import HTMLParser

import polib
import pytest
from _lib import book, modules, pictures
from _lib.common import SETUP
from lxml import etree

PAGES = sorted(
    path.relative_to(book.DOCS / "en") for path in (book.DOCS / "en").rglob("*.md")
)
LABEL = re.compile(r"(?<![*\w])\*([^*]+)\*(?!\*)")
#: Words of screens that are Odoo's own or OCA's, which our translations do not hold.
OF_OTHERS = {
    "New": "Nouveau",
    "Print": "Imprimer",
    "Settings": "Paramètres",
    "Users": "Utilisateurs",
    "Invoicing": "Facturation",
    "Trial Balance": "Balance générale",
    "General Ledger": "Grand livre",
    "Fiscal Years": "Exercices",
    # not translated by OCA
    "MIS Reports": "MIS Reports",
    "Lock Dates": "Lock Dates",
}
MEGABYTES = 3
#: How a page of the portal's other languages says that no native speaker has read it.
UNREAD = {
    "sw": "Hakuna mtu ambaye Kiswahili ni lugha yake ya kwanza",
    "pt": "ninguém que tenha o português como língua materna",
    "es": "nadie que tenga el español como lengua materna",
}
MARKS = (r"^#+ ", r"^\d+\. ", r"^- ", r"^```", r"^!\[")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return book.build(tmp_path_factory.mktemp("book"))


def labels(language, page):
    """The names of screens and buttons on a page: what is in italics."""
    text = (book.DOCS / language / page).read_text()
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return [_plain(found) for found in LABEL.findall(text)]


def _plain(text):
    return " ".join(text.split())


def terms(language="fr"):
    """(English, translation) of what our modules say; a no-break space is a space."""
    for folder in modules.find().values():
        for path in folder.glob(f"i18n/{language}.po"):
            for entry in polib.pofile(str(path)):
                yield _plain(entry.msgid), _plain(entry.msgstr)


def counts(text):
    """How many headings, steps, points, blocks and pictures a page has."""
    return [len(re.findall(mark, text, re.M)) for mark in MARKS]


def test_it_builds_without_a_warning(built):
    for language in book.LANGUAGES:
        page = (built / language / language / "case-work.html").read_text()
        assert f'lang="{language}"' in page
        assert (built / language / "rules.html").is_file()


def test_a_missing_picture_stops_the_build(tmp_path):
    source = tmp_path / "docs"
    (source / "en").mkdir(parents=True)
    (source / "conf.py").write_text((book.DOCS / "conf.py").read_text())
    (source / "en" / "index.md").write_text("# Book\n\n![Gone](../pictures/gone.png)\n")
    code = "import sys; from _lib import book; from pathlib import Path; "
    code += "book.DOCS = Path(sys.argv[1]); book.build(Path(sys.argv[2]))"
    command = [sys.executable, "-c", code, str(source), str(tmp_path / "book")]
    done = subprocess.run(command, cwd=SETUP, capture_output=True, text=True)
    assert done.returncode, done.stdout
    assert "gone.png" in done.stderr


def test_both_languages_have_the_same_pages():
    french = book.DOCS / "fr"
    assert PAGES == sorted(p.relative_to(french) for p in french.rglob("*.md"))
    for page in PAGES:
        one, other = (
            (book.DOCS / language / page).read_text() for language in book.LANGUAGES
        )
        assert counts(one) == counts(other), page
        targets = [re.findall(r"\]\(([^)#]+)", text) for text in (one, other)]
        assert targets[0] == [t.replace("/fr/", "/en/") for t in targets[1]], page


def test_every_label_is_a_word_of_the_product():
    known = set(terms())
    words = {
        "en": {source for source, _target in known} | set(OF_OTHERS),
        "fr": {target for _source, target in known} | set(OF_OTHERS.values()),
    }
    wrong = [
        f"{language}/{page}: {label}"
        for language in book.LANGUAGES
        for page in PAGES
        for label in labels(language, page)
        if label not in words[language]
    ]
    assert not wrong, "\n".join(wrong)


def test_a_label_is_translated_as_on_the_screen():
    pairs = set(terms()) | set(OF_OTHERS.items())
    wrong = []
    for page in PAGES:
        both = [labels(language, page) for language in book.LANGUAGES]
        assert len(both[0]) == len(both[1]), (page, both)
        wrong += [
            f"{page}: {one} = {other}"
            for one, other in zip(*both, strict=True)
            if (one, other) not in pairs
        ]
    assert not wrong, "\n".join(wrong)


def test_every_picture_is_used_has_a_step_and_is_small():
    total = 0
    steps = {shot.name for shot in pictures.SHOTS}
    for language in book.LANGUAGES:
        folder = book.DOCS / "pictures" / language
        stored = {path.stem for path in folder.glob("*.png")}
        used = {
            name
            for page in PAGES
            for name in re.findall(
                rf"pictures/{language}/([\w-]+)\.png",
                (book.DOCS / language / page).read_text(),
            )
        }
        assert stored == used == steps, language
        total += sum(path.stat().st_size for path in folder.glob("*.png"))
    assert total <= MEGABYTES * 2**20


def _screens():
    """The models that our menus open."""
    found = {}
    menus = set()
    for folder in modules.find().values():
        for path in folder.rglob("*.xml"):
            if {"tests", "static"}.intersection(path.relative_to(folder).parts):
                continue
            for node in etree.parse(path).iter("menuitem", "record"):
                if node.tag == "menuitem" and node.get("action"):
                    menus.add(node.get("action").split(".")[-1])
                elif node.get("model") == "ir.actions.act_window":
                    model = node.xpath("string(field[@name='res_model'])")
                    found[node.get("id").split(".")[-1]] = model
    return {found[action] for action in menus if found.get(action)}


def test_every_screen_has_its_page(built):
    for language in book.LANGUAGES:
        pages = json.loads((built / language / "screens.json").read_text())
        missing = {model for model in _screens() if model not in pages}
        assert not missing, (language, sorted(missing))
        for model, target in pages.items():
            page, _hash, anchor = target.partition("#")
            found = Reader.of(built / language / page).sections
            assert not anchor or anchor in found, (language, model, target)


def test_each_language_of_the_portal_helps_with_the_screens_of_the_portal(built):
    """The same screens as in English, each at the same heading of the page."""

    def headings(language):
        pages = json.loads((built / language / "screens.json").read_text())
        sections = Reader.of(built / language / language / "partner.html").sections
        home = f"{language}/partner.html#"
        return {
            model: sections.index(target.removeprefix(home))
            for model, target in pages.items()
            if target.startswith(home)
        }

    english = headings("en")
    assert {"portal", "remediation.device", "referral.total"} <= set(english)
    for language in ("fr", *book.PORTAL):
        assert headings(language) == english, language


def test_the_page_of_the_portal_is_whole_and_says_that_no_native_speaker_read_it(built):
    english = (book.DOCS / "en" / "partner.md").read_text()
    pictures_of = re.compile(r"\]\((\.\./pictures/[^)]+)\)")
    for language in book.PORTAL:
        text = (book.DOCS / language / "partner.md").read_text()
        assert counts(text) == counts(english), language
        assert pictures_of.findall(text) == pictures_of.findall(english), language
        folder = built / language / language
        assert not (built / language / "rules.html").exists()
        for name in ("index", "partner"):
            page = (folder / f"{name}.html").read_text()
            assert f'lang="{language}"' in page
            assert UNREAD[language] in _plain(page), (language, name)
            away = [one for one in Reader.of(folder / f"{name}.html").links if one]
            others = [one for one in away if one.startswith("../../")]
            assert len(others) == 2, (language, name, away)
            for one in others:
                assert (folder / one).is_file(), (language, name, one)


def test_a_label_is_the_word_of_the_portal_in_its_language(built):
    for language in book.PORTAL:
        said = defaultdict(set)
        for source, words in terms(language):
            said[source].add(words)
        both = [labels(spoken, "partner.md") for spoken in ("en", language)]
        # The desk speaks English and French alone: its labels stay as they are.
        wrong = [
            f"{one} = {other}"
            for one, other in zip(*both, strict=True)
            if other not in said.get(one, [one])
        ]
        assert not wrong, (language, wrong)
        (product,) = said["Child Remediation"]
        assert labels(language, "index.md") == [product]
        page = (built / language / language / "index.html").read_text()
        assert product in re.search(r"<title>(.*?)</title>", page, re.S)[1]


class Reader(HTMLParser):
    """The anchors of a page's sections, in their order, and where its links lead."""

    def __init__(self):
        super().__init__()
        self.sections = []
        self.links = []

    @classmethod
    def of(cls, path):
        reader = cls()
        reader.feed(path.read_text())
        return reader

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if tag == "section":
            self.sections.append(facts.get("id"))
        elif tag == "a":
            self.links.append(facts.get("href"))
