from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestDeadlines(RemediationCommon):
    def _due(self, case, kind):
        return case.deadline_ids.filtered(
            lambda d: d.kind == kind and not d.done_on
        ).date_due

    def _watch(self):
        """Run the cron's steps as the scheduler does, inside the test's transaction."""
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: float("inf")
        ):
            self.env["remediation.deadline"]._cron_watch()

    def test_r15_due_dates_come_from_the_risk_level(self):
        received = datetime(2026, 3, 1, 22, 30)
        for risk, hours in (("high", 24), ("medium", 72), ("low", 168)):
            case = self._new_case(
                risk_level=risk, received_at=received, identified_on="2026-03-01"
            )
            self.assertEqual(
                self._due(case, "first_contact"), received + timedelta(hours=hours)
            )

    def test_r15_rising_risk_takes_the_earlier_date_and_falling_keeps(self):
        with freeze_time("2026-03-01 08:00:00"):
            case = self._new_case(risk_level="low", identified_on="2026-03-01")
        with freeze_time("2026-03-02 08:00:00"):
            case.with_user(self.supervisor).action_set_risk("high", "Seen underground")
        self.assertEqual(self._due(case, "first_contact"), datetime(2026, 3, 3, 8))
        with freeze_time("2026-03-02 10:00:00"):
            case.with_user(self.supervisor).action_set_risk("low", "Mistaken")
        self.assertEqual(self._due(case, "first_contact"), datetime(2026, 3, 3, 8))
        with self.assertRaises(AccessError):
            case.with_user(self.worker).action_set_risk("low", "I say so")
        deadline = case.deadline_ids.filtered(lambda d: d.kind == "first_contact")
        with self.assertRaises(UserError):
            deadline.with_user(self.supervisor).action_move("2026-03-08 08:00:00", "")
        deadline.with_user(self.supervisor).action_move("2026-03-08 08:00:00", "Flood")
        self.assertEqual(deadline.date_due, datetime(2026, 3, 8, 8))
        self.assertEqual(case.next_due, self._due(case, "assessment"))

    def test_r15_low_to_high_near_the_end_keeps_the_old_date(self):
        with freeze_time("2026-03-01 08:00:00"):
            case = self._new_case(risk_level="low", identified_on="2026-03-01")
        with freeze_time("2026-03-08 00:00:00"):
            case.with_user(self.supervisor).action_set_risk("high", "Worse")
        self.assertEqual(self._due(case, "first_contact"), datetime(2026, 3, 8, 8))

    @whole
    def test_r15_a_breach_belongs_to_who_held_the_case_then(self):
        with freeze_time("2026-03-01 08:00:00"):
            case = self._new_case(risk_level="medium", identified_on="2026-03-01")
        with freeze_time("2026-03-05 08:00:00"):  # first contact was due on the 4th
            case.with_user(self.supervisor).action_assign(self.manager_2.id)
            self._watch()
            self._watch()
        breach = case.breach_ids
        self.assertEqual(len(breach), 1)
        self.assertEqual(breach.holder_user_id, self.worker)
        self.assertEqual(breach.kind, "first_contact")
        late = case.activity_ids.filtered(
            lambda a: (
                a.activity_type_id
                == self.env.ref("child_remediation.mail_activity_type_late")
            )
        )
        self.assertEqual(late.user_id, self.worker_2)
        self.assertEqual(len(late), 1)
        self.assertFalse(breach.escalated_on)
        with freeze_time("2026-03-06 09:00:00"):
            self._watch()
            self._watch()
        self.assertTrue(breach.escalated_on)
        escalated = case.activity_ids.filtered(
            lambda a: (
                a.activity_type_id
                == self.env.ref("child_remediation.mail_activity_type_escalation")
            )
        )
        self.assertEqual(escalated.user_id, self.supervisor)

    def test_r15_one_warning_within_a_day(self):
        with freeze_time("2026-03-01 08:00:00"):
            case = self._new_case(risk_level="medium", identified_on="2026-03-01")
        with freeze_time("2026-03-03 07:59:00"):
            self._watch()
            self.assertFalse(case.activity_ids)
        with freeze_time("2026-03-03 08:01:00"):
            self._watch()
            self._watch()
        self.assertEqual(case.activity_ids.user_id, self.worker)
        self.assertEqual(len(case.activity_ids), 1)
        self.assertEqual(case.activity_ids.summary, case.name)

    def test_r15_digest_carries_codes_and_links_only(self):
        self.supervisor.write({"email": "s@example.org"})
        with freeze_time("2026-03-01 08:00:00"):
            case = self._new_case(risk_level="high", identified_on="2026-03-01")
        with freeze_time("2026-03-09 08:00:00"):
            self._watch()
            self.env["remediation.team"]._cron_digest()
        mail = self.env["mail.mail"].search([("email_to", "ilike", "s@example.org")])
        self.assertIn(case.name, mail.body_html)
        self.assertIn(f"/odoo/remediation.case/{case.id}", mail.body_html)
        for secret in ("Amani", "Hidden", "Mama"):
            self.assertNotIn(secret, mail.body_html + mail.subject)

    def test_r16_high_risk_alerts_the_supervisor_on_call_at_once(self):
        self.team.on_call_user_id = self.supervisor_2
        case = self._new_case(risk_level="high")
        self.assertTrue(case.needs_safety_action)
        self.assertEqual(case.activity_ids.user_id, self.supervisor_2)
        case.with_user(self.worker).no_safety_action_reason = "With an aunt in town."
        self.assertFalse(case.needs_safety_action)

    def test_r15_policy_of_a_programme_wins(self):
        programme = self.env["remediation.programme"].create({"name": "Pilot"})
        self.env["remediation.deadline.policy"].create(
            {
                "kind": "first_contact",
                "programme_id": programme.id,
                "hours_high": 1,
                "hours_medium": 2,
                "hours_low": 3,
            }
        )
        received = fields.Datetime.now() - timedelta(hours=1)
        case = self._new_case(programme_id=programme.id, received_at=received)
        self.assertEqual(
            self._due(case, "first_contact"), received + timedelta(hours=2)
        )
