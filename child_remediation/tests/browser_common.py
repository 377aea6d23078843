from odoo import fields
from odoo.tests import HttpCase

from odoo.addons.remediation_base.tests.one_browser import OneBrowser

from .common import RemediationCommon


class BrowserCommon(OneBrowser, RemediationCommon, HttpCase):
    """Steps of a case in the web client, on whatever day the test lives."""

    # The access log of a read-only call is written by a second cursor, which the one
    # cursor of a test cannot give.
    _registry_readonly_enabled = False

    def _warm(self):
        """Build the files of the web client before the clock of a tour runs."""
        for name in ("web.assets_web", "web.assets_tests"):
            bundle = self.env["ir.qweb"]._get_asset_bundle(name, assets_params={})
            bundle.js()
            bundle.css()

    def _play(self, path, tour, user):
        """Play a tour as a user; the browser's clock shows the server's time."""
        now = int(fields.Datetime.now().timestamp() * 1000)
        self.start_tour(
            path,
            tour,
            login=user.login,
            timeout=180,
            cookies={"simulated_now": str(now)},
        )
        self.env.invalidate_all()
