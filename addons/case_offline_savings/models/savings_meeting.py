import hashlib
import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools.once import first_wins, one_at_a_time
from odoo.addons.savings_group_portal.forms import COUNT, MEMBER, STEPS
from odoo.addons.savings_group_portal.models.savings_meeting import POTS

#: What a member owes is told for so many days on: as long as a phone reads its files.
DAYS_ON = 4
#: Rules of the group that a phone keeps at the table (R46).
RULES = (
    "share_value",
    "shares_min",
    "shares_max",
    "loan_multiple",
    "loan_while_late",
    "fines_to",
    "has_social_fund",
    "social_amount",
    "fine_late",
    "fine_absent",
)


class SavingsMeeting(models.Model):
    """A meeting that a village agent's phone wrote without network.

    It arrives as one entry and goes through the methods of the portal's pages, whole
    or not at all. Its key counts once. Where the book changed after the phone read it,
    nothing is written: the phone shows both.
    """

    _inherit = "savings.meeting"

    _protected_fields = frozenset({"phone_key", "written_at"})

    phone_key = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The entry of the phone that wrote this meeting.",
    )
    written_at = fields.Datetime(
        string="Written on the Phone",
        readonly=True,
        copy=False,
        help="When it was written, by the clock of the server.",
    )

    _phone_key_once = models.UniqueIndex(
        "(phone_key) WHERE phone_key IS NOT NULL", "This meeting was received already."
    )

    # -- taken along -------------------------------------------------------------
    @api.model
    def portal_taken(self, code):
        """Return what a phone takes along of a group. For its village agent.

        The group's own book alone, as on its pages: no case, no child (R51). Amounts
        are numbers; the phone writes them in the group's money.
        """
        group = self._portal_group(code)
        cycle = group.current_cycle_id
        meeting = cycle.open_meeting_id
        last = cycle.last_meeting_id
        currency = group.currency_id
        return {
            "shelf": "savings",
            "code": group.name,
            "name": group.label,
            "active": cycle.state == "active",
            "version": self._book_version(cycle),
            "money": [currency.symbol, currency.position, currency.decimal_places],
            "rules": {name: cycle[name] for name in RULES},
            "pots": self._pots_taken(cycle, meeting),
            "labels": self._labels_taken(),
            "open": self._meeting_told(meeting),
            "after": str(last.date if last else cycle.date_start or ""),
            "number": (last.number if last else 0) + 1,
            "today": str(self._place_today()),
            "members": self._members_taken(cycle),
        }

    @api.model
    def _labels_taken(self):
        """The words of the pages' own questions, and what may be chosen."""
        asked = {one["name"]: one for one in MEMBER.fields(self.env)}
        asked |= {one["name"]: one for one in COUNT.fields(self.env)}
        return {
            **{name: field["label"] for name, field in asked.items()},
            "choices": asked["attendance"]["choices"],
        }

    @api.model
    def _pots_taken(self, cycle, meeting):
        """``{pot: cash without what the members do today}``."""
        if not meeting:
            balances = cycle._current_balances() if cycle else {}
            return {
                pot: balances.get(pot, 0.0)
                for pot in POTS
                if pot == "loan" or cycle.has_social_fund
            }
        lines = meeting.line_ids.filtered(lambda line: line.kind == "regular")
        return {
            pot: meeting.currency_id.round(
                meeting[f"expected_{pot}"] - sum(line._amount(pot) for line in lines)
            )
            for pot in POTS
            if pot == "loan" or cycle.has_social_fund
        }

    @api.model
    def _members_taken(self, cycle):
        memberships = cycle.membership_ids.filtered(lambda one: one.state == "active")
        loans = self.env["savings.loan"].sudo()  # sudo: as in _portal_kept
        shares = memberships._shares()
        today = self._place_today()
        days = [today + timedelta(days=number) for number in range(DAYS_ON)]
        debts = [(day, loans._debt_on(memberships, day)) for day in days]
        live = loans._live_of(memberships).grouped("membership_id")
        return [
            {
                "number": membership.member_number,
                "name": membership.full_name,
                "savings": shares[membership] * cycle.share_value,
                "owes": [[str(day), owed[membership]] for day, owed in debts],
                "loans": [
                    [loan.amount, loan.balance, str(loan.due_on or "")]
                    for loan in live.get(membership, ())
                ],
            }
            for membership in memberships.sorted("member_number")
        ]

    @api.model
    def _meeting_told(self, meeting):
        """A meeting as another phone or the desk wrote it; nothing where none is."""
        if not meeting:
            return None
        lines = meeting.line_ids.filtered(lambda line: line.kind == "regular")
        told = {
            "day": str(meeting.date),
            "number": meeting.number,
            "ended": meeting.state == "validated",
            "members": {
                str(line.member_number): MEMBER.prefill(line) for line in lines
            },
        }
        for pot in POTS:
            told[f"counted_{pot}"] = (
                meeting[f"counted_{pot}"] if told["ended"] else None
            )
        return told

    @api.model
    def _book_version(self, cycle):
        """A sign of the book as it stands: its last meeting, and the one that is open
        with all that was typed."""
        meeting = cycle.open_meeting_id
        entries = meeting.entry_ids.sorted("id")
        seen = [
            cycle.display_name,
            cycle.state,
            cycle.last_meeting_id.number,
            self._meeting_told(meeting),
            [[one.kind, one.pot, one.amount] for one in entries],
        ]
        text = json.dumps(seen, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    # -- arriving ----------------------------------------------------------------
    @api.model
    def _take_from_phone(self, device, key, intent, written_at):
        """Take a whole meeting of the present user's phone, exactly once.

        Called by the queue of the phone. Returns the answer to the entry.

        :raises AccessError: the group is not the user's to keep, or not any more
        :raises UserError: as the pages do; nothing of the meeting is kept then
        """
        values = intent.get("values")
        members = values.get("members") if isinstance(values, dict) else None
        if not isinstance(members, dict) or not members:
            raise UserError(self.env._("Reload the page and try again."))
        code = str(values.get("group") or "")
        one_at_a_time(self.env, self._name, code)
        # sudo: portal users have no right to books; the own keys alone are looked up.
        if self.sudo().search_count(
            [("phone_key", "=", key), ("validated_by_id", "=", self.env.uid)]
        ):
            return {"state": "done", "say": code}
        if device.state != "active":
            raise UserError(
                self.env._("This phone was forgotten: its meeting is not taken.")
            )
        group = self._portal_group(code)
        cycle = group.current_cycle_id
        if intent.get("version") != self._book_version(cycle):
            return self._both(cycle)
        with first_wins(self.env, key):
            if not cycle.open_meeting_id:
                self.portal_open_meeting(code, {"date": values.get("date")})
                cycle.invalidate_recordset(["open_meeting_id"])
            meeting = cycle.open_meeting_id
            sent = {"phone_key": key, "written_at": written_at}
            meeting._unprotected().write(sent)
            meeting.flush_recordset(sent)
        meeting._fill_from_phone(code, members)
        self.portal_finish(
            code, {name: values[name] for name in COUNT.names if name in values}
        )
        return {"state": "done", "say": group.name}

    def _fill_from_phone(self, code, members):
        """Write what each member did; of all of them, and of nobody else."""
        lines = self.line_ids.filtered(lambda line: line.kind == "regular")
        if set(members) != {str(line.member_number) for line in lines}:
            raise UserError(
                self.env._(
                    "The members of the group changed meanwhile: open the meeting "
                    "once more, and correct it."
                )
            )
        for number, figures in members.items():
            if not isinstance(figures, dict):
                raise UserError(self.env._("Reload the page and try again."))
            asked = {name: figures[name] for name in MEMBER.names if name in figures}
            # What a phone leaves out was nothing.
            nothing = {**dict.fromkeys(STEPS, "0"), "group_decided": "no"}
            self.portal_take_member(code, int(number), {**nothing, **asked})

    @api.model
    def _both(self, cycle):
        """The other text of the book: the meeting that is open, or was the last."""
        other = cycle.open_meeting_id or cycle.last_meeting_id
        if cycle.open_meeting_id:
            say = self.env._("Somebody else writes a meeting of this group.")
        else:
            say = self.env._("The book of the group changed after your phone read it.")
        return {
            "state": "conflict",
            "say": say,
            "version": self._book_version(cycle),
            "theirs": self._meeting_told(other) or {},
        }
