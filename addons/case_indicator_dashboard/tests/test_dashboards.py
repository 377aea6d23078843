from datetime import timedelta

from odoo.tests import tagged

from ..tools.dashboards import DASHBOARDS, FILES
from .common import ROLES, DashboardCommon, open_file, read_sources


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
        """With no record read before, as a page is opened; which rules there are, the
        server knows."""
        for role in ROLES:
            with self.subTest(role=role):
                dashboard = self._dashboard(role)
                content = open_file(dashboard)
                read_sources(dashboard, content)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                read_sources(dashboard, content)
                self.assertLessEqual(self.env.cr.sql_log_count - before, 16)

    def test_cards_of_work_count_what_their_lists_hold(self):
        """One question for all cards gives what each list gives, for each reader."""
        self.env.flush_all()
        # The view reads the clock of the database.
        self.env.cr.execute(
            """UPDATE remediation_case
                  SET opened_at = now() AT TIME ZONE 'UTC' - interval '10 days'
                WHERE id = ANY(%(some)s);
               UPDATE remediation_case
                  SET closed_on = now() AT TIME ZONE 'UTC' - interval '5 days'
                WHERE id = %(one)s;
               UPDATE remediation_visit SET date_done = CURRENT_DATE - 3
                WHERE case_id = ANY(%(seen)s);
               UPDATE remediation_visit SET date_planned = CURRENT_DATE - 4
                WHERE case_id = ANY(%(seen)s)""",
            {
                "some": [self.child[number].id for number in (1, 2, 3, 21)],
                "one": self.child[2].id,
                "seen": [self.child[number].id for number in (11, 12, 22)],
            },
        )
        self.env.invalidate_all()
        self.env.cr.execute("SELECT now() AT TIME ZONE 'UTC'")
        (now,) = self.env.cr.fetchone()
        lately = now - timedelta(days=30)
        lists = {
            "open": ("remediation.case", [("closed_on", "=", False)]),
            "opened": ("remediation.case", [("opened_at", ">", lately)]),
            "closed": ("remediation.case", [("closed_on", ">", lately)]),
            "visit_done": ("remediation.visit", [("date_done", ">", lately.date())]),
            "visit_planned": (
                "remediation.visit",
                [("date_planned", ">", lately.date()), ("state", "!=", "cancelled")],
            ),
            "missed": ("remediation.deadline.breach", [("fell_due_on", ">", lately)]),
            "late": (
                "remediation.deadline",
                [("done_on", "=", False), ("date_due", "<", now)],
            ),
            "gap": ("remediation.data.gap", []),
        }
        found = {}
        for login in ("worker", "supervisor", "coordinator", "worker_other"):
            env = self.env(user=getattr(self, login))
            tally = env["remediation.case.tally"]._read_group([], ["kind"], ["__count"])
            found[login] = dict(tally)
            for kind, (model, domain) in lists.items():
                self.assertEqual(
                    found[login].get(kind, 0),
                    env[model].search_count(domain),
                    (login, kind),
                )
        self.assertEqual(found["worker"]["opened"], 3)
        self.assertEqual(found["worker"]["closed"], 1)
        self.assertEqual(found["coordinator"]["opened"], 4)
        self.assertEqual(found["worker_other"], {})
