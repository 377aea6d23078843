from odoo import models
from odoo.exceptions import UserError


class SavingsMeeting(models.Model):
    """What is checked before a meeting becomes valid: limits, cash and fund."""

    _inherit = "savings.meeting"

    def _check_dates(self):
        last = self._last_validated(self.cycle_id)
        for meeting in self:
            meeting.cycle_id._check_meeting_date(
                meeting.date, last.get(meeting.cycle_id)
            )

    def _check_limits(self):
        """R46: refuse at the table what goes beyond the limits, flag it on paper."""
        loans = self.env["savings.loan"]
        lines = self.line_ids
        memberships = lines.membership_id
        shares = memberships._shares()
        live = loans._live_of(memberships).grouped("membership_id")
        leavers = self.entry_ids.filtered(lambda e: e.kind == "leaver").membership_id
        typed = {}
        for line in lines:
            typed[line.membership_id] = typed.get(line.membership_id, 0) + line.shares
        refused, flags = [], {}
        for line in lines.filtered(lambda line: line.kind == "regular"):
            member = line.membership_id
            own = live.get(member, loans)
            debt = sum(own.mapped("balance"))
            after = debt - min(line.loan_repaid, debt)
            problems = []
            if member not in leavers:
                problems = line._limit_problems(
                    (shares[member] + typed[member]) * line.cycle_id.share_value,
                    after,
                    bool(after and own.filtered(lambda loan: loan.state == "late")),
                )
            hard = []
            if line.currency_id.compare_amounts(line.loan_repaid, debt) > 0:
                hard.append(
                    self.env._(
                        "Member %(who)s repays %(paid)s but owes %(debt)s: correct the "
                        "repayment.",
                        who=line.member_number,
                        paid=line.currency_id.format(line.loan_repaid),
                        debt=line.currency_id.format(debt),
                    )
                )
            if line.meeting_id.source == "paper":
                if problems or hard:
                    flags[line] = "\n".join(hard + problems)
            elif hard or (problems and not line.group_decided):
                refused += hard + ([] if line.group_decided else problems)
        if refused:
            raise UserError(
                self.env._("The meeting is not validated yet:")
                + "\n"
                + "\n".join(refused[:10])
                + "\n"
                + self.env._(
                    "Correct the lines, or tick 'Group decided' with a reason where "
                    "the group went beyond its own limits."
                )
            )
        for line, text in flags.items():
            line._unprotected().flag = text

    def _tie_paper(self):
        """Name the difference of a paper book that does not tie (R48)."""
        vals_list = []
        for meeting in self.filtered(lambda meeting: meeting.source == "paper"):
            vals_list += [
                {
                    "meeting_id": meeting.id,
                    "kind": "difference",
                    "pot": pot,
                    "amount": meeting[f"gap_{pot}"],
                    "explanation": self.env._("As counted in the paper book"),
                }
                for pot in ("loan", "social")
                if not meeting.currency_id.is_zero(meeting[f"gap_{pot}"])
            ]
        self.env["savings.meeting.entry"].create(vals_list)

    def _check_cash(self):
        names = {"loan": self.env._("Loan Fund"), "social": self.env._("Social Fund")}
        for meeting in self:
            for pot, name in names.items():
                gap = meeting[f"gap_{pot}"]
                if not meeting.currency_id.is_zero(gap):
                    raise UserError(
                        self.env._(
                            "“%(pot)s” does not tie: it should hold %(expected)s "
                            "and %(counted)s was counted. Count again, or enter the "
                            "difference of %(gap)s with an explanation.",
                            pot=name,
                            expected=meeting.currency_id.format(
                                meeting[f"expected_{pot}"]
                            ),
                            counted=meeting.currency_id.format(
                                meeting[f"counted_{pot}"]
                            ),
                            gap=meeting.currency_id.format(gap),
                        )
                    )
            if meeting.source == "paper":
                continue
            closing = meeting._closing_balances()
            if min(closing["bank"], closing["debt"]) < 0:
                raise UserError(
                    self.env._(
                        "More is fetched from the bank, or paid back, than there is: "
                        "correct the group's entries."
                    )
                )
            self._check_fund_covers_loans(meeting)

    def _check_fund_covers_loans(self, meeting):
        """R46: new loans are covered by the cash of the loan fund."""
        given = sum(
            line.loan_given for line in meeting.line_ids if line.kind == "regular"
        )
        differences = sum(
            entry.amount
            for entry in meeting.entry_ids
            if entry.kind == "difference" and entry.pot == "loan"
        )
        if given and meeting.expected_loan - min(differences, 0.0) < 0:
            raise UserError(
                self.env._(
                    "The loans of this meeting come to %(given)s, more than the loan "
                    "fund holds: give less.",
                    given=meeting.currency_id.format(given),
                )
            )
