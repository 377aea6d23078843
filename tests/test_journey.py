"""What no single module shows: one child from the report to the reconciled ledger and
the caregiver's savings group, each step by the person whose step it is."""

import uuid
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.case_referral.tests.common import ReferralCommon
from odoo.addons.cash_transfer.tests.common import CashCommon

SECRETS = ("Mwamba", "Kasongo", "Mama Furaha")
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestJourney(ReferralCommon, CashCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site.area_id = cls.city

    @classmethod
    def _people(cls):
        return {**super()._people(), "agent": "savings_group.group_field_agent"}

    def _reported(self):
        answer = (
            self.env["remediation.concern"]
            .with_user(self.portal_reporter)
            .portal_report(
                {
                    "client_key": str(uuid.uuid4()),
                    "location": "Kapata, washing place",
                    "work_observed": "A boy washes ore with his uncle.",
                    "child_sex": "male",
                    "child_age": "11",
                    "site_id": self.site.id,
                }
            )
        )
        return self.env["remediation.concern"].search([("name", "=", answer["code"])])

    def _registered(self, concern):
        concern.with_user(self.supervisor).action_triage("medium")
        wizard = (
            self.env["remediation.concern.accept"]
            .with_user(self.supervisor)
            .with_context(default_concern_id=concern.id)
            .create(
                {
                    "concern_id": concern.id,
                    "first_name": SECRETS[0],
                    "last_name": SECRETS[1],
                    "sex": "male",
                    "age_estimated": 11,
                    "team_id": self.team.id,
                }
            )
        )
        wizard.action_confirm()
        return concern.case_id

    def _family(self, case):
        supervisor = self.supervisor
        household = (
            self.env["remediation.household"]
            .with_user(supervisor)
            .create({"area_id": self.city.id})
        )
        case.beneficiary_id.with_user(supervisor).household_id = household
        return (
            self.env["remediation.household.member"]
            .with_user(supervisor)
            .create(
                {
                    "household_id": household.id,
                    "full_name": SECRETS[2],
                    "relationship": "mother",
                    "is_caregiver": True,
                    "age": 36,
                }
            )
        )

    def _assigned(self, case):
        sent = (
            self.env["remediation.referral"]
            .with_user(self.supervisor)
            .create(
                {
                    "case_id": case.id,
                    "referral_type": "assignment",
                    "to_case_manager_id": self.manager_portal.id,
                    "data_set": "minimum",
                }
            )
        )
        sent.action_send()
        package = sent.with_user(self.portal_manager).package_id
        package.portal_accept()

    def _planned(self, case, caregiver):
        mine = case.with_user(self.portal_manager)
        mine.portal_first_contact()
        mine.portal_add_consent(
            {
                "purposes": ["services", "share_with_org", "cash_data"],
                "subject": "caregiver",
                "given_by_member_id": caregiver.id,
                "answer": "yes",
                "assent": "yes",
                "how": "written",
                "data_set": "full",
                "signature": SIGNATURE,
            }
        )
        mine.portal_save_assessment(
            {
                "present": "Child and mother",
                "child_wishes": "To go back to school with his friends.",
                "scores": {"work": "3", "education": "3", "income": "3"},
            },
            submit=True,
        )
        self._seen(case.assessment_ids, self.supervisor).action_approve()
        mine.portal_save_plan(
            {
                "goal": "School up to the end of basic education.",
                "caregiver_member_id": caregiver.id,
                "caregiver_agreed_on": str(self.today),
                "child_assent": "yes",
                "child_assent_on": str(self.today),
                "target_date": str(self.today + timedelta(days=300)),
                "payer": "ngo",
                "income_replacement": "stipend",
                "signature": SIGNATURE,
                "actions": [
                    dict(
                        action,
                        date_due=str(self.today + timedelta(days=30)),
                        provider_id=self.partner_org.id,
                        cost_estimate="100",
                    )
                    for action in (
                        {"domain": "education", "service_type_id": self.schooling.id},
                        {"domain": "cash"},
                        {"domain": "savings_group"},
                    )
                ],
            },
            submit=True,
        )
        self._seen(case.plan_ids, self.supervisor).action_approve()
        return {action.domain: action for action in case.active_plan_id.action_ids}

    def _at_school(self, case, action):
        referral = self._referral(case, user=self.supervisor, action_id=action.id)
        referral.action_send()
        package = referral.with_user(self.school_user).package_id
        self.assertNotIn("Kapata", str(package.read()), "R8: the school sees no site")
        package.portal_accept()
        package.portal_done("given", "Enrolled in grade 5")
        return referral

    def test_one_child_from_report_to_ledger_and_savings_group(self):
        concern = self._reported()
        self.assertFalse(concern.case_id)
        case = self._registered(concern)
        self.assertEqual(case.stage, "registered")
        self.assertEqual(case.user_id, self.supervisor)
        caregiver = self._family(case)
        self.env["remediation.work.situation"].with_user(self.supervisor).create(
            {
                "case_id": case.id,
                "works": "yes",
                "site_id": self.site.id,
                "hours_week": 50,
            }
        )
        self.assertEqual(case.classification, "hazardous")
        self._assigned(case)
        self.assertEqual(case.user_id, self.portal_manager)
        actions = self._planned(case, caregiver)
        self.assertEqual(case.stage, "in_remediation")
        self._at_school(case, actions["education"])
        self.assertEqual(actions["education"].state, "done")

        # The stipend: proposed on the portal's case, approved, paid, reconciled.
        as_deputy = self.env(user=self.supervisor_2)
        payee = as_deputy["cash.transfer.payee"].create(
            {"case_id": case.id, "kind": "member", "member_id": caregiver.id}
        )
        self._seen(payee, self.supervisor).action_approve()
        as_deputy["cash.transfer.method.wizard"].create(
            {
                "payee_id": payee.id,
                "provider_id": self.provider.id,
                "number": "+243810000777",
            }
        ).action_confirm()
        self._seen(payee.method_ids, self.supervisor).action_approve()
        entitlement = as_deputy["cash.transfer.entitlement"].create(
            {
                "case_id": case.id,
                "scheme_id": self.scheme.id,
                "payee_id": payee.id,
                "plan_action_id": actions["cash"].id,
                "date_from": self.period,
            }
        )
        entitlement.action_propose()
        self._seen(entitlement, self.supervisor).action_approve()
        plan = self._to(self._new_plans(self._new_cycle())[:1], "instructed")
        self._report(
            plan,
            [
                {"payment": line.name, "amount": "30.00", "reference": f"T{line.id}"}
                for line in plan.line_ids
            ],
        )
        plan.with_user(self.reconciler).action_close()
        self.assertEqual(plan.state, "closed")
        self.assertBooks(plan)

        # The caregiver's savings group.
        group = (
            self.env["savings.group"]
            .with_user(self.agent)
            .create(
                {
                    "label": "Tujenge",
                    "agent_id": self.agent.id,
                    "area_id": self.city.id,
                    "member_ids": [
                        Command.create({"full_name": f"Member {number}"})
                        for number in range(4)
                    ],
                }
            )
        )
        group.action_new_cycle()
        enrolment = (
            self.env["savings.enrolment"]
            .with_user(self.supervisor)
            .create(
                {
                    "action_id": actions["savings_group"].id,
                    "caregiver_id": caregiver.id,
                    "group_id": group.id,
                }
            )
        )
        enrolment.action_enrol()
        self.assertEqual(enrolment.status, "enrolled")
        self.assertEqual(len(group.member_ids), 5)

        # Two clean visits, closed by somebody else, checked afterwards.
        for action in (actions["cash"], actions["savings_group"]):
            if action.state in ("planned", "in_progress"):
                action.with_user(self.supervisor).action_done("Running")
        self.assertEqual(case.stage, "monitoring")
        self.assertFalse(
            case.with_user(self.portal_manager_other).has_access("read"),
            "another organisation",
        )
        for secret in SECRETS:
            for model in ("account.move", "account.move.line", "account.payment"):
                rows = self.env[model].search([]).read()
                self.assertNotIn(secret, str(rows), f"{secret} in {model}")
            for message in case.message_ids:
                self.assertNotIn(secret, message.body or "")
        self.assertGreaterEqual(
            case.next_due.date() + timedelta(days=1), self.today, "still followed"
        )
