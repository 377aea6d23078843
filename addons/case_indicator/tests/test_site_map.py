from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.child_remediation.tests.common import RemediationCommon


@tagged("post_install", "-at_install")
class TestSiteMap(RemediationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.north, cls.south, cls.nowhere = cls.env["remediation.site"].create(
            [
                {
                    "name": name,
                    "site_type": "mine_site",
                    "latitude": latitude,
                    "longitude": longitude,
                    "risk_rating": "high",
                }
                for name, latitude, longitude in (
                    ("North", -10.0, 25.0),
                    ("South", -11.0, 26.0),
                    ("Nowhere", 0, 0),
                )
            ]
        )
        for site, number in ((cls.north, 12), (cls.south, 3)):
            for _number in range(number):
                cls._new_case(site_id=site.id, members=False)

    def _map(self, user):
        page = self.env["remediation.site.map"].with_user(user).get_map()
        return page, {site["name"]: site for site in page["sites"]}

    def test_sites_stand_where_they_are(self):
        page, sites = self._map(self.coordinator)
        north, south = sites["North"], sites["South"]
        self.assertLess(north["y"], south["y"], "north is up")
        self.assertLess(north["x"], south["x"])
        for site in page["sites"]:
            self.assertTrue(-500 <= site["x"] <= 500 and -500 <= site["y"] <= 500)
        # a degree of longitude is a little shorter there than one of latitude
        self.assertAlmostEqual(
            (south["x"] - north["x"]) / (south["y"] - north["y"]), 0.983, 2
        )

    def test_a_site_without_coordinates_is_listed_apart(self):
        page, sites = self._map(self.coordinator)
        self.assertNotIn("Nowhere", sites)
        self.assertIn("Nowhere", [site["name"] for site in page["without"]])

    def test_r10_counts_are_those_one_sees_and_small_ones_are_not_told(self):
        counts = {
            user: {name: site["count"] for name, site in self._map(user)[1].items()}
            for user in (self.coordinator, self.worker, self.worker_other, self.monitor)
        }
        for user in (self.coordinator, self.worker):
            self.assertEqual((counts[user]["North"], counts[user]["South"]), (12, 3))
        self.assertEqual(counts[self.worker_other]["North"], 0)
        # with one cell hidden the total would give it away: both are
        self.assertIsNone(counts[self.monitor]["South"])
        self.assertIsNone(counts[self.monitor]["North"])
        self.assertTrue(self._map(self.monitor)[1]["South"]["few"])

    def test_r10_children_are_no_points_and_outsiders_see_no_map(self):
        page, _sites = self._map(self.coordinator)
        text = str(page)
        for case in self.env["remediation.case"].search([]):
            self.assertNotIn(case.name, text)
        self.assertNotIn("Hidden", text)
        for user in (self.portal_observer, self.portal_reporter):
            with self.assertRaises(AccessError):
                self._map(user)

    def test_500_sites_in_few_statements(self):
        self.env["remediation.site"].create(
            [
                {
                    "name": f"Site {number}",
                    "site_type": "farm",
                    "latitude": -10 - number / 1000,
                    "longitude": 25 + number / 700,
                }
                for number in range(500)
            ]
        )
        self._map(self.coordinator)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        page, _sites = self._map(self.coordinator)
        self.assertGreaterEqual(len(page["sites"]), 500)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 16)
