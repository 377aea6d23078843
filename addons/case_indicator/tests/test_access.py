from odoo.tests import tagged

from odoo.addons.child_remediation.tests.access_table import (
    AccessTable,
    Row,
    RuleTable,
)

from .common import IndicatorCommon

READERS = ("coordinator", "monitor", "auditor", "data_protection")


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RuleTable, IndicatorCommon):
    access_module = "case_indicator"

    def access_rows(self):
        draft = {
            "here": self.env["remediation.indicator.run"].create(self._values("A")),
            "there": self.env["remediation.indicator.run"].create(
                {**self._values("B"), "company_id": self.company_b.id}
            ),
        }
        frozen = {
            "here": self._run(),
            "there": self._run(user=self.coordinator_company_b),
        }
        figures = {key: run.figure_ids[:1] for key, run in frozen.items()}
        reports = {
            key: self.env["remediation.donor.report"].create(
                {"name": "R", "run_id": run.id, "company_id": run.company_id.id}
            )
            for key, run in frozen.items()
        }
        indicator = self.env["remediation.indicator"].search([], limit=1)
        self.env.flush_all()
        gaps = {
            key: self.env["remediation.data.gap"].search(
                [("case_id", "=", case.id)], limit=1
            )
            for key, case in self.cases.items()
        }
        everybody = {role: {"one": "rs"} for role in READERS}
        everybody["coordinator_company_b"] = {"one": "rs"}
        target = {role: {"one": "rs"} for role in READERS}
        for role in ("coordinator", "coordinator_company_b"):
            target[role] = {"one": "rsw"}
        return [
            self.case_row(
                "remediation.data.gap", None, portal="", monitor="r", records=gaps
            ),
            Row("remediation.indicator", {"one": indicator}, everybody),
            Row(
                "remediation.indicator.measure",
                {"one": indicator.measure_ids[:1]},
                target,
                {"target": 3},
            ),
            self.shared_row(
                "remediation.indicator.run",
                draft,
                {"name": "x"},
                lambda key: {
                    **self._values("C"),
                    "company_id": draft[key].company_id.id,
                },
                (*READERS, "coordinator_company_b"),
                ("coordinator", "coordinator_company_b"),
            ),
            self.shared_row(
                "remediation.indicator.figure",
                figures,
                None,
                None,
                (*READERS, "coordinator_company_b"),
            ),
            self.shared_row(
                "remediation.donor.report",
                reports,
                {"name": "x"},
                lambda key: {
                    "name": "y",
                    "run_id": frozen[key].id,
                    "company_id": frozen[key].company_id.id,
                },
                (*READERS, "coordinator_company_b"),
                ("coordinator", "coordinator_company_b"),
            ),
        ]

    def _values(self, name):
        return {"name": name, "date_from": "2025-01-01", "date_to": "2025-03-31"}

    def test_access_table(self):
        self.check_access_table()

    def test_rights(self):
        self.check_rights()
