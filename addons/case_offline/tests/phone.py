import contextlib
import tempfile
import time
from functools import cached_property
from pathlib import Path

from odoo.addons.case_referral.tests.browser import BrowserMixin
from odoo.addons.remediation_base.tests.one_browser import CHROMIUM, WINDOWLESS

from .common import PLACE, OfflineCommon

PIN = "271828"
CANARY = "Zanzicanary"


class Phone(BrowserMixin):
    """A real browser as a phone, for a test with a server: its hands, and its files."""

    #: What else the browser is told when it starts.
    extras = ()

    @cached_property
    def page(self):
        return self._phone()

    def _phone(self, folder=False):
        """A phone of its own.

        :param folder: it keeps a folder of files, as a browser of its own does
        """
        told = {
            "viewport": {"width": 360, "height": 740},
            "is_mobile": True,
            "has_touch": True,
            "base_url": self.base_url(),
        }
        if folder or self.extras:
            self.profile = tempfile.TemporaryDirectory()
            self.addCleanup(self.profile.cleanup)
            context = self.playwright.chromium.launch_persistent_context(
                self.profile.name,
                executable_path=CHROMIUM if self.extras else WINDOWLESS,
                args=[*self.arguments, *self.extras],
                ignore_default_args=["--disable-extensions"] if self.extras else None,
                **told,
            )
        else:
            context = self.start().new_context(**told)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(30000)
        page.on("dialog", self.accept)
        return page

    @staticmethod
    def accept(dialog):
        dialog.accept()

    def files_with(self, text):
        """The files of the phone's folder that hold a text."""
        found = []
        for path in Path(self.profile.name).rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                if any(text.encode(code) in content for code in ("utf-8", "utf-16-le")):
                    found.append(str(path.relative_to(self.profile.name)))
        return found

    def sign_in(self, login, page=None):
        """Sign in; the page asks for a PIN then."""
        page = page or self.page
        page.goto(f"/web/login?redirect={PLACE}")
        page.fill("#login", login)
        page.fill("#password", login)
        page.click("main button.main")
        page.wait_for_url(f"**{PLACE}*")
        page.wait_for_selector("#again")

    def choose_pin(self, page=None, first="ul.list a"):
        """Choose a PIN and take along what the user holds.

        :param first: what stands on the first page then
        """
        page = page or self.page
        page.fill("#pin", PIN)
        page.fill("#again", PIN)
        page.click("main button.main")
        page.wait_for_selector(first)
        page.wait_for_load_state("networkidle")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def unlock(self, page=None):
        """Open what lies on the phone by its PIN."""
        page = page or self.page
        page.wait_for_selector("body[data-ready] #pin")
        page.fill("#pin", PIN)
        page.click("main button.main")
        page.wait_for_selector("nav.tabs:not([hidden])")


class PhoneCommon(Phone, OfflineCommon):
    """The phone of a case manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case.beneficiary_id.first_name = CANARY
        cls.env.company.offline_hotline = "+243 000 111"

    @contextlib.contextmanager
    def slow(self):
        """Meanwhile the phone is six times slower than this machine."""
        self.devtools.send("Emulation.setCPUThrottlingRate", {"rate": 6})
        yield
        self.devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})

    def slow_network(self, page, cut=False):
        """The network is there: 50 kbit/s, and 800 ms until anything answers."""
        if not hasattr(self, "devtools"):
            self.devtools = page.context.new_cdp_session(page)
            self.devtools.send("Network.enable")
            page.set_default_timeout(60000)
        page.context.set_offline(cut)
        self.devtools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": cut,
                "latency": 800,
                "downloadThroughput": 50_000 / 8,
                "uploadThroughput": 50_000 / 8,
            },
        )

    def begin(self, page=None):
        """Sign in, choose a PIN and take the cases along."""
        self.sign_in("portal_manager", page)
        self.fits("enrol", page or self.page)
        self.choose_pin(page)

    def open(self, page=None):
        """Open the portal's own address, as the phone's picture of it does."""
        page = page or self.page
        page.goto("/my/remediation")
        self.unlock(page)

    def fill_in(self, section, values, button="main form button.main", page=None):
        page = page or self.page
        page.click(f"a[href$='/{section}']:visible")
        form = page.locator("main form")
        form.wait_for()
        self.fits(section, page)
        for name, value in values.items():
            field = page.locator(f"main form [name='{name}']").first
            kind = field.evaluate("one => one.tagName + ':' + one.type")
            if kind == "SELECT:select-one":
                field.select_option(value)
            elif kind == "INPUT:checkbox":
                page.check(f"[name='{name}'][value='{value}']")
            else:
                field.fill(value)
        page.click(button)
        page.wait_for_url(lambda url: "#form" not in url)

    def fits(self, name, page=None):
        """No page is wider than a phone, also than a narrow one."""
        page = page or self.page
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 740})
            self.assert_fits(page, width, name)

    def to_case(self, code, page=None):
        page = page or self.page
        page.goto(f"{PLACE}#list")
        page.wait_for_selector("body[data-ready]")
        if page.locator("#pin").count():
            self.open(page)
        page.click(f"ul.list a:has-text('{code}')")
        page.wait_for_url("**#case/*")
        page.wait_for_selector("main .actions", state="attached")
        if page.locator("#deeds > summary").count():
            page.click("#deeds > summary")

    def drain(self, page=None):
        """Until nothing waits on the phone."""
        page = page or self.page
        self.env.invalidate_all()
        page.evaluate("location.hash = '#queue'")
        for _try in range(40):
            page.click("main > p button.main")
            time.sleep(0.5)
            states = page.locator("main ul.list em").all_inner_texts()
            if not {"Waits", "Waits for another one"} & set(states):
                return states
        raise AssertionError(page.inner_text("main"))

    def write_on_page(self, values):
        page = self.page
        for name, value in values.items():
            if isinstance(value, list):
                for one in value:
                    page.check(f"[name='{name}'][value='{one}']")
                continue
            field = page.locator(f"main form [name='{name}']")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        page.click("main form button.main")
        page.wait_for_url(lambda url: "#form" not in url)

    def open_pin(self, page=None):
        page = page or self.page
        page.fill("#pin", PIN)
        page.click("main button.main")
