from odoo.tests import tagged

from odoo.addons.child_remediation.tests.access_table import (
    AccessTable,
    Row,
    RuleTable,
)

from .common import SubmissionCommon


@tagged("post_install", "-at_install")
class TestAccess(AccessTable, RuleTable, SubmissionCommon):
    access_module = "case_submission"
    access_extra_roles = ("collector",)

    def access_rows(self):
        waiting = {
            "team": self._receive(
                "visit", self._visit_answers(worker="worker_2"), key="access-01"
            ),
            "nobody": self._receive(
                "visit", self._visit_answers() | {"case": "CR-999999"}, key="access-02"
            ),
        }
        self.assertEqual(waiting["team"].team_id, self.team)
        self.assertFalse(waiting["nobody"].team_id)
        return [
            Row(
                "remediation.submission",
                waiting,
                {
                    "supervisor": {"team": "rs"},
                    "coordinator": dict.fromkeys(waiting, "rs"),
                },
                {"state": "placed"},
            ),
        ]

    def test_access_table(self):
        self.check_access_table()

    def test_rights(self):
        self.check_rights()
