from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .test_portal import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalHandover(PortalCommon):
    """A former worker on a phone reads along while the supervisor lets (R26)."""

    def _hand_over(self, case, days=7):
        case.with_user(self.supervisor).action_assign(
            self.manager_portal_other.id, handover_days=days
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return f"/my/remediation/handover/{case.handover_ids.id}"

    def test_r26_the_former_worker_reads_the_sheet_and_nothing_else(self):
        note = self.env["remediation.note"].with_user(self.supervisor)
        note.create({"case_id": self.case.id, "text": "Before"})
        url = self._hand_over(self.case)
        self.authenticate("portal_manager", "portal_manager")
        self.assertIn(url, self.get("/my/remediation").text)
        page = self.get(url).text
        self.assertIn("Amani", page)
        self.assertIn("Before", page)
        self.assertNotIn("<form", page)
        self.get(f"/my/remediation/case/{self.case.name}", 404)
        log = self.env["remediation.access.log"].search(
            [("user_id", "=", self.portal_manager.id), ("case_id", "=", self.case.id)]
        )
        self.assertIn("view", log.mapped("action"))
        self.post(url, {"occupation": "school"}, status=404)
        self.assertFalse(self.case.visit_ids)

    def test_r26_nobody_else_opens_it_and_it_closes_by_itself(self):
        url = self._hand_over(self.case)
        for login in (
            "portal_manager_other",
            "portal_supervisor",
            "portal_reporter",
            "school_user",
            "portal_observer",
        ):
            self.authenticate(login, login)
            self.get(url, 404)
        self.authenticate("portal_manager", "portal_manager")
        self.get("/my/remediation/handover/999999", 404)
        self.get(url)
        self.case.handover_ids.with_user(self.supervisor).action_end()
        self.env.flush_all()
        self.get(url, 404)
        self.assertNotIn(url, self.get("/my/remediation").text)
        handover = self.case.handover_ids.with_user(self.portal_manager)
        self.assertFalse(handover.portal_open())

    def test_r26_it_closes_after_its_last_day_and_on_suspension(self):
        self._hand_over(self.case, days=14)
        Handover = self.env["remediation.handover"].with_user(self.portal_manager)
        noon = fields.Datetime.to_datetime(self.case._day()).replace(hour=12)
        for days, is_open in ((14, True), (15, False)):
            with freeze_time(noon + timedelta(days=days)):
                self.env.invalidate_all()
                self.assertEqual(bool(Handover.portal_open()), is_open)
        self.env.invalidate_all()
        self.manager_portal.with_user(self.supervisor).action_suspend("A complaint")
        self.env.invalidate_all()
        self.assertFalse(Handover.portal_open())

    def test_r08_what_the_family_withheld_is_not_on_the_sheet(self):
        self._consent(
            self.case,
            withhold_item_ids=[
                Command.set(
                    self.env["remediation.disclosure.item"]
                    .search([("key", "in", ("first_name", "risk_level"))])
                    .ids
                )
            ],
        )
        url = self._hand_over(self.case)
        self.authenticate("portal_manager", "portal_manager")
        page = self.get(url).text
        self.assertNotIn("Amani", page)
        self.assertIn("Hidden", page)
        self.assertNotIn("Risk</th>", page)

    def test_r11_a_lapsed_worker_finishes_the_visit_that_was_due(self):
        today = self.case._day()
        visit = self.env["remediation.visit"].create(
            {"case_id": self.case.id, "date_planned": today}
        )
        self.manager_portal.vetting_ids._unprotected().expiry_date = (
            self.today - timedelta(days=1)
        )
        self.env["remediation.case.manager"]._cron_expire()
        self.env.flush_all()
        self.env.invalidate_all()
        grace = self.case.handover_ids
        url = f"/my/remediation/handover/{grace.id}"
        self.authenticate("portal_manager", "portal_manager")
        self.get(f"/my/remediation/case/{self.case.name}", 404)
        self.assertIn("A visit is to be finished", self.get("/my/remediation").text)
        self.assertIn('name="occupation"', self.get(url).text)
        page = self.post(url, {"hours_week": "900"}, status=200)
        self.assertIn('role="alert"', page.text)
        self.assertEqual(visit.state, "planned")
        self.post(
            url,
            {
                "date_done": str(today),
                "visit_type": "home",
                "child_seen": "yes",
                "child_working": "no",
                "occupation": "school",
            },
        )
        self.env.invalidate_all()
        self.assertEqual((visit.state, visit.done_by_id), ("done", self.portal_manager))
        self.assertEqual(visit.child_seen, "yes")
        self.assertNotIn("<form", self.get(f"{url}?ok=1").text)
        with self.assertRaises(AccessError):
            grace.with_user(self.portal_manager_other).portal_record_visit({})
