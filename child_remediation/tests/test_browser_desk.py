from odoo.tests import tagged

from .browser_common import BrowserCommon


@tagged("post_install", "-at_install")
class TestBrowserDesk(BrowserCommon):
    def test_r18_a_supervisor_decides_on_the_desk(self):
        """Looks at what was submitted beside the list, approves, finds the child."""
        case = self._new_case()
        self._approved_assessment(case, score="4")
        assessment = self._submitted_assessment(case)
        self._play("/odoo/desk", "remediation_desk_decide", self.supervisor)
        self.assertEqual(assessment.state, "approved")
        self.assertEqual(assessment.approved_by_id, self.supervisor)
