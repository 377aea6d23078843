from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SavingsCommon


@tagged("post_install", "-at_install")
class TestDocuments(SavingsCommon):
    """Passbook, meeting record, share-out list and statement, in two languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"]._load_module_terms(["savings_group"], ["fr_FR"])

    def _html(self, report, record, lang="en_US", user=None):
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(user or self.agent)
            .with_context(lang=lang)
            ._render_qweb_html(f"savings_group.{report}", record.ids)
        )
        return html.decode()

    def _records(self):
        meeting = self._meet(1, {1: {"shares": 3, "loan_given": 500}}, shares=2)
        self.cycle.action_share_out()
        share_out = self.cycle.share_out_ids
        share_out.line_ids.filtered("debt").decision = "net"
        return {
            "report_passbook": self.members[0],
            "report_meeting_record": meeting,
            "report_share_out_list": share_out,
            "report_group_statement": self.cycle,
        }

    def test_documents_show_names_and_figures(self):
        for report, record in self._records().items():
            html = self._html(report, record)
            self.assertIn("Mama Furaha 1", html, report)
            self.assertIn(self.group.name, html, report)

    def test_documents_in_french(self):
        titles = {
            "report_passbook": "Carnet",
            "report_meeting_record": "Procès-verbal",
            "report_share_out_list": "Liste de partage",
            "report_group_statement": "Relevé du groupe",
        }
        for report, record in self._records().items():
            self.assertIn(titles[report], self._html(report, record, "fr_FR"), report)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_documents_are_refused_to_others(self):
        for report, record in self._records().items():
            for user in (
                self.agent_other,
                self.case_worker,
                self.finance,
                self.plain_user,
            ):
                with self.assertRaises(AccessError, msg=f"{report} {user.login}"):
                    self._html(report, record, user=user)
