from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SavingsCommon

#: One week of a group: what each of five members does, and what the group does.
member_week = st.fixed_dictionaries(
    {
        "shares": st.integers(0, 5),
        "repaid": st.integers(0, 100),  # per cent of the debt
        "loan": st.integers(0, 60),  # in hundreds, if the rules allow it
        "fine": st.sampled_from([0, 0, 50]),
        "social_out": st.sampled_from([0, 0, 0, 30]),
        "absent": st.sampled_from([False, False, False, True]),
    }
)
week = st.fixed_dictionaries(
    {
        "members": st.lists(member_week, min_size=5, max_size=5),
        "gap": st.integers(1, 9),
        "event": st.sampled_from(
            ["none", "none", "join", "leave", "write_off", "reverse", "difference"]
        ),
        "who": st.integers(0, 4),
    }
)


@tagged("post_install", "-at_install", "whole")
class TestCycleProperty(SavingsCommon):
    """A random cycle: joiners, leavers, late loans, netting, write-offs, reversals."""

    @settings(
        max_examples=8,
        derandomize=True,
        deadline=None,
        # A failing example is a whole cycle played again: shrinking takes minutes.
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(
        weeks=st.lists(week, min_size=2, max_size=6),
        flat=st.booleans(),
        fines=st.sampled_from(["loan", "social"]),
        step=st.sampled_from([1, 50, 500]),
        current=st.booleans(),
    )
    def test_r48_r49_random_cycle(self, weeks, flat, fines, step, current):
        savepoint = self.env.cr.savepoint()
        try:
            self._play(weeks, flat, fines, step, current)
        finally:
            savepoint.rollback()
            self.env.invalidate_all()

    def _play(self, weeks, flat, fines, step, current):
        group = self._new_group(
            charge_method="flat" if flat else "declining",
            fines_to=fines,
            payout_step=step,
            loan_term=1,
            loan_while_late=True,
            late_joiner_value="current_value" if current else "share_value",
        )
        cycle = self._new_cycle(group)
        box = {"loan": 0.0, "social": 0.0}
        number = 0
        for plan in weeks:
            number += plan["gap"]
            meeting = self._play_week(group, cycle, number, plan, box)
            self._assert_books(cycle, meeting, box)
        self._play_share_out(cycle, number, box)

    def _play_week(self, group, cycle, number, plan, box):
        if plan["event"] == "join":
            group.member_ids = [(0, 0, {"full_name": f"Joiner {number}"})]
        meeting = self._open(number, cycle)
        self.assertAlmostEqual(meeting.opening_loan, box["loan"], 2)
        self.assertAlmostEqual(meeting.opening_social, box["social"], 2)
        lines = meeting.line_ids
        for line, wish in zip(lines[:5], plan["members"], strict=False):
            debt = line.loan_due
            line.write(
                {
                    "attendance": "absent" if wish["absent"] else "present",
                    "shares": 0 if wish["absent"] else wish["shares"],
                    "social_in": 0 if wish["absent"] else 100,
                    "loan_repaid": 0
                    if wish["absent"]
                    else int(debt * wish["repaid"] / 100),
                    "fine": wish["fine"],
                }
            )
        self._play_event(cycle, meeting, plan)
        lent = self._lend(meeting, plan)
        social = meeting.expected_social
        for line, wish in zip(lines[:5], plan["members"], strict=False):
            if not wish["absent"] and wish["social_out"] <= social:
                leaver = line.membership_id in meeting.entry_ids.membership_id
                if not leaver:
                    line.social_out = wish["social_out"]
                    social -= wish["social_out"]
        if plan["event"] == "difference":
            for pot, amount in (
                ("loan", 35),
                ("social", -min(20, meeting.expected_social)),
            ):
                if amount:
                    self.env["savings.meeting.entry"].with_user(self.agent).create(
                        {
                            "meeting_id": meeting.id,
                            "kind": "difference",
                            "pot": pot,
                            "amount": amount,
                            "explanation": "found and lost",
                        }
                    )
        meeting.action_take_expected()
        meeting.action_validate()
        # an independent book of the two pots
        to_loan = cycle.fines_to == "loan"
        typed = meeting.line_ids
        box["loan"] += (
            sum(typed.mapped("shares")) * 500
            + sum(typed.mapped("loan_repaid"))
            - sum(typed.mapped("loan_given"))
            + (sum(typed.mapped("fine")) if to_loan else 0)
        )
        box["social"] += (
            sum(typed.mapped("social_in"))
            - sum(typed.mapped("social_out"))
            + (0 if to_loan else sum(typed.mapped("fine")))
        )
        signs = {"joiner": 1, "leaver": -1, "difference": 1}
        for entry in meeting.entry_ids:
            box[entry.pot] += signs[entry.kind] * entry.amount
        regular = typed.filtered(lambda line: line.kind == "regular")
        self.assertEqual(lent, sum(regular.mapped("loan_given")))
        return meeting

    def _play_event(self, cycle, meeting, plan):
        active = cycle.membership_ids.filtered(lambda m: m.state == "active")
        member = active[plan["who"] % len(active)]
        event = plan["event"]
        if event == "join":
            newcomer = active.filtered("is_mid_cycle")[-1:]
            newcomer.action_buy_in(2)
        elif event == "leave" and len(active) > 3:
            try:
                member.action_leave("moved", "The group agrees")
            except UserError:
                self.assertGreater(member.loan_balance, 0)
                return
            if meeting.expected_loan < 0:
                meeting.entry_ids.filtered(lambda e: e.kind == "leaver").unlink()
        elif event == "write_off":
            for loan in cycle.loan_ids.filtered(
                lambda loan: loan.state in ("outstanding", "late")
            )[:1]:
                loan.action_write_off("Let go")
                self._line_of(meeting, loan).loan_repaid = 0
        elif event == "reverse":
            before = cycle.last_meeting_id
            line = before.line_ids.filtered(lambda line: line.kind == "regular")[
                plan["who"] : plan["who"] + 1
            ]
            try:
                line.action_reverse("typed wrongly")
            except UserError:
                return
            own = meeting.line_ids.filtered(
                lambda other: (
                    other.membership_id == line.membership_id
                    and other.kind == "regular"
                )
            )
            own.loan_repaid = 0
            if meeting.expected_loan < 0 or meeting.expected_social < 0:
                self._unreverse(meeting)

    def _unreverse(self, meeting):
        """Group income that makes up for money that was never there."""
        entries = self.env["savings.meeting.entry"].with_user(self.agent)
        for pot in ("loan", "social"):
            if meeting[f"expected_{pot}"] < 0:
                entries.create(
                    {
                        "meeting_id": meeting.id,
                        "kind": "difference",
                        "pot": pot,
                        "amount": -meeting[f"expected_{pot}"],
                        "explanation": "was in the box",
                    }
                )

    def _line_of(self, meeting, loan):
        return meeting.line_ids.filtered(
            lambda line: (
                line.membership_id == loan.membership_id and line.kind == "regular"
            )
        )

    def _lend(self, meeting, plan):
        """Give loans up to what R46 allows."""
        lent = 0
        leaving = meeting.entry_ids.membership_id
        for line, wish in zip(meeting.line_ids[:5], plan["members"], strict=False):
            member = line.membership_id
            if wish["absent"] or member in leaving or line.kind != "regular":
                continue
            if meeting.line_ids.filtered(
                lambda other, member=member: (
                    other.membership_id == member and other.kind == "reversal"
                )
            ):
                continue
            savings = (member.shares + line.shares) * 500
            debt = line.loan_due - line.loan_repaid
            amount = min(wish["loan"] * 100, 3 * savings - debt, meeting.expected_loan)
            amount = int(amount // 100 * 100)
            if amount > 0:
                line.loan_given = amount
                lent += amount
        return lent

    def _assert_books(self, cycle, meeting, box):
        for pot in ("loan", "social"):
            self.assertAlmostEqual(meeting[f"closing_{pot}"], box[pot], 2)
            self.assertGreaterEqual(meeting[f"closing_{pot}"], 0)
            self.assertAlmostEqual(
                meeting[f"opening_{pot}"]
                + meeting[f"in_{pot}"]
                - meeting[f"out_{pot}"],
                meeting[f"closing_{pot}"],
                2,
            )
        for member in cycle.membership_ids:
            self.assertGreaterEqual(member.shares, 0)
            self.assertGreaterEqual(member.loan_balance, 0)
            if member.state == "left":
                self.assertEqual((member.shares, member.loan_balance), (0, 0))
        for loan in cycle.loan_ids:
            self.assertGreaterEqual(loan.principal_balance, 0)
            self.assertGreaterEqual(loan.charge_balance, 0)
            if loan.state in ("repaid", "written_off", "cancelled"):
                self.assertEqual(loan.balance, 0)
        self.assertEqual(cycle.shares_total, sum(cycle.membership_ids.mapped("shares")))

    def _play_share_out(self, cycle, number, box):
        cycle.action_share_out()
        share_out = cycle.share_out_ids
        share_out.date = self._day(number + 1)
        for line in share_out.line_ids.filtered("debt"):
            line.write({"decision": "net_write_off", "minute": "As decided"})
        fund = box["loan"]
        self.assertAlmostEqual(share_out.fund, fund, 2)
        if not share_out.shares_total:
            with self.assertRaises(UserError):
                share_out.action_confirm()
            return
        share_out.action_confirm()
        self.assertAlmostEqual(
            sum(share_out.line_ids.mapped("payout")) + share_out.rest, fund, 2
        )
        self.assertGreaterEqual(min(share_out.line_ids.mapped("payout")), 0)
        self.assertFalse(any(loan.balance for loan in cycle.loan_ids))
        share_out.action_sign_all()
        share_out.action_close()
        self.assertAlmostEqual(
            cycle.closing_loan + cycle.closing_social,
            box["social"] + share_out.rest,
            2,
        )
