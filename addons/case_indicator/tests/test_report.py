import itertools
import random
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.remediation_base.tools import sheets
from odoo.addons.remediation_base.tools.small_cells import THRESHOLD

from ..tools.bands import band, may_break_down, ratio_band
from .common import IndicatorCommon, assert_told_in_spans


class ReportCommon(IndicatorCommon):
    @classmethod
    def _people(cls):
        return {**super()._people(), "coordinator_2": "group_coordinator"}

    def _report(self, run, approve=True, **vals):
        report = (
            self.env["remediation.donor.report"]
            .with_user(self.coordinator)
            .create({"name": "Quarter", "run_id": run.id, **vals})
        )
        report.action_submit()
        if approve:
            officer = (
                self.data_protection if report.with_children else (self.coordinator_2)
            )
            self._seen(report, officer).action_approve()
        return report

    def _fund(self, number, funder):
        self.child[number].with_user(self.supervisor).action_set_funding(
            date(2024, 1, 1), {funder.id: 100.0}
        )


@tagged("post_install", "-at_install")
class TestReport(ReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._build()
        cls.run_q1 = cls._run()

    def test_a_funder_with_three_children_reads_six_true_facts(self):
        for number in (1, 11, 21):
            self._fund(number, self.partner_org_b)
        run = self._run(name="With a small funder")
        self._report(run, funder_id=self.partner_org_b.id)
        (page,) = (
            self.env["remediation.donor.report"]
            .with_user(self.portal_observer)
            .portal_reports()
        )
        told = {row[0]: row[1] for table in page["tables"] for row in table["rows"]}
        silent = ("fewer than 11", "nobody to count", "too few to tell", "0")
        facts = [value for value in told.values() if value not in silent]
        self.assertGreaterEqual(len(facts), 6, told)
        mine = next(t for t in page["tables"] if t["title"] == "Children You Pay For")
        self.assertTrue(mine["rows"])
        for row in mine["rows"]:
            self.assertNotRegex(str(row[1]), r"^[1-9]$|^10$")

    def test_r10_what_is_counted_one_by_one_is_told_in_spans(self):
        """Reports, payments and complaints too: 25 % of four tells of one."""
        content = self._report(self.run_q1).content
        looked_at = assert_told_in_spans(self, self.run_q1, content)
        self.assertGreater(len(looked_at), 30)

    def test_r09_single_children_who_agreed_and_nobody_else(self):
        for number in (11, 12, 13):
            self._fund(number, self.partner_org_b)
        for number in (11, 12):
            self._new_consent(
                self.child[number], purpose="reporting", given_on="2025-01-01"
            )
        with self.assertRaises(ValidationError):
            self._report(self.run_q1, with_children=True)
        vals = {"funder_id": self.partner_org_b.id, "with_children": True}
        report = self._report(self.run_q1, approve=False, **vals)
        with self.assertRaises(AccessError):
            self._seen(report, self.coordinator_2).action_approve()
        self._seen(report, self.data_protection).action_approve()
        rows = report.content["children"]
        self.assertEqual([row["school"] for row in rows], [3, 3])
        # seen out on 10 March, so for the end of one month
        self.assertEqual([row["out"] for row in rows], [1, 1])
        text = str(report.content) + str(report.shown)
        for case in self.child.values():
            for word in (case.name, case.beneficiary_id.name, "Amani", "Hidden"):
                self.assertNotIn(word, text)
        for word in ("Kapata", "hazardous", "mine"):
            self.assertNotIn(word, str(rows))
        other = self._report(self.run_q1, approve=False, funder_id=self.partner_org.id)
        self.assertNotEqual(
            report._code_of(self.child[11].id), other._code_of(self.child[11].id)
        )

    def test_a_second_person_approves(self):
        report = self._report(self.run_q1, approve=False)
        with self.assertRaises(UserError):
            self._seen(report, self.coordinator).action_approve()
        for user in (self.monitor, self.auditor, self.supervisor, self.worker):
            with self.assertRaises(AccessError):
                self._seen(report, user).action_approve()
        report.with_user(self.coordinator_2).action_send_back()
        report.with_user(self.coordinator).narrative = "More children came."
        report.action_submit()
        self._seen(report, self.coordinator_2).action_approve()
        with self.assertRaises(UserError):
            report.narrative = "Fewer."
        for vals in ({"content": {}}, {"state": "draft"}):
            with self.assertRaises(AccessError):
                report.write(vals)

    def test_the_portal_shows_its_own_and_public_reports_once_approved(self):
        self._report(self.run_q1, approve=False)
        self._report(self.run_q1, funder_id=self.partner_org.id, name="Not yours")
        self._report(self.run_q1, name="Public")
        model = self.env["remediation.donor.report"].with_user(self.portal_observer)
        self.assertEqual([page["name"] for page in model.portal_reports()], ["Public"])
        with self.assertRaises(AccessError):
            model.search([])
        for user in (self.portal_reporter, self.portal_manager, self.coordinator):
            with self.assertRaises(AccessError):
                model.with_user(user).portal_reports()

    def test_files_say_what_the_screen_says(self):
        report = self._report(self.run_q1, funder_id=self.partner_org.id)
        [sheet] = sheets.tables(report._xlsx())
        cells = {str(cell) for _n, row in sheet.rows for cell in row}
        for table in report._tables():
            self.assertIn(table["title"], cells)
            for row in table["rows"]:
                self.assertIn(row[0], cells)
        lines = report._hxl().decode().splitlines()
        self.assertTrue(lines[1].startswith("#indicator+code,"))
        self.assertIn("i2_identified", [line.split(",")[0] for line in lines])
        html = self.env["ir.actions.report"]._render_qweb_html(
            "case_indicator.report_donor", report.ids
        )[0]
        self.assertIn(report.content_hash, html.decode())

    def test_r52_restatements_are_told_with_their_reason(self):
        self._find(19, "2025-03-20", "no", True)
        action = self.run_q1.with_user(self.coordinator).action_restate("Entered late")
        again = self.env["remediation.indicator.run"].browse(action["res_id"])
        report = self._report(again)
        keys = [row["measure"] for row in report.content["restatements"]]
        self.assertIn("i13_12", keys)
        self.assertNotIn(self.child[19].name, str(report.content))

    def test_r52_a_duplicate_merged_after_release_changes_no_released_report(self):
        """What was released stays as it was told; the next report of the period says
        which figures were corrected and why, and not by how much."""
        released = self._report(self.run_q1)
        told, before = released.content, released.content_hash
        one, two = self.child[1], self.child[2]
        pair = self.env["remediation.duplicate"].search(
            [
                ("beneficiary_id", "=", one.beneficiary_id.id),
                ("other_id", "=", two.beneficiary_id.id),
            ]
        )
        pair.with_user(self.supervisor).action_merge(
            one.beneficiary_id.id, open_case_id=one.id, reason="The same child"
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((released.content, released.content_hash), (told, before))
        action = self.run_q1.with_user(self.coordinator).action_restate("A duplicate")
        again = self.env["remediation.indicator.run"].browse(action["res_id"])
        report = self._report(again, name="Restated")
        corrected = {row["measure"]: row for row in report.content["restatements"]}
        self.assertEqual(corrected["i2_identified"]["reason"], "A duplicate")
        spans = [
            next(r["part"] for r in content["figures"] if r["measure"] == "i2_share")
            for content in (told, report.content)
        ]
        self.assertEqual(spans, [[1, 10], [1, 10]])
        self.assertNotIn(two.name, str(report.content) + str(report.shown))


@tagged("post_install", "-at_install")
class TestAttack(ReportCommon):
    """R10 over eight released quarters of a cohort of 75 children: whoever keeps every
    report subtracts, adds and compares, and finds no number from 1 to 10."""

    QUARTERS = 8

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        draw = random.Random(75)
        begin = date(2023, 1, 1)
        cls.child = {}
        for number in range(1, 76):
            day = begin + timedelta(days=draw.randrange(8 * 91))
            cls.child[number] = cls._new_case(
                received_at=f"{day} 08:00:00",
                opened_at=f"{day} 09:00:00",
                identified_on=day,
                site_id=draw.choice((cls.site, cls.farm)).id,
            )
            child = cls.child[number].beneficiary_id
            child.sex = draw.choice(("female", "male", "male", "male", "male"))
            cls._find(number, day, "yes")
            if draw.random() < 0.6:
                seen = day + timedelta(days=120)
                if seen < date(2025, 1, 1):
                    cls._find(number, seen, draw.choice(("yes", "no", "no")), True)
        cls.env.flush_all()

    def _months(self, quarter):
        ends = [(3, 31), (6, 30), (9, 30), (12, 31)]
        return date(2023 + quarter // 4, *ends[quarter % 4])

    def _quarter(self, quarter, told, truth):
        """Release a quarter; note what was told and what is so, by place."""
        run = self._run(date(2023, 1, 1), self._months(quarter), f"Quarter {quarter}")
        content = self._report(run, name=f"Quarter {quarter}").content
        for row in content["figures"]:
            for name in ("part", "whole", "unseen"):
                if name in row:
                    told[quarter, row["measure"], name, ""] = row[name]
        for table in content["breakdowns"]:
            for key, low, high in table["cells"]:
                group = f"{table['dimension']} {key or None}"
                told[quarter, table["measure"], "part", group] = [low, high]
        for figure in run.figure_ids:
            key = f"{figure.dimension} {figure.group_key or None}"
            key = "" if figure.dimension == "all" else key
            place = (quarter, figure.measure_id.key)
            truth[(*place, "part", key)] = figure.numerator
            truth[(*place, "whole", key)] = figure.denominator
            truth[(*place, "unseen", key)] = figure.unseen

    def test_r10_eight_quarters_of_75_children_give_no_small_cell_away(self):
        told, truth = {}, {}
        for quarter in range(self.QUARTERS):
            self._quarter(quarter, told, truth)
        self.assertGreater(len(told), 100)
        # What is told is true.
        for place, (low, high) in told.items():
            self.assertTrue(low <= truth[place] <= high, place)
        # Every sum and difference of two numbers told, over all quarters.
        ends = {low if low > 1 else 0 for low, _high in told.values()}
        for one, other in itertools.product(ends, repeat=2):
            self.assertFalse(0 < abs(one - other) < THRESHOLD)
        # What follows from all of it together, as sharp as it gets.
        spans = self._sharpened(told)
        for place, (low, high) in spans.items():
            if 0 < truth[place] < THRESHOLD:
                self.assertGreaterEqual(high - low, 3, f"{place}: {low} to {high}")
        # And what came between two quarters, or is missing from the whole.
        for one, other in self._pairs(spans):
            if 0 < truth[other] - truth[one] < THRESHOLD:
                low, high = (
                    spans[other][0] - spans[one][1],
                    spans[other][1] - spans[one][0],
                )
                self.assertGreaterEqual(high - low, 3, (one, other, low, high))

    def _pairs(self, spans):
        """Places whose difference is a number of children."""
        for quarter, measure, name, key in spans:
            others = [(quarter + 1, measure, name, key)]
            if name == "part":
                others.append((quarter, measure, "whole", key))
            for other in others:
                if other in spans:
                    yield (quarter, measure, name, key), other

    def _sharpened(self, told):
        """Spans after every inference: a part is no more than its whole, what adds up
        since the start never shrinks, groups add up to the total."""
        spans = {place: list(span) for place, span in told.items()}
        growing = ("i2_identified", "i3_referred", "i3_accepted")

        def at_most(small, large):
            before = [*spans[small], *spans[large]]
            spans[small][1] = min(spans[small][1], spans[large][1])
            spans[large][0] = max(spans[large][0], spans[small][0])
            return before != [*spans[small], *spans[large]]

        changed = True
        while changed:
            changed = False
            for place in spans:
                quarter, measure, name, key = place
                whole = (quarter, measure, "whole", key)
                if name == "part" and whole in spans:
                    changed |= at_most(place, whole)
                later = (quarter + 1, measure, name, key)
                if measure in growing and later in spans:
                    changed |= at_most(place, later)
                total = (quarter, measure, name, "")
                if key and total in spans:
                    changed |= at_most(place, total)
        return spans

    def test_r10_a_table_with_a_small_cell_is_left_out_whole(self):
        run = self._run(date(2023, 1, 1), date(2024, 12, 31), "All")
        content = self._report(run).content
        for table in content["breakdowns"]:
            for _key, low, _high in table["cells"]:
                self.assertTrue(low == 0 or low >= THRESHOLD, table)


@tagged("post_install", "-at_install")
class TestBands(ReportCommon):
    def test_r10_no_difference_of_told_numbers_is_small(self):
        @settings(max_examples=300, deadline=None)
        @given(st.integers(0, 10_000), st.integers(0, 10_000))
        def check(one, other):
            spans = band(one), band(other)
            for count, (low, high) in zip((one, other), spans, strict=True):
                self.assertTrue(low <= count <= high)
            told = [low if low > 1 else 0 for low, _high in spans]
            self.assertFalse(0 < abs(told[0] - told[1]) < THRESHOLD)

        check()

    def test_r10_less_than_one_child_is_not_nobody(self):
        self.assertEqual(band(0.25), [1, 10])
        self.assertEqual(band(0), [0, 0])
        self.assertEqual(band(11), [11, 21])
        self.assertEqual(ratio_band(band(30), band(70)), [28, 49])
        self.assertIsNone(ratio_band(band(0), band(0)))
        self.assertTrue(may_break_down([0, 11, 40]))
        self.assertFalse(may_break_down([0, 3, 40]))
