from odoo.tests import tagged

from odoo.addons.child_remediation.tests.access_table import (
    AccessTable,
    Row,
    RuleTable,
)

from .common import ExchangeCommon


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RuleTable, ExchangeCommon):
    access_module = "case_exchange"
    deletable = frozenset({"remediation.import.part"})
    access_extra_roles = (
        "exporter",
        "namer",
        "namer_company_b",
        "only_export",
        "importer",
    )

    def access_rows(self):
        return [
            self._reference_row(),
            *self._export_rows(),
            *self._import_rows(),
        ]

    def _reference_row(self):
        row = self.case_row(
            "remediation.external.reference",
            lambda case: {
                "case_id": case.id,
                "system": "old",
                "kind": case._name,
                "external_id": f"old-{case.id}",
                "res_id": case.id,
            },
            {"system": "x"},
            portal="",
        )
        # a coordinator's rung comes with these two duties
        for role, like in (
            ("namer", "coordinator"),
            ("importer", "coordinator"),
            ("namer_company_b", "coordinator_company_b"),
        ):
            row.allowed[role] = row.allowed[like]
        return row

    def _export_rows(self):
        exports = {
            "own": self._export(self.namer),
            "other": self._export(self.exporter),
            "other_company": self._export(self.namer_company_b),
        }
        logs = {key: self._log_rows(export) for key, export in exports.items()}
        mine = {
            "namer": {"own": "rs"},
            "exporter": {"other": "rs"},
            "namer_company_b": {"other_company": "rs"},
        }
        every = {"word": "rs"}
        return [
            Row(
                "remediation.export",
                exports,
                mine,
                {"state": "queued"},
            ),
            Row(
                "remediation.export.log",
                logs,
                {"data_protection": dict.fromkeys(("own", "other"), "rs")},
            ),
            Row(
                "remediation.export.column",
                {"word": self.env["remediation.export.column"].search([], limit=1)},
                {
                    role: every
                    for role in (
                        "namer",
                        "exporter",
                        "namer_company_b",
                        "only_export",
                        "worker_2",
                    )
                },
                {"name": "x"},
            ),
        ]

    def _import_rows(self):
        jobs, lines = {}, {}
        for key, user in (("own", self.importer), ("other", self.namer)):
            job = (
                self.env["remediation.import.job"]
                ._unprotected()
                .create({"user_id": user.id})
                .with_env(self.env)
            )
            jobs[key] = job
            lines[key] = (
                self.env["remediation.import.line"]
                ._unprotected()
                .create(
                    {
                        "job_id": job.id,
                        "row": 1,
                        "external_id": "x",
                        "status": "new",
                        "data": {},
                    }
                )
                .with_env(self.env)
            )
        parts = {
            key: self.env["remediation.import.part"].create(
                {"job_id": job.id, "file": b"UEs="}
            )
            for key, job in jobs.items()
        }
        return [
            Row(
                "remediation.import.part",
                parts,
                {"importer": {"own": "rswcu"}},
                {"file_name": "x"},
                lambda key: {"job_id": jobs[key].id, "file": b"UEs="},
            ),
            Row(
                "remediation.import.job",
                jobs,
                {"importer": {"own": "rswc", "other": "c"}},
                {"skip_bad": True},
                lambda key: {"source": "primero"},
            ),
            Row(
                "remediation.import.line",
                lines,
                {"importer": {"own": "rs"}},
                {"status": "wrong"},
            ),
        ]

    def test_access_table(self):
        self.check_access_table()

    def test_rights(self):
        self.check_rights()

    def test_r27_rules_of_the_case(self):
        self.check_case_rules()
