from datetime import date

from odoo.tests import tagged

from .common import IndicatorCommon


@tagged("post_install", "-at_install")
class TestDesk(IndicatorCommon):
    def _section(self, user):
        page = self.env["remediation.desk"].with_user(user).get_desk()
        return next((s for s in page["sections"] if s["key"] == "indicators"), None)

    def test_the_last_run_stands_on_the_desk_with_target_and_trend(self):
        self.assertIsNone(self._section(self.coordinator))
        measure = self.env.ref("case_indicator.measure_i20_vetted")
        measure.with_user(self.coordinator).target = 100
        self._run(date(2024, 10, 1), date(2024, 12, 31), "Before")
        run = self._run()
        for user in (self.coordinator, self.monitor, self.auditor):
            section = self._section(user)
            self.assertIn("First quarter", section["title"])
            line = next(x for x in section["lines"] if "I20" in x["title"])
            self.assertIn("100", line["detail"])
            self.assertEqual(
                line["res_id"], self._figure(run, "i20_vetted").id, "of the last run"
            )
        for user in (self.worker, self.supervisor):
            self.assertIsNone(self._section(user))
