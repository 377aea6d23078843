"""setup/docs: the pages of docs/ whose columns follow from the code, and the README of
each module."""

import re
from collections import defaultdict

from . import dictionary, forms, glossary, modules, openapi, readme, steps
from .common import ROOT, say, write_atomic

RULES = ROOT / "docs" / "rules.md"
ROW = re.compile(r"^\| (R\d+) \| (.+?) \|.*\|$")
MENTION = re.compile(r"\bR([1-9][0-9]?)b?\b")
PLACES = 3  # named for each rule: where it is mentioned most


def run(parser, arguments):
    parser.add_argument("--book", action="store_true", help="build the book as HTML")
    parser.add_argument(
        "--pictures",
        nargs="*",
        metavar="NAME",
        help="take the book's pictures of what setup/run serves, first; all or by name",
    )
    options = parser.parse_args(arguments)
    if options.pictures is not None:
        from . import pictures

        pictures.take_all(options.pictures)
    if options.book:
        from . import book

        say(f"The book is in {book.build().relative_to(ROOT)}")
    if options.book or options.pictures is not None:
        return 0
    for path, page in (
        (RULES, rules()),
        (steps.PAGE, steps.page()),
        (forms.PAGE, forms.page()),
        (openapi.PAGE, openapi.page()),
        (dictionary.PAGE, dictionary.page()),
        (glossary.PAGE, glossary.page()),
        *readme.pages(),
    ):
        changed = not path.is_file() or page != path.read_text()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, page)
        name = path.relative_to(ROOT)
        say(f"{name}: {'brought up to date' if changed else 'is up to date'}")
    return 0


def check():
    """Yield (file, line, advice): a mention without a rule, a rule without a proof."""
    yield from steps.check()
    yield from forms.check()
    yield from openapi.check()
    yield from dictionary.check()
    yield from glossary.check()
    yield from readme.check()
    numbers = set(_sentences())
    homes, proofs = _mentions(), _proofs()
    for number in sorted(homes.keys() | proofs.keys(), key=_key):
        if number not in numbers:
            path, line = min(homes.get(number) or proofs[number])[:2]
            yield path, line, f"{number} is no rule of docs/rules.md; correct it"
    for number in sorted(numbers, key=_key):
        if number not in proofs:
            yield RULES, 1, f"name a test of {number} test_{number.lower()}_…"
    if rules() != RULES.read_text():
        yield RULES, 1, "run setup/docs: the columns are not those of the code"


def rules():
    """The page of the rules, with where each lives and what proves it."""
    homes, proofs = _mentions(), _proofs()
    lines = []
    for line in RULES.read_text().splitlines():
        row = ROW.match(line)
        if row:
            number, sentence = row.groups()
            line = (
                f"| {number} | {sentence} | {_where(homes.get(number, []))} "
                f"| {_tests(proofs.get(number, []))} |"
            )
        lines.append(line)
    return "\n".join(lines) + "\n"


def _sentences():
    rows = map(ROW.match, RULES.read_text().splitlines())
    return {row.group(1): row.group(2) for row in rows if row}


def _key(number):
    return int(number[1:])


def _code():
    """(path, is a test) of what may mention a rule."""
    # What setup/ installs is imported where it is used: --help installs nothing.
    from . import house

    folders = [*modules.find().values(), ROOT / "tests"]
    for path in house.files():
        if path.suffix in (".py", ".xml", ".js") and any(
            path.is_relative_to(folder) for folder in folders
        ):
            yield path, "tests" in path.relative_to(ROOT).parts


def _mentions():
    found = defaultdict(list)
    for path, is_test in _code():
        if not is_test:
            for line, text in enumerate(path.read_text().splitlines(), 1):
                for number in MENTION.findall(text):
                    found[f"R{number}"].append((path, line))
    return found


def _proofs():
    found = defaultdict(list)
    for path, is_test in _code():
        if is_test and path.suffix == ".py":
            for line, text in enumerate(path.read_text().splitlines(), 1):
                name = re.match(r"\s*def (test((?:_r\d+b?)+)_\w+)\(", text)
                for number in re.findall(r"\d+", name.group(2)) if name else ():
                    found[f"R{int(number)}"].append((path, line, name.group(1)))
    return found


def _where(places):
    count = defaultdict(int)
    for path, _line in places:
        count[str(path.relative_to(ROOT))] += 1
    most = sorted(count, key=lambda name: (-count[name], name))[:PLACES]
    return "<br>".join(f"`{name}`" for name in most)


def _tests(places):
    count = defaultdict(int)
    for path, _line, _name in places:
        count[str(path.relative_to(ROOT))] += 1
    most = sorted(count, key=lambda name: (-count[name], name))[:PLACES]
    return "<br>".join(f"`{name}` ({count[name]})" for name in most)
