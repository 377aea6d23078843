import json
import re
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OfflineSavingsCommon


@tagged("post_install", "-at_install")
class TestOfflineSavings(OfflineSavingsCommon):
    """A group's book on a phone, and the meeting that comes back: once, whole."""

    def setUp(self):
        super().setUp()
        self.key = self.enrol()

    def meetings(self):
        self.env.invalidate_all()
        return self.env["savings.meeting"].search([("group_id", "=", self.group.id)])

    # -- taken along -------------------------------------------------------------
    def test_a_phone_takes_the_group_s_book_along(self):
        self._meet(1, {2: {"loan_given": 1000}})
        packet = self.packet(self.key)
        self.assertEqual(len(packet["members"]), 5)
        self.assertEqual(packet["pots"], {"loan": 1500.0, "social": 500.0})
        second = packet["members"][1]
        self.assertEqual((second["number"], second["savings"]), (2, 500))
        self.assertEqual(second["loans"][0][:2], [1000, 1100])
        self.assertEqual({owed for _day, owed in packet["members"][0]["owes"]}, {0})
        self.assertEqual(packet["rules"]["shares_max"], 5)
        self.assertEqual(packet["number"], 2)

    def test_a_group_without_a_cycle_is_told_and_holds_no_meeting(self):
        group = self._new_group(label="New")
        group.village_agent_id = self.village
        packet = self.packet(self.key, group.name)
        self.assertFalse(packet["active"])
        self.assertEqual(packet["members"], [])
        broken = self.meeting(self.packet(self.key))
        broken["values"]["group"] = group.name
        broken["version"] = packet["version"]
        (answer,) = self.send(self.key, broken)
        self.assertEqual(answer["state"], "refused")
        self.assertIn("no running cycle", answer["say"])

    def test_a_meeting_of_25_is_taken_with_few_questions(self):
        group = self._new_group(members=25, label="Large")
        self._new_cycle(group)
        group.village_agent_id = self.village
        intent = self.meeting(self.packet(self.key, group.name))
        meetings = self.env["savings.meeting"].with_user(self.village)
        moment = fields.Datetime.now()
        device = self.device(self.key)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        answer = meetings._take_from_phone(device, intent["key"], intent, moment)
        self.env.flush_all()
        self.assertEqual(answer["state"], "done")
        self.assertLessEqual(self.env.cr.sql_log_count - before, 120)

    def test_it_goes_with_forget_suspension_and_the_group(self):
        packets = self.call("packets", key=self.key)["packets"]
        (handle,) = packets
        self.assertEqual(self.call("standing", key=self.key)["held"], [handle])
        self.group.village_agent_id = self.village_other
        self.assertEqual(self.call("standing", key=self.key)["held"], [])
        self.assertEqual(self.call("packets", key=self.key)["packets"], {})
        self.group.village_agent_id = self.village
        self.village.group_ids = [Command.set(self.env.ref("base.group_portal").ids)]
        standing = self.call("standing", key=self.key)
        self.assertEqual((standing["state"], standing["held"]), ("ended", []))
        self.assertIsNone(self.call("packets", key=self.key))
        role = self.env.ref("savings_group_portal.group_village_agent")
        self.village.group_ids = [Command.set(role.ids)]
        self.village.active = False
        self.authenticate(None, None)
        self.assertEqual(self.call("standing", key=self.key)["state"], "ended")
        self.village.active = True
        self.device(self.key)._forgotten("lost")
        standing = self.call("standing", key=self.key)
        self.assertEqual((standing["state"], standing["held"]), ("forgotten", []))

    def test_a_dissolved_group_is_not_held(self):
        self.assertTrue(self.call("standing", key=self.key)["held"])
        self.group._unprotected().state = "dissolved"
        self.assertFalse(self.call("standing", key=self.key)["held"])

    # -- arriving ----------------------------------------------------------------
    def test_a_meeting_arrives_once(self):
        intent = self.meeting(
            self.packet(self.key),
            m2={"shares": "3", "loan_given": "1000"},
            m3={"attendance": "late", "fine": "50"},
            m5={"attendance": "absent", "shares": "0", "social_in": "0"},
        )
        for _again in range(3):
            (answer,) = self.send(self.key, intent)
            self.assertEqual(answer["state"], "done", answer)
        meeting = self.meetings()
        self.assertEqual(len(meeting), 1)
        self.assertEqual(meeting.state, "validated")
        self.assertEqual(meeting.validated_by_id, self.village)
        self.assertEqual(meeting.opened_by_id, self.village)
        self.assertEqual(meeting.date, self._day(1))
        self.assertEqual(meeting.attended_count, 4)
        self.assertEqual(meeting.line_ids.mapped("shares"), [2, 3, 2, 2, 0])
        loan = self.env["savings.loan"].search([("meeting_id", "=", meeting.id)])
        self.assertEqual((loan.member_number, loan.amount), (2, 1000))
        ago = fields.Datetime.now() - timedelta(hours=1)
        self.assertAlmostEqual(
            meeting.written_at.timestamp(), ago.timestamp(), delta=60
        )

    def test_a_repayment_pays_the_loan_once(self):
        self._meet(1, {2: {"loan_given": 1000}})
        intent = self.meeting(self.packet(self.key), week=2, m2={"loan_repaid": "600"})
        for _again in range(2):
            self.assertEqual(self.send(self.key, intent)[0]["state"], "done")
        loan = self.env["savings.loan"].search([("group_id", "=", self.group.id)])
        self.env.invalidate_all()
        self.assertEqual(loan.balance, 500)

    def test_r48_a_pot_ties_or_the_difference_is_named(self):
        packet = self.packet(self.key)
        short = self.meeting(packet, counted={"counted_loan": "4800"})
        (answer,) = self.send(self.key, short)
        self.assertEqual(answer["state"], "refused")
        self.assertIn("does not tie", answer["say"])
        self.assertFalse(self.meetings(), "nothing is kept of what was refused")
        short["values"]["why_loan"] = "The box was short"
        (answer,) = self.send(self.key, short)
        self.assertEqual(answer["state"], "done", answer)
        entry = self.meetings().entry_ids
        self.assertEqual(
            (entry.kind, entry.pot, entry.amount, entry.explanation),
            ("difference", "loan", -200, "The box was short"),
        )

    def test_r46_beyond_the_limits_only_with_a_reason(self):
        intent = self.meeting(self.packet(self.key), m1={"shares": "9"})
        (answer,) = self.send(self.key, intent)
        self.assertEqual(answer["state"], "refused")
        self.assertIn("Member 1 buys 9 shares", answer["say"])
        reason = {"group_decided": "yes", "decision_reason": "Harvest"}
        intent["values"]["members"]["1"].update(reason)
        self.assertEqual(self.send(self.key, intent)[0]["state"], "done")

    def test_who_holds_the_meeting_meanwhile_is_shown_and_nothing_doubled(self):
        packet = self.packet(self.key)
        held = self._meet(1, shares=1)
        mine = self.meeting(packet)
        (answer,) = self.send(self.key, mine)
        self.assertEqual(answer["state"], "conflict")
        self.assertTrue(answer["theirs"]["ended"])
        self.assertEqual(answer["theirs"]["day"], str(self._day(1)))
        self.assertEqual(answer["theirs"]["members"]["1"]["shares"], "1")
        self.assertEqual(self.meetings(), held)
        # Sent all the same: the book refuses a second meeting of that day, in words.
        mine["version"] = answer["version"]
        (answer,) = self.send(self.key, mine)
        self.assertEqual(answer["state"], "refused")
        self.assertIn("is not after", answer["say"])
        self.assertEqual(self.meetings(), held)

    def test_a_meeting_that_another_types_is_shown_first(self):
        packet = self.packet(self.key)
        other = self._open(1)
        self._line(other, 1).shares = 4
        mine = self.meeting(packet)
        (answer,) = self.send(self.key, mine)
        self.assertEqual(answer["state"], "conflict")
        self.assertFalse(answer["theirs"]["ended"])
        self.assertEqual(answer["theirs"]["members"]["1"]["shares"], "4")
        self.assertEqual(other.state, "open")
        mine["version"] = answer["version"]
        self.assertEqual(self.send(self.key, mine)[0]["state"], "done")
        self.assertEqual(self.meetings(), other)
        self.assertEqual(set(other.line_ids.mapped("shares")), {2})

    def test_an_open_meeting_is_gone_on_with(self):
        other = self._open(1)
        self._line(other, 1).shares = 4
        packet = self.packet(self.key)
        self.assertEqual(packet["open"]["members"]["1"]["shares"], "4")
        self.assertEqual(packet["pots"], {"loan": 0.0, "social": 0.0})
        self.assertEqual(self.send(self.key, self.meeting(packet))[0]["state"], "done")
        self.assertEqual(self.meetings(), other)

    def test_who_joined_meanwhile_is_asked_about(self):
        intent = self.meeting(self.packet(self.key))
        self.group.write(
            {"member_ids": [Command.create({"full_name": "Mama New", "sex": "female"})]}
        )
        (answer,) = self.send(self.key, intent)
        self.assertEqual(answer["state"], "refused")
        self.assertIn("members of the group changed", answer["say"])
        self.assertFalse(self.meetings())

    def test_what_cannot_be_read_is_refused_and_nothing_is_kept(self):
        packet = self.packet(self.key)
        for values in (
            None,
            "text",
            {},
            {"group": packet["code"]},
            {"group": packet["code"], "members": []},
            {"group": packet["code"], "members": {"1": {}}},
            {"group": packet["code"], "members": {"x": "y"}},
            {"group": ["x"], "members": {"1": {}}},
        ):
            with self.subTest(values=values):
                broken = {**self.meeting(packet), "values": values}
                self.assertEqual(self.send(self.key, broken)[0]["state"], "refused")
        for figures in (
            "text",
            {"attendance": "asleep"},
            {"attendance": "present", "shares": "many"},
            {"attendance": "present", "shares": "-1"},
            {"attendance": "present", "fine": {"a": 1}},
        ):
            with self.subTest(figures=figures):
                broken = self.meeting(packet)
                broken["values"]["members"]["1"] = figures
                self.assertEqual(self.send(self.key, broken)[0]["state"], "refused")
        self.assertFalse(self.meetings())

    # -- refusals ----------------------------------------------------------------
    def test_another_s_group_is_neither_told_nor_written(self):
        intent = self.meeting(self.packet(self.key))
        other = self.enrol("village_other")
        self.assertEqual(self.call("packets", key=other)["packets"], {})
        self.assertEqual(self.call("packets", key=self.key)["state"], "forgotten")
        (answer,) = self.send(other, intent)
        self.assertEqual(answer["state"], "refused")
        self.assertNotIn("theirs", answer)
        self.assertFalse(self.meetings())

    def test_who_keeps_the_group_no_more_is_refused(self):
        intent = self.meeting(self.packet(self.key))
        self.group.village_agent_id = self.village_other
        (answer,) = self.send(self.key, intent)
        self.assertEqual(answer["state"], "refused")
        self.assertFalse(self.meetings())

    def test_a_forgotten_phone_writes_nothing(self):
        intent = self.meeting(self.packet(self.key))
        self.device(self.key)._forgotten("lost")
        (answer,) = self.send(self.key, intent)
        self.assertEqual(answer["state"], "refused")
        self.assertIn("forgotten", answer["say"])
        self.assertFalse(self.meetings())

    def test_what_arrived_is_told_so_also_to_a_phone_forgotten_since(self):
        intent = self.meeting(self.packet(self.key))
        self.assertEqual(self.send(self.key, intent)[0]["state"], "done")
        self.device(self.key)._forgotten("lost")
        self.group.village_agent_id = self.village_other
        self.assertEqual(self.send(self.key, intent)[0]["state"], "done")
        self.assertEqual(len(self.meetings()), 1)

    @mute_logger("odoo.http")
    def test_other_roles_of_the_portal_send_no_meeting(self):
        intent = self.meeting(self.packet(self.key))
        for role in ("case_manager", "provider", "reporter"):
            login = f"portal_{role}"
            self._portal_user(login, f"child_remediation.group_portal_{role}")
            key = self.enrol(login)
            with self.subTest(role=role):
                self.assertEqual(self.call("packets", key=key)["packets"], {})
                (answer,) = self.send(key, intent)
                self.assertEqual(answer["state"], "refused")
        self._portal_user("nobody_here", "base.group_portal")
        self.authenticate("nobody_here", "nobody_here")
        for what in ("enrol", "packets", "send"):
            self.assertIsNone(self.call(what), what)
        self.assertFalse(self.meetings())

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_a_village_agent_reads_no_case_beside(self):
        for what in ("enrol", "standing"):
            self.assertTrue(self.call(what, key=self.key))
        found = self.call("packets", key=self.key)
        self.assertEqual(found["general"], {})
        self.assertEqual(found["shared"], {})
        self.assertEqual(len(found["packets"]), 1)
        (packet,) = found["packets"].values()
        self.assertNotIn("forms", packet)
        self.assertFalse(re.search(r"CR-\d", json.dumps(found)))
