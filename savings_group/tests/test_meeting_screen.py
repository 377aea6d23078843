from odoo.tests import HttpCase, tagged

from .common import SavingsCommon


@tagged("post_install", "-at_install")
class TestMeetingScreen(SavingsCommon, HttpCase):
    """The round at the table by keyboard alone, in a real browser."""

    def test_meeting_by_keyboard_alone(self):
        # The files of the screen are built once, before the clock of the tour runs.
        for name in ("web.assets_web", "web.assets_tests"):
            bundle = self.env["ir.qweb"]._get_asset_bundle(name, assets_params={})
            bundle.js()
            bundle.css()
        meeting = self._open(1)
        self.start_tour(
            f"/odoo/savings-meetings/{meeting.id}",
            "savings_meeting_keyboard",
            login=self.agent.login,
            timeout=180,
        )
        meeting.invalidate_recordset()
        self.assertEqual(meeting.state, "validated")
        self.assertEqual(meeting.line_ids.mapped("shares"), [2, 1, 3, 2, 1])
        self.assertEqual(meeting.closing_loan, 4500)
        self.assertEqual(meeting.closing_social, 550)
