from odoo.tests import tagged

from ..tools.dashboards import DASHBOARDS, FILES
from .common import ROLES, DashboardCommon, read_sources


@tagged("post_install", "-at_install")
class TestDashboards(DashboardCommon):
    def test_the_files_are_what_the_declarations_say(self):
        self.assertEqual({make.__name__ for make in DASHBOARDS}, set(ROLES))
        for make in DASHBOARDS:
            path = FILES / f"{make.__name__}_dashboard.json"
            self.assertEqual(path.read_text(encoding="utf-8"), make().dump(), path)

    def test_each_role_reads_all_that_its_dashboard_asks_for(self):
        for role in ROLES:
            with self.subTest(role=role):
                sources = read_sources(self._dashboard(role))
                self.assertGreater(len(sources), 4)

    def test_figures_are_those_of_the_last_run(self):
        """The value, the run before and the target, as they were frozen."""
        rows = {
            row.key: row
            for row in self.env["remediation.indicator.trend"]
            .with_user(self.coordinator)
            .search([("is_last", "=", True)])
        }
        self.assertEqual(len(rows), len(self.run_q1.total_ids))
        for figure in self.run_q1.total_ids:
            row = rows[figure.measure_id.key]
            self.assertEqual(row.value, figure.value)
            before = self._figure(self.run_q4, figure.measure_id.key)
            self.assertEqual(row.before, before.value)
        self.assertEqual(rows["i4_in_time"].now, "72.7 %")
        self.assertEqual(
            rows["i4_in_time"].trend, "target 80 %", "nobody was due before"
        )
        self.assertEqual(rows["i4_days"].now, "2 days")
        self.assertEqual(rows["i2_identified"].trend, "▲ 0")

    def test_r52_a_restatement_takes_the_place_of_its_run(self):
        self._find(19, "2025-03-20", "no", True)
        self.run_q1.with_user(self.coordinator).action_restate("Entered late")
        trend = self.env["remediation.indicator.trend"].with_user(self.coordinator)
        row = trend.search([("is_last", "=", True), ("key", "=", "i13_now")])
        self.assertEqual(len(row), 1)
        self.assertEqual(row.value, round(100 * 14 / 38, 2))
        self.assertEqual(
            row.before, self._figure(self.run_q4, "i13_now").value, "not the corrected"
        )

    def test_the_funnel_by_hand(self):
        """Of the forty: contacted 1–10 and 39; assessed 1–10; a plan approved for 1–30
        and 37; supported 1–3, 11–14, 19 and 37; seen out within 180 days of 2 April
        2025: 11–16, 21–24, 26, 27, 37 and 39."""
        steps = self.env["remediation.case.step"]
        counts = {
            user: dict(steps.with_user(user)._read_group([], ["step"], ["__count"]))
            for user in (self.coordinator, self.worker, self.worker_other)
        }
        by_hand = {
            "1_reported": 40,
            "2_contacted": 11,
            "3_assessed": 10,
            "4_planned": 31,
            "5_supported": 9,
        }
        found = counts[self.coordinator]
        self.assertEqual({key: found[key] for key in by_hand}, by_hand)
        # the worker holds 1–20, of whom nobody was contacted but 1–10
        self.assertEqual(counts[self.worker]["1_reported"], 20)
        self.assertEqual(counts[self.worker]["2_contacted"], 10)
        self.assertEqual(counts[self.worker_other], {})

    def test_a_dashboard_takes_at_most_sixteen_statements(self):
        """Beside what every page asks: who the user is, and by which rules."""
        for role in ROLES:
            with self.subTest(role=role):
                dashboard = self._dashboard(role)
                read_sources(dashboard)
                before = self.env.cr.sql_log_count
                read_sources(dashboard)
                self.assertLessEqual(self.env.cr.sql_log_count - before, 16)
