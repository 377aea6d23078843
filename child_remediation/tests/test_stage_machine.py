# pylint: disable=translation-required
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import RemediationCommon

EVENTS = (
    "contact",
    "assess",
    "submit_assessment",
    "approve_assessment",
    "reject_assessment",
    "plan",
    "submit_plan",
    "approve_plan",
    "revise_plan",
    "complete_plan",
    "add_action",
    "start_action",
    "finish_action",
    "add_urgent_action",
    "deliver",
    "visit",
    "visit_at_work",
    "check",
    "bad_check",
    "hold",
    "resume",
    "close",
    "reopen",
    "assign",
    "suspend",
)


def slow_stage(case):
    """What the stage should be, told step by step from the case's records alone."""
    if case.closed_on:
        return "closed"
    if case.hold_on:
        return "on_hold"
    since = case.reopened_on

    def counts(record):
        return not since or (record.approved_on and record.approved_on > since)

    approved, begun = False, bool(since)
    for assessment in case.assessment_ids:
        if assessment.state in ("approved", "superseded") and counts(assessment):
            approved = True
        if assessment.state in ("draft", "submitted"):
            begun = True
    if not approved:
        if begun:
            return "assessment"
        return "first_contact" if case.first_contact_on else "registered"
    open_actions = has_plan = done_plan = False
    for plan in case.plan_ids:
        revising = plan.revision_of_id and plan.state in ("draft", "submitted")
        if plan.state == "active" or revising:
            has_plan = True
            for action in plan.action_ids:
                if action.state in ("planned", "in_progress"):
                    open_actions = True
        if plan.state == "completed" and counts(plan):
            done_plan = True
    if has_plan:
        return "in_remediation" if open_actions else "monitoring"
    return "monitoring" if done_plan else "planning"


def slow_next_due(case):
    """The earliest due date that is not met, looked for one by one."""
    earliest = False
    for deadline in case.deadline_ids:
        if not deadline.done_on and (not earliest or deadline.date_due < earliest):
            earliest = deadline.date_due
    return earliest


