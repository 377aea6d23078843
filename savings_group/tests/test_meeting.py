from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SavingsCommon


@tagged("post_install", "-at_install")
class TestMeeting(SavingsCommon):
    def test_opening_makes_a_line_per_member(self):
        meeting = self._open(1)
        self.assertEqual(meeting.line_ids.mapped("member_number"), [1, 2, 3, 4, 5])
        self.assertEqual(set(meeting.line_ids.mapped("attendance")), {"present"})
        self.assertEqual(sum(meeting.line_ids.mapped("social_in")), 500)

    def test_r48_cash_of_each_pot_ties(self):
        meeting = self._meet(1, {1: {"shares": 3, "fine": 50}}, validate=False)
        self.assertEqual(meeting.expected_loan, 7 * 500)
        self.assertEqual(meeting.expected_social, 550)
        meeting.counted_loan = 3500
        meeting.counted_social = 500
        with self.assertRaisesRegex(UserError, "“Social Fund” does not tie"):
            meeting.action_validate()
        self.assertEqual(meeting.state, "open")
        meeting.counted_social = 550
        meeting.action_validate()
        self.assertEqual(meeting.state, "validated")
        self.assertEqual(meeting.closing_loan, 3500)
        self.assertEqual(meeting.shares_total, 7)

    def test_r48_difference_is_named_and_next_opens_with_counted(self):
        meeting = self._meet(1, validate=False)
        meeting.counted_loan = meeting.expected_loan - 100
        meeting.counted_social = meeting.expected_social
        with self.assertRaises(UserError):
            meeting.action_validate()
        self.env["savings.meeting.entry"].with_user(self.agent).create(
            {
                "meeting_id": meeting.id,
                "kind": "difference",
                "pot": "loan",
                "amount": -100,
                "explanation": "A note was torn",
            }
        )
        meeting.action_validate()
        following = self._open(2)
        self.assertEqual(following.opening_loan, 2400)

    def test_r48_difference_needs_an_explanation(self):
        meeting = self._open(1)
        with self.assertRaises(ValidationError):
            self.env["savings.meeting.entry"].with_user(self.agent).create(
                {
                    "meeting_id": meeting.id,
                    "kind": "difference",
                    "amount": 10,
                    "explanation": "  ",
                }
            )

    def test_r46_shares_outside_the_limits(self):
        meeting = self._meet(1, {2: {"shares": 6}}, validate=False)
        meeting.action_take_expected()
        with self.assertRaisesRegex(UserError, "Member 2 buys 6 shares"):
            meeting.action_validate()
        line = self._line(meeting, 2)
        with self.assertRaises(ValidationError):
            line.group_decided = True
        line.write({"group_decided": True, "decision_reason": "Bride price came in"})
        meeting.action_validate()
        self.assertEqual(line.membership_id.shares, 6)

    def test_r46_loan_over_the_multiple_of_savings(self):
        self._meet(1, shares=2)
        meeting = self._meet(2, {1: {"loan_given": 4600}}, validate=False)
        meeting.action_take_expected()
        with self.assertRaisesRegex(UserError, "Member 1 would owe"):
            meeting.action_validate()
        self._line(meeting, 1).loan_given = 4500
        meeting.action_take_expected()
        meeting.action_validate()
        self.assertEqual(meeting.loan_count, 1)

    def test_r46_loans_over_the_cash_of_the_fund(self):
        meeting = self._meet(1, {1: {"loan_given": 1500}}, shares=1, validate=False)
        self._line(meeting, 2).loan_given = 1500
        meeting.action_take_expected()
        with self.assertRaisesRegex(UserError, "“Loan Fund” does not tie"):
            meeting.action_validate()

    def test_r46_no_new_loan_beside_a_late_one(self):
        self._meet(1, {1: {"loan_given": 500}}, shares=2)
        self._meet(6, shares=2)
        self._meet(14, shares=2)
        meeting = self._meet(15, {1: {"loan_given": 100}}, shares=2, validate=False)
        meeting.action_take_expected()
        with self.assertRaisesRegex(UserError, "overdue loan"):
            meeting.action_validate()

    def test_absent_member_does_not_buy(self):
        meeting = self._meet(1, {3: {"attendance": "absent"}}, validate=False)
        meeting.action_take_expected()
        with self.assertRaisesRegex(UserError, "Member 3 is absent"):
            meeting.action_validate()
        self._line(meeting, 3).write({"shares": 0, "social_in": 0, "fine": 50})
        meeting.action_take_expected()
        meeting.action_validate()
        self.assertEqual(meeting.attended_count, 4)

    def test_repayment_over_the_balance(self):
        self._meet(1, {1: {"loan_given": 1000}})
        meeting = self._meet(2, {1: {"loan_repaid": 1200}}, validate=False)
        meeting.action_take_expected()
        with self.assertRaisesRegex(UserError, "repays .* but owes"):
            meeting.action_validate()
        self.assertEqual(meeting.state, "open")

    def test_two_open_meetings(self):
        self._open(1)
        with self.assertRaisesRegex(UserError, "has an open meeting"):
            self._open(2)

    def test_meeting_before_the_last_one(self):
        self._meet(3)
        with self.assertRaisesRegex(UserError, "is not after"):
            self._open(2)
        meeting = self._open(4)
        with self.assertRaisesRegex(UserError, "is not after"):
            meeting.date = self._day(2)

    def test_validated_meeting_does_not_change(self):
        meeting = self._meet(1)
        line = meeting.line_ids[0]
        for change in (
            lambda: meeting.write({"counted_loan": 1}),
            lambda: line.write({"shares": 4}),
            lambda: meeting.action_validate(),
            lambda: meeting.action_cancel("wrong day"),
            lambda: (
                self.env["savings.meeting.entry"]
                .with_user(self.agent)
                .create({"meeting_id": meeting.id, "amount": 5, "explanation": "late"})
            ),
        ):
            with self.assertRaises(UserError):
                change()

    def test_correction_by_reversal(self):
        first = self._meet(1, {1: {"shares": 5}})
        line = self._line(first, 1)
        with self.assertRaisesRegex(UserError, "Open the next meeting first"):
            line.action_reverse("It was three")
        second = self._meet(2, {1: {"shares": 3}}, shares=0, validate=False)
        line.action_reverse("It was three")
        with self.assertRaisesRegex(UserError, "reversed already"):
            line.action_reverse("again")
        self.assertEqual(second.expected_loan, 9 * 500 - 1000)
        second.action_take_expected()
        second.action_validate()
        self.assertEqual(self.members[0].shares, 3)
        self.assertEqual(line.shares, 5)

    def test_reversing_a_loan_and_its_repayment(self):
        first = self._meet(1, {1: {"loan_given": 1000}})
        second = self._meet(2, {1: {"loan_repaid": 600}})
        loan = self.members[0].loan_ids
        self.assertEqual(loan.balance, 500)
        self._open(3)
        with self.assertRaisesRegex(UserError, "reverse the repayments first|repaid"):
            self._line(first, 1).action_reverse("never given")
        self._line(second, 1).action_reverse("was not paid")
        third = self.cycle.open_meeting_id
        third.action_take_expected()
        third.action_validate()
        self.assertEqual(loan.balance, 1100)
        fourth = self._open(4)
        self._line(first, 1).action_reverse("never given")
        fourth.action_take_expected()
        fourth.action_validate()
        self.assertEqual((loan.state, loan.balance), ("cancelled", 0))
        self.assertFalse(self.members[0].loan_balance)

    def test_cancelled_meeting_leaves_nothing(self):
        meeting = self._meet(1, validate=False)
        with self.assertRaises(UserError):
            meeting.action_cancel(" ")
        meeting.action_cancel("Funeral in the village")
        self.assertEqual(meeting.state, "cancelled")
        self.assertEqual(self.members[0].shares, 0)
        self.assertEqual(self._open(1).number, 1)

    def test_late_joiner_buys_in(self):
        self._meet(1, {1: {"fine": 0}}, shares=2)
        self.group.member_ids = [(0, 0, {"full_name": "Neema"})]
        newcomer = self.cycle.membership_ids.filtered("is_mid_cycle")
        meeting = self._open(2)
        self.assertIn(newcomer, meeting.line_ids.membership_id)
        newcomer.action_buy_in(4)
        with self.assertRaisesRegex(UserError, "bought in already"):
            newcomer.action_buy_in(1)
        meeting.action_take_expected()
        meeting.action_validate()
        self.assertEqual(newcomer.shares, 4)
        self.assertEqual(meeting.closing_loan, 5000 + 2000)
        self.assertEqual(meeting.joiner_count, 1)

    def test_late_joiner_at_current_value(self):
        group = self._new_group(late_joiner_value="current_value", fines_to="loan")
        cycle = self._new_cycle(group)
        self._meet(1, {1: {"fine": 1000}}, cycle=cycle, shares=2)
        group.member_ids = [(0, 0, {"full_name": "Neema"})]
        self._open(2, cycle)
        newcomer = cycle.membership_ids.filtered("is_mid_cycle")
        newcomer.action_buy_in(2)
        entry = cycle.open_meeting_id.entry_ids
        self.assertEqual(entry.amount, 2 * 600)

    def test_member_joining_during_a_meeting_gets_a_line(self):
        meeting = self._open(1)
        self.group.member_ids = [(0, 0, {"full_name": "Neema"})]
        self.assertEqual(len(meeting.line_ids), 6)

    def test_leaver_is_paid_face_value_minus_debt(self):
        self._meet(1, {1: {"loan_given": 400}}, shares=2)
        meeting = self._open(2)
        member = self.members[0]
        member.action_leave("moved", "Moves to Likasi; the group agrees.")
        self.assertEqual(meeting.entry_ids.amount, 1000 - 440)
        meeting.action_take_expected()
        meeting.action_validate()
        self.assertEqual(member.state, "left")
        self.assertEqual((member.shares, member.loan_balance), (0, 0))
        self.assertFalse(member.member_id.active)
        self.assertEqual(meeting.closing_loan, 5000 - 400 - 560)
        self.assertEqual(meeting.leaver_count, 1)
        self.assertNotIn(member, self._open(3).line_ids.membership_id)

    def test_death_pays_the_named_heir(self):
        self._meet(1)
        meeting = self._open(2)
        member = self.members[1]
        with self.assertRaisesRegex(UserError, "Name the heir"):
            member.action_leave("died", "The group mourns.")
        member.action_leave("died", "The group mourns.", "Her sister Zawadi")
        meeting.action_take_expected()
        meeting.action_validate()
        self.assertEqual(member.heir, "Her sister Zawadi")

    def test_leaver_owing_more_than_her_savings(self):
        self._meet(1, {1: {"loan_given": 1500}}, shares=1)
        self._open(2)
        with self.assertRaisesRegex(UserError, "owes more than their savings"):
            self.members[0].action_leave("moved", "agreed")

    def test_r47_warnings_never_block(self):
        roles = ["chair", "record_keeper", "box_keeper", "counter", "counter"]
        for member, role in zip(self.group.member_ids, roles, strict=True):
            member.write({"officer_role": role, "sex": "male"})
        self.group.member_ids[0].is_key_holder = True
        self.assertIn("hold a key", self.group.officer_warning)
        self.assertIn("of 5 officers are women", self.group.officer_warning)
        self.group.keys_outside_committee = False
        self.assertNotIn("hold a key", self.group.officer_warning)

    def test_one_chair_per_group(self):
        first, second = self.group.member_ids[:2]
        first.officer_role = "chair"
        with self.assertRaises(ValidationError):
            second.officer_role = "chair"

    def test_member_in_two_groups_warns_the_manager(self):
        other = self._new_group(members=0, agent=self.agent_other)
        other.member_ids = [(0, 0, {"full_name": "mama furaha 1"})]
        twin = other.member_ids.with_user(self.manager)
        self.assertTrue(twin.in_other_group)
        found = (
            self.env["savings.member"]
            .with_user(self.manager)
            .search([("in_other_group", "=", True)])
        )
        self.assertEqual(set(found.mapped("number")), {1})
        with self.assertRaises(AccessError):
            other.member_ids.with_user(self.agent_other).read(["in_other_group"])

    def test_rules_are_settled_when_the_cycle_starts(self):
        with self.assertRaisesRegex(UserError, "Share Value"):
            self.cycle.share_value = 1000
        self.group.share_value = 1000
        self.assertEqual(self.cycle.share_value, 500)

    @mute_logger("odoo.sql_db")
    def test_protected_fields(self):
        meeting = self._open(1)
        line = meeting.line_ids[0]
        for records, vals in (
            (meeting, {"state": "validated"}),
            (meeting, {"closing_loan": 5}),
            (meeting, {"opening_loan": 5}),
            (line, {"membership_id": self.members[1].id}),
            (line, {"kind": "reversal"}),
            (self.cycle, {"state": "closed"}),
            (self.members[0], {"state": "left"}),
            (self.group.member_ids[0], {"active": False}),
            (self.group, {"state": "dissolved"}),
        ):
            with self.assertRaises(AccessError):
                records.with_user(self.agent).write(vals)

    def test_dissolve(self):
        with self.assertRaisesRegex(UserError, "A cycle is running"):
            self.group.action_dissolve("quarrel")
        group = self._new_group()
        group.action_dissolve("Too few stayed")
        self.assertEqual(group.state, "dissolved")
        with self.assertRaises(UserError):
            group.action_new_cycle()
        with self.assertRaises(UserError):
            group.member_ids = [(0, 0, {"full_name": "Neema"})]
