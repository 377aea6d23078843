"""A real browser for the tests of a class, and what stops people on its pages."""

import os
import resource
import tempfile

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from odoo.tools import config

from odoo.addons.remediation_base.tests.one_browser import WINDOWLESS

#: Rules that count whatever axe-core thinks of them: who hears a page walks its heads.
HEADINGS = ("empty-heading", "heading-order", "page-has-heading-one")
#: All of a page that axe-core reads, but for its words: elements, their attributes, the
#: styles, where a text stands, and what scrolls by itself. Two pages with the same
#: bones have the same barriers.
BONES = """() => {
    // What languages and records change: whether it says something counts.
    const said = new Set([
        "action", "alt", "aria-label", "content", "href", "max", "min", "placeholder",
        "src", "title", "value",
    ]);
    const attribute = (node, { name, value }) => {
        const own = name === "lang" && node === document.documentElement;
        const spoken = name === "aria-pressed" && node.closest(".spoken");
        if (own || spoken || name === "nonce") {
            return "";
        }
        const data = name.startsWith("data-") && name !== "data-text";
        return (data || said.has(name)) && node.tagName !== "LINK"
            ? ` ${name}=${value.trim() ? "x" : ""}`
            : ` ${name}=${value}`;
    };
    const scrolls = (node) => {
        if (
            node.scrollWidth <= node.clientWidth + 1 &&
            node.scrollHeight <= node.clientHeight + 1
        ) {
            return "";
        }
        const { overflowX, overflowY } = getComputedStyle(node);
        return /auto|scroll/.test(overflowX + overflowY) ? "~" : "";
    };
    const bones = (node) => {
        if (node.nodeType === Node.TEXT_NODE) {
            return node.textContent.trim() ? "t" : "";
        }
        if (node.nodeType !== Node.ELEMENT_NODE || node.tagName === "SCRIPT") {
            return "";
        }
        const head = node.tagName + [...node.attributes]
            .map((one) => attribute(node, one)).sort().join("");
        let inside = "";
        if (node.tagName === "SELECT") {
            // A language sorts the choices anew.
            const blank = [...node.options].filter((one) => !one.text.trim());
            inside = `${node.options.length}:${blank.length}`;
        } else if (node.tagName === "STYLE") {
            inside = node.textContent;
        } else {
            inside = [...node.childNodes].map(bones).join("");
        }
        return `<${head}${scrolls(node)}>${inside}</>`;
    };
    return `${innerWidth} ${bones(document.documentElement)}`;
}"""


def unlimited():
    """A browser needs more room than Odoo takes for itself; give what was."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (before[1], before[1]))
    return before


class Barriers:
    """What stops a person with a screen reader, a keyboard or weak eyes (axe-core:
    serious and critical). Pages with the same bones are read once."""

    def __init__(self):
        self.known = {}

    def of(self, page, rules=()):
        """Sentences about what is wrong with a page.

        :param rules: rules that count too, whatever axe-core thinks of them
        """
        bones = page.evaluate(BONES)
        if bones not in self.known:
            self.known[bones] = self.violations(page)
        return [
            f"{rule['id']}: {node['html'][:200]}"
            for rule in self.known[bones]
            if rule["impact"] in ("serious", "critical") or rule["id"] in rules
            for node in rule["nodes"]
        ]

    def violations(self, page):
        """What axe-core says of a page."""
        return Axe().run(page).response["violations"]


class BrowserMixin:
    """A class of tests has one browser; each person in it a context of their own."""

    #: What else the browser is told when it starts.
    arguments = ("--no-sandbox", "--disable-background-networking")
    barriers = Barriers()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        before = unlimited()
        cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_AS, before)
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)

    @classmethod
    def start(cls):
        """The browser of the class; the first who asks starts it."""
        if "browser" not in cls.__dict__:
            cls.browser = cls.playwright.chromium.launch(
                executable_path=WINDOWLESS, args=[*cls.arguments]
            )
            cls.addClassCleanup(cls._close)
        return cls.browser

    @classmethod
    def _close(cls):
        cls.browser.close()
        del cls.browser

    def assert_fits(self, page, width, name):
        """A page is no wider than the screen; a picture is kept of one that is."""
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            folder = config.get("screenshots") or tempfile.gettempdir()
            folder = os.path.join(folder, type(self).__module__.split(".")[2])
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, f"{name}_{width}.png")
            page.screenshot(path=path, full_page=True)
        self.assertLessEqual(wide, width, f"{name} {page.url}")
