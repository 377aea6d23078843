from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.remediation_base.tools.small_cells import THRESHOLD

from .common import ROLES, DashboardCommon


@tagged("post_install", "-at_install")
class TestRights(DashboardCommon):
    def test_a_dashboard_opens_for_its_duty_alone(self):
        above = {
            "supervisor": {"case_worker"},
            "coordinator": {"case_worker", "supervisor"},
        }
        for login in (*ROLES.values(), "data_protection", "plain_user", "admin_like"):
            user = getattr(self, login)
            mine = {role for role, holder in ROLES.items() if holder == login}
            for role in list(mine):
                mine |= above.get(role, set())
            for role in ROLES:
                with self.subTest(login=login, role=role):
                    found = self._dashboard(role, user)
                    self.assertEqual(found.has_access("read"), role in mine)

    def test_r10_finance_reads_no_figure_of_fewer_than_eleven_children(self):
        trend = self.env["remediation.indicator.trend"].with_user(self.officer)
        rows = trend.search([])
        self.assertEqual(set(rows.mapped("audience")), {"money"})
        for row in rows.filtered("persons"):
            self.assertGreaterEqual(row.units, THRESHOLD)
            self.assertGreaterEqual(row.denominator, THRESHOLD)
        self.assertNotIn("i24_child", rows.mapped("key"), "the cost of seven children")
        self.assertIn("i25_failed", rows.mapped("key"))
        with self.assertRaises(AccessError):
            self.env["remediation.case.step"].with_user(self.officer).search([])
        with self.assertRaises(AccessError):
            self.env["remediation.case.tally"].with_user(self.officer).search([])

    def test_savings_read_savings_and_workers_no_figure(self):
        trend = self.env["remediation.indicator.trend"]
        rows = trend.with_user(self.savings).search([])
        self.assertEqual(set(rows.mapped("audience")), {"savings"})
        for user in (self.worker, self.supervisor, self.safeguarding, self.plain_user):
            with self.assertRaises(AccessError):
                trend.with_user(user).search([])
        other = trend.with_user(self.coordinator_company_b).search([])
        self.assertFalse(other)

    def test_nobody_writes_what_is_computed(self):
        for model in (
            "remediation.indicator.trend",
            "remediation.case.step",
            "remediation.case.tally",
        ):
            records = self.env[model].with_user(self.coordinator)
            for right in ("write", "create", "unlink"):
                self.assertFalse(records.has_access(right), (model, right))

    def test_r25_nobody_shares_a_copy_by_an_address(self):
        shares = self.env["spreadsheet.dashboard.share"]
        vals = {"dashboard_id": self._dashboard("coordinator").id}
        for user in (self.coordinator, self.monitor, self.admin_like):
            with self.assertRaises(AccessError):
                shares.with_user(user).create(vals)
            with self.assertRaises(AccessError):
                shares.with_user(user).action_get_share_url({**vals, "excel_files": []})
        with self.assertRaises(AccessError):
            shares.new(vals)._check_dashboard_access("a token")
