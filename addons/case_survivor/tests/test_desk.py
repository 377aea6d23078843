from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import SurvivorCommon


@tagged("post_install", "-at_install")
class TestDesk(SurvivorCommon):
    """What waits stands on the desk of who does it, and opens nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._new_case(cls.manager_trace)

    def _section(self, key, user):
        page = self.env["remediation.desk"].with_user(user).get_desk()
        return next((s for s in page["sections"] if s["key"] == key), None)

    def test_what_waits_for_a_survivor_stands_on_the_holders_desk_alone(self):
        self.assertIsNone(self._section("survivors", self.trace_worker))
        self._draft(self.case)
        self._decided(
            self.case,
            decided_by_id=self.court.id,
            decided_by_kind="court",
            appeal_until=self.today + timedelta(days=3),
        )
        plan = self._make("safety.plan", self.case)
        plan.date = self.today - timedelta(days=31)
        section = self._section("survivors", self.trace_worker)
        self.assertEqual(section["total"], 3)
        self.assertEqual(
            [line["button"]["model"] for line in section["lines"]],
            ["remediation.survivor.status"] * 2 + ["remediation.safety.plan"],
        )
        self.assertIsNone(self._section("survivors", self.worker))
        plan.with_user(self.trace_worker).action_review()
        self.assertEqual(self._section("survivors", self.trace_worker)["total"], 2)

    def test_hearings_stand_on_the_desk_of_the_duty_by_code(self):
        matter = self._matter(self.case)
        self.env["remediation.legal.date"].create(
            {
                "matter_id": matter.id,
                "kind": "hearing",
                "date": fields.Datetime.now() + timedelta(days=2),
            }
        )
        section = self._section("hearings", self.tracer)
        self.assertIn(self.case.name, section["lines"][0]["title"])
        self.assertNotIn(self.case.beneficiary_id.last_name, str(section))
        self.assertIsNone(self._section("hearings", self.worker))

    def test_the_timeline_tells_decisions_stays_and_referrals(self):
        self._decided(self.case)
        self._make(
            "shelter.stay",
            self.case,
            kind="shelter",
            date_from=self.today,
        ).sudo().address = "Avenue 7"
        self._make("outside.referral", self.case, direction="in", date=self.today)
        entries = self.case.with_user(self.trace_worker).get_timeline()
        found = {entry["model"] for entry in entries}
        self.assertLessEqual(
            {
                "remediation.survivor.status",
                "remediation.shelter.stay",
                "remediation.outside.referral",
            },
            found,
        )
        self.assertNotIn("Avenue 7", str(entries))

    def test_similar_cases_share_ways_of_exploitation(self):
        servitude = self.env.ref(
            "case_survivor.exploitation_value_exploitation_servitude"
        )
        other = self._new_case(self.manager_trace)
        far = self._new_case(self.manager_trace)
        for case in (self.case, other):
            self._make(
                "exploitation",
                case,
                type_ids=[Command.set(servitude.ids)],
                industry="T",
            )
        self._make("exploitation", far, industry="B")
        action = self.case.with_user(self.trace_worker).action_open_similar()
        found = self.env["remediation.case"].search(action["domain"])
        self.assertEqual(found, other)
        with self.assertRaises(AccessError):
            self.case.with_user(self.tracer).action_open_similar()

    def test_a_shared_person_of_interest_is_told_to_the_duty_alone(self):
        person = self._person(company_id=self.company.id)
        mine = self._new_case()
        theirs = self._new_case()
        for case in (mine, theirs):
            self.env["remediation.person.of.interest.role"].create(
                {"case_id": case.id, "person_id": person.id, "role": "exploiter"}
            )
        self.assertEqual(mine.with_user(mine.user_id)._similar(), [])
        mine.user_id.group_ids = [
            Command.link(self.env.ref("case_survivor.group_person_of_interest").id)
        ]
        self.assertEqual(mine.with_user(mine.user_id)._similar(), theirs.ids)

    def test_the_queue_holds_open_survivors_and_nobody_else(self):
        self._decided(self.case)
        waiting = self._new_case(self.manager_trace)
        self._draft(waiting, status="possible")
        none = self._new_case(self.manager_trace)
        self._decided(none, status="not_victim")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "case_survivor.survivor_queue_action"
        )
        found = (
            self.env["remediation.case"]
            .with_user(self.trace_worker)
            .search(safe_eval(action["domain"]))
        )
        self.assertEqual(found, self.case | waiting)
