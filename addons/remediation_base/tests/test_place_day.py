from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestPlaceDay(TransactionCase):
    """The days of a company are those of its place, for whoever asks."""

    def _days(self):
        """The day of a rule for readers of three zones, and that of the zone itself."""
        company = self.env.company
        return {
            self.env["res.partner"].with_context(tz=tz)._place_today()
            for tz in (False, "Pacific/Auckland", "America/Los_Angeles")
        }, datetime.now(company._place_zone()).date()

    def test_a_company_without_a_zone_has_one_day(self):
        for zone, expected in (
            (False, date(2026, 6, 30)),
            ("UTC", date(2026, 6, 30)),
            ("Africa/Lubumbashi", date(2026, 7, 1)),
            ("America/New_York", date(2026, 6, 30)),
        ):
            self.env.company.partner_id.tz = zone
            with self.subTest(zone), freeze_time("2026-06-30 22:30:00"):
                days, there = self._days()
                self.assertEqual(days, {expected})
                self.assertEqual(there, expected)

    def test_a_period_begins_and_ends_at_midnight_of_the_place(self):
        company = self.env["res.company"].create({"name": "Kolwezi"})
        company.partner_id.tz = "Africa/Lubumbashi"
        self.assertEqual(
            list(map(str, company._place_moments(date(2025, 1, 1), date(2025, 3, 31)))),
            ["2024-12-31 22:00:00", "2025-03-31 22:00:00"],
        )
