from datetime import timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestTotals(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A period's days are those of the place, also two hours before midnight UTC.
        cls.company.partner_id.tz = "Africa/Lubumbashi"
        cls.today = cls.env["remediation.case"]._place_today()

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

    def test_r10_two_quarters_that_follow_do_not_give_one_child_away(self):
        """14 children at a site in one quarter and 15 in the next: who came is hidden,
        in the table by site and in the one by funder."""
        shares = {self.clinic.id: 100.0}
        day = self.today - timedelta(days=100)
        for _number in range(14):
            case = self._new_case(site_id=self.site.id)
            case.with_user(self.supervisor).action_set_funding(day, shares)
            case._unprotected().write(
                {"opened_at": f"{day} 10:00:00", "received_at": f"{day} 10:00:00"}
            )
        self.env.flush_all()

        def release(first, last):
            total = (
                self.env["referral.total"]
                .with_user(self.coordinator)
                .create(
                    {
                        "name": "Quarter",
                        "date_from": self.today - timedelta(days=first),
                        "date_to": self.today - timedelta(days=last),
                    }
                )
            )
            total.action_release()
            return total

        before = release(120, 61)
        self.assertEqual(self._cell(before, self.site, "in_support"), 14)
        late = self._new_case(site_id=self.site.id)
        late.with_user(self.supervisor).action_set_funding(self.today, shares)
        after = release(60, 0)
        self.assertIsNone(self._cell(after, self.site, "in_support"))
        (row,) = after.funder_values
        self.assertIsNone(row["in_support_children"])
        # enough others came: the difference says nothing of one
        for _number in range(12):
            case = self._new_case(site_id=self.site.id)
            case.with_user(self.supervisor).action_set_funding(self.today, shares)
        more = release(59, 0)
        self.assertEqual(self._cell(more, self.site, "in_support"), 27)

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

    def _funded(self, number, shares):
        for _number in range(number):
            case = self._new_case(site_id=self.site.id)
            case.with_user(self.supervisor).action_set_funding(self.today, shares)

    def test_r53_a_child_counts_once_by_grant_with_the_grants_share(self):
        half = {self.school.id: 25.0, self.clinic.id: 75.0}
        self._funded(12, half)
        self._funded(20, {self.clinic.id: 100.0})
        total = self._release()
        by_funder = {row["funder_id"]: row for row in total.funder_values}
        self.assertEqual(by_funder[self.school.id]["identified"], 3.0)
        self.assertEqual(by_funder[self.clinic.id]["identified"], 29.0)
        self.assertEqual(sum(row["identified"] for row in by_funder.values()), 32)

    def test_r10_a_small_grant_is_hidden_with_its_complement(self):
        self._funded(4, {self.school.id: 100.0})
        self._funded(12, {self.clinic.id: 100.0})
        self._funded(30, {self.partner_org.id: 100.0})
        total = self._release()
        by_funder = {row["funder_id"]: row for row in total.funder_values}
        for partner in (self.school, self.clinic):
            self.assertIsNone(by_funder[partner.id]["identified"])
            self.assertIsNone(by_funder[partner.id]["identified_children"])
        self.assertEqual(by_funder[self.partner_org.id]["identified"], 30)

    def test_an_observer_sees_the_totals_of_its_own_grant(self):
        self._funded(12, {self.partner_org_b.id: 100.0})
        self._funded(12, {self.clinic.id: 100.0})
        self._release()
        totals = self.env["referral.total"].with_user(self.portal_observer)
        (release,) = totals.portal_totals()
        self.assertEqual(
            release["funders"],
            [
                {
                    "identified": 12.0,
                    "in_support": release["funders"][0]["in_support"],
                    "out_of_child_labour": 0.0,
                    "funder": "Other Partner",
                }
            ],
        )

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(
        counts=st.lists(st.integers(0, 16), min_size=6, max_size=6),
        periods=st.lists(
            st.tuples(st.integers(0, 5), st.integers(1, 6)), min_size=2, max_size=7
        ),
    )
    def test_r10_no_sum_or_difference_of_releases_gives_a_few_away(
        self, counts, periods
    ):
        """Whatever is released, in whatever order: of no days can the count be worked
        out from the released ones, by any sum, where it is one of a few children."""
        first = self.today - timedelta(days=100)
        with self.env.cr.savepoint() as savepoint:
            seen = []
            for start, length in periods:
                end = min(start + length, len(counts))
                total = self.env["referral.total"].create(
                    {
                        "name": "x",
                        "date_from": first + timedelta(days=start),
                        "date_to": first + timedelta(days=end - 1),
                    }
                )
                number = sum(counts[start:end])
                rows = [
                    {
                        "site_id": self.site.id,
                        "commodity": "",
                        "programme_id": False,
                        "identified": number,
                        "in_support": 0,
                        "out_of_child_labour": 0,
                    }
                ]
                values = total._suppressed(rows)
                total._unprotected().write({"values": values, "state": "released"})
                if values[0]["identified"] is not None:
                    seen.append([int(start <= day < end) for day in range(len(counts))])
            savepoint.rollback()
        for start in range(len(counts)):
            for end in range(start + 1, len(counts) + 1):
                if 0 < sum(counts[start:end]) < 11:
                    days = [int(start <= day < end) for day in range(len(counts))]
                    self.assertFalse(_follows(seen, days), (counts, periods, days))

    def test_r10_one_measure_does_not_tell_what_is_left_of_another(self):
        total = self.env["referral.total"].create(
            {"name": "x", "date_from": self.today, "date_to": self.today}
        )
        rows = [
            {
                "site_id": self.site.id,
                "commodity": "",
                "programme_id": False,
                "identified": 40,
                "in_support": 20,
                "out_of_child_labour": 19,
            }
        ]
        (row,) = total._suppressed(rows)
        self.assertEqual((row["identified"], row["in_support"]), (40, 20))
        self.assertIsNone(row["out_of_child_labour"], "one child is left of twenty")


def _follows(rows, wanted):
    """Whether a row is a sum of multiples of others."""
    basis = []

    def reduced(row):
        row = [Fraction(value) for value in row]
        for place, known in basis:
            if row[place]:
                factor = row[place]
                row = [a - factor * b for a, b in zip(row, known, strict=True)]
        return row

    for row in rows:
        row = reduced(row)
        place = next((i for i, value in enumerate(row) if value), None)
        if place is not None:
            basis.append((place, [value / row[place] for value in row]))
    return not any(reduced(wanted))
