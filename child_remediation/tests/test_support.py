from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestSupport(RemediationCommon):
    """Service deliveries and best-interest decisions."""

    def _deliver(self, action, **vals):
        return (
            self.env["remediation.service.delivery"]
            .with_user(self.worker)
            .create({"plan_action_id": action.id, "cost": 25.0, **vals})
        )

    @whole
    def test_delivery_starts_its_action_and_stays_as_entered(self):
        case = self._new_case()
        action = self._active_plan(case).action_ids
        delivery = self._deliver(action)
        self.assertEqual(action.state, "in_progress")
        self.assertEqual(delivery.case_id, case)
        with self.assertRaises(AccessError):
            delivery.write({"cost": 10.0})
        with self.assertRaises(UserError):
            delivery.action_cancel(" ")
        delivery.action_cancel("Entered twice")
        self.assertEqual(delivery.state, "cancelled")

    @whole
    def test_delivery_refuses_future_dates_and_closed_cases(self):
        case = self._new_case()
        action = self._active_plan(case).action_ids
        with self.assertRaises(ValidationError):
            self._deliver(action, date=self.today + timedelta(days=2))
        case._unprotected().write({"closed_on": fields.Datetime.now()})
        with self.assertRaisesRegex(UserError, "reopen"):
            self._deliver(action)

    @whole
    def test_the_case_shows_what_it_cost_by_action(self):
        case = self._new_case()
        action = self._active_plan(case).action_ids
        self._deliver(action)
        wrong = self._deliver(action, cost=10.0)
        self.assertEqual(action.cost_delivered, 35.0)
        wrong.action_cancel("Entered twice")
        self.assertEqual(action.cost_delivered, 25.0)
        self.assertEqual(case.cost_delivered, 25.0)

    def test_a_new_case_goes_to_the_queue_of_the_first_rule_that_fits(self):
        area = self.env["remediation.area"].create({"name": "Fungurume"})
        village = area.create({"name": "Village", "parent_id": area.id})
        self.env["remediation.assignment.rule"].create(
            {"area_id": area.id, "team_id": self.team_b.id}
        )
        facts = {"sex": "female", "age_estimated": 10}
        children = self.env["remediation.beneficiary"].with_user(self.coordinator)
        children = children.create([facts] * 2)
        children += children.with_user(self.supervisor).create(facts)
        cases = self.env["remediation.case"]
        there, elsewhere = cases.with_user(self.coordinator).create(
            [
                {"beneficiary_id": children[0].id, "area_id": village.id},
                {"beneficiary_id": children[1].id},
            ]
        )
        self.assertEqual(there.team_id, self.team_b)
        self.assertEqual(there.user_id, self.supervisor_other)
        self.assertEqual(elsewhere.team_id, self.team)
        kept = cases.with_user(self.supervisor).create(
            {"beneficiary_id": children[2].id, "area_id": village.id}
        )
        self.assertEqual(kept.team_id, self.team, "not a team of this supervisor")

    def test_a_programme_adds_its_own_questions(self):
        programme = self.env["remediation.programme"].create(
            {
                "name": "Pilot",
                "visit_properties": [
                    {"name": "shoes", "type": "boolean", "string": "Has shoes"}
                ],
            }
        )
        case = self._new_case(programme_id=programme.id)
        visit = self._visit(case, properties={"shoes": True})
        self.assertTrue(visit.with_user(self.worker).properties["shoes"])

    @whole
    def test_r19_urgent_help_waits_for_no_plan(self):
        case = self._new_case(risk_level="high")
        self.assertTrue(case.needs_safety_action)
        action = (
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
        self.assertFalse(case.needs_safety_action)
        self._deliver(action)
        with self.assertRaises(ValidationError):
            action.create({"case_id": case.id, "domain": "education"})
        plan = self._new_plan(case)
        self.assertIn(action, plan.action_ids)
        with self.assertRaises(UserError):
            (plan.action_ids - action).action_start()

    def _decision(self, case, **vals):
        return (
            self.env["remediation.best.interest.decision"]
            .with_user(self.worker)
            .create({"case_id": case.id, "trigger": "separation", **vals})
        )

    @whole
    def test_r21_panel_of_three_without_conflict_decides(self):
        case = self._new_case()
        decision = self._decision(
            case,
            child_heard="yes",
            decision="Stays with the aunt.",
            option_ids=[
                fields.Command.create({"option": "Aunt", "is_chosen": True}),
                fields.Command.create({"option": "Centre"}),
            ],
            panel_member_ids=[
                fields.Command.create(
                    {"member_user_id": self.supervisor.id, "conflict": "none"}
                ),
                fields.Command.create({"member_name": "Doctor", "conflict": "none"}),
                fields.Command.create({"member_name": "Official"}),
            ],
        )
        with self.assertRaises(AccessError):
            self._seen(decision).action_decide()
        as_supervisor = decision.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "3 different members"):
            self._seen(as_supervisor).action_decide()
        decision.panel_member_ids[2].conflict = "none"
        with self.assertRaises(AccessError):
            self._seen(decision, self.supervisor_2).action_decide()
        self._seen(as_supervisor).action_decide()
        self.assertEqual(decision.decided_by_id, self.supervisor)
        with self.assertRaises(UserError):
            decision.write({"decision": "Something else"})

    def test_r21_r54_placement_by_authority_comes_first(self):
        case = self._new_case()
        decision = self._decision(case, trigger="authority_placement")
        with self.assertRaisesRegex(UserError, "who decided"):
            decision.action_record_placement()
        decision.decider = "organisation"
        with self.assertRaisesRegex(UserError, "authority"):
            decision.action_record_placement()
        decision.decider = "court"
        decision.action_record_placement()
        self.assertEqual(decision.state, "provisional")
        self.assertEqual(decision.panel_due, self.today + timedelta(days=14))
        with self.assertRaises(UserError):
            self._decision(case).action_record_placement()
