"""How Sphinx makes the book: once a language, from the folder of that language and, in
English and French, the reference pages beside it. `setup/docs --book` calls it with
-D language."""

import json
from pathlib import Path

#: How the product is called in each language of the book.
names_of_product = {
    "en": "Child Remediation",
    "fr": "Protection et remédiation",
    "sw": "Ulinzi wa watoto dhidi ya utumikishwaji",
    "pt": "Apoio a crianças que trabalham",
    "es": "Apoyo a niños que trabajan",
}
project = names_of_product["en"]
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}
templates_path = []
# A page or picture that is not there, a link to a heading that is not there: each is a
# warning, and the build counts warnings as errors.
nitpicky = True
suppress_warnings = ["myst.header"]  # a page of the reference may begin at any level


def setup(app):
    app.connect("config-inited", _choose)
    app.connect("build-finished", _screens)


def _choose(_app, config):
    """One language a build: the one that was asked for, else English."""
    language = config.language or "en"
    config.root_doc = f"{language}/index"
    others = [f"{other}/**" for other in names_of_product if other != language]
    config.exclude_patterns = ["pictures/**", *others]
    if language not in ("en", "fr"):
        config.exclude_patterns.append("*.md")  # the reference is the desk's
    config.project = config.html_title = names_of_product[language]


def _screens(app, error):
    """Write which page helps with which model: what the pages name under `screens`."""
    if error or app.builder.format != "html":
        return
    found = {}
    for page, facts in app.env.metadata.items():
        for model, anchor in json.loads(facts.get("screens") or "{}").items():
            found[model] = f"{page}.html" + (f"#{anchor}" if anchor else "")
    Path(app.outdir, "screens.json").write_text(
        json.dumps(found, indent=1, sort_keys=True) + "\n"
    )
