from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.remediation_base.tests.whole import whole

from .common import RemediationCommon


@tagged("post_install", "-at_install")
class TestSigned(RemediationCommon):
    """Nobody signs what the page does not show."""

    def _inbox(self, user):
        self.env.invalidate_all()
        desk = self.env["remediation.desk"].with_user(user).get_desk()
        (section,) = [s for s in desk["sections"] if s["key"] == "decisions"]
        return {(line["model"], line["res_id"]): line for line in section["lines"]}

    def _shown(self, record, user):
        self.env.invalidate_all()
        shown = record.with_user(user).get_shown()
        return shown, {
            row["label"]: (row["before"], row["now"]) for row in shown["changes"]
        }

    def test_r18_what_was_not_shown_is_not_signed(self):
        assessment = self._submitted_assessment(self._new_case())
        boss = assessment.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "Open .*read it"):
            boss.action_approve()
        opened = assessment.content_hash
        assessment.with_user(self.supervisor).action_reject("Say more.")
        assessment.with_user(self.worker).score_ids.comment = "Nine hours a day"
        assessment.with_user(self.worker).action_submit()
        # The page is the one of before: a line changed since then.
        with self.assertRaisesRegex(UserError, "changed since you opened it"):
            boss.with_context(seen_hash=opened).action_approve()
        self._seen(boss).action_approve()
        self.assertEqual(assessment.approved_by_id, self.supervisor)

    def test_the_hash_is_of_what_people_wrote(self):
        """Not of who looks, not of the language, not of who holds the case."""
        assessment = self._submitted_assessment(self._new_case())
        shown = assessment.content_hash
        self.env["res.lang"]._activate_lang("fr_FR")
        for user in (self.worker, self.supervisor, self.coordinator, self.auditor):
            self.env.invalidate_all()
            reader = assessment.with_user(user).with_context(lang="fr_FR")
            self.assertEqual(reader.content_hash, shown, user.login)
        other = self._submitted_assessment(self._new_case())
        self.assertNotEqual(other.content_hash, shown)

    @whole
    def test_r18_many_are_signed_with_the_hash_of_each(self):
        both = self._submitted_assessment(self._new_case())
        both |= self._submitted_assessment(self._new_case())
        shown = {str(both[0].id): both[0].content_hash}
        boss = both.with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "Open .*read it"):
            boss.with_context(seen_hash=shown).action_approve()
        self._seen(boss).action_approve()
        self.assertEqual(set(both.mapped("state")), {"approved"})

    @whole
    def test_an_assessment_stands_beside_the_version_before(self):
        case = self._new_case()
        self._approved_assessment(case, score="4")
        second = self._submitted_assessment(case, score="2")
        shown, changes = self._shown(second, self.supervisor)
        self.assertIn("assessment 1", shown["before"])
        self.assertEqual(changes, {"Work": ("4 – Severe", "2 – Fair")})
        self.assertEqual(shown["facts"]["case"], case.id)
        self.assertEqual(shown["facts"]["code"], case.name)
        self.assertEqual(shown["facts"]["holder"], self.worker.name)

    def test_a_revised_plan_stands_beside_the_version_before(self):
        """The actions moved to the new version: the list of how they were is told."""
        case = self._new_case()
        plan = self._active_plan(case)
        plan.with_user(self.worker).action_revise()
        new = case.plan_ids.filtered(lambda p: p.state == "draft")
        day = self.today + timedelta(days=90)
        new.with_user(self.worker).write(
            {
                "goal": "A trade.",
                "action_ids": [
                    fields.Command.update(new.action_ids.id, {"date_due": day}),
                    fields.Command.create(self._planned_action("health")),
                ],
            }
        )
        shown, changes = self._shown(new, self.supervisor)
        self.assertIn("plan 1", shown["before"])
        self.assertEqual(
            changes["Goal"], ("School until the end of basic education.", "A trade.")
        )
        self.assertIn(new._say_day(day), changes["Education"][1])
        self.assertNotIn(new._say_day(day), changes["Education"][0])
        self.assertEqual(changes["Health"][0], "–")

    def test_the_first_version_has_nothing_beside_it(self):
        shown, _changes = self._shown(
            self._submitted_assessment(self._new_case()), self.supervisor
        )
        self.assertFalse(shown["before"])
        self.assertEqual(shown["changes"], [])

    @whole
    def test_who_may_not_read_it_is_shown_nothing(self):
        assessment = self._submitted_assessment(self._new_case())
        for user in (self.worker_2, self.supervisor_other, self.plain_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                assessment.with_user(user).get_shown()

    def test_readers_without_names_are_told_none(self):
        case = self._new_case()
        self._approved_assessment(case)
        second = self._submitted_assessment(case)
        second._unprotected().sudo().child_wishes = "Amani wants to learn."
        shown = self._shown(second, self.auditor)[0]
        self.assertNotIn("Amani", str(shown))
        self.assertEqual(shown["facts"]["title"], case.name)

    def test_r21_the_panels_decision_waits_in_the_inbox_of_its_members(self):
        case = self._new_case()
        decision = (
            self.env["remediation.best.interest.decision"]
            .with_user(self.worker)
            .create(
                {
                    "case_id": case.id,
                    "trigger": "separation",
                    "panel_member_ids": [
                        fields.Command.create(
                            {"member_user_id": self.supervisor.id, "conflict": "none"}
                        )
                    ],
                }
            )
        )
        key = (decision._name, decision.id)
        # What the panel weighs is not written yet.
        self.assertNotIn(key, self._inbox(self.supervisor))
        decision.decision = "Stays with the aunt."
        line = self._inbox(self.supervisor)[key]
        self.assertEqual(line["approve"], "action_decide")
        self.assertEqual(line["case"], case.id)
        self.assertNotIn(key, self._inbox(self.supervisor_2))

    @whole
    def test_the_oldest_waits_on_top_whatever_it_is(self):
        case = self._new_case()
        self._approved_assessment(case)
        plan = self._new_plan(case)
        plan.action_submit()
        assessment = self._submitted_assessment(self._new_case())
        for record, days in ((assessment, 1), (plan, 3)):
            record._unprotected().sudo().submitted_on = (
                fields.Datetime.now() - timedelta(days=days)
            )
        order = [
            key
            for key in self._inbox(self.supervisor)
            if key in ((plan._name, plan.id), (assessment._name, assessment.id))
        ]
        self.assertEqual(
            order, [(plan._name, plan.id), (assessment._name, assessment.id)]
        )
