import time

from odoo.tests import HttpCase, tagged

from odoo.addons.remediation_base.tests.one_browser import OneBrowser

from .common import SavingsCommon


@tagged("post_install", "-at_install")
class TestMeetingScreen(OneBrowser, SavingsCommon, HttpCase):
    """The round at the table by keyboard alone, in a real browser."""

    def setUp(self):
        super().setUp()
        # The files of the screen are built once, before the clock of the tour runs.
        for name in ("web.assets_web", "web.assets_tests"):
            bundle = self.env["ir.qweb"]._get_asset_bundle(name, assets_params={})
            bundle.js()
            bundle.css()

    def test_round_of_25_takes_less_than_three_minutes(self):
        """What the screen needs, and 0.28 s for each key (the keystroke-level model's
        figure for an average typist): 25 shares and 5 repayments of three figures,
        Enter 50 times, two hotkeys of two keys."""
        group = self._new_group(members=25, members_max=25)
        cycle = self._new_cycle(group)
        earlier = {number: {"loan_given": 300} for number in range(1, 26, 5)}
        self._meet(1, earlier, cycle=cycle, shares=5)
        meeting = self._open(2, cycle)
        started = time.monotonic()
        self.start_tour(
            f"/odoo/savings-meetings/{meeting.id}",
            "savings_meeting_of_25",
            login=self.agent.login,
            timeout=180,
        )
        screen = time.monotonic() - started
        meeting.invalidate_recordset()
        self.assertEqual(meeting.state, "validated")
        self.assertEqual(sum(meeting.line_ids.mapped("shares")), 75)
        self.assertEqual(sum(meeting.line_ids.mapped("loan_repaid")), 500)
        keys = 25 + 5 * 3 + 50 + 4
        self.assertLess(screen + keys * 0.28, 180)

    def test_meeting_by_keyboard_alone(self):
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


@tagged("post_install", "-at_install")
class TestMeetingPhone(SavingsCommon, HttpCase):
    """The round on a telephone: one member a page, nothing wider than the screen."""

    browser_size = "390x844"
    touch_enabled = True

    def test_meeting_member_by_member_on_a_telephone(self):
        meeting = self._open(1)
        self.start_tour(
            f"/odoo/savings-meetings/{meeting.id}",
            "savings_meeting_phone",
            login=self.agent.login,
            timeout=180,
        )
        meeting.invalidate_recordset()
        self.assertEqual(meeting.line_ids.mapped("shares"), [2, 2, 2, 2, 2])
        self.assertEqual(meeting.expected_loan, 5000)
