import json
import resource

from _lib import pictures

from odoo.tests import HttpCase, tagged

from .common import ROLES, DashboardCommon

#: What a dashboard has worked out, once nothing of it is loading any more.
READ = """async () => {
    const loader = (node) => node && (node.component?.loader?.getActiveDashboard
        ? node.component.loader
        : Object.values(node.children || {}).map(loader).find(Boolean));
    const wait = () => new Promise((resolve) => setTimeout(resolve, 200));
    for (let tries = 0; tries < 200; tries++, await wait()) {
        const found = [...owl.App.apps].map((app) => loader(app.root)).find(Boolean);
        const getters = found?.getActiveDashboard()?.model?.getters;
        if (!getters) {
            continue;
        }
        const errors = [];
        let loading = false;
        for (const sheet of getters.getSheetIds()) {
            for (const id of Object.keys(getters.getCells(sheet))) {
                const cell = getters.getEvaluatedCell(getters.getCellPosition(id));
                loading ||= String(cell.formattedValue).startsWith("Loading");
                if (cell.type === "error") {
                    errors.push(`${cell.value} ${cell.message}`);
                }
            }
        }
        for (const figure of getters.getFigures(getters.getSheetIds()[0])) {
            const id = getters.getChartIdFromFigureId(figure.id);
            if (getters.getChartDefinition(id).type.startsWith("odoo_")) {
                // the first asking makes it load
                getters.getChartRuntime(id);
                loading ||= !getters.getChartDataSource(id).isReady();
            }
        }
        if (loading) {
            continue;
        }
        const cards = {};
        const charts = {};
        for (const figure of getters.getFigures(getters.getSheetIds()[0])) {
            const id = getters.getChartIdFromFigureId(figure.id);
            const shown = getters.getChartRuntime(id);
            if (getters.getChartDefinition(id).type === "scorecard") {
                cards[shown.title.text] = [shown.keyValue, shown.baselineDisplay];
            } else {
                const data = shown.chartJsConfig.data;
                const title = getters.getChartDefinition(id).title.text;
                charts[title] = {
                    labels: data.labels,
                    sets: data.datasets.map((set) => [set.label, set.data]),
                };
            }
        }
        return { errors, cards, charts };
    }
    throw new Error("The dashboard is not there.");
}"""


@tagged("post_install", "-at_install")
class TestScreens(DashboardCommon, HttpCase):
    """Each dashboard in a real browser, by whom it is for."""

    # The access log of a read-only call is written by a second cursor, which the one
    # cursor of a test cannot give.
    _registry_readonly_enabled = False

    def setUp(self):
        super().setUp()
        # Odoo limits its own memory; a browser started from here needs more room.
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_AS, (soft, hard))

    def _screen(self, browser, **told):
        """What one person has loaded on it is there for the next."""
        return browser.new_context(base_url=self.base_url(), **told)

    def _open(self, context, role):
        """What the dashboard shows, and what the browser complained of."""
        user = getattr(self, ROLES[role])
        session = self.authenticate(user.login, user.login)
        page = context.new_page()
        pictures.forget(page, self.base_url())
        context.add_cookies(
            [{"name": "session_id", "value": session.sid, "url": self.base_url()}]
        )
        page.set_default_timeout(120_000)
        complaints = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        number = self._dashboard(role).id
        page.goto(f"/odoo/dashboards?dashboard_id={number}")
        page.wait_for_selector(".o-figure, .o_mobile_dashboard canvas")
        found = page.evaluate(READ)
        self.assertEqual(page.locator("button:has-text('Share')").count(), 0)
        self.assertEqual(page.locator(".o_error_dialog").count(), 0)
        # What a page still asks for would meet the next sign-in on the one cursor.
        page.goto("about:blank")
        page.close()
        self._wait_remaining_requests()
        self.assertEqual(complaints, [])
        return found

    def test_each_dashboard_opens_and_shows_the_figures_of_the_run(self):
        for name in ("web.assets_web", "spreadsheet.o_spreadsheet"):
            bundle = self.env["ir.qweb"]._get_asset_bundle(name, assets_params={})
            bundle.js()
            bundle.css()
        with pictures.chromium() as browser, self.allow_requests(all_requests=True):
            desk = self._screen(browser, viewport={"width": 1366, "height": 900})
            shown = {role: self._open(desk, role) for role in ROLES}
            small = self._screen(browser, viewport=pictures.PHONE, is_mobile=True)
            phone = self._open(small, "coordinator")
        for role, found in shown.items():
            self.assertEqual(found["errors"], [], role)
            self.assertGreaterEqual(len(found["cards"]), 5, role)
            self.assertGreaterEqual(len(found["charts"]), 4, role)
        cards = shown["coordinator"]["cards"]
        self.assertEqual(cards["Children Identified"], ["10", "▲ 0"])
        self.assertEqual(cards["Contact in Time"][0], "72.7 %")
        self.assertEqual(cards["Contact in Time"][1], "target 80 %")
        self.assertEqual(cards["Out of Child Labour"][0], "34.2 %")
        self.assertEqual(phone["cards"], cards)
        for role in ("coordinator", "director"):
            told = self._titles(role)
            for title, (now, _trend) in shown[role]["cards"].items():
                self.assertEqual(now, told[title], title)
        # forty for who sees all, twenty for the worker who holds them
        for role, number in (("coordinator", 40), ("case_worker", 20)):
            (funnel,) = (
                chart
                for title, chart in shown[role]["charts"].items()
                if title.startswith("From the Report")
            )
            self.assertEqual(funnel["labels"][0], "Reported")
            self.assertIn(funnel["sets"][0][1][0], ([-number, number], number))
        self.assertEqual(shown["case_worker"]["cards"]["Open Cases"][0], "20")
        self.assertEqual(shown["finance"]["cards"]["Cost by child"][0], "–")
        # What is counted now has its target too, and how it went last month.
        work = shown["case_worker"]["cards"]
        self.assertEqual(work["Late Deadlines"][1], "target 0")
        self.assertEqual(work["Open Cases"][1], "0")
        for title in ("Visits This Month", "Deadlines Missed"):
            self.assertRegex(work[title][1], r"^[▲▼=] \d+ · target \d+$")
        danger = shown["safeguarding"]["cards"]["Somebody in Danger"]
        self.assertEqual(danger, ["0", "target 0"])

    def _titles(self, role):
        """Title of a card → what the last run says of its figure."""
        content = json.loads(
            self._dashboard(role)._get_serialized_readonly_dashboard()
        )["snapshot"]
        cells = content["sheets"][1]["cells"]
        rows = {
            row.key: row.short
            for row in self.env["remediation.indicator.trend"]
            .with_user(self.coordinator)
            .search([("is_last", "=", True)])
        }
        titles = {}
        for figure in content["sheets"][0]["figures"]:
            data = figure["data"]
            if data["type"] == "scorecard":
                formula = cells[data["keyValue"].removeprefix("Data!")]
                titles[data["title"]["text"]] = rows[formula.split('"')[1]]
        return titles
