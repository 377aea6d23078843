"""A browser that stays open for all that one class of tests plays in it."""

import shutil
from concurrent.futures import Future, wait
from unittest.mock import patch

from odoo.tests.common import ChromeBrowser

CHROMIUM = shutil.which("chromium")
#: Without windows it starts in less than half the time; it takes no extensions.
WINDOWLESS = shutil.which("chromium-headless-shell") or CHROMIUM
#: What a browser keeps for a site, but for the scripts that it loaded.
PERSONAL = "local_storage,indexeddb,cache_storage,service_workers,shared_storage"
FORGET = """
sessionStorage.clear();
('serviceWorker' in navigator) && navigator.serviceWorker.getRegistrations().then(
    (all) => Promise.all(all.map((one) => one.unregister()))
);
"""


class KeptBrowser(ChromeBrowser):
    """Odoo's browser. Whoever comes next finds its scripts read and compiled, and
    nothing of who was there before."""

    @property
    def executable(self):
        return WINDOWLESS or super().executable

    def _spawn_chrome(self, cmd):
        # A page that was left is gone: none waits to be shown again.
        return super()._spawn_chrome([*cmd, "--disable-features=BackForwardCache"])

    def begin(self, test, success_signal):
        self._logger = test._logger
        self.test_case = test
        self.success_signal = success_signal
        self.error_checker = None
        self.had_failure = False
        self._result = Future()

    def stop(self):
        """It is left by a test that went well; it ends with any other."""
        result = getattr(self, "_result", Future())
        well = result.done() and not result.cancelled() and not result.exception()
        if not well or self.had_failure:
            self.end()
            return
        self.screencaster.stop()
        ask = self._websocket_request
        ask("Page.stopLoading")
        ask("Runtime.evaluate", params={"expression": FORGET, "awaitPromise": True})
        wait(self._responses.values(), 10)
        self.navigate_to("about:blank", wait_stop=True)
        ask("Network.clearBrowserCookies")
        origin = {"origin": self.test_case.base_url(), "storageTypes": PERSONAL}
        ask("Storage.clearDataForOrigin", params=origin)

    def end(self):
        type(self.test_case).kept_browser = None
        ChromeBrowser.stop(self)


class OneBrowser:
    """For an HttpCase that opens a browser more than once."""

    kept_browser = None

    def browser_js(self, *args, **kwargs):
        with patch("odoo.tests.common.ChromeBrowser", self._open_browser):
            return super().browser_js(*args, **kwargs)

    def _open_browser(self, test, success_signal, headless, debug):
        if not headless:  # somebody looks on
            return ChromeBrowser(test, success_signal, headless, debug)
        cls = type(self)
        if not cls.kept_browser:
            cls.kept_browser = KeptBrowser(test, success_signal)
            cls.addClassCleanup(cls._end_browser)
        cls.kept_browser.begin(test, success_signal)
        return cls.kept_browser

    @classmethod
    def _end_browser(cls):
        if cls.kept_browser:
            cls.kept_browser.end()
