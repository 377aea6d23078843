import time

from odoo.tests import tagged

from odoo.addons.child_remediation.tests.browser_common import BrowserCommon

from .test_report import ReportCommon

#: A person reads and thinks beside the clicks: so much for each that is asked of them.
CLICKS, SECONDS = 24, 10


@tagged("post_install", "-at_install")
class TestReportScreen(BrowserCommon, ReportCommon):
    """A coordinator makes the donor's report by clicking, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._build()
        cls.partner_org_b.name = "Organisation B"

    def test_a_coordinator_makes_the_report_in_ten_minutes(self):
        """What the screen needs, and ten seconds of thought for each click."""
        self._warm()
        started = time.monotonic()
        self._play(
            "/odoo/action-case_indicator.remediation_indicator_run_action",
            "case_indicator_report",
            self.coordinator,
        )
        screen = time.monotonic() - started
        self.assertLess(screen + CLICKS * SECONDS, 600)
        report = self.env["remediation.donor.report"].search([], limit=1)
        self.assertEqual(report.state, "submitted")
        self.assertEqual(report.submitted_by_id, self.coordinator)
        self.assertEqual(report.funder_id, self.partner_org_b)
        self._play(
            "/odoo/action-case_indicator.remediation_donor_report_action",
            "case_indicator_approve",
            self.coordinator_2,
        )
        self.assertEqual(report.state, "approved")
        self.assertEqual(report.approved_by_id, self.coordinator_2)


@tagged("post_install", "-at_install")
class TestMapScreen(BrowserCommon):
    def test_the_map_opens_the_cases_of_a_site(self):
        north, _nowhere, _other = self.env["remediation.site"].create(
            [
                {
                    "name": name,
                    "site_type": "mine_site",
                    "latitude": latitude,
                    "longitude": 25.5,
                    "risk_rating": "high",
                }
                for name, latitude in (("North", -10.5), ("Other", -11.0))
            ]
            + [{"name": "Nowhere", "site_type": "farm"}]
        )
        self._new_case(site_id=north.id)
        self._warm()
        self._play("/odoo/site-map", "case_indicator_map", self.coordinator)
