from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestAfterClosure(RemediationCommon):
    def _closed_case(self, day="2026-02-28 09:00:00"):
        with freeze_time(day):
            case = self._new_case(identified_on=day[:10])
            case.with_user(self.worker).action_record_first_contact()
            first = date.fromisoformat(day[:10])
        with freeze_time(first + timedelta(days=1)):
            self._visit(case, first + timedelta(days=1))
        with freeze_time(first + timedelta(days=61)):
            self._visit(case, first + timedelta(days=61))
            closure = (
                self.env["remediation.closure"]
                .with_user(self.worker)
                .create({"case_id": case.id, "reason": "goals_met"})
            )
            closure.action_submit()
            self._seen(closure, self.supervisor).action_approve()
        return case

    def test_r23_checks_at_3_6_12_and_24_months(self):
        case = self._closed_case()
        self.assertEqual(case.stage, "closed")
        checks = case.visit_ids.filtered("is_post_closure").sorted("date_planned")
        self.assertEqual(
            checks.mapped("date_planned"),
            [
                date(2026, 7, 30),
                date(2026, 10, 30),
                date(2027, 4, 30),
                date(2028, 4, 30),
            ],
        )

    @whole
    def test_r23_months_without_a_31st_and_leap_years(self):
        case = self._closed_case("2023-07-01 09:00:00")  # closed on 31 August
        self.assertEqual(
            case.visit_ids.filtered("is_post_closure")
            .sorted("date_planned")
            .mapped("date_planned"),
            [
                date(2023, 11, 30),
                date(2024, 2, 29),
                date(2024, 8, 31),
                date(2025, 8, 31),
            ],
        )

    def test_r23_the_day_of_a_check_is_that_of_lubumbashi(self):
        self.company.partner_id.tz = "Africa/Lubumbashi"
        case = self._new_case(identified_on="2026-01-01")
        closure = self.env["remediation.closure"].with_user(self.worker)
        closure = closure.create({"case_id": case.id, "reason": "other"})
        with freeze_time("2026-02-28 22:30:00"):  # the first of March there
            closure.action_submit()
            self._seen(closure, self.supervisor).action_approve()
        checks = case.visit_ids.filtered("is_post_closure").sorted("date_planned")
        self.assertEqual(checks[0].date_planned, date(2026, 6, 1))

    def test_r23_yearly_checks_until_18_where_the_programme_says_so(self):
        programme = self.env["remediation.programme"].create(
            {"name": "Long run", "yearly_checks": True}
        )
        case, other = self._closed_case(), self._closed_case()
        child = case.beneficiary_id
        case.programme_id = programme
        # 17 on the day of the check of 2029, 18 on that of 2030.
        child.write({"birth_date": date(2012, 4, 30), "age_estimated": 0})

        def planned(of):
            return of.visit_ids.filtered(
                lambda visit: visit.is_post_closure and visit.state == "planned"
            ).mapped("date_planned")

        for day, number in (
            ("2028-04-29", 4),  # the check after 24 months is still to come
            ("2028-04-30", 5),
            ("2028-05-01", 5),  # twice is once
            ("2029-04-30", 5),  # she would be 18
        ):
            with freeze_time(f"{day} 10:00:00"):
                self.env["remediation.visit"]._cron_yearly_checks()
                self.assertEqual(len(planned(case)), number, day)
        self.assertEqual(max(planned(case)), date(2029, 4, 30))
        self.assertEqual(len(planned(other)), 4, "its programme asks for none")
        self.assertEqual(
            max(case.deadline_ids.mapped("date_due")).date(), date(2029, 4, 30)
        )

    @whole
    def test_r23_a_good_check_keeps_closed_and_a_bad_one_reopens(self):
        case = self._closed_case()
        checks = case.visit_ids.filtered("is_post_closure").sorted("date_planned")
        with freeze_time("2026-07-30 10:00:00"):
            checks[0].with_user(self.worker).write(
                {
                    "visit_type": "home",
                    "child_seen": "yes",
                    "child_working": "no",
                    "occupation": "school",
                }
            )
            checks[0].with_user(self.worker).action_done()
        self.assertEqual(case.stage, "closed")
        self.assertEqual(case.next_due.date(), date(2026, 10, 30))
        with freeze_time("2026-10-30 10:00:00"):
            checks[1].with_user(self.worker).write(
                {
                    "visit_type": "school",
                    "child_seen": "yes",
                    "occupation": "none",
                    "child_working": "yes",
                    "site_id": self.site.id,
                }
            )
            checks[1].with_user(self.worker).action_done()
        self.assertEqual(case.stage, "assessment")
        self.assertEqual(case.reopened_count, 1)
        self.assertEqual(case.user_id, self.worker)
        self.assertEqual(checks[2:].mapped("state"), ["cancelled", "cancelled"])
        self.assertNotIn(
            "post_closure",
            case.deadline_ids.filtered(lambda d: not d.done_on).mapped("kind"),
        )

    @whole
    def test_r23_reopening_never_fails_for_want_of_a_worker(self):
        case = self._closed_case()
        self.manager._unprotected().write({"level": "suspended"})
        case.with_user(self.supervisor).action_reopen("Seen at the depot")
        self.assertEqual(case.user_id, self.supervisor)
        self.assertFalse(case.case_manager_id)

    def test_r23_only_supervisors_reopen_and_only_closed_cases(self):
        case = self._closed_case()
        with self.assertRaises(AccessError):
            case.with_user(self.worker).action_reopen("Please")
        case.with_user(self.supervisor).action_reopen("Seen at the depot")
        with self.assertRaises(UserError):
            case.with_user(self.supervisor).action_reopen("Again")

    def test_r24_sibling_out_of_school_prompts_an_action(self):
        case = self._new_case()
        member = self.env["remediation.household.member"].create(
            {
                "household_id": case.household_id.id,
                "relationship": "sibling",
                "age": 9,
                "in_school": "no",
            }
        )
        self.assertIn(member.name, case.sibling_prompt)
        member.in_school = "yes"
        self.assertFalse(case.sibling_prompt)
        member.write({"in_school": "unknown", "age": 0})
        self.assertTrue(case.sibling_prompt)
        self._new_plan(case, actions=("sibling_support",))
        self.assertFalse(case.sibling_prompt)
        member.age = 18
        self.assertFalse(case.sibling_prompt)

    def test_r53_funder_shares_add_up_on_every_day(self):
        case = self._new_case()
        as_supervisor = case.with_user(self.supervisor)
        a, b = self.partner_org.id, self.partner_org_b.id
        for shares in ({a: 60.0, b: 39.99}, {a: 100.0, b: 0.0}, {}):
            with self.assertRaises(UserError):
                as_supervisor.action_set_funding("2026-01-01", shares)
        as_supervisor.action_set_funding("2026-01-01", {a: 100.0})
        as_supervisor.action_set_funding("2026-07-01", {a: 33.33, b: 66.67})
        with self.assertRaises(UserError):
            as_supervisor.action_set_funding("2026-07-01", {b: 100.0})
        with self.assertRaises(AccessError):
            case.with_user(self.worker).action_set_funding("2026-12-01", {b: 100.0})
        for day, count in ((date(2026, 6, 30), 1), (date(2026, 7, 1), 2)):
            shares = case._funding_on(day)
            self.assertEqual(len(shares), count)
            self.assertAlmostEqual(sum(shares.mapped("share")), 100.0)
        self.assertFalse(case._funding_on(date(2025, 12, 31)))

    def test_r53_the_button_sets_the_shares_of_several_cases(self):
        cases = self._new_case() | self._new_case()
        a, b = self.partner_org, self.partner_org_b

        def wizard(lines, user=self.supervisor):
            return (
                self.env["remediation.case.funding.wizard"]
                .with_user(user)
                .create(
                    {
                        "case_ids": [Command.set(cases.ids)],
                        "date_from": "2026-01-01",
                        "line_ids": [
                            Command.create({"funder_id": funder.id, "share": share})
                            for funder, share in lines
                        ],
                    }
                )
            )

        for wrong in (((a, 60), (b, 30)), ((a, 50), (a, 50)), ()):
            with self.assertRaises(UserError):
                wizard(wrong).action_apply()
        with self.assertRaises(AccessError):
            wizard(((a, 100),), self.worker)
        wizard(((a, 60), (b, 40))).action_apply()
        self.assertEqual(
            [sorted(case.funding_ids.mapped("share")) for case in cases],
            [[40.0, 60.0], [40.0, 60.0]],
        )
