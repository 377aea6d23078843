"""How Sphinx makes the book: once a language, from docs/en or docs/fr and the reference
pages beside them. `setup/docs --book` calls it with -D language."""

import json
from pathlib import Path

project = "Child Remediation"
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
    """One language a build; French where that was asked for."""
    language = config.language or "en"
    other = {"en": "fr", "fr": "en"}[language]
    config.root_doc = f"{language}/index"
    config.exclude_patterns = [f"{other}/**", "pictures/**"]
    if language == "fr":
        config.project = "Protection et remédiation"
    config.html_title = config.project


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
