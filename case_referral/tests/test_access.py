from odoo.tests import tagged

from odoo.addons.child_remediation.tests.access_table import (
    WORKERS,
    AccessTable,
    Row,
)

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, ReferralCommon):
    """Role × operation × record for every model of the module (R26b, R27)."""

    access_module = "case_referral"
    access_extra_roles = ("school_user", "clinic_user")

    def access_rows(self):
        return [
            self._concerns(),
            self.case_row(
                "remediation.referral",
                lambda case: {
                    "case_id": case.id,
                    "referral_type": "referral",
                    "to_organisation_id": self.school.id,
                    "service_type_id": self.schooling.id,
                },
                write={"message": "x"},
                worker="rwc",
                monitor="r",
            ),
            self.case_row(
                "remediation.referral.package",
                self._package_vals,
                write={"name": "x"},
            ),
            self._accreditations(),
            Row(
                "referral.accreditation.document",
                {
                    "here": self.env["referral.accreditation.document"].create(
                        {
                            "accreditation_id": self._application().id,
                            "document_type": "other",
                            "file": b"UERG",
                        }
                    )
                },
                {
                    **self._readers("here"),
                    "coordinator": {"here": "rswcu"},
                    "coordinator_company_b": {"here": "c"},
                },
                {"checked": True},
            ),
            Row(
                "referral.accreditation.finding",
                {
                    "here": self.env["referral.accreditation.finding"].create(
                        self._finding_vals()
                    )
                },
                {
                    **self._readers("here"),
                    "coordinator": {"here": "rswc"},
                    "coordinator_company_b": {"here": "c"},
                },
                {"severity": "serious"},
            ),
            Row(
                "referral.total",
                {
                    "here": self.env["referral.total"].create(
                        {
                            "name": "Period",
                            "date_from": self.today,
                            "date_to": self.today,
                        }
                    )
                },
                {
                    "coordinator": {"here": "rswc"},
                    "coordinator_company_b": {"here": "c"},
                    "monitor": {"here": "rs"},
                },
                {"name": "x"},
            ),
        ]

    def _application(self):
        """One that nobody decided on yet: its papers still come and go."""
        return self.env["referral.accreditation"].create(
            {"partner_id": self.school.id, "kind": "service"}
        )

    def _package_vals(self, case):
        referral = (
            self.env["remediation.referral"]
            .with_company(case.company_id)
            .create(
                {
                    "case_id": case.id,
                    "referral_type": "referral",
                    "to_organisation_id": self.school.id,
                    "service_type_id": self.schooling.id,
                }
            )
        )
        return {
            "case_id": case.id,
            "referral_id": referral.id,
            "name": referral.name,
            "referral_type": "referral",
            "recipient_organisation_id": self.school.id,
            "is_visible": False,
        }

    def _concerns(self):
        """A worker's, another's, and one that became a case of the worker's team."""
        Concern = self.env["remediation.concern"]
        records = {
            key: Concern.with_user(user).create({"work_observed": "x"}).sudo()
            for key, user in (
                ("own", self.worker),
                ("other", self.worker_2),
                ("case", self.coordinator_2),
            )
        }
        records["case"]._unprotected().write(
            {"state": "accepted", "case_id": self._new_case().id}
        )
        every = dict.fromkeys(records, "rswc")
        nothing = dict.fromkeys(records, "c")
        readonly = dict.fromkeys(records, "rs")
        return Row(
            "remediation.concern",
            records,
            {
                "supervisor": every,
                "supervisor_other": {**every, "case": "c"},
                "coordinator": every,
                "worker": {**every, "other": "c"},
                "worker_2": {**nothing, "other": "rswc"},
                "worker_other": nothing,
                "worker_company_b": nothing,
                "coordinator_company_b": nothing,
                "auditor": readonly,
                "data_protection": readonly,
            },
            {"location": "y"},
            stopped="w",
        )

    def _readers(self, key):
        roles = set(WORKERS) - {"worker_company_b", "coordinator_company_b"}
        return {role: {key: "rs"} for role in (*roles, "safeguarding", "auditor")}

    def _finding_vals(self):
        return {
            "accreditation_id": self.accreditations[0].id,
            "topic": "staff",
            "severity": "minor",
            "finding": "No supervision plan",
            "improvement": "Write one",
            "owner_id": self.partner_org.id,
            "date_due": self.today,
            "follow_up_on": self.today,
        }

    def _accreditations(self):
        return Row(
            "referral.accreditation",
            {"here": self.accreditations[0]},
            {
                **self._readers("here"),
                "coordinator": {"here": "rswc"},
                "coordinator_company_b": {"here": "c"},
            },
            {"capacity": 21},
        )

    def test_r26b_access_table(self):
        self.check_access_table()
