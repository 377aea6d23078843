from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..forms import COUNT, DAY, MEMBER
from .res_users import VILLAGE_AGENT

POTS = ("loan", "social")


class SavingsMeeting(models.Model):
    """What a village agent does at a meeting, one named method per change.

    Each method asks first whether the user keeps the group today. They read the
    group's own book alone: no case, no child and no other group is named (R51).
    """

    _inherit = "savings.meeting"

    # -- who -------------------------------------------------------------------
    @api.model
    def _portal_kept(self):
        """The running groups that the user keeps on the portal, without limits.

        :raises AccessError: the user is no village agent
        """
        user = self.env.user
        if not user.has_group(VILLAGE_AGENT):
            raise AccessError(self.env._("Only a village agent holds meetings here."))
        # sudo: portal users have no right to books of groups; only those groups are
        # opened that name the user.
        return (
            self.env["savings.group"]
            .sudo()
            .search(
                [
                    ("village_agent_id", "=", user.id),
                    ("state", "=", "running"),
                    ("company_id", "in", user.company_ids.ids),
                ]
            )
        )

    @api.model
    def _portal_group(self, code):
        """One of them, by its code; missing and foreign ones are refused alike."""
        group = self._portal_kept().filtered(lambda group: group.name == code)
        if not group:
            raise AccessError(
                self.env._("This group is not yours to keep, or not any more.")
            )
        return group

    @api.model
    def _portal_open(self, code):
        """The open meeting of a group, for whoever keeps the group."""
        group = self._portal_group(code)
        meeting = group.current_cycle_id.open_meeting_id
        if not meeting:
            raise UserError(self.env._("No meeting is open: open one first."))
        return meeting

    @api.model
    def _portal_line(self, code, number):
        meeting = self._portal_open(code)
        line = meeting.line_ids.filtered(
            lambda line: line.kind == "regular" and line.member_number == number
        )
        if not line:
            raise AccessError(self.env._("This member is not in the meeting."))
        return line

    # -- reading ---------------------------------------------------------------
    @api.model
    def portal_groups(self):
        """Return the user's groups: dicts of code, label, members, day of the open
        meeting. For village agents."""
        return [
            {
                "code": group.name,
                "label": group.label,
                "members": group.member_count,
                "day": group.current_cycle_id.open_meeting_id.date,
            }
            for group in self._portal_kept()
        ]

    @api.model
    def portal_meeting(self, code):
        """Return the group and its open meeting as its page shows them. For the
        group's village agent.

        Dict of code, label, day (of the open meeting or nothing), number, members,
        and pots: the book of each until now.
        """
        group = self._portal_group(code)
        meeting = group.current_cycle_id.open_meeting_id
        lines = meeting.line_ids.filtered(lambda line: line.kind == "regular")
        return {
            "code": group.name,
            "label": group.label,
            "day": meeting.date,
            "number": meeting.number,
            "members": [line._portal_said() for line in lines.sorted("member_number")],
            "pots": meeting._portal_pots() if meeting else [],
        }

    @api.model
    def portal_member(self, code, number):
        """Return what one member's page shows, and the numbers before and after. For
        the group's village agent."""
        line = self._portal_line(code, number)
        numbers = sorted(
            other.member_number
            for other in line.meeting_id.line_ids
            if other.kind == "regular"
        )
        after = [other for other in numbers if other > number]
        cycle = line.cycle_id
        money = line.currency_id.format
        return {
            **line._portal_said(),
            "group": cycle.group_id.label,
            "values": MEMBER.prefill(line),
            "next": after[0] if after else None,
            "owes": line.loan_due and money(line.loan_due),
            "share": money(cycle.share_value),
            "shares_max": cycle.shares_max,
            "step": cycle.share_value or 1,
            "social_step": cycle.social_amount or cycle.share_value or 1,
            "has_social_fund": cycle.has_social_fund,
        }

    def _portal_pots(self):
        """The book of each pot, in the words and the money of the group."""
        self.ensure_one()
        money = self.currency_id.format
        names = {"loan": self.env._("Loan Fund"), "social": self.env._("Social Fund")}
        return [
            {
                "pot": pot,
                "name": names[pot],
                "opening": money(self[f"opening_{pot}"]),
                "in": money(self[f"in_{pot}"]),
                "out": money(self[f"out_{pot}"]),
                "expected": money(self[f"expected_{pot}"]),
            }
            for pot in POTS
            if pot == "loan" or self.has_social_fund
        ]

    # -- changing --------------------------------------------------------------
    @api.model
    def portal_open_meeting(self, code, values):
        """Open the next meeting of a group. For the group's village agent.

        :param values: as the form ``DAY`` asks
        :raises UserError: one is open, or the group has no running cycle
        """
        group = self._portal_group(code)
        day = DAY.take(self.env, values)["date"]
        cycle = group.current_cycle_id
        if not cycle:
            raise UserError(
                self.env._("The group has no running cycle: ask the field agent.")
            )
        cycle._open_meetings(day)
        return True

    @api.model
    def portal_take_member(self, code, number, values):
        """Write what one member did at the meeting; sent twice it is the same. For
        the group's village agent.

        :param values: as the form ``MEMBER`` asks
        """
        line = self._portal_line(code, number)
        line.write(MEMBER.take(self.env, values))
        return True

    @api.model
    def portal_finish(self, code, values):
        """Take the count of each pot and validate the meeting. For the group's
        village agent. A pot ties, or the difference is named (R48).

        :param values: as the form ``COUNT`` asks
        :raises UserError: not counted, a pot does not tie, or beyond the limits
        """
        meeting = self._portal_open(code)
        said = COUNT.take(self.env, values)
        pots = [pot["pot"] for pot in meeting._portal_pots()]
        for pot in pots:
            if not str(values.get(f"counted_{pot}") or "").strip():
                raise UserError(
                    self.env._("Count the cash of each pot, also where there is none.")
                )
        meeting.write({f"counted_{pot}": said[f"counted_{pot}"] for pot in pots})
        whys = {pot: str(values.get(f"why_{pot}") or "").strip() for pot in pots}
        self.env["savings.meeting.entry"].sudo().create(  # sudo: as in _portal_kept
            [
                {
                    "meeting_id": meeting.id,
                    "kind": "difference",
                    "pot": pot,
                    "amount": meeting[f"gap_{pot}"],
                    "explanation": whys[pot],
                }
                for pot in pots
                if whys[pot] and not meeting.currency_id.is_zero(meeting[f"gap_{pot}"])
            ]
        )
        meeting.action_validate()
        return True


class SavingsMeetingLine(models.Model):
    _inherit = "savings.meeting.line"

    def _portal_said(self):
        """One member of the list of a meeting."""
        self.ensure_one()
        words = dict(self._fields["attendance"]._description_selection(self.env))
        return {
            "number": self.member_number,
            "name": self.full_name,
            "attendance": words.get(self.attendance),
            "absent": self.attendance == "absent",
            "shares": self.shares,
        }
