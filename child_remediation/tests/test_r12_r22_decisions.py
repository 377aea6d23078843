from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import RemediationCommon


@tagged("post_install", "-at_install", "whole")
class TestDecisions(RemediationCommon):
    # -- R11 to R13: who may hold a case ---------------------------------------
    def _assign(self, case, manager, **more):
        return case.with_user(self.supervisor).action_assign(manager.id, **more)

    def test_r11_check_code_and_training_are_each_needed(self):
        case = self._new_case()
        manager = self.manager_2
        manager.code_of_conduct_on = False
        with self.assertRaisesRegex(UserError, "code of conduct"):
            self._assign(case, manager)
        manager.code_of_conduct_on = self.today
        training = manager.training_ids
        training.valid_until = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "training"):
            self._assign(case, manager)
        training.valid_until = self.today
        manager.vetting_ids._unprotected().expiry_date = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "check"):
            self._assign(case, manager)
        manager.vetting_ids._unprotected().expiry_date = self.today
        self._assign(case, manager)
        self.assertEqual(case.user_id, self.worker_2)

    def test_r12_a_coordinator_waives_the_mentor_for_at_most_30_days(self):
        self.manager_2._unprotected().write({"level": "junior"})
        manager = self.manager_2
        until = self.today + timedelta(days=30)
        with self.assertRaises(AccessError):
            manager.with_user(self.supervisor).action_waive_mentor(until, "x")
        as_coordinator = manager.with_user(self.coordinator)
        with self.assertRaises(UserError):
            as_coordinator.action_waive_mentor(until + timedelta(days=1), "x")
        with self.assertRaises(UserError):
            as_coordinator.action_waive_mentor(until, " ")
        as_coordinator.action_waive_mentor(until, "Mentor is ill")
        self.assertFalse(manager._problems_to_hold(until))
        self.assertTrue(manager._problems_to_hold(until + timedelta(days=1)))

    def test_r13_a_full_worker_takes_one_more_by_override_only(self):
        manager = self.manager_2
        manager.write({"warn_caseload": 1, "max_caseload": 1.5})
        self._new_case(manager)
        high = self._new_case(risk_level="low")
        self._assign(high, manager)
        manager.invalidate_recordset()
        self.assertEqual(manager.weighted_caseload, 1.5)
        case = self._new_case(risk_level="low")
        with self.assertRaisesRegex(UserError, "override"):
            self._assign(case, manager)
        self._assign(case, manager, override_reason="Sister of a child of hers")
        self.assertIn("Sister", case.holder_log_ids.sorted("id")[-1].reason)

    # -- R16 -------------------------------------------------------------------
    def test_r16_stays_urgent_until_an_action_or_a_reason(self):
        for settle in (
            lambda case: case.write({"no_safety_action_reason": "Already in care"}),
            lambda case: self.env["remediation.plan.action"].create(
                {
                    "case_id": case.id,
                    "domain": "protection",
                    "description": "At once",
                    "is_urgent": True,
                }
            ),
        ):
            case = self._new_case(risk_level="high")
            self.assertTrue(case.needs_safety_action)
            settle(case)
            self.assertFalse(case.needs_safety_action)

    # -- R17 to R20 ------------------------------------------------------------
    def test_r18_neither_author_nor_submitter_approves(self):
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(case).with_user(self.supervisor)
        plan.action_submit()  # submitted by a supervisor of the case
        with self.assertRaises(AccessError):
            self._seen(plan).action_approve()
        with self.assertRaises(AccessError):
            plan.action_reject("Not mine to say")
        with self.assertRaises(AccessError):
            self._seen(plan, self.worker).action_approve()
        own = (
            self.env["remediation.closure"]
            .with_user(self.coordinator)
            .create({"case_id": case.id, "reason": "other"})
        )
        own.with_user(self.worker).action_submit()
        with self.assertRaises(AccessError):
            self._seen(own).action_approve()
        self._seen(plan, self.supervisor_2).action_approve()
        with self.assertRaises(UserError):
            self._seen(plan, self.supervisor_2).action_approve()

    def test_r18_other_teams_supervisor_does_not_approve(self):
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(case)
        plan.action_submit()
        with self.assertRaises(AccessError):
            self._seen(plan, self.supervisor_other).action_approve()

    def test_r18_nothing_goes_straight_from_draft_to_approved(self):
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(case)
        with self.assertRaises(UserError):
            self._seen(plan, self.supervisor).action_approve()

    def test_r19_plan_needs_an_approved_assessment_and_a_free_slot(self):
        case = self._new_case()
        plan = self._new_plan(case)
        plan.action_submit()
        with self.assertRaisesRegex(UserError, "assessment"):
            self._seen(plan, self.supervisor).action_approve()
        self._approved_assessment(case)
        self._seen(plan, self.supervisor).action_approve()
        self.env.flush_all()
        second = self._new_plan(case)
        second.action_submit()
        with self.assertRaisesRegex(UserError, "active plan"):
            self._seen(second, self.supervisor).action_approve()

    def test_r19_revision_keeps_the_actions_and_frees_the_slot(self):
        case = self._new_case()
        plan = self._active_plan(case, actions=("education", "health"))
        actions = plan.action_ids
        plan.with_user(self.worker).action_revise()
        new = case.plan_ids.filtered(lambda p: p.revision_of_id == plan)
        self.assertEqual(new.action_ids, actions)
        self.assertEqual(len(plan.action_snapshot), 2)
        self.assertEqual((plan.state, new.state), ("revised", "draft"))

    def test_r19_the_first_plan_takes_over_urgent_actions(self):
        case = self._new_case()
        urgent = (
            self.env["remediation.plan.action"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": case.id,
                    "domain": "food",
                    "description": "At once",
                    "is_urgent": True,
                }
            )
        )
        urgent.action_start()
        plan = self._new_plan(case)
        self.assertEqual(urgent.plan_id, plan)
        self.assertEqual(urgent.state, "in_progress")
        with self.assertRaises(UserError):
            (plan.action_ids - urgent).with_user(self.worker).action_start()

    # -- R22 -------------------------------------------------------------------
    def _visited(self, *ages_in_days, **vals):
        case = self._new_case(identified_on=self.today - timedelta(days=400))
        for age in ages_in_days:
            self._visit(case, self.today - timedelta(days=age), **vals)
        return case

    def _missing(self, case, reason="goals_met"):
        return self.env["remediation.closure"]._missing_for(case, reason)

    def test_r22_one_visit_is_not_two(self):
        sentence = "\n".join(self._missing(self._visited(10)))
        earliest = self.today + timedelta(days=50)
        self.assertIn(self.env["base"]._say_day(earliest), sentence)

    def test_r22_a_visit_at_work_breaks_the_series(self):
        case = self._visited(70, 0)
        self._visit(
            case, self.today - timedelta(days=30), working=True, site_id=self.site.id
        )
        self.assertTrue(self._missing(case))

    def test_r22_refused_at_high_risk_and_resources_need_the_coordinator(self):
        for reason, risk in (("refused", "high"), ("resources", "low")):
            case = self._new_case(risk_level=risk)
            closure = (
                self.env["remediation.closure"]
                .with_user(self.worker)
                .create({"case_id": case.id, "reason": reason})
            )
            with self.assertRaisesRegex(UserError, "best-interest"):
                closure.action_submit()
            closure.best_interest_note = "Weighed with the family."
            closure.action_submit()
            with self.assertRaisesRegex(UserError, "coordinator"):
                self._seen(closure, self.supervisor).action_approve()
            self._seen(closure, self.coordinator).action_approve()
            self.assertEqual(case.stage, "closed")

    def test_r22_missing_needs_the_report(self):
        case = self._new_case()
        closure = (
            self.env["remediation.closure"]
            .with_user(self.worker)
            .create({"case_id": case.id, "reason": "missing"})
        )
        with self.assertRaisesRegex(UserError, "report"):
            closure.action_submit()
        closure.authority_report = "PV 12/2026"
        closure.action_submit()
