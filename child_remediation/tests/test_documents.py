from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestDocuments(RemediationCommon):
    """Papers are printed by code: no name is on them, in either language."""

    def _render(self, xmlid, record, lang):
        report = self.env["ir.actions.report"].with_user(self.worker)
        html, _kind = report.with_context(lang=lang)._render_qweb_html(
            f"child_remediation.{xmlid}", record.ids
        )
        return html.decode()

    @whole
    def test_papers_carry_the_code_and_no_name(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        case = self._new_case()
        records = {
            "report_consent": self._new_consent(case),
            "report_plan": self._active_plan(case),
            "report_visit": self._visit(case),
            "report_case_conference": case,
            "report_case_transfer": case,
            "report_case_file": case,
            "report_case_plan": case,
            "report_case_consent": case,
        }
        for xmlid, record in records.items():
            for lang in ("en_US", "fr_FR"):
                page = self._render(xmlid, record, lang)
                self.assertIn(case.name, page, xmlid)
                for name in ("Amani", "Hidden", "Mama Secret"):
                    self.assertNotIn(name, page, xmlid)

    @whole
    def test_r29_what_the_case_prints_is_in_the_access_log(self):
        case = self._new_case()
        for xmlid, sentence in (
            ("report_case_file", "Case File"),
            ("report_case_plan", "has no plan yet"),
            ("report_case_consent", "has no consent yet"),
        ):
            self.assertIn(sentence, self._render(xmlid, case, "en_US"))
        self.env.cr.flush()
        logged = self.env["remediation.access.log"].search(
            [("case_id", "=", case.id), ("action", "=", "print")]
        )
        self.assertTrue(logged)
        self.assertEqual(logged.user_id, self.worker)

    def test_what_the_case_prints_is_the_plan_and_the_consents_of_it(self):
        case = self._new_case()
        plan = self._active_plan(case)
        self._new_consent(case)
        page = self._render("report_case_plan", case, "en_US")
        self.assertIn("Individual remediation plan", page)
        self.assertIn(plan.goal, page)
        page = self._render("report_case_consent", case, "en_US")
        self.assertEqual(page.count("I may withdraw"), len(case.consent_ids))

    @whole
    def test_a_plan_prints_as_pdf(self):
        plan = self._active_plan(self._new_case())
        content, kind = (
            self.env["ir.actions.report"]
            .with_user(self.worker)
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("child_remediation.report_plan", plan.ids)
        )
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))
