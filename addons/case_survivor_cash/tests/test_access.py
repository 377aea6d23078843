from odoo.tests import tagged

from odoo.addons.case_survivor.tests.test_access import HERE
from odoo.addons.child_remediation.tests.access_table import AccessTable, RuleTable

from .common import RecoveryCommon

CASH = ("officer", "approver", "releaser", "reconciler")


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RuleTable, RecoveryCommon):
    """Role × operation on recovered money: by duty alone."""

    access_module = "case_survivor_cash"
    access_extra_roles = ("tracer", "trace_worker", *CASH)

    @classmethod
    def access_cases(cls):
        return {**super().access_cases(), "traced": cls._new_case(cls.manager_trace)}

    def access_rows(self):
        matters = self.env["remediation.legal.matter"]

        def of(case):
            matter = matters.create({"case_id": case.id, "kind": "civil"})
            return {"matter_id": matter.id, "case_id": case.id, "amount": 7.0}

        row = self.case_row(
            "remediation.recovery",
            of,
            write={"amount": 8.0},
            worker="",
            portal="",
            auditor="",
            data_protection="",
        )
        everything = dict.fromkeys({*HERE, "traced"}, "rs")
        row.allowed["tracer"] = everything
        row.allowed["trace_worker"] = {**everything, "traced": "rswc"}
        # a draft is nobody's but the duty's; finance reads what was announced
        for record in row.records.values():
            record._unprotected().state = "draft"
        return [row]

    def test_access_table(self):
        self.check_access_table()

    def test_rights(self):
        self.check_rights()
