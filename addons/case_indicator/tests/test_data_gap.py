from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.child_remediation.tests.common import RemediationCommon

from ..models.remediation_data_gap import GAPS


@tagged("post_install", "-at_install")
class TestDataGap(RemediationCommon):
    """What is missing, how old, by worker and partner: a list of work."""

    def _gaps(self, case, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (
            self.env["remediation.data.gap"]
            .with_user(user or self.worker)
            .search([("case_id", "=", case.id)])
        )

    def _old_case(self, days=100, **vals):
        day = self.today - timedelta(days=days)
        return self._new_case(
            received_at=f"{day} 08:00:00", opened_at=f"{day} 12:00:00", **vals
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env["remediation.case"]._place_today()

    def test_what_is_missing_and_for_how_long(self):
        case = self._old_case()
        kinds = set(self._gaps(case).mapped("kind"))
        self.assertLessEqual({"school", "programme", "work", "consent"}, kinds)
        self.assertNotIn("age", kinds)
        gap = self._gaps(case).filtered(lambda g: g.kind == "school")
        self.assertAlmostEqual(gap.age, 100, delta=2)
        self.assertEqual(gap.age_bucket, "3")
        self.assertEqual(gap.name, case.name)
        self.assertEqual((gap.user_id, gap.team_id), (case.user_id, case.team_id))
        self.assertEqual(gap.action_open_case()["res_id"], case.id)

    def test_filled_in_is_gone(self):
        case = self._old_case()
        case.beneficiary_id.school_status = "never"
        case.beneficiary_id.age_estimated = 0
        self._new_consent(case)
        kinds = self._gaps(case).mapped("kind")
        self.assertNotIn("school", kinds)
        self.assertNotIn("consent", kinds)
        self.assertIn("age", kinds)
        case._unprotected().write(
            {
                "closed_on": f"{self.today - timedelta(days=1)} 08:00:00",
                "closure_reason": "goals_met",
            }
        )
        self.assertFalse(self._gaps(case), "nobody fills in what is closed")

    def test_r52_a_child_that_nobody_saw_and_a_visit_without_an_outcome(self):
        case = self._old_case(400)
        found, due = (self.today - timedelta(days=days) for days in (200, 40))
        self.env["remediation.work.situation"]._unprotected().create(
            {"case_id": case.id, "date": found, "works": "no", "hours_week": 0}
        )
        self.env["remediation.visit"]._unprotected().create(
            {"case_id": case.id, "visit_type": "home", "date_planned": due}
        )
        gaps = {gap.kind: gap for gap in self._gaps(case)}
        self.assertNotIn("work", gaps)
        self.assertEqual(gaps["unseen"].since, found + timedelta(days=180))
        self.assertEqual(gaps["visit"].since, due)

    def test_r52_what_was_found_out_in_an_earlier_case_is_known(self):
        """And of two visits the first, of two schools the last month."""
        earlier = self._old_case(500)
        found = self.today - timedelta(days=300)
        self.env["remediation.work.situation"]._unprotected().create(
            {"case_id": earlier.id, "date": found, "works": "no", "hours_week": 0}
        )
        earlier._unprotected().write(
            {
                "closed_on": f"{self.today - timedelta(days=290)} 08:00:00",
                "closure_reason": "goals_met",
            }
        )
        case = self._old_case(100, beneficiary_id=earlier.beneficiary_id.id)
        days = [self.today - timedelta(days=number) for number in (20, 40)]
        self.env["remediation.visit"]._unprotected().create(
            [
                {"case_id": case.id, "visit_type": "home", "date_planned": day}
                for day in (*days, self.today + timedelta(days=20))
            ]
        )
        school = self.env["remediation.institution"].create({"name": "School"})
        enrolments = (
            self.env["remediation.education.enrolment"]
            ._unprotected()
            .create(
                [
                    {
                        "case_id": case.id,
                        "institution_id": school.id,
                        "date_start": self.today - timedelta(days=first),
                        "date_end": last and self.today - timedelta(days=last),
                        "state": "attending",
                    }
                    for first, last in ((200, 160), (150, 0))
                ]
            )
        )
        month = (self.today - timedelta(days=110)).replace(day=1)
        self.env["remediation.attendance"].create(
            {
                "enrolment_id": enrolments[1].id,
                "month": month,
                "days_open": 20,
                "days_present": 10,
            }
        )
        gaps = {gap.kind: gap for gap in self._gaps(case)}
        self.assertNotIn("work", gaps)
        self.assertEqual(gaps["unseen"].since, found + timedelta(days=180))
        self.assertEqual(gaps["visit"].since, days[1])
        self.assertEqual(gaps["attendance"].since, month + timedelta(days=30))
        self.assertEqual(len(self._gaps(case)), len(gaps), "each is told once")

    def test_a_page_asks_the_list_for_its_rows_and_their_number(self):
        """Twice: the rules of the case are read with the rows. What is asked of one
        case looks nothing up for the others."""
        case = self._old_case()
        self._old_case()
        self.env.flush_all()
        gaps = self.env["remediation.data.gap"].with_user(self.worker)
        page = {"name": {}, "kind": {}, "age": {}}
        gaps.web_search_read([], page, limit=1)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        gaps.web_search_read([], page, limit=1)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 2)
        query = gaps._search([("case_id", "=", case.id)]).select("*")
        rows = self.env.execute_query(SQL("EXPLAIN (ANALYZE, TIMING OFF) %s", query))
        scanned = [line for (line,) in rows if " on remediation_case c" in line]
        self.assertEqual(len(scanned), len(GAPS))
        for line in scanned:
            if "never executed" not in line:
                self.assertRegex(line, r"actual rows=[01] ")

    def test_r27_whoever_holds_or_supervises_the_case_and_nobody_else(self):
        case = self._old_case()
        for user in (self.worker, self.supervisor, self.coordinator, self.monitor):
            self.assertTrue(self._gaps(case, user), user.login)
        self.assertFalse(self._gaps(case, self.worker_other))
        self.assertFalse(self._gaps(case, self.coordinator_company_b))
        with self.assertRaises(AccessError):
            self._gaps(case, self.portal_manager)
        case.with_user(self.supervisor).action_assign(self.manager_2.id)
        self.assertFalse(self._gaps(case, self.worker), "a former worker")
        rows = self.env["remediation.data.gap"].with_user(self.supervisor)
        by_worker = rows._read_group(
            [("case_id", "=", case.id)], ["user_id"], ["__count"]
        )
        self.assertEqual([user for user, _count in by_worker], [case.user_id])

    def test_r72_a_row_bears_the_code_alone(self):
        case = self._old_case()
        for gap in self._gaps(case):
            self.assertEqual(gap.display_name, case.name)
            self.assertNotIn("Hidden", str(gap.read()))
