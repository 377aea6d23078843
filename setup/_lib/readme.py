"""README.rst and static/description/index.html of each module: made by setup/docs from
its manifest and readme/*.md, and checked by setup/lint."""

import ast
import re
import sys

from . import modules

PARTS = (
    ("CONTEXT", "Use Cases"),
    ("INSTALL", "Installation"),
    ("CONFIGURE", "Configuration"),
    ("USAGE", "Usage"),
    ("HISTORY", "Changelog"),
)
HEADER = ".. This file is made by setup/docs from readme/*.md: change those.\n"
UNDER = {2: "-", 3: "~", 4: "^"}
#: What a manifest says besides what Odoo asks for.
KEYS = ("development_status",)
DISTRIBUTIONS = {
    "PIL": "Pillow",
    "pillow_heif": "pillow-heif",
    "stdnum": "python-stdnum",
}
# What Odoo itself needs, whatever the modules are.
OF_ODOO = {"babel", "cryptography", "dateutil", "docutils", "jinja2", "lxml"}
OF_ODOO |= {"markupsafe", "PIL", "openpyxl", "passlib", "polib", "psycopg2", "pytz"}
OF_ODOO |= {"requests", "werkzeug", "xlsxwriter"}


def pages():
    """Yield (path, what belongs there) for every module."""
    for name, folder in modules.find().items():
        text = _rst(name, folder)
        yield folder / "README.rst", text
        yield folder / "static" / "description" / "index.html", _html(text)


def check():
    """Yield (file, line, advice)."""
    for path, text in pages():
        if not path.is_file() or path.read_text() != text:
            yield path, 1, "run setup/docs: it is not what readme/*.md says"
    for name, folder in modules.find().items():
        manifest = modules.manifest(folder)
        path = folder / "__manifest__.py"
        for key in KEYS:
            if not manifest.get(key):
                yield path, 1, f"add {key}"
        history = folder / "readme" / "HISTORY.md"
        newest = None
        if history.is_file():
            newest = re.search(r"^## (\S+)", history.read_text(), re.M)
        if not newest:
            yield history, 1, f"say what changed in {name}, newest version first"
        elif newest.group(1) != manifest.get("version"):
            yield history, 1, f"begin with the version {manifest.get('version')}"
        named = set(manifest.get("external_dependencies", {}).get("python", ()))
        for package in sorted(_imported(folder) - named):
            yield path, 1, f"name {package} under external_dependencies"


def _imported(folder):
    """The Python packages that a module imports and Odoo does not bring."""
    found = set()
    for path in folder.rglob("*.py"):
        if "tests" not in path.relative_to(folder).parts:
            for node in modules.nodes(path):
                if isinstance(node, ast.Import):
                    found |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found.add(node.module.split(".")[0])
    found -= {"odoo", *OF_ODOO, *sys.stdlib_module_names}
    return {DISTRIBUTIONS.get(package, package) for package in found}


def _rst(name, folder):
    manifest = modules.manifest(folder)
    title = manifest["name"]
    parts = [HEADER, f"{'=' * len(title)}\n{title}\n{'=' * len(title)}\n"]
    parts.append(f"{manifest['summary']}.\n" if manifest.get("summary") else "")
    readme = folder / "readme"
    parts.append(_convert((readme / "DESCRIPTION.md").read_text()))
    parts.append("**Table of contents**\n\n.. contents::\n   :local:\n")
    for part, heading in PARTS:
        path = readme / f"{part}.md"
        if path.is_file():
            parts.append(f"{heading}\n{'=' * len(heading)}\n")
            parts.append(_convert(path.read_text()))
    facts = {
        "Technical name": f"``{name}``",
        "Version": manifest["version"],
        "Status": manifest.get("development_status", ""),
        "Licence": manifest["license"],
        "Authors": manifest["author"],
        "Maintainers": ", ".join(manifest.get("maintainers", ())),
        "Website": manifest.get("website", ""),
    }
    parts.append("About\n=====\n")
    parts.append("".join(f":{key}: {value}\n" for key, value in facts.items() if value))
    return "\n".join(part for part in parts if part)


def _convert(text):
    """Turn the Markdown that our pages are written in into reStructuredText."""
    result, fence, table = [], False, []
    for line in text.splitlines():
        if line.startswith("```"):
            fence = not fence
            if fence:
                result += ["", "::", ""]
            continue
        if fence:
            result.append(f"    {line}")
            continue
        if line.startswith("|"):
            table.append(
                [_inline(cell.strip()) for cell in line.strip("|").split(" | ")]
            )
            continue
        if table:
            result += _table(table)
            table = []
        heading = re.match(r"(#+) (.*)", line)
        if heading:
            words = _inline(heading.group(2))
            result += [words, UNDER[len(heading.group(1))] * len(words)]
            continue
        begins = re.match(r"\s*([-*]|\d+\.) ", line)
        if begins and result and result[-1].strip():
            previous = next((kept for kept in reversed(result) if kept.strip()), "")
            if not re.match(r"\s*([-*]|\d+\.) |\s", previous):
                result.append("")
        result.append(_inline(line))
    if table:
        result += _table(table)
    return "\n".join(result).strip() + "\n"


def _inline(text):
    text = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", text)
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"`\1 <\2>`__", text)


def _table(rows):
    lines = ["", ".. list-table::", "   :header-rows: 1", ""]
    for row in rows[:1] + rows[2:]:  # the second is the line below the header
        for number, cell in enumerate(row):
            cell = cell.strip().strip("|").strip()
            lines.append(f"   {'*' if not number else ' '} - {cell}".rstrip())
    return [*lines, ""]


def _html(text):
    from docutils.core import publish_parts

    settings = {
        "initial_header_level": 2,
        "halt_level": 2,
        "report_level": 2,
        "file_insertion_enabled": False,
        "raw_enabled": False,
        "embed_stylesheet": False,
        "stylesheet_path": "",
    }
    parts = publish_parts(text, writer_name="html5", settings_overrides=settings)
    return f"{parts['html_body'].strip()}\n"
