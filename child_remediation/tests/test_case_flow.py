from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import RemediationCommon


@tagged("post_install", "-at_install", "whole")
class TestCaseFlow(RemediationCommon):
    def test_stage_follows_facts_from_report_to_closure_and_back(self):
        case = self._new_case(identified_on=self.today - timedelta(days=100))
        as_worker = case.with_user(self.worker)
        self.assertEqual(case.user_id, self.worker)
        self._assert_stage(case, "registered")
        self.assertEqual(
            case.deadline_ids.mapped("kind"), ["first_contact", "assessment"]
        )
        as_worker.action_record_first_contact()
        self._assert_stage(case, "first_contact")
        self._new_consent(case)
        assessment = self._approved_assessment(case, score="2")
        self.assertEqual(assessment.state, "approved")
        self._assert_stage(case, "planning")
        self.assertEqual(case.risk_level, "medium")
        plan = self._active_plan(case)
        self.assertEqual(plan.state, "active")
        self._assert_stage(case, "in_remediation")
        plan.action_ids.with_user(self.worker).action_start()
        plan.action_ids.with_user(self.worker).action_done("Enrolled")
        self._assert_stage(case, "monitoring")
        self._visit(case, self.today - timedelta(days=61))
        self._visit(case, self.today)
        closure = (
            self.env["remediation.closure"]
            .with_user(self.worker)
            .create({"case_id": case.id, "reason": "goals_met"})
        )
        self.assertFalse(closure.missing_text)
        closure.action_submit()
        with self.assertRaises(AccessError):
            self._seen(closure).action_approve()
        self._seen(closure, self.supervisor).action_approve()
        self._assert_stage(case, "closed")
        self.assertEqual(
            set(case.deadline_ids.filtered(lambda d: not d.done_on).mapped("kind")),
            {"post_closure"},
        )
        case.with_user(self.supervisor).action_reopen("Seen at the mine")
        self._assert_stage(case, "assessment")
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
            ],
        )

    def test_r05_one_open_case_per_child(self):
        case = self._new_case()
        with self.assertRaises(ValidationError):
            self.env["remediation.case"].create(
                {"beneficiary_id": case.beneficiary_id.id}
            )

    def test_r02_adult_needs_survivor_reason(self):
        with self.assertRaises(ValidationError):
            self._new_case(age=18)
        self._new_case(age=18, survivor_reason="Sold at 14.")
        self._new_case(age=17)

    def test_protected_fields_refuse_writes_and_defaults(self):
        case = self._new_case().with_user(self.worker)
        for vals in ({"stage": "closed"}, {"user_id": self.worker_2.id}):
            with self.assertRaises(AccessError):
                case.write(vals)
            with self.assertRaises(AccessError):
                case.web_save(vals, {})
        assessment = (
            self.env["remediation.assessment"]
            .with_user(self.worker)
            .with_context(default_state="approved")
            .create({"case_id": case.id, "summary": "Begun"})
        )
        self.assertEqual(assessment.state, "draft")
        with self.assertRaises(UserError):
            assessment.action_submit()

    def test_r26_former_worker_loses_the_case_at_once(self):
        case = self._new_case()
        case.sudo()._message_log(body="Code only")
        message = case.message_ids[:1]
        case.with_user(self.supervisor).action_assign(self.manager_2.id)
        self.env.invalidate_all()
        self.assertEqual(case.user_id, self.worker_2)
        self.assertFalse(case.with_user(self.worker).has_access("read"))
        self.assertFalse(message.with_user(self.worker).has_access("read"))
        self.assertNotIn(
            message, message.with_user(self.worker).search([("model", "=", case._name)])
        )
        self.assertTrue(message.with_user(self.worker_2).has_access("read"))
        with self.assertRaises(AccessError):
            message.with_user(self.worker_2).unlink()