@tagged("post_install", "-at_install", "whole")
class TestStageMachine(RemediationCommon):
    """Any order of events, allowed or refused: the stage is what the facts say."""

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(st.lists(st.sampled_from(EVENTS), min_size=4, max_size=24))
    def test_stage_equals_the_slow_reading_of_the_facts(self, events):
        savepoint = self.env.cr.savepoint()
        try:
            case = self._new_case()
            for event in events:
                self._happen(event, case)
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(case.stage, slow_stage(case), events)
                self.assertEqual(self._stage_log(case)[-1], case.stage, events)
                self.assertEqual(case.next_due, slow_next_due(case), events)
                # R11: no open case is ever without a holder, nor with two.
                self.assertTrue(case.user_id, events)
                holders = case.holder_log_ids.filtered(lambda log: not log.date_to)
                self.assertEqual(holders.holder_user_id, case.user_id, events)
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def _happen(self, event, case):
        """Let it happen; an event that the rules refuse changes nothing."""
        savepoint = self.env.cr.savepoint()
        try:
            getattr(self, f"_event_{event}")(
                case.with_user(self.worker), case.with_user(self.supervisor_2)
            )
            self.env.flush_all()
        except (AccessError, UserError):
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        else:
            savepoint.close(rollback=False)

    @staticmethod
    def _last(records, *states):
        return records.filtered(lambda record: record.state in states)[-1:]

    def _refuse_nothing(self, records):
        if not records:
            raise UserError("There is nothing to do this to.")
        return records

    def _event_contact(self, own, _above):
        own.action_record_first_contact()

    def _event_assess(self, own, _above):
        own.env["remediation.assessment"].create(
            {
                "case_id": own.id,
                "child_wishes": "School",
                "present": "Mother",
                "score_ids": [fields.Command.create({"domain": "work", "score": "2"})],
            }
        )

    def _event_submit_assessment(self, own, _above):
        self._refuse_nothing(self._last(own.assessment_ids, "draft")).action_submit()

    def _event_approve_assessment(self, _own, above):
        waiting = self._last(above.assessment_ids, "submitted")
        self._seen(self._refuse_nothing(waiting)).action_approve()

    def _event_reject_assessment(self, _own, above):
        waiting = self._last(above.assessment_ids, "submitted")
        self._refuse_nothing(waiting).action_reject("More about school")

    def _event_plan(self, own, _above):
        if self._last(own.plan_ids, "draft", "submitted"):
            raise UserError("One is being written.")
        self._new_plan(own.with_env(self.env))

    def _event_submit_plan(self, own, _above):
        plan = self._refuse_nothing(self._last(own.plan_ids, "draft"))
        plan.write(
            {
                "caregiver_agreed_on": self.today,
                "child_assent": "yes",
                "child_assent_on": self.today,
            }
        )
        plan.action_submit()

    def _event_approve_plan(self, _own, above):
        self._seen(
            self._refuse_nothing(self._last(above.plan_ids, "submitted"))
        ).action_approve()

    def _event_revise_plan(self, own, _above):
        if self._last(own.plan_ids, "draft", "submitted"):
            raise UserError("One is being written.")
        self._refuse_nothing(self._last(own.plan_ids, "active")).action_revise()

    def _event_complete_plan(self, own, _above):
        self._refuse_nothing(self._last(own.plan_ids, "active")).action_complete()

    def _event_add_action(self, own, _above):
        plan = self._refuse_nothing(own.plan_ids[-1:])
        own.env["remediation.plan.action"].create(
            self._planned_action("health", plan_id=plan.id)
        )

    def _event_start_action(self, own, _above):
        self._refuse_nothing(self._last(own.plan_action_ids, "planned")).action_start()

    def _event_finish_action(self, own, _above):
        self._refuse_nothing(
            self._last(own.plan_action_ids, "planned", "in_progress")
        ).action_done()

    def _event_add_urgent_action(self, own, _above):
        own.env["remediation.plan.action"].create(
            {
                "case_id": own.id,
                "domain": "food",
                "description": "Meals",
                "is_urgent": True,
            }
        )

    def _event_deliver(self, own, _above):
        action = self._last(own.plan_action_ids, "planned", "in_progress")
        own.env["remediation.service.delivery"].create(
            {"plan_action_id": self._refuse_nothing(action).id}
        )

    def _event_visit(self, own, _above, **found):
        own.env["remediation.visit"].create(
            {
                "case_id": own.id,
                "visit_type": "home",
                "child_seen": "yes",
                "child_working": "no",
                "occupation": "school",
                **found,
            }
        ).action_done()

    def _event_visit_at_work(self, own, above):
        self._event_visit(own, above, child_working="yes", site_id=self.site.id)

    def _event_check(self, own, _above, **found):
        checks = own.visit_ids.filtered("is_post_closure")
        check = self._refuse_nothing(self._last(checks, "planned"))
        check.write(
            {
                "visit_type": "home",
                "child_seen": "yes",
                "child_working": "no",
                "occupation": "school",
                **found,
            }
        )
        check.action_done()

    def _event_bad_check(self, own, above):
        self._event_check(own, above, child_working="yes", site_id=self.site.id)

    def _event_assign(self, _own, above):
        above.action_assign(self.manager_2.id)

    def _event_suspend(self, _own, above):
        self.manager.with_user(above.env.user).action_suspend("A complaint")

    def _event_hold(self, _own, above):
        above.action_hold("Holidays", self.today + timedelta(days=20))

    def _event_resume(self, _own, above):
        above.action_resume()

    def _event_close(self, own, above):
        closure = own.env["remediation.closure"].create(
            {"case_id": own.id, "reason": "other"}
        )
        closure.action_submit()
        self._seen(closure, above.env.user).action_approve()

    def _event_reopen(self, _own, above):
        above.action_reopen("Seen at the pit")
