import base64

from odoo.tests import tagged

from odoo.addons.remediation_base.tools import sheets

from . import hub_sheet
from .browser_common import BrowserCommon

DEPOT = "Ore depots"


@tagged("post_install", "-at_install")
class TestBrowser(BrowserCommon):
    """A published child, from the sheet to the first clean visit, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["remediation.site"].create({"name": DEPOT, "site_type": "depot"})

    def _import(self):
        def site_of(place):
            return DEPOT if "depots" in place else self.site.name

        content = sheets.write_xlsx(hub_sheet.HEADERS, hub_sheet.rows(site_of))
        wizard = (
            self.env["remediation.intake.import"]
            .with_user(self.worker)
            .create({"file": base64.b64encode(content), "file_name": "intake.xlsx"})
        )
        wizard.action_read()
        wizard.action_check()
        self.assertEqual(wizard.new_count, 3)
        wizard.action_import()
        return {case.beneficiary_id.nickname: case for case in wizard.case_ids}

    def test_published_child_from_the_sheet_to_a_clean_visit(self):
        self._warm()
        case = self._import()["MMJ"].with_env(self.env)
        page = f"/odoo/cases/{case.id}"
        self.assertEqual((case.stage, case.classification), ("registered", "hazardous"))
        self._play(page, "remediation_first_contact_and_consent", self.worker)
        self.assertEqual(case.stage, "first_contact")
        self.assertEqual(case.first_contact_by_id, self.worker)
        self.assertTrue(case._has_consent("services"))

        self._play(page, "remediation_assessment", self.worker)
        self.assertEqual(case.stage, "assessment")
        self.assertEqual(case.assessment_ids.state, "submitted")
        self._play(
            "/odoo/assessments-to-approve", "remediation_approve", self.supervisor
        )
        self.assertEqual(case.assessment_ids.state, "approved")
        self.assertEqual(case.assessment_ids.approved_by_id, self.supervisor)
        self.assertEqual((case.stage, case.classification), ("planning", "hazardous"))

        self._play(page, "remediation_plan", self.worker)
        self.assertEqual(case.plan_ids.state, "submitted")
        self.assertEqual(case.stage, "planning")
        self._play("/odoo/plans-to-approve", "remediation_approve", self.supervisor)
        self.assertEqual(case.active_plan_id, case.plan_ids)
        self.assertEqual(
            (case.stage, case.classification), ("in_remediation", "hazardous")
        )

        self._play(page, "remediation_visit", self.worker)
        self.assertTrue(case.visit_ids.is_clean)
        self.assertEqual((case.stage, case.classification), ("in_remediation", "none"))
        self.assertEqual(len(case.stage_log_ids), 5)
