from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .browser_common import BrowserCommon


@tagged("post_install", "-at_install")
class TestBrowserTwoYears(BrowserCommon):
    """One child, two years: intake on a leap day, closure, checks, a bad one,
    reopening. People click in the web client, nights pass by the scheduler."""

    @classmethod
    def setUpClass(cls):
        cls.startClassPatcher(freeze_time("2024-02-28 07:00:00", tick=True))
        super().setUpClass()
        # This worker's check lapses between the second and the third check.
        cls.manager.vetting_ids._unprotected().expiry_date = date(2025, 4, 30)

    def _on(self, day, hour="08:00:00"):
        """The clock of server and browser: eight in the morning in London, ten in
        Lubumbashi."""
        return freeze_time(f"{day} {hour}", tick=True)

    def _night(self):
        """What the scheduler does by itself."""
        with self.enter_registry_test_mode():
            for name in ("watch_deadlines", "expire_workers", "expire_consents"):
                self.env.ref(
                    f"child_remediation.ir_cron_{name}"
                ).method_direct_trigger()
        self.env.invalidate_all()

    def _nights(self, first, last, step=1):
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            with self._on(day, "01:00:00"):
                self._night()
                if not self.case.closed_on:
                    self.assertTrue(self.case.user_id, "an open case has a holder")
            day += timedelta(days=step)

    def test_r22_r23_one_child_for_two_years(self):
        self._warm()
        with self._on("2024-02-29"):
            self._play("/odoo/cases/new", "remediation_intake", self.worker)
            case = self.env["remediation.case"].search([], order="id desc", limit=1)
            self.case = case
            self.assertEqual(case.beneficiary_id.first_name, "Kasongo")
            self.assertEqual(case.identified_on, date(2024, 2, 29))
            self.assertEqual((case.stage, case.user_id), ("registered", self.worker))
            household = self.env["remediation.household"].with_user(self.worker)
            case.beneficiary_id.with_user(self.worker).household_id = household.create(
                {}
            )
            self.env["remediation.household.member"].with_user(self.worker).create(
                {
                    "household_id": case.household_id.id,
                    "full_name": "Mama Kasongo",
                    "relationship": "mother",
                    "is_caregiver": True,
                    "age": 35,
                }
            )
            self.env["remediation.work.situation"].with_user(self.worker).create(
                {
                    "case_id": case.id,
                    "works": "yes",
                    "activity": "Carries ore",
                    "site_id": self.site.id,
                    "date": date(2024, 2, 29),
                }
            )
            self.assertEqual(case.classification, "hazardous")
        page = f"/odoo/cases/{case.id}"
        with self._on("2024-03-01"):
            self._play(page, "remediation_first_contact_and_consent", self.worker)
            self.assertEqual(case.stage, "first_contact")
            self.assertEqual(case.first_contact_on, date(2024, 3, 1))
        with self._on("2024-03-05"):
            self._play(page, "remediation_assessment", self.worker)
            self.assertEqual(case.stage, "assessment")
            self._play(
                "/odoo/assessments-to-approve", "remediation_approve", self.supervisor
            )
            self._assert_stage(case, "planning")
        with self._on("2024-03-12"):
            self._play(page, "remediation_plan", self.worker)
            self._play("/odoo/plans-to-approve", "remediation_approve", self.supervisor)
            self.assertEqual(case.stage, "in_remediation")
        with self._on("2024-03-21"):
            self._play(page, "remediation_visit", self.worker)
        self.assertFalse(case.breach_ids, "nothing was late so far")

        # The next visit is forgotten: one breach, however often the scheduler looks.
        self._nights("2024-03-22", "2024-04-25")
        late = case.breach_ids.filtered(lambda breach: breach.kind == "visit")
        self.assertEqual(len(late), 1)
        self.assertEqual(late.holder_user_id, self.worker)
        self.assertTrue(late.escalated_on)
        with self._on("2024-04-26"):
            self._play("/odoo/due", "remediation_late", self.worker)
            self._play(page, "remediation_finish_action", self.worker)
            self.assertEqual(case.stage, "monitoring")

        # The 59th day is too early for the second clean visit, the 60th is not.
        with self._on("2024-05-19"):
            self._play(page, "remediation_visit", self.worker)
            self._play(page, "remediation_closure_too_early", self.worker)
            self.assertEqual(
                (case.stage, case.closure_ids.state), ("monitoring", "draft")
            )
        with self._on("2024-05-20"):
            self._play(page, "remediation_visit", self.worker)
            self._play(page, "remediation_closure", self.worker)
            self.assertEqual(case.stage, "monitoring")
            self._play(
                "/odoo/closures-to-approve", "remediation_approve", self.supervisor
            )
            self.assertEqual((case.stage, case.closure_reason), ("closed", "goals_met"))
        checks = case.visit_ids.filtered("is_post_closure").sorted("date_planned")
        self.assertEqual(
            checks.mapped("date_planned"),
            [
                date(2024, 8, 20),
                date(2024, 11, 20),
                date(2025, 5, 20),
                date(2026, 5, 20),
            ],
        )

        # Two good checks leave it closed.
        for day, check in (("2024-08-20", checks[0]), ("2024-11-20", checks[1])):
            with self._on(day):
                self._play(page, "remediation_good_check", self.worker)
                self.assertEqual((check.state, check.is_clean), ("done", True))
                self.assertEqual(case.stage, "closed")

        # The worker's check lapses; nobody looks after the child for a month.
        self._nights("2025-04-28", "2025-05-02")
        self.assertEqual(self.manager.level, "expired")
        self._nights("2025-05-20", "2025-06-20", 7)
        self.assertIn("post_closure", case.breach_ids.mapped("kind"))
        with self._on("2025-06-20"):
            self._play(page, "remediation_bad_check", self.supervisor)
            self.assertEqual(checks[2].classification, "hazardous")
            self.assertEqual((case.stage, case.reopened_count), ("assessment", 1))
            self.assertFalse(case.closed_on)
            self.assertEqual(checks[3].state, "cancelled")
            # R11: the former worker may not hold it, so the supervisor does.
            self.assertEqual(case.user_id, self.supervisor)
            self.assertFalse(case.case_manager_id)
            self.assertFalse(case.with_user(self.worker).has_access("read"))

        # Another worker takes over and the child comes back to a plan.
        with self._on("2025-06-23"):
            self._play(page, "remediation_assign", self.supervisor)
            self.assertEqual(case.user_id, self.worker_2)
            with self.assertRaises(AccessError):
                case.with_user(self.worker).read(["name"])
        with self._on("2025-06-25"):
            self._approved_assessment(case)
            self._assert_stage(case, "planning")
        with self._on("2025-07-02"):
            self._active_plan(case)
            self.assertEqual(case.stage, "in_remediation")
        with self._on("2026-02-28"):
            self._play(page, "remediation_visit", self.worker_2)
            self.assertEqual(
                (case.stage, case.classification), ("in_remediation", "none")
            )
        self.assertEqual(
            self._stage_log(case),
            [
                "registered",
                "first_contact",
                "assessment",
                "planning",
                "in_remediation",
                "monitoring",
                "closed",
                "assessment",
                "planning",
                "in_remediation",
            ],
        )
        self.assertEqual(
            case.holder_log_ids.sorted("id").mapped("holder_user_id"),
            self.worker | self.supervisor | self.worker_2,
        )
