from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestTotals(ReferralCommon):
    def _release(self, name="Week"):
        total = (
            self.env["referral.total"]
            .with_user(self.coordinator)
            .create({"name": name, "date_from": self.today, "date_to": self.today})
        )
        total.action_release()
        return total

    def _cell(self, total, site, measure="identified"):
        return next(row[measure] for row in total.values if row["site_id"] == site.id)

    def test_r10_small_cells_are_hidden(self):
        for _number in range(12):
            self._new_case(site_id=self.site.id)
        for _number in range(10):
            self._new_case(site_id=self.farm.id)
        total = self._release()
        self.assertEqual(self._cell(total, self.site), 12)
        self.assertIsNone(self._cell(total, self.farm))
        self.assertEqual(self._cell(total, self.farm, "out_of_child_labour"), 0)

    def test_r10_differences_between_releases_are_hidden(self):
        for _number in range(12):
            self._new_case(site_id=self.site.id)
        self._release("First")
        for _number in range(5):
            self._new_case(site_id=self.site.id)
        again = self._release("Again")
        self.assertIsNone(self._cell(again, self.site), "17 - 12 would tell of 5")

    def test_r52_released_totals_do_not_change(self):
        total = self._release()
        with self.assertRaises(UserError):
            total.action_release()
        with self.assertRaises(UserError):
            total.date_from = self.today - timedelta(days=3)
        for vals in ({"values": []}, {"state": "draft"}):
            with self.assertRaises(AccessError):
                total.write(vals)
        with self.assertRaises(AccessError):
            total.unlink()

    def test_only_finished_periods_and_only_coordinators(self):
        with self.assertRaises(ValidationError):
            self.env["referral.total"].create(
                {
                    "name": "Too early",
                    "date_from": self.today,
                    "date_to": self.today + timedelta(days=1),
                }
            )
        with self.assertRaises(AccessError):
            self.env["referral.total"].with_user(self.supervisor).create(
                {"name": "x", "date_from": self.today, "date_to": self.today}
            )
        total = self._release()
        self.assertTrue(total.with_user(self.monitor).read(["values"]))
        with self.assertRaises(AccessError):
            total.with_user(self.monitor).action_release()

    def test_observer_without_sites_reads_nothing_and_an_alliance_all(self):
        for _number in range(12):
            self._new_case(site_id=self.site.id)
        self._release()
        Total = self.env["referral.total"].with_user(self.portal_observer)
        self.assertEqual(Total.portal_totals()[0]["rows"], [])
        self.partner_org_b.remediation_sees_all_totals = True
        rows = Total.portal_totals()[0]["rows"]
        self.assertEqual(rows[0]["site"], "Kapata mine site")
        self.assertNotIn("site_id", rows[0])
        with self.assertRaises(AccessError):
            Total.search([])
